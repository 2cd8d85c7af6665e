"""May what a reading process hands back be believed?

It read bytes from elsewhere, so it may have been taken over. What it says is Arrow and JSON and
nothing that could run; it is measured before it is unfolded, for a few bytes may stand for many:
compressed buffers, a long word that a dictionary repeats, columns that take no space at all.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from csgeo.errors import UnreadableFile
from csgeo.sources.limits import in_bytes

if TYPE_CHECKING:
    from csgeo.sources.limits import Limits

_DICTIONARY, _ROWS = 2, 3  # kinds of message that hold buffers (Arrow's Message.fbs)
#: Bytes that one value takes in pandas besides its own: a number or pointer, a text, anything else.
_PLAIN, _TEXT, _OBJECT = 8, 48, 128
#: What a reader may say, and as what.
_SAID: dict[str, type | tuple[type, ...]] = {
    "refused": str,
    "limit": str,
    "failed": str,
    "crs": (str, type(None)),
    "geometry": (str, type(None)),
    "notes": list,
    "open": list,
    "names": list,
}
_MOST_NOTES, _LONGEST = 100, 2_000


class Unfit(Exception):
    """What was handed back is no table of plain columns."""


class TooLarge(Exception):
    """What was handed back would take more than it may once it is unfolded."""


def checked(said: dict[str, Any]) -> dict[str, Any]:
    """Return what a reader says of a file, if each part is of its kind.

    Raises
    ------
    Unfit
        If a part is of another kind.
    """
    for name, value in said.items():
        if name in _SAID and not isinstance(value, _SAID[name]):
            raise Unfit
        if isinstance(value, list) and not all(isinstance(v, str) for v in value):
            raise Unfit
    notes = [n[:_LONGEST] for n in said.get("notes", ())][:_MOST_NOTES]
    told: dict[str, Any] = {"crs": None, "geometry": None, "names": [], **said, "notes": notes}
    return told | {name: said[name][:_LONGEST] for name in ("refused", "failed") if name in said}


def table_in(content: Any, limits: Limits) -> Any:
    """Return the table in a stream of Arrow's; None if there is nothing.

    Parameters
    ----------
    content
        What supports the buffer protocol.
    limits
        Of rows, columns and, twice over, of the answer.

    Raises
    ------
    Unfit
        If it is no stream, is compressed, or holds columns that are not plain.
    TooLarge
        If it has more rows or columns, or takes more memory, than it may.
    """
    import pyarrow as pa  # noqa: PLC0415  heavy

    if not len(content):
        return None
    stream = pa.py_buffer(content)
    try:
        _refuse_compressed(stream)
        table = pa.ipc.open_stream(stream).read_all()
        table.validate(full=True)
        table = table.rename_columns(list(table.column_names)).replace_schema_metadata(None)
    except (pa.ArrowException, OSError, ValueError, struct.error, OverflowError) as error:
        raise Unfit from error
    if table.num_rows > limits.rows or table.num_columns > limits.columns + 2:
        raise TooLarge
    most = 2 * in_bytes(limits.answer_mb)
    if sum(_unfolded(column) for column in table.itercolumns()) > most:
        raise TooLarge
    return table


def words_for(called: str) -> UnreadableFile:
    """Say in plain words that a table could not be believed."""
    return UnreadableFile(
        f"{called} is damaged: what was read of it is no table. Export or copy it again."
    )


def _refuse_compressed(stream: Any) -> None:
    import pyarrow as pa  # noqa: PLC0415

    reader = pa.ipc.MessageReader.open_stream(stream)
    while True:
        try:
            message = reader.read_next_message()
        except StopIteration:
            return
        if _compressed(memoryview(message.metadata)):
            raise Unfit


def _compressed(message: memoryview) -> bool:
    """Say whether the buffers of a message are compressed, by its flat buffer."""
    (root,) = struct.unpack_from("<I", message, 0)
    (kind,) = struct.unpack_from("<B", message, _field(message, root, 1) or 0)
    if kind not in (_DICTIONARY, _ROWS):
        return False
    batch = _table(message, root, 2)
    if kind == _DICTIONARY:
        batch = _table(message, batch, 1)
    return _field(message, batch, 3) is not None


def _table(message: memoryview, table: int, number: int) -> int:
    at = _field(message, table, number)
    if at is None:
        raise Unfit
    return at + int(struct.unpack_from("<I", message, at)[0])


def _field(message: memoryview, table: int, number: int) -> int | None:
    """Give where a field of a table stands in a flat buffer; None if it is not there."""
    listed = table - int(struct.unpack_from("<i", message, table)[0])
    (size,) = struct.unpack_from("<H", message, listed)
    if listed < 0 or 4 + 2 * number >= size:
        return None
    (offset,) = struct.unpack_from("<H", message, listed + 4 + 2 * number)
    return table + int(offset) if offset else None


def _unfolded(column: Any) -> int:
    """Give the bytes that a column takes at most when each value stands for itself."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    kind, n = column.type, len(column)
    if pa.types.is_dictionary(kind):
        if pa.types.is_primitive(kind.value_type):
            return 2 * _PLAIN * n
        if not _is_text(kind.value_type):
            raise Unfit
        return _TEXT * n + sum(
            pc.sum(pc.binary_length(part.dictionary).take(part.indices)).as_py() or 0
            for part in column.chunks
        )
    return _plain(kind, n, column.nbytes)


def _plain(kind: Any, n: int, held: int) -> int:
    import pyarrow as pa  # noqa: PLC0415

    of = pa.types
    if of.is_primitive(kind) or of.is_null(kind):
        return _PLAIN * n + held
    if _is_text(kind):
        return held + _TEXT * n
    if of.is_list(kind) or of.is_large_list(kind) or of.is_struct(kind) or of.is_decimal(kind):
        return _OBJECT * n + 4 * held
    raise Unfit  # a view, a run, a union: many values in few bytes


def _is_text(kind: Any) -> bool:
    import pyarrow as pa  # noqa: PLC0415

    of = pa.types
    texts = (of.is_string, of.is_large_string, of.is_binary, of.is_large_binary)
    return any(says(kind) for says in texts)
