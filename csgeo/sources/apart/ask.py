"""What does a process that can do no harm find in this file?

The one way to a file that is not plain text. The reading process
(:mod:`csgeo.sources.apart.child`) hands back Arrow in a piece of memory that
has no name on any disk; it is measured and checked before it is believed.
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
import signal
import struct
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from csgeo.errors import UnreadableFile
from csgeo.sources.apart.answer import TooLarge, Unfit, checked, table_in, words_for
from csgeo.sources.apart.starting import run
from csgeo.sources.limits import LIMITS, Limits, in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_REMEDY = {
    "memory": "needs more than {memory_mb:,} MB of memory to be read",
    "cpu": "takes longer than {cpu_s} seconds to be read",
    "wall": "takes longer than {wall_s} seconds to be read",
    "answer": "holds more than {answer_mb:,} MB when read",
}
_WHAT_TO_DO = "It was left at that. Clip it to the county, keep the columns that are needed, or save it as CSV or Parquet; ask whoever sent it if it is not that large."


class Found(NamedTuple):
    """What was found: Arrow's table (none if only names were asked for), and what was said of it."""

    table: Any
    said: dict[str, Any]


def ask(
    file: Path,
    holds: str,
    *,
    path: Path | None = None,
    files: Sequence[Path] = (),
    private: Path | None = None,
    limits: Limits = LIMITS,
    **asked: Any,
) -> Found:
    """Let a process of its own read a file.

    Parameters
    ----------
    file
        The file as the user named it.
    holds
        Its format; ``GeoJSON``, ``XLSX``, ``Parquet``, ``GeoPackage`` or ``Shapefile``.
    path
        What is opened in its place, if it was unpacked.
    files
        Other files that belong to it and may be read.
    private
        A folder that the process may write to.
    limits
        How much it may take.
    asked
        What the reader of the format wants to know, ready for JSON.

    Raises
    ------
    UnreadableFile
        If the file cannot be read, or takes more than `limits`.
    """
    opened = (path or file).resolve()
    if (size := opened.stat().st_size) > in_bytes(limits.file_mb):
        msg = f"{file.name} must be at most {limits.file_mb:,} MB; it has {size >> 20:,} MB. {_WHAT_TO_DO}"
        raise UnreadableFile(msg)
    request = {
        "holds": holds,
        "path": str(opened),
        "called": file.name,
        "files": [str(opened), *(str(f.resolve()) for f in files)],
        "private": None if private is None else str(private.resolve()),
        "limits": limits._asdict(),
        "said": holds,
    } | asked
    with _nameless() as told, _nameless() as answer:
        told.write(json.dumps(request).encode())
        told.flush()
        code = run(holds, told, answer, limits)
        found = _taken(answer, limits, code)
    return _believed(found, file.name, limits)


def _taken(answer: BinaryIO, limits: Limits, code: int | str) -> Found:
    """Take the answer as it is, or say which limit was met."""
    size = os.fstat(answer.fileno()).st_size
    if code == "wall":
        return Found(None, {"limit": "wall"})
    if code != 0 or not 8 < size <= in_bytes(limits.answer_mb):
        return Found(None, _how_it_ended(code))
    held = mmap.mmap(answer.fileno(), 0, access=mmap.ACCESS_READ)
    (length,) = struct.unpack("<Q", held[-8:])
    if length > min(size - 8, 1 << 20):
        return Found(None, {"failed": "answer"})
    try:
        said = json.loads(held[-8 - length : -8])
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return Found(None, {"failed": "answer"})
    return Found(memoryview(held)[: size - 8 - length], said)


def _how_it_ended(code: int | str) -> dict[str, Any]:
    if sys.platform != "win32" and isinstance(code, int) and code < 0:
        if -code in {signal.SIGXCPU, signal.SIGKILL}:
            return {"limit": "cpu"}
        if -code == signal.SIGABRT:  # as C++ ends when it gets no memory
            return {"limit": "memory"}
        return {"failed": signal.Signals(-code).name}
    return {"failed": f"code {code}"}


def _believed(found: Found, called: str, limits: Limits) -> Found:
    try:
        said = checked(found.said)
    except Unfit:
        said = {"failed": "answer"}
    if refused := said.get("refused"):
        msg = f"{called} {refused}"
        raise UnreadableFile(msg)
    if limit := said.get("limit"):
        raise UnreadableFile(_beyond(limit, called, limits))
    if failed := said.get("failed"):
        msg = f"{called} is damaged in a way that stopped its reader ({failed[:60]}). Nothing of it was used. Export or copy it again."
        raise UnreadableFile(msg)
    try:
        table = table_in(found.table, limits)
    except TooLarge:
        raise UnreadableFile(_beyond("answer", called, limits)) from None
    except Unfit as error:
        raise words_for(called) from error
    if table is not None and said["geometry"] not in {None, *table.column_names}:
        raise words_for(called)
    if still := said.get("open"):
        note = f"this system does not let the reading of a file be closed off from {' or '.join(still)}"
        said["notes"].append(note)
    return Found(table, said)


def _beyond(limit: str, called: str, limits: Limits) -> str:
    words = _REMEDY.get(limit, _REMEDY["memory"]).format(**limits._asdict())
    return f"{called} {words}. {_WHAT_TO_DO}"


@contextmanager
def _nameless() -> Iterator[BinaryIO]:
    """Give memory to write to that has no name, and is gone when it is closed."""
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("answer"), "w+b") as opened:
            yield opened
    else:
        with tempfile.TemporaryFile() as opened:
            yield opened


@contextmanager
def private_folder() -> Iterator[Path]:
    """Give a folder that only this user may look into, and remove it with all it holds."""
    folder = Path(tempfile.mkdtemp(prefix="csgeo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
