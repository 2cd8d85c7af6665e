"""Which rows does a text table hold?

CSV in any common encoding and with any common delimiter. Every value stays
text, so that the leading zeros of a code survive; what a value means is for
the rooms that know the column.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import UnreadableFile
from csgeo.sources.limits import LIMITS, in_bytes

if TYPE_CHECKING:
    import numpy.typing as npt

_MOST_HEADER = 1 << 18
_PIECE = 1 << 20
#: A quotation mark that opens a field, and none that closes it.
_OPENED = re.compile(rb'(?:^|[,;\t|\n])"(?:[^"]|"")*$')
#: Rows that are held as a list of lists before they become columns.
_AT_ONCE = 20_000
_DELIMITERS = ",;\t|"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class TextTable(NamedTuple):
    """Rows of text, the number of each in the file, and what was chosen to read them.

    ``broken`` holds the rows with more fields than the header names.
    """

    frame: pd.DataFrame
    numbers: npt.NDArray[np.int64]
    broken: pd.DataFrame
    notes: tuple[str, ...]


def read_delimited(content: bytes, called: str, *, header: bool = True) -> TextTable:
    """Read a text table.

    Parameters
    ----------
    content
        The bytes of the file.
    called
        The file's name, for messages.
    header
        Whether the first row names the columns. If not they are called
        ``column 1``, ``column 2`` and so on.

    Raises
    ------
    UnreadableFile
        If there is no row besides the header.
    """
    text, notes = _as_utf8(content, called)
    text = text.rstrip(b"\r\n\x1a\x00 ")
    skipped, delimiter, start = 0, None, 0
    if told := re.match(rb"sep=([!#-/:-@\[-`{-~\t])\r?\n", text):  # Excel's own hint
        delimiter, skipped, start = told.group(1).decode(), 1, told.end()
    delimiter = delimiter or _delimiter(_peek(text, start, 20_000))
    if delimiter != ",":
        notes.append(f"fields are separated by {_NAMES.get(delimiter, repr(delimiter))}")
    try:
        first, names = _header(text, start, delimiter, header=header, notes=notes)
        blank = len(text) - start < _MOST_HEADER and not text[start:].strip()
        if blank or (header and len(text) <= first):
            found = "nothing" if blank else "a header and no rows"
            msg = f"{called} is empty: it holds {found}. Export it again."
            raise UnreadableFile(msg)
        _refuse_large(text, delimiter, names, called)
        _refuse_open_quote(text, first, called)
        parts = _fast(text, first, delimiter, names) or _careful(text, first, delimiter, names)
    except csv.Error as error:
        msg = f"{called} has a field of more than {LIMITS.field_mb} MB, or one that cannot be read ({error}). Look for a quotation mark that is never closed, or export it again."
        raise UnreadableFile(msg) from error
    frame, broken = parts
    if len(frame) + len(broken) > LIMITS.rows:
        _too_large(called, f"{LIMITS.rows:,} rows", f"{len(frame) + len(broken):,}")
    numbers = np.arange(len(frame), dtype=np.int64)
    offset = skipped + (2 if header else 1)
    if "row" in broken:
        numbers = np.setdiff1d(np.arange(len(frame) + len(broken)), broken["row"].to_numpy())
        broken = broken.assign(row=broken["row"] + offset)
    frame, numbers = without_empty(frame, numbers + offset, notes)
    if len(frame) + len(broken) == 0:
        msg = f"{called} is empty: it holds a header and rows without anything in them. Export it again."
        raise UnreadableFile(msg)
    return TextTable(frame, numbers, broken, tuple(notes))


def without_empty(
    frame: pd.DataFrame, numbers: npt.NDArray[np.int64], notes: list[str]
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Leave out rows and unnamed columns that hold nothing at all, and say so in `notes`."""
    nameless = [c for c in frame if str(c).startswith("column ") and frame[c].isna().all()]
    frame = frame.drop(columns=nameless)
    empty = frame.isna().all(axis=1).to_numpy()
    if empty.any():
        notes.append(
            f"{int(empty.sum()):,} empty rows skipped (the first is row {numbers[empty][0]})"
        )
    return frame[~empty].reset_index(drop=True), numbers[~empty]


def unique_names(names: list[str], notes: list[str]) -> list[str]:
    """Give each column a name of its own: blank ones get a number, repeats a count."""
    seen: dict[str, int] = {}
    given = []
    for place, name in enumerate(names, start=1):
        plain = " ".join(str(name).split()) or f"column {place}"
        seen[plain] = seen.get(plain, 0) + 1
        given.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    if twice := sorted(n for n, count in seen.items() if count > 1):
        notes.append(f"columns named more than once were numbered: {', '.join(twice)}")
    return given


def _as_utf8(content: bytes, called: str) -> tuple[bytes, list[str]]:
    """Give the text in UTF-8, and say what it was in. It is never held whole as wide characters."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                text = _recoded(content, encoding)
            except UnicodeDecodeError as error:
                msg = f"{called} begins as {encoding} text but does not go on so (at byte {error.start:,}). Export it again."
                raise UnreadableFile(msg) from error
            return text, ([] if encoding == "utf-8-sig" else [f"read as {encoding}"])
    start = content[:1000]
    if start.count(0) > len(start) // 4:  # utf-16 without a mark: every other byte is zero
        encoding = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        return _recoded(content, encoding, errors="replace"), [f"read as {encoding}"]
    try:
        _recoded(content, "utf-8", keep=False)
    except UnicodeDecodeError:
        pass
    else:
        return content, []
    try:
        return _recoded(content, "cp1252"), ["not UTF-8: read as Windows-1252 (cp1252)"]
    except UnicodeDecodeError:
        return _recoded(content, "latin-1"), ["not UTF-8: read as ISO-8859-1 (latin-1)"]


def _recoded(content: bytes, encoding: str, *, errors: str = "strict", keep: bool = True) -> bytes:
    """Decode piece by piece and give it in UTF-8; or only look whether it can be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    pieces = []
    for at in range(0, len(content), _PIECE):
        piece = decoder.decode(content[at : at + _PIECE], final=at + _PIECE >= len(content))
        if keep:
            pieces.append(piece.encode("utf-8", "replace"))
    return b"".join(pieces)


def _peek(text: bytes, start: int, most: int) -> str:
    return text[start : start + most].decode("utf-8", "ignore")


def _refuse_large(text: bytes, delimiter: str, names: list[str], called: str) -> None:
    """Refuse more columns, cells or lines than any table of records has, before they are parsed."""
    if len(names) > LIMITS.columns:
        _too_large(called, f"{LIMITS.columns:,} columns", f"{len(names):,}")
    lines = text.count(b"\n") + text.count(b"\r")
    if lines > 4 * LIMITS.rows:
        _too_large(called, f"{LIMITS.rows:,} rows", f"some {lines:,} lines")
    if (cells := lines + text.count(delimiter.encode())) > 4 * LIMITS.cells:
        _too_large(called, f"{4 * LIMITS.cells:,} cells", f"some {cells:,}")


def _too_large(called: str, most: str, found: str) -> None:
    msg = f"{called} must have at most {most}; it has {found}. Take the years and columns that are needed, or export it again."
    raise UnreadableFile(msg)


def _delimiter(text: str) -> str:
    """Choose the delimiter that cuts most of the first rows into equally many fields."""
    sample = text[:20_000].splitlines()[:50]
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths = [len(r) for r in csv.reader(sample, delimiter=delimiter) if r]
        if widths and widths[0] > 1:
            alike = sum(w == widths[0] for w in widths) / len(widths)
            if (alike, widths[0]) > best_score:
                best, best_score = delimiter, (alike, widths[0])
    return best


def _header(
    text: bytes, start: int, delimiter: str, *, header: bool, notes: list[str]
) -> tuple[int, list[str]]:
    """Give the place where the rows begin, in bytes, and the names of the columns."""
    peeked = _peek(text, start, _MOST_HEADER)
    lines = io.StringIO(peeked, newline="")
    csv.field_size_limit(in_bytes(LIMITS.field_mb))
    names = next(csv.reader(lines, delimiter=delimiter), [])
    # a quoted name may hold a line break: count what the csv reader consumed
    end = start + len(peeked[: lines.tell()].encode("utf-8"))
    if not header:
        return start, [f"column {i}" for i in range(1, len(names) + 1)]
    return end, unique_names(names, notes)


def _refuse_open_quote(text: bytes, first: int, called: str) -> None:
    """Refuse a quotation mark that is never closed: it would swallow the rows behind it."""
    if text.count(b'"', first) % 2 == 0:
        return
    opened = _OPENED.search(text, max(first - 1, 0))
    if opened and b"\n" in opened.group().lstrip(b"\n"):
        line = text.count(b"\n", first, opened.start() + 1) + 2
        msg = (
            f"{called} opens a quotation mark that is never closed, near line {line:,}: the rows "
            "behind it would be lost. Close or remove it, or export the file again."
        )
        raise UnreadableFile(msg)


def _fast(
    text: bytes, first: int, delimiter: str, names: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Parse with Arrow, or give up (None) where a row has more or fewer fields than the header."""
    import pyarrow as pa  # noqa: PLC0415  heavy
    from pyarrow import csv as arrow_csv  # noqa: PLC0415

    if len(set(names)) < len(names) or len(names) == 1:
        return None  # with one column Arrow cannot tell an empty row from none
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(text).slice(first),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=1 << 24),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=text.find(b'"', first) >= 0,
                ignore_empty_lines=False,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table.to_pandas(), pd.DataFrame()


def _careful(
    text: bytes, first: int, delimiter: str, names: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Parse row by row: short rows are filled up, long ones put into `broken` with their place."""
    width, broken = len(names), []
    whole: list[list[str | None]] = []
    done: list[pd.DataFrame] = []
    opened = io.BytesIO(text)
    opened.seek(first)
    lines = io.TextIOWrapper(opened, encoding="utf-8", newline="")
    for place, row in enumerate(csv.reader(lines, delimiter=delimiter)):
        fields = row
        while len(fields) > width and not fields[-1].strip():
            fields = fields[:-1]
        if len(fields) > width:
            broken.append((place, delimiter.join(row)))
        else:
            whole.append([f or None for f in fields] + [None] * (width - len(fields)))
        if len(whole) == _AT_ONCE:
            done.append(pd.DataFrame(whole, columns=names, dtype="str"))
            whole = []
    done.append(pd.DataFrame(whole, columns=names, dtype="str"))
    frame = pd.concat(done, ignore_index=True)
    return frame, pd.DataFrame(broken, columns=["row", "text"]) if broken else pd.DataFrame()
