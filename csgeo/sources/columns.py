"""Which column is which?

The names that files use are data: ``columns.csv`` beside this module, one line
for each of our columns, its known other names in order of trust. Case, spaces
and punctuation do not matter; a name after ``re:`` is a pattern.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from csgeo.errors import UnknownColumns

#: What a recipe may say under ``[incidents.columns]``: our name -> the file's name; "" uses none.
Mapped: TypeAlias = Mapping[str, str | None]

_FILE = Path(__file__).parent / "columns.csv"
_PERSONAL = Path(__file__).parent / "personal.csv"
_PATTERN = "re:"


@lru_cache
def known_columns(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Return our columns of one kind of table, each with the names that files use for it.

    Parameters
    ----------
    kind
        ``place``, ``incidents``, ``services``, ``areas``, ``places`` or ``streets``.
    """
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["column"]: tuple(row["aliases"].split())
            for row in csv.DictReader(file)
            if row["table"] == kind
        }


def match_columns(
    found: list[str],
    known: Mapping[str, tuple[str, ...]],
    *,
    given: Mapped | None = None,
    file: str,
    section: str,
) -> dict[str, str]:
    """Say which of the file's columns is which of ours.

    Parameters
    ----------
    found
        Names of the file's columns.
    known
        Our columns and the names that files use, as :func:`known_columns` gives.
    given
        What the user says: our name -> the file's name. It goes before every
        guess; an empty name means that there is no such column.
    file, section
        Name of the file and section of the recipe, for messages.

    Returns
    -------
    dict
        Our name -> the file's name, for those that were found. No column of
        the file is guessed to be two things.

    Raises
    ------
    UnknownColumns
        If `given` names a column of ours or of the file that does not exist.

    Examples
    --------
    >>> match_columns(["Date", "LAT", "lng"], known_columns("place"), file="a.csv", section="x")
    {'longitude': 'lng', 'latitude': 'LAT'}
    """
    said = _checked(dict(given or {}), found, known, file=file, section=section)
    matched = {ours: theirs for ours, theirs in said.items() if theirs}
    free = [name for name in found if name not in matched.values()]
    for ours, aliases in known.items():
        if ours in said:
            continue
        theirs = _first_match(aliases, free)
        if theirs is not None:
            matched[ours] = theirs
            free.remove(theirs)
    return {ours: matched[ours] for ours in known if ours in matched}


def lacks_columns(file: str, wanted: str, looked_for: str, found: list[str], remedy: str) -> str:
    """Word the refusal of a file that has no column for something that is needed."""
    shown = ", ".join(found[:40]) or "none"
    return f"{file} has no column for {wanted}. Looked for {looked_for}; found: {shown}. {remedy}"


def personal_columns(found: list[str], table: str, *, kept: set[str]) -> dict[str, str]:
    """Say which columns look as if they held what identifies a person.

    Parameters
    ----------
    found
        Names of the file's columns.
    table
        ``incidents``, ``services`` or ``places``.
    kept
        Columns that are used as something else, so are not counted.

    Returns
    -------
    dict
        The file's name of the column -> what it looks to hold, in words.
    """
    looks = {}
    for name in found:
        if name in kept:
            continue
        for pattern, what in _personal_patterns(table):
            if pattern.fullmatch(folded(name)):
                looks[name] = what
                break
    return looks


def folded(name: str) -> str:
    """Reduce a column's name to its letters and digits, in small letters."""
    return re.sub(r"[^a-z0-9]", "", str(name).casefold())


@lru_cache
def _personal_patterns(table: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    with _PERSONAL.open(encoding="utf-8", newline="") as file:
        return tuple(
            (re.compile(row["pattern"].removeprefix(_PATTERN)), row["what"])
            for row in csv.DictReader(file)
            if table in row["tables"].split("|")
        )


def _first_match(aliases: tuple[str, ...], free: list[str]) -> str | None:
    plain: dict[str, str] = {}
    for name in free:
        plain.setdefault(folded(name), name)
    for alias in aliases:
        if not alias.startswith(_PATTERN):
            if alias in plain:
                return plain[alias]
            continue
        pattern = re.compile(alias.removeprefix(_PATTERN))
        for short, name in plain.items():
            if pattern.fullmatch(short):
                return name
    return None


def _checked(
    given: dict[str, str | None],
    found: list[str],
    known: Mapping[str, tuple[str, ...]],
    *,
    file: str,
    section: str,
) -> dict[str, str]:
    strange = [ours for ours in given if ours not in known]
    if strange:
        msg = (
            f"[{section}] names {strange[0]!r}, which is no column of csgeo{_near(strange[0], list(known))}. "
            f"It may name: {', '.join(known)}."
        )
        raise UnknownColumns(msg)
    said = {ours: str(theirs or "") for ours, theirs in given.items()}
    absent = {ours: theirs for ours, theirs in said.items() if theirs and theirs not in found}
    if absent:
        ours, theirs = next(iter(absent.items()))
        msg = (
            f"{file} has no column {theirs!r}, which [{section}] names for {ours}{_near(theirs, found)}. "
            f"Found: {', '.join(map(str, found[:40]))}. Correct the name in the recipe."
        )
        raise UnknownColumns(msg)
    return said


def _near(word: str, among: list[str]) -> str:
    near = difflib.get_close_matches(word, among, n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""
