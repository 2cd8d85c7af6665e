"""What does this file hold?

The one door for every general file: CSV, XLSX, GeoJSON, GeoPackage, Shapefile
(zipped too), GeoParquet and Parquet, gzipped text as well. What comes out are
the rows as they stand in the file; nothing is parsed, dropped or corrected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import UnreadableFile
from csgeo.sources.delimited import TextTable, read_delimited
from csgeo.sources.formats import format_of, local_file, text_of, unpacked
from csgeo.sources.layers import Layer, read_layer, read_parquet
from csgeo.sources.workbooks import read_workbook

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one file.

    ``frame`` has the columns as the file names them, on a plain index; those of
    a CSV or XLSX are all text. ``numbers`` counts each row as a spreadsheet
    does (the header is row 1). ``geometry`` is on the index of ``frame``, in
    whatever system the file names, or None. ``broken`` holds the rows that
    could not be cut into fields, with the columns ``row`` and ``text``.
    """

    file: str
    holds: str
    frame: pd.DataFrame
    numbers: npt.NDArray[np.int64]
    geometry: gpd.GeoSeries | None
    broken: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return self.file.split(".", 1)[0]

    @property
    def rows_in(self) -> int:
        """How many rows the file holds."""
        return len(self.frame) + len(self.broken)


def read_rows(path: str | Path, *, layer: str | None = None, header: bool = True) -> Rows:
    r"""Read the rows of a file, whatever common format it is in.

    Parameters
    ----------
    path
        A local file: CSV (any common encoding, delimiter and BOM; gzipped too),
        XLSX, GeoJSON, GeoPackage, Shapefile, a zip of one, GeoParquet, Parquet.
    layer
        Layer of a GeoPackage or zip, or sheet of a workbook.
    header
        Whether the first row of a CSV or XLSX names the columns.

    Raises
    ------
    UnreadableFile
        If the file is missing, empty, damaged, or not what its name says.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = file.write_text("id,code\n1,007\n")
    >>> read_rows(file).frame["code"].tolist()
    ['007']
    """
    file = local_file(path)
    content = unpacked(file)
    holds = format_of(file, content=content)
    if content is not None and holds != "CSV":
        msg = f"{file.name} is a gzipped {holds}. Unpack it first: only gzipped text tables are read as they are."
        raise UnreadableFile(msg)
    if holds == "CSV":
        read = content if content is not None else text_of(file)
        return _from_text(file, holds, read_delimited(read, file.name, header=header))
    if holds == "XLSX":
        return _from_text(file, holds, read_workbook(file, sheet=layer, header=header))
    found = read_parquet(file) if holds == "Parquet" else read_layer(file, holds, layer=layer)
    return _from_layer(file, holds, found)


def _from_text(file: Path, holds: str, table: TextTable) -> Rows:
    return Rows(file.name, holds, table.frame, table.numbers, None, table.broken, table.notes)


def _from_layer(file: Path, holds: str, layer: Layer) -> Rows:
    if len(layer.frame) == 0:
        msg = f"{file.name} is empty: it holds no rows. Export it again."
        raise UnreadableFile(msg)
    numbers = np.arange(len(layer.frame), dtype=np.int64) + 2
    return Rows(file.name, holds, layer.frame, numbers, layer.geometry, pd.DataFrame(), layer.notes)
