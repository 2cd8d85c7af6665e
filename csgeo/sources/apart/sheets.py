"""Which cells does a sheet of a workbook hold?

Values only: no formula is worked out, no link to another workbook followed,
no document type or entity of XML read. Cells become text as a person reads
them: 375123.0 is ``375123``, a date is written as ISO, an error is missing.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import openpyxl

from csgeo.sources.apart.refused import Refused
from csgeo.sources.limits import in_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from csgeo.sources.limits import Limits

Said = dict[str, Any]
#: Parts of a workbook that csgeo has no use for, and that may be large.
_UNUSED = ("xl/media/", "xl/embeddings/", "xl/externalLinks/", "xl/drawings/", "xl/vbaProject")
_LAST_ROW = 1_048_576
_MANY = 20_000
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    OSError,
    UnicodeDecodeError,
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


def read(request: Said, limits: Limits) -> tuple[Iterator[Any], Callable[[], Said]]:
    """Read one sheet as text: a column for each of its columns, and the number of each row."""
    said: Said = {"notes": [], "width": 0}
    return _batches(request, limits, said), lambda: said


def _batches(request: Said, limits: Limits, said: Said) -> Iterator[Any]:
    _refuse_bombs(request["path"], limits)
    with warnings.catch_warnings(), Path(request["path"]).open("rb") as opened:
        warnings.simplefilter("ignore")  # openpyxl warns of styles and validation it does not need
        try:
            book = openpyxl.load_workbook(opened, read_only=True, data_only=True, keep_links=False)
        except MemoryError:
            raise
        except Exception as error:
            msg = f"is a workbook that cannot be opened ({type(error).__name__}). Save it again as .xlsx."
            raise Refused(msg) from error
        yield _sheet(book, request, limits, said)


def _refuse_bombs(path: str, limits: Limits) -> None:
    """Refuse a workbook that unpacks to too much, or whose XML declares a document type."""
    left = in_bytes(limits.unpacked_mb)
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if not part.filename.startswith(_UNUSED):
                left -= part.file_size
        if left < 0:
            msg = f"must hold at most {limits.unpacked_mb:,} MB when unpacked; it says that it holds more. Save the sheet that is needed as CSV."
            raise Refused(msg)
        for name in archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")) and not name.startswith(_UNUSED):
                _refuse_declarations(archive, name)


class _Begun(Exception):
    """The first element was met: no document type can follow."""


def _refuse_declarations(archive: zipfile.ZipFile, name: str) -> None:
    def declared(*_: object) -> None:
        msg = f"declares a document type in {name!r}, as no workbook does and attacks on XML do. Ask whoever sent it; save it again as .xlsx."
        raise Refused(msg)

    def begun(*_: object) -> None:
        raise _Begun

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = begun
    try:
        with archive.open(name) as opened:
            while piece := opened.read(1 << 16):
                parser.Parse(piece)
    except (_Begun, expat.ExpatError):
        return
    except _BROKEN as error:
        msg = f"is a zip or workbook that is cut short or damaged ({type(error).__name__}). Copy or download it again."
        raise Refused(msg) from error


def _sheet(book: Any, request: Said, limits: Limits, said: Said) -> Any:
    sheet, header = request["layer"], int(request["header"])
    names = [s.title for s in book.worksheets]
    if sheet is not None and sheet not in names:
        msg = f"has no sheet {sheet!r}; it has {', '.join(map(repr, names[:30]))}. Name one of them as the layer."
        raise Refused(msg)
    for name in [sheet] if sheet is not None else names:
        numbers, rows = _text_rows(book[name], limits)
        if len(rows) > header:
            if len(names) > 1 and sheet is None:
                others = ", ".join(repr(n) for n in names if n != name)
                said["notes"].append(f"read from the sheet {name!r}; there are also {others}")
            said["notes"] += _without_result(request["path"], book[name])
            return _batch(numbers, rows)
    msg = "is empty: no sheet holds rows below a header. Export it again."
    raise Refused(msg)


def _text_rows(sheet: Any, limits: Limits) -> tuple[list[int], list[list[str | None]]]:
    """Give each row that holds anything, with its number in the sheet."""
    sheet.reset_dimensions()  # some exporters write a false size into the file
    rows, numbers, cells_read = [], [], 0
    try:
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            cells_read += len(cells)
            if number > _LAST_ROW or cells_read > limits.cells or len(cells) > limits.columns:
                _refuse_large(limits)
            texts = [_text(cell) for cell in cells]
            if any(t is not None for t in texts):
                rows.append(texts)
                numbers.append(number)
    except (Refused, MemoryError):
        raise
    except Exception as error:
        msg = f"is a workbook whose sheet {sheet.title!r} cannot be read ({type(error).__name__}). Save it again as .xlsx."
        raise Refused(msg) from error
    return numbers, rows


def _refuse_large(limits: Limits) -> None:
    msg = f"must have at most {limits.cells:,} cells, {limits.columns:,} columns and {_LAST_ROW:,} rows; it has more. Save the sheet as CSV, without the columns and rows that are not needed."
    raise Refused(msg)


def _batch(numbers: list[int], rows: list[list[str | None]]) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    width = max(map(len, rows))
    columns = []
    for place in range(width):
        values = [r[place] if place < len(r) else None for r in rows]
        columns.append(pa.array(values, pa.string()))
    named = [f"c{place}" for place in range(width)]
    return pa.RecordBatch.from_arrays(
        [pa.array(numbers, pa.int64()), *columns], names=["number", *named]
    )


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
    return text.encode("utf-8", "replace").decode()


def _without_result(path: str, sheet: Any) -> list[str]:
    """Say how many formulas of a sheet have no result in the file: their cells were read as empty."""
    part = str(sheet._worksheet_path).lstrip("/")  # noqa: SLF001  openpyxl gives no other way
    with zipfile.ZipFile(path) as archive, archive.open(part) as opened:
        tail = b""
        while piece := opened.read(1 << 20):
            if _FORMULA.search(tail + piece):
                break
            tail = piece[-32:]
        else:
            return []
    count, first = _count_formulas(path, part)
    if not count:
        return []
    at_least = "at least " if count >= _MANY else ""
    hold = "cell holds a formula" if count == 1 else "cells hold a formula"
    return [
        f"{at_least}{count:,} {hold} whose result is not in the file, read as empty (the first is {first}): open it in Excel or LibreOffice and save it"
    ]


def _count_formulas(path: str, part: str) -> tuple[int, str]:
    """Count the formulas without a result, and name the cell of the first."""
    seen = _Formulas()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = seen.start, seen.end
    parser.CharacterDataHandler = seen.text
    with zipfile.ZipFile(path) as archive, archive.open(part) as opened:
        try:
            while piece := opened.read(1 << 16):
                parser.Parse(piece)
        except (_Begun, expat.ExpatError):
            pass
    return seen.count, seen.first


class _Formulas:
    """Watches the cells of a sheet go by."""

    def __init__(self) -> None:
        self.count, self.first, self.cell = 0, "", ""
        self.formula = self.inside = self.value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        plain = name.rsplit(":", 1)[-1]
        if plain == "c":
            self.cell, self.formula, self.value = attributes.get("r", "?"), False, False
        self.formula |= plain == "f"
        self.inside = plain == "v"

    def text(self, data: str) -> None:
        self.value |= self.inside and bool(data.strip())

    def end(self, name: str) -> None:
        self.inside = False
        if name.rsplit(":", 1)[-1] == "c" and self.formula and not self.value:
            self.count += 1
            self.first = self.first or self.cell
            if self.count >= _MANY:
                raise _Begun
