"""Which rows are in a data.police.uk download?

The same months come as one CSV, as a folder of month folders, as the zip that
the site gives, or packed in a Parquet with the same columns. All of them are
brought into one Arrow table here, so that the rest is one path for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from csgeo.errors import UnknownColumns, UnreadableFile
from csgeo.sources.apart.ask import ask
from csgeo.sources.formats import local_file, refuse_link
from csgeo.sources.limits import LIMITS, NATIONAL, in_bytes
from csgeo.sources.zipped import names_in, open_zip, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

#: Our word for each column, and the words that a file may use for it.
COLUMNS = {
    "crime_id": ("Crime ID", "crime_no"),
    "month": ("Month",),
    "force": ("Reported by",),
    "longitude": ("Longitude",),
    "latitude": ("Latitude",),
    "location": ("Location",),
    "lsoa": ("LSOA code",),
    "crime_type": ("Crime type",),
    "outcome": ("Last outcome category",),
}
_MAY_BE_ABSENT = {"crime_id", "outcome"}
_NUMBERS = {"Longitude", "Latitude"}
_STREET = "-street.csv"
_REMEDY = (
    "Give one street CSV, the folder of month folders, the zip as it was downloaded "
    "from data.police.uk/data, or a Parquet of the same columns."
)


class PoliceRows(NamedTuple):
    """Every row of a download, in the order of its files."""

    table: Any  # an Arrow table with the file's own column names; text as dictionaries
    columns: dict[str, str]
    file: npt.NDArray[np.intp]
    row: npt.NDArray[np.intp]
    files: tuple[str, ...]
    notes: tuple[str, ...]


def is_police(path: Path) -> bool:
    """Say whether a file, folder or zip is a data.police.uk download, by what is in it.

    Parameters
    ----------
    path
        Any path; one that does not exist is none.
    """
    if path.is_dir():
        return any(path.rglob(f"*{_STREET}"))
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(4096)
    try:
        if start[:2] == b"PK":
            return any(n.endswith(_STREET) for n in names_in(path))
        parquet = start[:4] == b"PAR1"
        columns = ask(path, "Parquet", schema=True).said["names"] if parquet else _header(start)
    except UnreadableFile:
        return False  # whoever reads it will be told why
    return not _lacking(_matched(columns))


def read_rows(path: Path) -> PoliceRows:
    """Read every street row of a file, folder, zip or Parquet.

    Raises
    ------
    UnreadableFile
        If the path does not exist, is empty or broken, or holds no street file.
    UnknownColumns
        If a file lacks a column that data.police.uk street files have.
    """
    notes: list[str] = []
    names: list[str] = []
    tables: list[Any] = []
    for name, contents in _contents(path, notes):
        if not isinstance(contents, bytes):
            names.append(name)
            tables.append(contents)
            continue
        if not contents.strip():
            msg = f"{name} is empty: it has {len(contents)} bytes. {_REMEDY}"
            raise UnreadableFile(msg)
        names.append(name)
        tables.append(_csv(contents, name, notes))
        if sum(t.num_rows for t in tables) > NATIONAL.rows:
            msg = f"{path.name} must hold at most {NATIONAL.rows:,} rows; it holds more. Choose fewer forces or months."
            raise UnreadableFile(msg)
    table = pa.concat_tables(tables, promote_options="permissive")
    if table.num_rows == 0:
        msg = f"{path.name} holds the header of a street file and no rows. Download it again, or choose other months."
        raise UnreadableFile(msg)
    sizes = [t.num_rows for t in tables]
    return PoliceRows(
        table=table.unify_dictionaries().combine_chunks(),
        columns=_found_columns(table.column_names, path.name),
        file=np.repeat(np.arange(len(sizes)), sizes),
        row=np.concatenate([np.arange(2, n + 2) for n in sizes]),
        files=tuple(names),
        notes=tuple(notes),
    )


def text_codes(column: Any) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Give a text column as codes into its distinct words; -1 where it is blank.

    Parameters
    ----------
    column
        n values: an Arrow chunked array, as dictionaries or as plain text.
    """
    if not pa.types.is_dictionary(column.type):
        column = pc.cast(column, pa.string()).dictionary_encode()
    chunk = column.combine_chunks()
    if isinstance(chunk, pa.ChunkedArray):  # no rows: an empty list of chunks
        chunk = pa.concat_arrays(chunk.chunks) if chunk.num_chunks else pa.array([], column.type)
    words = [str(w or "").strip() for w in chunk.dictionary.to_pylist()]
    codes = pc.fill_null(pc.cast(chunk.indices, pa.int64()), -1).to_numpy(zero_copy_only=False)
    blank = np.array([not w for w in words] + [True])  # the last stands for code -1
    return np.where(blank[codes], -1, codes), words


def numbers(column: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Give a column as numbers, and flag the values that are there and are no number."""
    if not pa.types.is_floating(column.type):
        text = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
        text = pc.if_else(pc.equal(text, ""), None, text)
        try:
            column = pc.cast(text, pa.float64())
        except pa.ArrowInvalid:
            import pandas as pd  # noqa: PLC0415  only for the rare file with words for numbers

            values = pd.to_numeric(text.to_pandas(), errors="coerce").to_numpy(dtype=float)
            there = text.is_valid().to_numpy(zero_copy_only=False)
            return values, np.isnan(values) & there
    values = column.to_numpy()
    return values, np.zeros(len(values), dtype=bool)


def _contents(path: Path, notes: list[str]) -> Iterator[tuple[str, Any]]:
    """Give the name and the bytes of each file, in a fixed order; of a Parquet its table."""
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file())
        street = [p for p in files if p.name.endswith(_STREET)]
        _say_left_out([p.name for p in files if p not in set(street)], notes)
        if not street:
            _no_street_files(path)
        for p in street:
            yield p.relative_to(path).as_posix(), _bytes(local_file(p))
        return
    if not path.is_file():
        msg = f"There is no file or folder {path}. {_REMEDY}"
        raise UnreadableFile(msg)
    with path.open("rb") as opened:
        start = opened.read(4)
    if start == b"PAR1":
        yield path.name, _parquet(path)
    elif start[:2] == b"PK":
        yield from _zipped(path, notes)
    else:
        yield path.name, _bytes(refuse_link(path))


def _bytes(file: Path) -> bytes:
    most = in_bytes(LIMITS.text_mb)
    with file.open("rb") as opened:
        contents = opened.read(most + 1)
    if len(contents) > most:
        msg = f"{file.name} must be at most {LIMITS.text_mb:,} MB as text; it is larger. {_REMEDY}"
        raise UnreadableFile(msg)
    return contents


def _zipped(path: Path, notes: list[str]) -> Iterator[tuple[str, bytes]]:
    with open_zip(path) as archive:
        inside = [n for n in archive.namelist() if not n.endswith("/") and "__MACOSX" not in n]
        street = sorted(n for n in inside if n.endswith(_STREET))
        _say_left_out([n for n in inside if not n.endswith(_STREET)], notes)
        if not street:
            _no_street_files(path)
        left = in_bytes(NATIONAL.text_mb)
        for name in street:
            contents = unpack(
                archive, name, called=path.name, most_mb=min(LIMITS.text_mb, left >> 20)
            )
            left -= len(contents)
            yield name, contents


def _no_street_files(path: Path) -> None:
    msg = f"{path.name} holds no file whose name ends in `{_STREET}`. {_REMEDY}"
    raise UnreadableFile(msg)


def _say_left_out(names: list[str], notes: list[str]) -> None:
    if names:
        kinds = "outcomes, stop and search or others"
        notes.append(f"{len(names)} files are not street files ({kinds}) and were not read.")


def _parquet(path: Path) -> Any:
    table = ask(path, "Parquet", limits=NATIONAL).table
    names = [] if table is None else table.column_names
    _found_columns(names, path.name)
    return table


def _csv(contents: bytes, name: str, notes: list[str]) -> Any:
    contents = contents.removeprefix(b"\xef\xbb\xbf")
    contents += b"" if contents.endswith(b"\n") else b"\n"  # a header alone needs its line's end
    columns = _header(contents)
    _found_columns(columns, name)
    text = pa.dictionary(pa.int32(), pa.string())
    plain = _NUMBERS | {"Crime ID"}
    convert = csv.ConvertOptions(
        column_types={c: pa.string() if c in plain else text for c in columns},
        strings_can_be_null=True,
        null_values=[""],
    )
    for encoding in ("utf8", "cp1252"):
        options = csv.ReadOptions(encoding=encoding, column_names=columns, skip_rows=1)
        try:
            table = csv.read_csv(
                pa.BufferReader(contents), read_options=options, convert_options=convert
            )
        except pa.ArrowInvalid as error:
            if "UTF8" in str(error) and encoding == "utf8":
                notes.append(f"{name} is not in UTF-8 and was read as Windows-1252.")
                continue
            msg = f"{name} is not a whole street CSV: {error} {_REMEDY}"
            raise UnreadableFile(msg) from error
        return table
    msg = f"{name} is in no encoding that csgeo knows. Save it as UTF-8."
    raise UnreadableFile(msg)


def _found_columns(columns: list[str], name: str) -> dict[str, str]:
    """Find the file's own name for each of ours, or say which it lacks."""
    found = _matched(columns)
    lacking = _lacking(found)
    if lacking:
        msg = (
            f"{name} must have the columns of a data.police.uk street file; it lacks "
            f"{', '.join(lacking)} and has {', '.join(columns[:12])}. {_REMEDY}"
        )
        raise UnknownColumns(msg)
    return found


def _header(contents: bytes) -> list[str]:
    line = contents.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    return [c.strip().strip('"') for c in line.decode("cp1252", "replace").strip("\r").split(",")]


def _matched(columns: list[str]) -> dict[str, str]:
    folded = {" ".join(c.split()).casefold(): c for c in columns}
    return {
        ours: folded[word.casefold()]
        for ours, words in COLUMNS.items()
        for word in words
        if word.casefold() in folded
    }


def _lacking(found: dict[str, str]) -> list[str]:
    return [COLUMNS[c][0] for c in COLUMNS if c not in found and c not in _MAY_BE_ABSENT]
