"""Which rows does a text table hold?

CSV in any common encoding and with any common delimiter. Every value stays
text, so that the leading zeros of a code survive; what a value means is for
the rooms that know the column.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import UnreadableFile

if TYPE_CHECKING:
    import numpy.typing as npt

_MOST_HEADER = 1 << 18
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
    text, notes = _decoded(content, called)
    text = text.rstrip("\r\n\x1a\x00 ")
    skipped, delimiter = 0, None
    if told := re.match(r"sep=(.)\r?\n", text):  # Excel's own hint
        text, delimiter, skipped = text[told.end() :], told.group(1), 1
    delimiter = delimiter or _delimiter(text)
    if delimiter != ",":
        notes.append(f"fields are separated by {_NAMES.get(delimiter, repr(delimiter))}")
    first, names = _header(text, delimiter, header=header, notes=notes)
    if not text.strip() or (header and len(text) <= first):
        found = "nothing" if not text.strip() else "a header and no rows"
        msg = f"{called} is empty: it holds {found}. Export it again."
        raise UnreadableFile(msg)
    body = text[first:] if header else text
    _refuse_open_quote(body, called)
    frame, broken = _fast(body, delimiter, names) or _careful(body, delimiter, names)
    numbers = np.arange(len(frame), dtype=np.int64)
    offset = skipped + (2 if header else 1)
    if "row" in broken:
        numbers = np.setdiff1d(np.arange(len(frame) + len(broken)), broken["row"].to_numpy())
        broken = broken.assign(row=broken["row"] + offset)
    return TextTable(*without_empty(frame, numbers + offset, notes), broken, tuple(notes))


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


def _decoded(content: bytes, called: str) -> tuple[str, list[str]]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return content.decode(encoding), (
                    [] if encoding == "utf-8-sig" else [f"read as {encoding}"]
                )
            except UnicodeDecodeError as error:
                msg = f"{called} begins as {encoding} text but does not go on so (at byte {error.start:,}). Export it again."
                raise UnreadableFile(msg) from error
    start = content[:1000]
    if start.count(0) > len(start) // 4:  # utf-16 without a mark: every other byte is zero
        encoding = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        return content.decode(encoding, errors="replace"), [f"read as {encoding}"]
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), ["not UTF-8: read as Windows-1252 (cp1252)"]
    except UnicodeDecodeError:
        return content.decode("latin-1"), ["not UTF-8: read as ISO-8859-1 (latin-1)"]


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


def _header(text: str, delimiter: str, *, header: bool, notes: list[str]) -> tuple[int, list[str]]:
    lines = io.StringIO(text[:_MOST_HEADER], newline="")
    names = next(csv.reader(lines, delimiter=delimiter), [])
    # a quoted name may hold a line break: count what the csv reader consumed
    end = lines.tell()
    if not header:
        return 0, [f"column {i}" for i in range(1, len(names) + 1)]
    return end, unique_names(names, notes)


def _refuse_open_quote(body: str, called: str) -> None:
    """Refuse a quotation mark that is never closed: it would swallow the rows behind it."""
    if body.count('"') % 2 == 0:
        return
    opened = re.search(r'(?:^|[,;\t|\n])"(?:[^"]|"")*$', body)
    if opened and "\n" in opened.group().lstrip("\n"):
        line = body.count("\n", 0, opened.start() + 1) + 2
        msg = (
            f"{called} opens a quotation mark that is never closed, near line {line:,}: the rows "
            "behind it would be lost. Close or remove it, or export the file again."
        )
        raise UnreadableFile(msg)


def _fast(body: str, delimiter: str, names: list[str]) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Parse with Arrow, or give up (None) where a row has more or fewer fields than the header."""
    import pyarrow as pa  # noqa: PLC0415  heavy
    from pyarrow import csv as arrow_csv  # noqa: PLC0415

    if len(set(names)) < len(names) or len(names) == 1:
        return None  # with one column Arrow cannot tell an empty row from none
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(body.encode("utf-8")),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=1 << 24),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values='"' in body, ignore_empty_lines=False
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


def _careful(body: str, delimiter: str, names: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Parse row by row: short rows are filled up, long ones put into `broken` with their place."""
    width, whole, broken = len(names), [], []
    csv.field_size_limit(1 << 24)
    for place, row in enumerate(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)):
        fields = row
        while len(fields) > width and not fields[-1].strip():
            fields = fields[:-1]
        if len(fields) > width:
            broken.append((place, delimiter.join(row)))
        else:
            whole.append([f or None for f in fields] + [None] * (width - len(fields)))
    frame = pd.DataFrame(whole, columns=names, dtype="str")
    return frame, pd.DataFrame(broken, columns=["row", "text"]) if broken else pd.DataFrame()
