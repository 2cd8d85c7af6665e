"""What does a file say of each published area?

Deprivation and population come as one row for each area and a code to join
by. Whatever is read here goes with areas of the same vintage only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import SourceError, UnknownColumns
from csgeo.sources.columns import lacks_columns
from csgeo.sources.report import Reading, ReadReport
from csgeo.sources.sieve import Doubt, broken_rows, sift
from csgeo.sources.values import to_numbers, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from csgeo.sources.files import Rows

#: Codes of the Office for National Statistics and of Northern Ireland's data zones.
_CODE = r"[EWSNKJ]\d{8}|95[A-Z0-9]{6}|N\d{8}"


def find_columns(rows: Rows, patterns: Mapping[str, str]) -> dict[str, str]:
    """Say which column of the file each pattern names; spaces and case do not matter.

    Parameters
    ----------
    rows
        The file's rows.
    patterns
        Our name -> a pattern for the whole of the file's name, in lower case.
    """
    plain = {" ".join(str(c).split()).casefold(): str(c) for c in rows.frame}
    return {
        ours: theirs
        for ours, pattern in patterns.items()
        for name, theirs in plain.items()
        if re.fullmatch(pattern, name)
    }


def need_columns(
    rows: Rows, found: Mapping[str, str], needed: Mapping[str, str], remedy: str
) -> None:
    """Refuse a file without the columns `needed` (our name -> what it is, in words).

    Raises
    ------
    UnknownColumns
        Naming what is lacking and what there is.
    """
    lacking = [words for ours, words in needed.items() if ours not in found]
    if lacking:
        wanted = " and ".join(lacking)
        raise UnknownColumns(
            lacks_columns(rows.file, wanted, wanted, list(map(str, rows.frame)), remedy)
        )


def area_reading(
    rows: Rows,
    codes: str,
    numbers: Mapping[str, pd.Series],
    *,
    kind: str,
    columns: Mapping[str, str],
    words: Mapping[str, str | bool],
    notes: Sequence[str] = (),
) -> Reading:
    """Make a table by area of these numbers, and account for each row.

    Parameters
    ----------
    rows
        The file's n rows.
    codes
        The file's column of area codes.
    numbers
        Our columns, each with n numbers; whole ones become integers.
    kind
        What the rows are, in words, for the report.
    columns, notes
        For the report.
    words
        Columns that say the same on each row, such as the vintage.

    Returns
    -------
    reading
        ``table``: a plain table indexed ``area_id``, sorted.

    Raises
    ------
    SourceError
        If no row can be used.
    """
    area_id = to_text(rows.frame[codes]).str.upper()
    sifted = sift(_doubts(area_id, numbers), rows=rows.numbers)
    set_aside = (*sifted.account, *broken_rows(rows.broken))
    if not sifted.used.any():
        first = set_aside[0]
        msg = f"{rows.file} has no row that can be used as {kind}: {first.rows:,} rows, {first.reason} (first: row {first.first_row}, {first.first_value}). {first.remedy}"
        raise SourceError(msg)
    used = pd.DataFrame({name: column[sifted.used] for name, column in numbers.items()})
    for name, column in used.items():
        if (column.dropna() % 1 == 0).all():
            used[name] = column.astype("Int64")
    for name, word in words.items():
        used[name] = word
    table = used.set_index(pd.Index(area_id[sifted.used], name="area_id"))
    frame = rows.frame.iloc[sifted.kept].reset_index(drop=True)
    frame = frame.assign(
        row=rows.numbers[sifted.kept], reason=pd.Series(sifted.reasons, dtype="str")
    )
    report = ReadReport(
        file=rows.file,
        kind=kind,
        rows_in=rows.rows_in,
        rows_used=len(table),
        set_aside=set_aside,
        columns=dict(columns),
        notes=(*rows.notes, *notes),
    )
    return Reading(table.sort_index(), report, frame)


def _doubts(area_id: pd.Series, numbers: Mapping[str, pd.Series]) -> list[Doubt]:
    named = area_id.str.fullmatch(_CODE).fillna(value=False).to_numpy(dtype=bool)
    below = np.zeros(len(area_id), dtype=bool)
    empty = np.ones(len(area_id), dtype=bool)
    for name, column in numbers.items():
        values = column.to_numpy(dtype=float, na_value=np.nan)
        below |= (values < 0) & (
            "score" not in name
        )  # a score may be negative, a count or rank not
        empty &= np.isnan(values)
    return [
        Doubt(
            "the area code is not a published one",
            ~named,
            lambda i: str(area_id.iloc[i]),
            "Correct the code, such as E01014370; a footnote or total may be left out.",
        ),
        Doubt(
            "the area stands on an earlier row",
            area_id.duplicated().to_numpy() & named,
            lambda i: str(area_id.iloc[i]),
            "Keep one row for each area.",
        ),
        Doubt(
            "a number is below zero",
            below,
            lambda i: str(area_id.iloc[i]),
            "Correct it, or leave it blank where it is not known.",
        ),
        Doubt(
            "no number is known",
            empty,
            lambda i: str(area_id.iloc[i]),
            "Fill in the row, or leave it out.",
        ),
    ]


def as_numbers(rows: Rows, column: str) -> pd.Series:
    """Give a column as numbers; 1,234 is a thousand and more."""
    return to_numbers(rows.frame[column], comma="thousands").astype(float)
