"""Which class does a file give each published area, to rank within?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csgeo.errors import SourceError, UnknownColumns
from csgeo.sources.columns import lacks_columns
from csgeo.sources.files import read_rows
from csgeo.sources.report import Reading, ReadReport
from csgeo.sources.sieve import Doubt, broken_rows, sift
from csgeo.sources.values import to_text

if TYPE_CHECKING:
    from pathlib import Path

#: A published code: a letter for the country and eight digits.
_CODE = r"[A-Z]\d{8}"
#: A column is one of codes if nearly all of it reads so: a footnote may stand below.
_NEARLY_ALL = 0.95


def read_strata(path: str | Path, *, column: str) -> Reading:
    """Read the rural-urban class, or any other class, of published areas.

    Parameters
    ----------
    path
        A table with a column of area codes, such as the rural-urban classification of LSOAs.
    column
        The file's column that holds the class.

    Returns
    -------
    reading
        ``table``: a plain table, index ``area_id``, one column ``stratum`` (text).

    Raises
    ------
    UnknownColumns
        If the file lacks `column`, or a column of area codes.
    SourceError
        If an area stands in it twice with two classes.
    """
    rows = read_rows(path)
    found = [str(c) for c in rows.frame]
    if column not in found:
        raise UnknownColumns(
            lacks_columns(
                rows.file,
                "the class to rank within",
                column,
                found,
                "Correct the name in the recipe.",
            )
        )
    texts = {c: to_text(rows.frame[c]) for c in found if c != column}
    named = {c: t.str.fullmatch(_CODE).fillna(value=False).astype(bool) for c, t in texts.items()}
    codes = next((c for c, is_code in named.items() if is_code.mean() >= _NEARLY_ALL), None)
    if codes is None:
        wanted = "the code of the area"
        raise UnknownColumns(
            lacks_columns(
                rows.file, wanted, "codes such as E01014370", found, "Use a table by area code."
            )
        )
    table = pd.DataFrame({"area_id": texts[codes], "stratum": to_text(rows.frame[column])})
    table = table[named[codes]].drop_duplicates().set_index("area_id")
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()]
        msg = f"{rows.file} gives {len(twice)} areas two classes in {column!r}; the first is {twice[0]!r}. Keep one row each."
        raise SourceError(msg)
    left_out = ~named[codes].to_numpy()
    doubt = Doubt(
        "the area code is not a published one",
        left_out,
        lambda i: texts[codes].iloc[i],
        "Correct the code, such as E01014370; a footnote or total may be left out.",
    )
    sifted = sift([doubt], rows=rows.numbers)
    report = ReadReport(
        file=rows.file,
        kind="classes of areas",
        rows_in=rows.rows_in,
        rows_used=int(named[codes].sum()),
        set_aside=(*sifted.account, *broken_rows(rows.broken)),
        columns={"area_id": codes, "stratum": column},
    )
    return Reading(table, report, rows.frame[left_out])
