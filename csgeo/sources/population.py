"""How many people, and how many aged 10 to 17, live in each area?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from csgeo.errors import UnknownColumns
from csgeo.sources.area_tables import area_reading, as_numbers, find_columns, need_columns
from csgeo.sources.columns import lacks_columns
from csgeo.sources.files import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.sources.files import Rows
    from csgeo.sources.report import Reading

#: Three of the five years from 15 to 19 are 15, 16 and 17.
SHARE_OF_15_TO_19 = 0.6
_AGES = range(10, 18)
_PATTERNS = {
    "area_id": r"geography code|lsoa ?(20)?(11|21)[ _]?(cd|code)|lsoa code \((2011|2021)\)|(msoa|lad|wd)\d\d(cd|_code)|area[ _]?code",
    "residents": r"age: total(; measures: value)?|total_population|total population|total|all ages|residents",
    "residents_10_17": r"age_10_17|residents_10_17|aged 10 to 17",
    "aged_10_14": r"age: aged 10 to 14 years(; measures: value)?|age_10_14|aged 10 to 14 years",
    "aged_15_19": r"age: aged 15 to 19 years(; measures: value)?|age_15_19|aged 15 to 19 years",
    "date": r"date",
}
_REMEDY = (
    "Use Census 2021 table TS007A in bulk (census2021-ts007a-lsoa.csv), or mid-year estimates "
    "by single year of age."
)


def read_population(path: str | Path, *, vintage: str | None = None) -> Reading:
    """Read how many people live in each area.

    Parameters
    ----------
    path
        The Census 2021 bulk CSV TS007A (bands of five years), or mid-year estimates by
        single year of age: ``age_10``, ``Age 10`` or ``F10`` and ``M10`` columns.
    vintage
        The year of the areas' codes, where neither file nor header says it.

    Returns
    -------
    reading
        ``table``: index ``area_id``; ``residents``, ``residents_10_17`` (people),
        ``approximate`` (whether 10 to 17 was estimated as the people aged 10 to 14 and
        0.6 of those aged 15 to 19) and ``vintage`` ("2011" or "2021").

    Raises
    ------
    UnreadableFile, UnknownColumns
        If the file has no total or no ages.

    Examples
    --------
    >>> from csgeo.sources.population import read_population
    >>> read_population("census2021-ts007a-lsoa.csv").table  # doctest: +SKIP
    """
    rows = read_rows(path)
    found = find_columns(rows, _PATTERNS)
    needed = {"area_id": "the code of the area", "residents": "all ages together"}
    need_columns(rows, found, needed, _REMEDY)
    young, used, approximate = _young(rows, found)
    year = vintage or _vintage(rows, found)
    notes = [f"The codes are of {year}; they go with areas of that year only."]
    if approximate:
        notes.append(
            "People aged 10 to 17 are estimated: those aged 10 to 14 and 0.6 of those aged 15 to 19. "
            "A university makes it too high."
        )
    numbers = {"residents": as_numbers(rows, found["residents"]), "residents_10_17": young}
    return area_reading(
        rows,
        found["area_id"],
        numbers,
        kind="population by area",
        columns={"area_id": found["area_id"], "residents": found["residents"], **used},
        words={"approximate": approximate, "vintage": year},
        notes=notes,
    )


def _young(rows: Rows, found: dict[str, str]) -> tuple[pd.Series, dict[str, str], bool]:
    """Give people aged 10 to 17, the columns they come from, and whether they are estimated."""
    single = _single_years(rows)
    if single:
        ages = pd.DataFrame({c: as_numbers(rows, c) for c in single})
        said = f"{single[0]} to {single[-1]}"
        return ages.sum(axis=1, min_count=len(single)), {"residents_10_17": said}, False
    if "residents_10_17" in found:
        name = found["residents_10_17"]
        return as_numbers(rows, name), {"residents_10_17": name}, False
    if {"aged_10_14", "aged_15_19"} <= set(found):
        younger, older = (as_numbers(rows, found[c]) for c in ("aged_10_14", "aged_15_19"))
        said = f"{found['aged_10_14']} + {SHARE_OF_15_TO_19} x {found['aged_15_19']}"
        return younger + SHARE_OF_15_TO_19 * older, {"residents_10_17": said}, True
    wanted = "people aged 10 to 17"
    looked_for = "single years of age, or bands from 10 to 14 and from 15 to 19"
    raise UnknownColumns(
        lacks_columns(rows.file, wanted, looked_for, list(map(str, rows.frame)), _REMEDY)
    )


def _single_years(rows: Rows) -> list[str]:
    """Give the columns for the ages 10 to 17, of all or of females and males, if all are there."""
    plain = {" ".join(str(c).split()).casefold(): str(c) for c in rows.frame}
    for forms in (("age_{}",), ("age {}",), ("{}",), ("f{}", "m{}")):
        names = [form.format(age) for form in forms for age in _AGES]
        if all(n in plain for n in names):
            return [plain[n] for n in names]
    return []


def _vintage(rows: Rows, found: dict[str, str]) -> str:
    """Read the vintage of the codes from the header, or from the census that it is."""
    year = re.search(r"(20)?(11|21)", found["area_id"])
    if year:
        return f"20{year[2]}"
    if "date" in found and (rows.frame[found["date"]].astype("str").str.contains("2021")).all():
        return "2021"
    msg = f"{rows.file} does not say of which year its area codes are: the column is {found['area_id']!r}. Say `vintage`: '2011' or '2021'."
    raise UnknownColumns(msg)
