"""Which rows does a Parquet file hold, with its shapes if it is GeoParquet?"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import parquet

from csgeo.sources.apart.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from csgeo.sources.limits import Limits

Said = dict[str, Any]
_UNNAMED = re.compile(r"__index_level_\d+__")


def read(request: Said, limits: Limits) -> tuple[Iterator[Any], Callable[[], Said]]:
    """Read the wanted columns (all if none is named), row group by row group.

    With ``schema`` in the request only the names of the columns are given.
    """
    said: Said = {"notes": [], "crs": None, "geometry": None}
    return _batches(request, limits, said), lambda: said


def _batches(request: Said, limits: Limits, said: Said) -> Iterator[Any]:
    try:
        file = parquet.ParquetFile(request["path"], thrift_string_size_limit=1 << 24)
        schema = file.schema_arrow
        if request.get("schema"):
            said["names"] = schema.names[: limits.columns]
            return
        _refuse_large(file.metadata, limits)
        names = _wanted(schema, request.get("columns"), said)
        for batch in file.iter_batches(
            batch_size=1 << 17, columns=names, use_threads=False, use_pandas_metadata=False
        ):
            yield _plain(batch.select(names))
        if file.metadata.num_rows == 0:
            yield _plain(pa.RecordBatch.from_pylist([], schema=schema).select(names))
    except pa.ArrowMemoryError as error:
        raise MemoryError from error
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        words = str(error).replace(request["path"], request["called"]).splitlines() or [""]
        msg = (
            f"cannot be read as Parquet: {words[0][:200].rstrip('. ')}. Copy or download it again."
        )
        raise Refused(msg) from error


def _refuse_large(metadata: Any, limits: Limits) -> None:
    if metadata.num_rows > limits.rows:
        msg = f"holds {metadata.num_rows:,} rows; at most {limits.rows:,} are read. Clip it to the county."
        raise Refused(msg)


def _wanted(schema: Any, columns: list[str] | None, said: Said) -> list[str]:
    """Name the columns to read: those asked for, or all but indexes without a name and spare shapes."""
    if columns is not None:
        return columns
    known = schema.metadata or {}
    names = [n for n in schema.names if not _UNNAMED.fullmatch(n)]
    index = json.loads(known.get(b"pandas", b"{}")).get("index_columns", [])
    first = [n for n in index if isinstance(n, str) and n in names]
    names = [*first, *(n for n in names if n not in first)]
    if b"geo" in known:
        names = _with_shapes(json.loads(known[b"geo"]), names, said)
    return names


def _with_shapes(geo: Said, names: list[str], said: Said) -> list[str]:
    shapes, main = geo["columns"], geo["primary_column"]
    about = shapes[main]
    if about.get("encoding") != "WKB":
        msg = f"keeps its shapes as {str(about.get('encoding'))[:20]!r}; only well-known binary (WKB) is read. Write the GeoParquet with that encoding."
        raise Refused(msg)
    said["geometry"] = main
    said["crs"] = _system(about.get("crs", "OGC:CRS84"))
    boxes = {
        (about.get("covering") or {}).get("bbox", {}).get("xmin", [None])[0],
    }
    return [n for n in names if (n not in shapes or n == main) and n not in boxes]


def _system(crs: Any) -> str | None:
    if isinstance(crs, dict) and isinstance(crs.get("id"), dict):
        return f"{crs['id'].get('authority')}:{crs['id'].get('code')}"
    if isinstance(crs, dict):
        return json.dumps({k: v for k, v in crs.items() if k != "$schema"})
    return None if crs is None else str(crs)


def _plain(batch: Any) -> Any:
    """Give a batch without the types that a library adds, and without metadata."""
    columns = [c.storage if isinstance(c, pa.ExtensionArray) else c for c in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
