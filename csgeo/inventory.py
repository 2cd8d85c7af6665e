"""What does a data protection impact assessment need to know about this recipe?

Facts from the recipe and from what was read, with the questions that only people
can answer left open. It is the inventory for an assessment, not the assessment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from csgeo.assessed import RISKS, ROLES, written_down
from csgeo.disclosure.audiences import RULES
from csgeo.governance import Governance, agreed_of, governance_of, inputs_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from csgeo.recipe import Recipe
    from csgeo.sources.report import ReadReport

_DROPPED = re.compile(r"column '(.*)' was not read: it looks to hold (.*)")
_ASKED = {
    "lawful_basis": "lawful basis",
    "purpose": "purpose",
    "controller": "controller",
    "retention_until": "kept until",
    "sharing_agreement": "sharing agreement",
    "regime": "regime",
}


def data_inventory(
    recipe: Recipe, *, reports: Sequence[ReadReport] = (), on: dt.date | None = None
) -> str:
    """Write the data inventory of a recipe as a Markdown document.

    Parameters
    ----------
    recipe
        Which files, for what, and how they are protected.
    reports
        Of the files that were read, such as ``study.reports``; without them the columns that are
        kept and dropped are not known, and the document says so.
    on
        The day of the document, as the door gives it: files past their last day are said.

    Returns
    -------
    text
        Markdown. It holds no record and no count of records at a place; how many rows each file
        has is in it.
    """
    parts = [
        f"# Data inventory: {_plain(recipe.title)}",
        f"Marking: {_plain(recipe.marking)}."
        + (f" Written on {on}." if on else "")
        + " The inventory for a data protection impact assessment; what is marked **open** must be"
        " answered by people.",
        "## What is read",
        _files(recipe),
        "## By which right, and until when",
        _rights(recipe, on),
        "## Columns kept and dropped",
        _columns(reports),
        "## Who gets what",
        _audiences(recipe),
        "## Who may do what in the dashboard",
        _roles(),
        "## What is written down",
        _journal(),
        "## How long it is kept, and how it goes",
        _kept(recipe, on),
        "## Choices that shape the answer",
        _choices(recipe),
        "## Risks and measures",
        _table(("risk", "measure"), RISKS),
        "## Open questions",
        _questions(recipe, on),
    ]
    return "\n\n".join(parts) + "\n"


def _files(recipe: Recipe) -> str:
    rows = [
        (
            called,
            f"`{one.file}`" + (f", layer `{one.layer}`" if one.layer else ""),
            one.source or "",
            "personal data" if called == "incidents" else "no person",
        )
        for called, one in inputs_of(recipe)
    ]
    return _table(("read as", "file", "from", "holds"), rows)


def _rights(recipe: Recipe, on: dt.date | None) -> str:
    rows = []
    for called, one in inputs_of(recipe):
        agreed = governance_of(one)
        if called != "incidents" and agreed == Governance():
            continue  # public data need no agreement
        values = [getattr(agreed, name) for name in _ASKED]
        late = on is not None and agreed.retention_until is not None and agreed.retention_until < on
        said = ["**open**" if v is None else str(v) for v in values]
        if late:
            said[3] += " **past: erase it**"
        rows.append((f"`{one.file}`", *said))
    return _table(("file", *_ASKED.values()), rows)


def _columns(reports: Sequence[ReadReport]) -> str:
    if not reports:
        return "Not known: the files were not read for this document."
    rows = []
    for report in reports:
        dropped = [found for note in report.notes if (found := _DROPPED.fullmatch(note))]
        rows.append(
            (
                f"`{report.file}`",
                f"{report.rows_in:,}",
                ", ".join(f"{ours} (`{theirs}`)" for ours, theirs in (report.columns or {}).items())
                or "geometry and name",
                ", ".join(f"`{d[1]}`: {d[2]}" for d in dropped) or "none that looks personal",
            )
        )
    said = (
        "Columns that are not named under *kept* are not used. Those under *not read* look as if "
        "they identify a person, and are kept nowhere."
    )
    return f"{said}\n\n" + _table(("file", "rows", "kept as (column)", "not read"), rows)


def _audiences(recipe: Recipe) -> str:
    rows = [
        (
            rule.audience + (" (this recipe)" if rule.audience == recipe.release.audience else ""),
            "exact counts on cells and places, never records"
            if rule.exact
            else f"at least {max(rule.least_people, recipe.release.least_people or 0)} people, rounded "
            f"to {max(rule.round_to, recipe.release.round_to or 0)}",
            f"{rule.cell_m} m, places {rule.place_cell_m} m",
            f"{rule.lag_days} days after the end, over {rule.window_days} days or more",
        )
        for rule in RULES.values()
    ]
    said = (
        "Records stay with the analysts. Everyone else gets a release, for one of these audiences."
    )
    return f"{said}\n\n" + _table(("audience", "numbers", "smallest cells", "when"), rows)


def _roles() -> str:
    said = (
        "Whoever is in none of these roles sees nothing, and what is not named here is refused. On one "
        "machine there is no login: whoever has the link is the analyst. Who has which role is for the "
        "organisation to answer here."
    )
    return f"{said}\n\n" + _table(("role", "with what is protected", "with what is exact"), ROLES)


def _journal() -> str:
    said = (
        "Each entry says who, what, when, why and for whom, in the shape of section 62 of the Data "
        "Protection Act 2018; it is sealed and chained, and stops what asked for it if it cannot be "
        "written. It is written where CSGEO_JOURNAL_KEY is set. Who looks at it, and where its anchor "
        "lies, is for the organisation to answer here."
    )
    return f"{said}\n\n" + _table(("kind", "when", "entries"), written_down())


def _kept(recipe: Recipe, on: dt.date | None) -> str:
    days = [a.retention_until for a in agreed_of(recipe).values() if a.retention_until]
    rows = [
        ("files of records", "until the day that the table of rights says", "by you, or `csgeo purge --sources`"),
        ("exact answers, tries", f"until {min(days)}" if days else "**open**", "`csgeo purge`"),
        ("decisions, key of rounding, journal", "as long as releases are in use, or longer", "by you"),
        ("releases, maps, files", "they hold no record", "by those who have them"),
        ("backups", "**open**", "by whoever keeps them"),
    ]  # fmt: skip
    late = [day for day in days if on is not None and day < on]
    said = "A recipe with a file past its last day is not run; what was made from it is erased."
    said += " **A file is past it now: purge.**" if late else ""
    return f"{said}\n\n" + _table(("what", "how long", "how it goes"), rows)


def _choices(recipe: Recipe) -> str:
    hot, days = recipe.hotspots, recipe.period
    rows = [
        ("period", f"{days.start or 'first record'} to {days.end or 'last record'}"),
        ("harms", ", ".join(recipe.harms) or "all"),
        ("method", f"{hot.method}, compared with {hot.expectation}"),
        ("records made by enforcement", hot.enforcement.replace("_", " ")),
        ("fewest people of a place", str(hot.least_people)),
        ("longest list", f"{hot.most_places} places"),
        ("answers are kept in", f"`{recipe.folder}` (`secure` for analysts only)"),
    ]
    return _table(("choice", "value"), rows)


def _questions(recipe: Recipe, on: dt.date | None) -> str:
    asked = []
    records = [(one.file, governance_of(one)) for one in recipe.incidents]
    for file, agreed in records:
        if agreed.open_questions:
            words = ", ".join(_ASKED[name] for name in agreed.open_questions)
            asked.append(f"`{file}`: say its {words} under `[incidents.governance]`.")
        if agreed.lawful_basis and "consent" in agreed.lawful_basis.casefold():
            asked.append(
                f"`{file}`: consent is seldom the basis for sharing to protect children: it must be "
                "free to refuse and to withdraw. Is it meant?"
            )
        if on and agreed.retention_until and agreed.retention_until < on:
            asked.append(f"`{file}`: its last day was {agreed.retention_until}. Erase it.")
    regimes = {agreed.regime for _, agreed in records if agreed.regime}
    if len(regimes) > 1:
        asked.append(
            "Files of both regimes (general, law enforcement) are joined: which gateway allows it?"
        )
    asked += [
        "Who was asked: young people, families, those who work in these places?",
        "Who may load, look at detail, review and release, and who checks the journal?",
        "Does the list fall on some communities more than on others (Equality Act 2010, section 149)?",
        "When is this document looked at again?",
    ]
    return "\n".join(f"- {question}" for question in asked)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return "None."
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(_plain(v) for v in row) + " |" for row in lines)


def _plain(text: str) -> str:
    """Keep a text in its cell, and its signs from meaning anything in Markdown or HTML."""
    flat = " ".join(text.split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
