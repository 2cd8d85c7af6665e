"""What would be used of this file of records, what not, and what should somebody look at first?

It is read exactly as a run of the recipe would read it. What is said is put together
from our own sentences and from counts: of the file's texts only the names of columns
come out that look like names of columns, and labels that at least five rows share.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from csgeo import plain_account
from csgeo.errors import CsgeoError
from csgeo.hotspots.artefacts import NEAR_M, artefact_buildings, artefact_kinds
from csgeo.identifying import FORENAMES, MARKS
from csgeo.intake import take_in
from csgeo.sources.account import look_for_personal
from csgeo.sources.columns import known_columns, match_columns
from csgeo.sources.files import read_rows
from csgeo.sources.labels import code_labels
from csgeo.sources.police import is_police
from csgeo.sources.values import to_text
from csgeo.times.spikes import find_spikes
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import geopandas as gpd

    from csgeo.recipe import Input, Recipe
    from csgeo.sources.files import Rows
    from csgeo.sources.report import ReadReport

#: A label of the file is shown if as many rows share it: fewer may be about one person.
LEAST_ROWS_OF_A_LABEL = 5
_MOST_LABELS = 30
#: One point with this share of the rows, and as many of them, is looked at.
_PILE_SHARE, _PILE_ROWS = 0.02, 20
#: A record known less exactly than the largest place is wide cannot show where in it.
_COARSE_M = 564.0
_LOOKED_AT = 10_000
#: Words that stand in labels of harm and name nobody, beside those of the vocabulary.
_PLAIN = frozenset(
    "a actual against alleged all an and any assault assaults attempted bladed bodily by carrying child children class common crime crimes dealing drug drugs exploited figures firearm firearms from general grievous gbh abh group gun harassment harm harmful hate in incident incidents injury injuries intent linked minor mugging murder no non not of offence offences on or order other over out person persons possession public rape related report reports risk school series serious sexual supply suspected the theft thefts threat threats to type under unknown use victim weapon wounding with without young youth".split()  # noqa: SIM905  one word a line would be two pages
)
_HEADING = re.compile(r"[A-Za-z][A-Za-z0-9 _\-/().:?'&%]{0,39}")
#: Columns of the file that a person may choose for ours; the others are found or not.
ASKED_FOR = (
    "harm", "occurred_from", "time_from", "easting", "northing", "longitude", "latitude",
    "grid_reference", "postcode", "area_id", "precision_m", "person_key", "incident_id", "source",
    "location_type", "context", "origin",
)  # fmt: skip


class Finding(NamedTuple):
    """One thing that was checked: ``good``, ``look`` or ``stop``; what; in words."""

    level: str
    what: str
    words: str


class Looked(NamedTuple):
    """What was found: ready for JSON, without a value of any record.

    ``columns`` are those with a name that may be shown, ``hidden`` counts the others; ``matched``
    is our column -> the file's; ``dropped`` what looks to identify people, by column;
    ``labels`` are labels of harm that csgeo does not know, with their rows.
    """

    holds: str = ""
    rows_in: int = 0
    rows_used: int = 0
    columns: tuple[str, ...] = ()
    hidden: int = 0
    matched: dict[str, str] = {}  # noqa: RUF012  a NamedTuple copies nothing, and nobody writes to it
    dropped: tuple[tuple[str, str], ...] = ()
    asides: tuple[plain_account.Aside, ...] = ()
    findings: tuple[Finding, ...] = ()
    labels: tuple[tuple[str, int], ...] = ()
    refused: str = ""
    mends: str = ""

    @property
    def usable(self) -> bool:
        """Whether a run could use it."""
        return not self.refused and self.rows_used > 0


def look_at(recipe: Recipe, one: Input, file: Path, *, on: dt.date) -> tuple[Looked, str]:
    """Read a file as a run of the recipe would, and say what became of its rows.

    Parameters
    ----------
    recipe
        Of it count the area, the places and the key of people.
    one
        How the file is to be read, as it would stand under ``[[incidents]]``; a format of
        ``table`` is changed into ``police`` where the file is a download from data.police.uk.
    file
        Where it is.
    on
        Today: records of later days are pointed out.

    Returns
    -------
    looked, whole
        What may be shown, and the reader's own account, with values, for the secure side.
    """
    rows: Rows | None = None
    begun = Looked()
    try:
        police = one.format == "police" or is_police(file)
        if police:
            one = replace(one, format="police")
            begun = begun._replace(holds="data.police.uk")
        else:
            rows = read_rows(file, layer=one.layer)
            begun = _begun(rows, one)
        intake = take_in(_alone(recipe, one, file), lambda _what, _done, _of: None)
    except CsgeoError as refused:
        words, mends = plain_account.of_refusal(refused)
        labels = _unknown_labels(rows, begun.matched, one) if rows is not None else ()
        asides = tuple(_asides_of(refused))
        return begun._replace(refused=words, mends=mends, labels=labels, asides=asides), str(
            refused
        )
    report = next(r for i, r in intake.readings if i is one)
    looked = begun._replace(
        rows_in=report.rows_in,
        rows_used=report.rows_used,
        asides=tuple(plain_account.of_set_aside(report.set_aside)),
        findings=tuple(_findings(intake.incidents, intake.places, report, on)),
        labels=_unknown_labels(rows, begun.matched, one) if rows is not None else (),
    )
    return looked, str(report)


def shown_headings(rows: Rows) -> list[str]:
    """Give the names of columns that may be shown: those that are names, and not values.

    A file without a row of headings has its first record there. So where one name looks like a
    value, or stands among the values below it, only names that csgeo knows are shown.
    """
    found = [str(c) for c in rows.frame]
    known = {**known_columns("incidents"), **known_columns("place")}
    ours = set(match_columns(found, known, file="file", section="incidents.columns").values())
    fit = [c for c in found if c in ours or _is_heading(c)]
    first = {str(c): rows.frame[c].head(_LOOKED_AT).astype("str") for c in rows.frame}
    if len(fit) == len(found) and not any((first[c] == c).any() for c in found):
        return fit
    return [c for c in fit if c in ours]


def _is_heading(name: str) -> bool:
    """Say whether a text looks like the name of a column."""
    words = re.findall(r"[a-z]+", name.casefold())
    return (
        bool(_HEADING.fullmatch(name))
        and not re.search(r"\d{3}|\d[.:/]\d", name)
        and not any(w in FORENAMES for w in words)
        and not any(m.holds(f.group()) for m in MARKS for f in m.pattern.finditer(name))
    )


def _is_label(text: str) -> bool:
    """Say whether a text is made of words for harm, and names nobody."""
    words = re.findall(r"[a-z]+", text.casefold())
    known = {w for one in load_vocabulary("harm").words for w in re.findall(r"[a-z]+", one)}
    return bool(words) and _is_heading(text) and all(w in known or w in _PLAIN for w in words)


def _alone(recipe: Recipe, one: Input, file: Path) -> Recipe:
    """Give the recipe with this one file of records, and no more than it is judged by."""
    return replace(
        recipe,
        incidents=(one,),
        services=(),
        streets=(),
        basemap=(),
        residents=None,
        exposure=None,
        strata=None,
        located={**recipe.located, one.file: str(file)},
    )


def _begun(rows: Rows, one: Input) -> Looked:
    """Match the columns, and name those that identify people."""
    found = [str(c) for c in rows.frame]
    known = {**known_columns("incidents"), **known_columns("place")}
    given = {k: v for k, v in one.columns.items() if k != "date_order"}
    if one.harm is not None:
        given.setdefault("harm", "")
    matched = match_columns(found, known, given=given, file="file", section="incidents.columns")
    used = {k: v for k, v in matched.items() if k not in {"person_key", "incident_id", "source"}}
    personal = look_for_personal(rows, "incidents", used) if len(rows.frame) else {}
    kept = set(matched.values())
    shown = shown_headings(rows)
    return Looked(
        holds=rows.holds,
        rows_in=rows.rows_in,
        columns=tuple(shown),
        hidden=len(found) - len(shown),
        matched=matched,
        dropped=tuple((c, what) for c, what in personal.items() if c in shown and c not in kept),
    )


def _unknown_labels(rows: Rows, matched: dict[str, str], one: Input) -> tuple[tuple[str, int], ...]:
    """Give the labels of harm that no entry knows, those that are labels and not texts about somebody."""
    if "harm" not in matched:
        return ()
    coded = code_labels(to_text(rows.frame[matched["harm"]]), "harm", one.words or None)
    counts = coded.labels[coded.unknown].value_counts()
    counts = counts[counts >= LEAST_ROWS_OF_A_LABEL]
    fit = [(str(w), int(n)) for w, n in counts.items() if _is_label(str(w))]
    return tuple(sorted(fit, key=lambda p: (-p[1], p[0]))[:_MOST_LABELS])


_COUNTED = re.compile(r"([\d,]+) rows: ([a-z][^(']{3,80}?) \(first: row (\d+),")


def _asides_of(refused: CsgeoError) -> list[plain_account.Aside]:
    """Say why none of the rows can be used, from a message that says it."""
    from csgeo.sources.report import SetAside  # noqa: PLC0415  only here

    told = str(refused)
    if "has no row that can be used" not in told:
        return []
    found = [
        SetAside(reason, int(n.replace(",", "")), int(row), "", "")
        for n, reason, row in _COUNTED.findall(told)
    ]
    return plain_account.of_set_aside(found)


def _findings(
    table: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None, report: ReadReport, on: dt.date
) -> list[Finding]:
    located = table[table.geometry.notna()]
    said = [
        _used(report),
        _no_place(report),
        *_default_places(located, places),
        *_precision(located),
        *_times(table, on),
        *_people(table),
    ]
    return [*said, *(Finding("look", "Note", n) for n in plain_account.of_notes(report.notes))]


def _used(report: ReadReport) -> Finding:
    left = report.rows_in - report.rows_used
    words = f"{report.rows_used:,} of {report.rows_in:,} rows are used; {left:,} are left out."
    level = "good" if left * 20 <= report.rows_in else "look"
    return Finding(level, "Rows used", words)


def _no_place(report: ReadReport) -> Finding:
    if not report.no_place:
        return Finding("good", "Place known", "Every row that is used has a place.")
    share = report.no_place / report.rows_used
    words = (
        f"{report.no_place:,} rows have no place that can be used ({share:.0%}). They are counted, and "
        "cannot show where."
    )
    return Finding("look" if share > 0.1 else "good", "Place known", words)


def _default_places(located: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None) -> list[Finding]:
    """Point out where records are likely to lie for another reason than that harm happened there."""
    if located.empty:
        return []
    said = []
    points, back, held = np.unique(
        np.round(shapely.get_coordinates(located.geometry.to_numpy())),
        axis=0, return_inverse=True, return_counts=True,
    )  # fmt: skip
    piles = held[(held >= _PILE_ROWS) & (held >= _PILE_SHARE * len(located))]
    buildings = artefact_buildings(places)
    near = np.zeros(len(points), dtype=bool)
    if len(buildings.shapes):
        hit, _ = buildings.tree.query(shapely.points(points), predicate="dwithin", distance=NEAR_M)
        near[hit] = True
    named = located["location_type"].isin(artefact_kinds()).to_numpy()
    at = int((near[back.ravel()] | named).sum())
    if at:
        words = (
            f"{at:,} rows ({at / len(located):.0%}) lie within {NEAR_M:.0f} m of a police station, "
            "hospital, court or prison, or name one. They may show where harm was reported. A place "
            "that is made of them is set aside."
        )
        said.append(Finding("look", "Default places", words))
    if len(piles):
        words = (
            f"{len(piles):,} single points hold {int(piles.sum()):,} rows, the largest "
            f"{int(piles.max()):,}. That is often a default address. A place that rests on one point "
            "is set aside."
        )
        said.append(Finding("look", "Default places", words))
    return said or [Finding("good", "Default places", "No single point holds many rows.")]


def _precision(located: gpd.GeoDataFrame) -> list[Finding]:
    known = located["precision_m"].dropna()
    if located.empty:
        return []
    if known.empty:
        words = "The file does not say how exact its places are. Cells of 250 m or more are safer."
        return [Finding("look", "How exact", words)]
    coarse = float((known > _COARSE_M).mean())
    words = f"Half of the places are known to within {known.median():,.0f} m."
    if coarse > 0.1:
        words += f" {coarse:.0%} are known less exactly than a place is wide, and say little about where."
    return [Finding("look" if coarse > 0.1 else "good", "How exact", words)]


def _times(table: gpd.GeoDataFrame, on: dt.date) -> list[Finding]:
    when = table["occurred_from"].dropna()
    if when.empty:
        words = "No row says when. Places can be found; nothing is said of days or hours."
        return [Finding("look", "When", words)]
    exact = int(table["when_precision"].eq("minute").sum())
    words = (
        f"From {when.min():%B %Y} to {when.max():%B %Y}; {exact / len(table):.0%} of the rows say the "
        "time of day."
    )
    said = [Finding("good", "When", words)]
    spikes = find_spikes(table)
    if len(spikes):
        said.append(Finding("look", "Midnight and the like", " ".join(spikes["words"])))
    else:
        said.append(Finding("good", "Midnight and the like", "No default time stands out."))
    late = int((when > pd.Timestamp(on) + pd.Timedelta(days=1)).sum())
    if late:
        words = f"{late:,} rows lie in the future. Day and month may be in each other's place."
        said.append(Finding("look", "When", words))
    return said


def _people(table: gpd.GeoDataFrame) -> list[Finding]:
    known = "person_key" in table and float(table["person_key"].notna().mean()) >= 0.5
    if known:
        words = "The rows tell people apart. Each gets a pseudonym of our own as the file is read."
        return [Finding("good", "People", words)]
    words = (
        "The file does not tell who is who, so records are counted where people would be: one child "
        "with many records may look like many."
    )
    return [Finding("look", "People", words)]
