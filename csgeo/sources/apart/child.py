"""Which rows does the file hold that this process was told to read?

This runs in a process of its own. It takes one request as JSON, gives up all
that it does not need (:mod:`csgeo.sources.apart.fence`), reads, and writes
Arrow's stream, then a footer as JSON and its length. Neither pandas nor
geopandas is loaded: they would take longer than the reading.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

from csgeo.sources.apart.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csgeo.sources.limits import Limits

#: Set before any of the libraries is loaded.
SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # what is to be copied has one thread
    "MALLOC_ARENA_MAX": "2",
    "OPENPYXL_LXML": "False",
}
_UNLOADED = ("geopandas", "pandas", "lxml", "defusedxml", "PIL")


def main() -> None:
    """Answer the one request on standard input."""
    answer = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)  # what a library prints may name what stands in the file
    with os.fdopen(os.dup(0), "rb") as asked:
        request = json.loads(asked.read())
    leave_unloaded()
    try:
        footer = _answered(request, answer)
    except MemoryError:
        footer = {"limit": "memory"}
    except Refused as refused:
        footer = {"refused": str(refused)}
    except OSError as error:
        footer = {"limit": "answer"} if error.errno == 27 else {"failed": type(error).__name__}
    except Exception as error:  # noqa: BLE001  whatever it is, it ends here
        named = type(error).__name__
        footer = {"limit": "memory"} if "Memory" in named else {"failed": named}
    text = json.dumps(footer).encode()
    answer.write(text + struct.pack("<Q", len(text)))
    answer.flush()
    os._exit(0)  # nothing that was opened is worth closing in order


def leave_unloaded() -> None:
    """Do without libraries that others would load and no reader needs."""
    if not any(isinstance(finder, _Unloaded) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Unloaded())


class _Unloaded:
    """Says of some libraries that they are not there."""

    def find_spec(self, name: str, *_: object) -> None:
        """Look for a module."""
        if name.partition(".")[0] in _UNLOADED:
            raise ModuleNotFoundError(name, name=name)


def _answered(request: dict[str, Any], answer: BinaryIO) -> dict[str, Any]:
    from csgeo.sources.apart import fence  # noqa: PLC0415
    from csgeo.sources.limits import Limits  # noqa: PLC0415

    limits = Limits(**request["limits"])
    read = reader(request["holds"])
    still_open = fence.fence(limits, request["files"], request["private"])
    try:
        parts, said = read(request, limits)
        _write(parts, answer, limits)
    except BaseException:
        _from_start(answer)
        raise
    return {**said(), "open": still_open}


def reader(holds: str) -> Any:
    """Load what reads this format, before the fence closes."""
    import pyarrow as pa  # noqa: PLC0415

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    if holds == "GeoJSON":
        from csgeo.sources.apart import geojson  # noqa: PLC0415

        return geojson.read
    if holds == "XLSX":
        from csgeo.sources.apart import sheets  # noqa: PLC0415

        return sheets.read
    if holds == "Parquet":
        from csgeo.sources.apart import columnar  # noqa: PLC0415

        return columnar.read
    from csgeo.sources.apart import gis  # noqa: PLC0415

    return gis.read


def _write(parts: Iterator[Any], answer: BinaryIO, limits: Limits) -> None:
    """Write tables or batches one after another, as one stream."""
    import pyarrow as pa  # noqa: PLC0415

    writer, rows = None, 0
    for part in parts:
        rows += part.num_rows
        if rows > limits.rows:
            msg = f"holds more than {limits.rows:,} rows, which is the most that is read. Clip it to the county, or take the columns and the years that are needed."
            raise Refused(msg)
        if len(part.schema) > limits.columns:
            msg = f"has {len(part.schema):,} columns; at most {limits.columns:,} are read. Keep those that are needed."
            raise Refused(msg)
        if writer is None:
            writer = pa.ipc.new_stream(answer, part.schema)
        writer.write(part)
    if writer is not None:
        writer.close()


def _from_start(answer: BinaryIO) -> None:
    with contextlib.suppress(OSError):
        answer.flush()
    os.ftruncate(answer.fileno(), 0)
    os.lseek(answer.fileno(), 0, os.SEEK_SET)


if __name__ == "__main__":
    main()
