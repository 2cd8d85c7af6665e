"""Which records of harm does this file hold?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from csgeo.errors import SourceError, UnknownColumns
from csgeo.sources.account import account, look_for_personal, own_ids
from csgeo.sources.codes import KNOWN_WIDTHS, check_codes
from csgeo.sources.columns import Mapped, folded, known_columns, lacks_columns, match_columns
from csgeo.sources.files import Rows, read_rows
from csgeo.sources.labels import (
    Coded,
    code_labels,
    code_of,
    refuse_all_unknown,
    unknown_doubts,
    unknown_note,
)
from csgeo.sources.location import Located, locate
from csgeo.sources.times import ORDERS, Times, read_times
from csgeo.sources.values import constant, to_text
from csgeo.tables import INCIDENTS, NATIONAL_GRID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy.typing as npt

    from csgeo.sources.report import Reading
    from csgeo.vocabulary import Name

_SECTION = "incidents.columns"
_HARM_REMEDY = 'Add it to the recipe under [incidents.words]: "{label}" = "{code}".'
_VOCABULARIES: dict[str, Name] = {
    "context": "context",
    "location_type": "location",
    "origin": "origin",
}


class _Fields(NamedTuple):
    """What the columns of n rows say, apart from where."""

    harm: pd.Series
    labels: dict[str, Coded]
    times: Times
    columns: dict[str, pd.Series]
    notes: tuple[str, ...]


def read_incidents(
    path: str | Path,
    *,
    columns: Mapped | None = None,
    layer: str | None = None,
    crs: object = None,
    to_crs: object = NATIONAL_GRID,
    postcodes: pd.DataFrame | Path | str | None = None,
    areas: gpd.GeoDataFrame | None = None,
    source: str | None = None,
    harm: str | None = None,
    harm_words: Mapping[str, str] | None = None,
    origin: str | None = None,
    precision_m: float | None = None,
    pseudonyms: Callable[[pd.Series], pd.Series] | None = None,
) -> Reading:
    r"""Read a file of records of harm, and account for every row of it.

    A record without a usable place is kept without a point ("no place known");
    a row whose harm is not known by its label, whose place is certainly wrong
    or outside the study area is set aside with the reason. No row is dropped
    as a repeat of another: two alike may be two records.

    Parameters
    ----------
    path
        CSV, XLSX, GeoJSON, GeoPackage, Shapefile (zipped too), GeoParquet or Parquet.
    columns
        Our names -> the file's names, before every guess; ``date_order`` may be
        ``day_first`` or ``month_first``.
    layer
        Layer of a GeoPackage or zip, or sheet of a workbook.
    crs
        System of the coordinates, where the file does not say it or is wrong.
    to_crs
        Projected system in metres to bring them into; another than the National
        Grid only for a study area outside Great Britain.
    postcodes
        Table or file of postcodes (ONSPD, NSPL, Code-Point Open).
    areas
        ``AREAS``: the study area; rows outside are set aside.
    source, harm, origin
        The agency, kind of harm and origin of all rows, where no column says it.
    harm_words
        The partnership's own labels and the harm codes they stand for.
    precision_m
        How far points may be off (m), where the file does not say it.
    pseudonyms
        Makes keyed pseudonyms of the file's person keys, which are then kept
        nowhere (:func:`csgeo.disclosure.pseudonyms.pseudonyms`); if None they
        are taken to be pseudonyms already, and refused where they do not look so.

    Returns
    -------
    reading
        ``table`` (INCIDENTS, in `to_crs`), ``report`` and ``set_aside``.

    Raises
    ------
    UnreadableFile
        If the file is missing, empty, damaged or not what its name says.
    UnknownColumns, UnknownWords, WrongCRS, SourceError
        If it has no column for places or harm, only unknown labels,
        coordinates that are not what the mapping says, or dates in two orders.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "records.csv"
    >>> _ = file.write_text("id,type,date,easting,northing\nA1,CSE,13/02/2024,375100,164500\n")
    >>> reading = read_incidents(file)
    >>> reading.table["harm"].tolist()
    ['CSE']
    """
    rows = read_rows(path, layer=layer)
    matched, order = _matched(rows, columns, harm)
    personal = look_for_personal(rows, "incidents", matched)
    if pseudonyms is not None and "person_key" in matched:
        rows = _without_people(rows, matched["person_key"], pseudonyms)
    coded = _harm(rows, matched, harm, harm_words)
    located = locate(
        rows,
        matched,
        section="incidents",
        crs=crs,
        to_crs=to_crs,
        postcodes=postcodes,
        areas=areas,
        precision_m=precision_m,
    )
    fields = _fields(rows, matched, coded, order, source=source, origin=origin)
    ids, id_notes = own_ids(rows, matched.get("incident_id"))
    doubts = [*located.doubts]
    if "harm" in matched:
        doubts += unknown_doubts(coded, "harm", matched["harm"], _HARM_REMEDY)
    return account(
        rows,
        lambda used: _table(fields, located, ids, used, to_crs),
        doubts,
        contract=INCIDENTS,
        matched=matched,
        notes=[*located.notes, *fields.notes, *id_notes],
        no_place=located.no_place != "",
        personal=personal,
    )


def _without_people(rows: Rows, column: str, pseudonyms: Callable[[pd.Series], pd.Series]) -> Rows:
    """Put pseudonyms in the place of the keys, before anything else is done with the rows."""
    frame = rows.frame.assign(**{column: pseudonyms(to_text(rows.frame[column]))})
    broken = rows.broken
    if not broken.empty:  # which field held the key is not known there
        broken = broken.assign(text="not shown: it may name a person")
    note = f"the keys of people in {column!r} were replaced by pseudonyms of our own"
    return replace(rows, frame=frame, broken=broken, notes=(*rows.notes, note))


def _matched(
    rows: Rows, columns: Mapped | None, harm: str | None
) -> tuple[dict[str, str], str | None]:
    """Match the columns; a harm for the whole file goes before a guessed column."""
    chosen = dict(columns or {})
    order = chosen.pop("date_order", None)
    if order not in {None, *ORDERS}:
        msg = f"`date_order` must be day_first or month_first; it is {order!r}."
        raise SourceError(msg)
    if harm is not None:
        chosen.setdefault("harm", None)
    known = {**known_columns("incidents"), **known_columns("place")}
    found = [str(c) for c in rows.frame]
    return match_columns(found, known, given=chosen, file=rows.file, section=_SECTION), order


def _harm(
    rows: Rows, matched: Mapping[str, str], harm: str | None, words: Mapping[str, str] | None
) -> Coded:
    """Give each row its harm: from its column, or the one that holds for the whole file."""
    everywhere = None if harm is None else code_of(harm, "harm", words)
    if "harm" not in matched:
        if everywhere is None:
            found = [str(c) for c in rows.frame]
            looked = "harm, type, category, offence, crime type, concern"
            remedy = f'Name the column in the recipe under [{_SECTION}], or say what all rows are with harm = "CCE" or the like.'
            raise UnknownColumns(
                lacks_columns(rows.file, "what kind of harm it was", looked, found, remedy)
            )
        n, index = len(rows.frame), rows.frame.index
        codes = constant(everywhere, index)
        return Coded(codes, codes, pd.Series(np.zeros(n, dtype=bool), index=index))
    coded = code_labels(rows.frame[matched["harm"]], "harm", words)
    remedy = "Name the right column, or add the labels to the recipe under [incidents.words]."
    refuse_all_unknown(coded, "harm", rows.file, matched["harm"], remedy)
    if everywhere is None:
        return coded
    return coded._replace(codes=coded.codes.where(coded.codes.notna() | coded.unknown, everywhere))


def _fields(
    rows: Rows,
    matched: Mapping[str, str],
    harm: Coded,
    order: str | None,
    *,
    source: str | None,
    origin: str | None,
) -> _Fields:
    frame = rows.frame
    times = read_times(rows, matched, order=order)
    notes = list(times.notes)
    silent = int((harm.codes.isna() & ~harm.unknown).sum())
    if silent:
        notes.append(
            f"{silent:,} rows do not say which kind of harm it was; they were kept, their harm not known"
        )
    labels = {}
    for ours, vocabulary in _VOCABULARIES.items():
        if ours in matched:
            labels[ours] = code_labels(frame[matched[ours]], vocabulary)
            notes += unknown_note(labels[ours], vocabulary, matched[ours])
    text = {
        ours: to_text(frame[matched[ours]])
        for ours in ("source", "person_key", "area_id")
        if ours in matched
    }
    if "area_id" in text:
        width = KNOWN_WIDTHS.get(folded(matched["area_id"]))
        text["area_id"], said = check_codes(text["area_id"], matched["area_id"], width=width)
        notes += said
    name = source or rows.stem
    everywhere = constant(name, frame.index)
    text["source"] = everywhere if source or "source" not in text else text["source"].fillna(name)
    if origin is not None:
        given = code_of(origin, "origin")
        own = labels["origin"].codes if "origin" in labels else constant(None, frame.index)
        text["origin"] = own.fillna(given)
    return _Fields(harm.codes, labels, times, text, tuple(notes))


def _table(
    fields: _Fields,
    located: Located,
    ids: pd.Index,
    used: npt.NDArray[np.bool_],
    to_crs: object,
) -> gpd.GeoDataFrame:
    silent = constant(None, fields.harm.index)
    codes = {ours: coded.codes for ours, coded in fields.labels.items()}
    text = codes | fields.columns
    columns = {
        "harm": fields.harm,
        "context": text.get("context", silent),
        "location_type": text.get("location_type", silent),
        "occurred_from": fields.times.occurred_from,
        "occurred_to": fields.times.occurred_to,
        "when_precision": fields.times.when_precision,
        "source": text["source"],
        "origin": text.get("origin", silent),
        "precision_m": pd.Series(located.precision_m, index=silent.index),
    }
    columns |= {ours: text[ours] for ours in ("person_key", "area_id") if ours in text}
    table = pd.DataFrame(columns)[used].set_index(pd.Index(ids[used], name="incident_id"))
    return gpd.GeoDataFrame(table, geometry=located.points[used], crs=to_crs)
