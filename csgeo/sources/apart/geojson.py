"""Which features does a GeoJSON hold?

RFC 7946, read feature by feature with Python's own JSON. A member `crs` is
heeded only where it names a system by its code; one that links to a file or
an address is refused, and nothing is ever followed.
"""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from csgeo.sources.apart.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from csgeo.sources.limits import Limits

Said = dict[str, Any]
_WHITE = re.compile(r"[ \t\n\r]*")
_CODE = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:)?(OGC|EPSG|ESRI):(?:[0-9.]*:)?(CRS84h?|\d{1,7})|CRS84",
    re.IGNORECASE,
)
#: How many collections may stand in one another.
_DEEPEST = 8
#: Coordinates of a number of nested lists: a point, a line, an area, areas.
_KINDS = {
    "Point": (1, 0),
    "LineString": (2, 1),
    "Polygon": (3, 2),
    "MultiPoint": (4, 1),
    "MultiLineString": (5, 2),
    "MultiPolygon": (6, 3),
}
_SINGLE = {4: 1, 5: 2, 6: 3}
_Nested = list[Any]


def read(request: Said, limits: Limits) -> tuple[Iterator[Any], Callable[[], Said]]:
    """Read all features as one batch of Arrow, their shapes as well-known binary."""
    said: Said = {"notes": [], "crs": "OGC:CRS84", "geometry": "geometry"}
    return _batches(request, limits, said), lambda: said


def _batches(request: Said, limits: Limits, said: Said) -> Iterator[Any]:
    text = _text(Path(request["path"]))
    columns = _Columns(limits)
    try:
        for feature in _features(text, said):
            columns.add(feature)
    except (json.JSONDecodeError, RecursionError, ValueError) as error:
        deep = isinstance(error, RecursionError)
        why = "its values are nested too deeply" if deep else _where(error)
        msg = f"cannot be read as GeoJSON: {why}. It may be damaged; export or copy it again."
        raise Refused(msg) from error
    if columns.malformed:
        said["notes"].append(
            f"{len(columns.malformed):,} shapes are malformed and were read as none (the first is row {columns.malformed[0] + 2})"
        )
    yield columns.batch()


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"cannot be read as GeoJSON: it is not in UTF-8 (at byte {error.start:,}). Export it again in UTF-8."
        raise Refused(msg) from error


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:80]} at line {error.lineno:,}, character {error.colno:,}"
    return str(error).splitlines()[0][:120]


def _features(text: str, said: Said) -> Iterator[Said]:
    """Give one feature after another, without ever holding all of them."""
    at = _expect(text, _next(text, 0), "{")
    top: Said = {}
    found = False
    while text[at : at + 1] != "}":
        if top or found:
            at = _expect(text, at, ",")
        key, at = _decoded(text, at)
        at = _expect(text, at, ":")
        if key == "features" and text[at : at + 1] == "[":
            found = True
            at = yield from _elements(text, at + 1)
        else:
            top[str(key)], at = _decoded(text, at)
    if "crs" in top:
        said["crs"] = _system(top["crs"])
    if not found:
        if top.get("type") != "Feature":
            msg = "JSON without features"
            raise ValueError(msg)
        yield top


def _elements(text: str, at: int) -> Generator[Said, None, int]:
    at = _next(text, at)
    first = True
    while text[at : at + 1] != "]":
        if not first:
            at = _expect(text, at, ",")
        first = False
        feature, at = _decoded(text, at)
        if not isinstance(feature, dict):
            msg = f"a feature is no object but {type(feature).__name__}"
            raise ValueError(msg)  # noqa: TRY004  a fault of the file
        yield feature
    return _next(text, at + 1)


_DECODER = json.JSONDecoder()


def _decoded(text: str, at: int) -> tuple[Any, int]:
    value, end = _DECODER.raw_decode(text, at)
    return value, _next(text, end)


def _next(text: str, at: int) -> int:
    found = _WHITE.match(text, at)
    return found.end() if found else at


def _expect(text: str, at: int, sign: str) -> int:
    if text[at : at + 1] != sign:
        msg = f"{sign!r} expected"
        raise json.JSONDecodeError(msg, text, at)
    return _next(text, at + 1)


def _system(crs: Any) -> str | None:
    """Give the code of the system that the file names; none if it says that it is not known."""
    if crs is None:
        return None
    kind = crs.get("type") if isinstance(crs, dict) else None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if kind == "EPSG" and isinstance(properties, dict):
        name = f"EPSG:{properties.get('code')}"
    named = _CODE.fullmatch(name.strip()) if isinstance(name, str) else None
    if kind not in ("name", "EPSG") or named is None:  # a list or object is neither
        found = "a link" if kind in ("link", "url") else "no code"
        msg = f'must name its coordinate reference system by a code such as "EPSG:27700"; it gives {found}, which is not followed. Export it again, or take the member `crs` out.'
        raise Refused(msg)
    authority, code = named.group(1) or "OGC", named.group(2) or "CRS84"
    return f"{authority.upper()}:{code.upper() if not code.isdigit() else code}"


class _Columns:
    """Gathers properties and shapes, one list for each."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.rows = limits, 0
        self.values: dict[str, _Nested] = {}
        self.ids: _Nested = []
        self.shapes: list[bytes | None] = []
        self.malformed: list[int] = []

    def add(self, feature: Said) -> None:
        row = self.rows
        properties = feature.get("properties")
        for name, value in properties.items() if isinstance(properties, dict) else ():
            column = self.values.get(name)
            if column is None:
                column = self.values[name] = []
                self._refuse_too_many()
            column.extend([None] * (row - len(column)))
            column.append(value)
        self.ids.append(feature.get("id"))
        self.shapes.append(self._shape(feature.get("geometry"), row))
        self.rows += 1
        if self.rows > self.limits.rows:
            msg = f"holds more than {self.limits.rows:,} rows, which is the most that is read. Clip it to the county."
            raise Refused(msg)

    def batch(self) -> Any:
        """Give all columns as one batch."""
        import pyarrow as pa  # noqa: PLC0415

        columns = {name: v + [None] * (self.rows - len(v)) for name, v in self.values.items()}
        if "id" not in columns and any(isinstance(i, str) for i in self.ids):
            columns = {"id": self.ids, **columns}
        columns.pop("geometry", None)
        made = [_column(values) for values in columns.values()]
        names = [_sound(name) for name in columns]  # two that become one are refused behind this
        shapes = pa.array(self.shapes, pa.binary())
        return pa.RecordBatch.from_arrays([*made, shapes], names=[*names, "geometry"])

    def _shape(self, geometry: Any, row: int) -> bytes | None:
        if geometry is None:
            return None
        try:
            return _binary(geometry, 0)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, struct.error):
            self.malformed.append(row)
            return None

    def _refuse_too_many(self) -> None:
        if len(self.values) > self.limits.columns:
            msg = f"has more than {self.limits.columns:,} properties. Keep those that are needed."
            raise Refused(msg)


def _column(values: _Nested) -> Any:
    """Give a column the plainest type that holds each of its values; else text."""
    import pyarrow as pa  # noqa: PLC0415

    kinds = {type(v) for v in values} - {type(None)}
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds == {int} and all(v is None or -(2**63) <= v < 2**63 for v in values):
        return pa.array(values, pa.int64())
    if kinds in ({float}, {int, float}) and all(v is None or abs(v) < 2**1000 for v in values):
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    texts = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
    return pa.array([None if t is None else _sound(t) for t in texts], pa.string())


def _sound(text: str) -> str:
    """Give a text without halves of characters, which JSON can write and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def _binary(geometry: Any, deep: int) -> bytes:
    """Write a geometry as well-known binary; its third dimension is left out."""
    kind = geometry["type"]
    if kind == "GeometryCollection":
        parts = geometry["geometries"]
        if deep >= _DEEPEST or not isinstance(parts, list):
            msg = "collections too deep"
            raise ValueError(msg)
        return _head(7, len(parts)) + b"".join(_binary(g, deep + 1) for g in parts)
    number, depth = _KINDS[kind]
    coordinates = geometry["coordinates"]
    if number in _SINGLE:
        single, inner = _SINGLE[number], depth - 1
        return _head(number, len(coordinates)) + b"".join(
            _simple(single, inner, part) for part in coordinates
        )
    return _simple(number, depth, coordinates)


def _simple(number: int, depth: int, coordinates: _Nested) -> bytes:
    if depth == 0:
        if not coordinates:
            return struct.pack("<BIdd", 1, 1, np.nan, np.nan)
        return struct.pack("<BIdd", 1, 1, coordinates[0], coordinates[1])
    if depth == 1:
        return struct.pack("<BI", 1, number) + _line(coordinates, least=2)
    rings = b"".join(_line(ring, least=4) for ring in coordinates)
    return _head(number, len(coordinates)) + rings


def _line(coordinates: _Nested, *, least: int) -> bytes:
    if not coordinates:
        return struct.pack("<I", 0)
    points = np.array([(c[0], c[1]) for c in coordinates], dtype="<f8")
    closed = least != 4 or (points[0] == points[-1]).all()
    if points.ndim != 2 or len(points) < least or not closed:
        msg = "too few points, or a ring that is not closed"
        raise ValueError(msg)
    return struct.pack("<I", len(points)) + points.tobytes()


def _head(number: int, parts: int) -> bytes:
    return struct.pack("<BII", 1, number, parts)
