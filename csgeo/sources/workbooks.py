"""Which rows does a sheet of a workbook hold?

A workbook is a zip of XML, and both can be made to burst: it is opened in a
process of its own (:mod:`csgeo.sources.apart.sheets`), values only. A code
that Excel kept as a number has lost its leading zeros;
:mod:`csgeo.sources.codes` looks for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csgeo.sources.apart.answer import words_for
from csgeo.sources.apart.ask import ask
from csgeo.sources.delimited import TextTable, unique_names, without_empty
from csgeo.sources.limits import LIMITS

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.sources.limits import Limits


def read_workbook(
    file: Path, *, sheet: str | None = None, header: bool = True, limits: Limits = LIMITS
) -> TextTable:
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
    limits
        How much the reading may take.

    Raises
    ------
    UnreadableFile
        If the workbook is damaged, the sheet does not exist or has no rows.
    """
    found = ask(file, "XLSX", limits=limits, layer=sheet, header=header)
    notes = list(found.said["notes"])
    if found.table is None or "number" not in found.table.column_names:
        raise words_for(file.name)
    numbers = found.table.column("number").to_numpy()
    frame = found.table.drop_columns(["number"]).to_pandas()
    names = [""] * frame.shape[1]
    if header:
        names = ["" if pd.isna(name) else str(name) for name in frame.iloc[0]]
        frame, numbers = frame.iloc[1:].reset_index(drop=True), numbers[1:]
    frame = frame.set_axis(unique_names(names, notes), axis=1).astype("str")
    return TextTable(*without_empty(frame, numbers, notes), pd.DataFrame(), tuple(notes))
