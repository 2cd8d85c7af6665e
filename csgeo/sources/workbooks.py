"""Which rows does a sheet of a workbook hold?

Cells become text as a person reads them: 375123.0 is ``375123``, a date is
written as ISO, a formula error is missing. A code that Excel kept as a number
has lost its leading zeros; :mod:`csgeo.sources.codes` looks for that.
"""

from __future__ import annotations

import datetime as dt
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from csgeo.errors import UnreadableFile
from csgeo.sources.delimited import TextTable, unique_names, without_empty

if TYPE_CHECKING:
    from pathlib import Path


def read_workbook(file: Path, *, sheet: str | None = None, header: bool = True) -> TextTable:
    """Read one sheet of an XLSX workbook.

    Parameters
    ----------
    file
        The workbook.
    sheet
        Name of the sheet; if not given the first one that holds anything, and
        the notes say which.
    header
        Whether the first row that holds anything names the columns.

    Raises
    ------
    UnreadableFile
        If the workbook is damaged, the sheet does not exist or has no rows.
    """
    import openpyxl  # noqa: PLC0415  heavy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and validation it does not need
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except Exception as error:
            msg = f"{file.name} is a workbook that cannot be opened ({type(error).__name__}). Save it again as .xlsx."
            raise UnreadableFile(msg) from error
        try:
            return _sheet(file.name, book, sheet, header=header)
        finally:
            book.close()


def _sheet(called: str, book: Any, sheet: str | None, *, header: bool) -> TextTable:
    names = [s.title for s in book.worksheets]
    if sheet is not None and sheet not in names:
        msg = f"{called} has no sheet {sheet!r}; it has {', '.join(map(repr, names))}. Name one of them as the layer."
        raise UnreadableFile(msg)
    notes: list[str] = []
    for name in [sheet] if sheet is not None else names:
        rows = _text_rows(book[name])
        if len(rows) > int(header):
            if len(names) > 1 and sheet is None:
                others = ", ".join(repr(n) for n in names if n != name)
                notes.append(f"read from the sheet {name!r}; there are also {others}")
            return _table(rows, notes, header=header)
    msg = f"{called} is empty: no sheet holds rows below a header. Export it again."
    raise UnreadableFile(msg)


def _text_rows(sheet: Any) -> list[tuple[int, list[str | None]]]:
    """Give each row that holds anything, with its number in the sheet."""
    sheet.reset_dimensions()  # some exporters write a false size into the file
    rows = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        texts = [_text(cell) for cell in cells]
        if any(t is not None for t in texts):
            rows.append((number, texts))
    return rows


def _table(
    rows: list[tuple[int, list[str | None]]], notes: list[str], *, header: bool
) -> TextTable:
    width = max(len(texts) for _, texts in rows)
    filled = [texts + [None] * (width - len(texts)) for _, texts in rows]
    names = [t or "" for t in filled[0]] if header else [""] * width
    body, numbers = (filled[1:], rows[1:]) if header else (filled, rows)
    frame = pd.DataFrame(body, columns=unique_names(names, notes), dtype="str")
    counted = np.array([n for n, _ in numbers], dtype=np.int64)
    return TextTable(*without_empty(frame, counted, notes), pd.DataFrame(), tuple(notes))


def _text(cell: Any) -> str | None:
    value = cell.value
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        shown = str(cell.number_format or "").lower()
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight and "h" not in shown else value.isoformat(" ")
    text = str(value).strip()
    if not text or (cell.data_type == "e" and text.startswith("#")):
        return None
    return text
