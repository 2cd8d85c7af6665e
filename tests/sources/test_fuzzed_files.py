"""Do the parsers foresee every failure? Sound files are mangled and text is made up."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csgeo.errors import SourceError
from csgeo.sources.apart import geojson
from csgeo.sources.apart.refused import Refused
from csgeo.sources.delimited import read_delimited
from csgeo.sources.files import read_rows
from csgeo.sources.limits import LIMITS
from tests.sources.hostile_files import _geopackage, _points, _shapefile_parts, _workbook, _zip

_QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
_SLOW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates", "geometries", "properties", "geometry", "id", "features", "crs", "name"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def features(text: str, folder: Path) -> Any:
    """The batch that a GeoJSON gives, read in this process."""
    (folder / "a.geojson").write_bytes(text.encode("utf-8", "surrogatepass"))
    parts, said = geojson.read({"path": str(folder / "a.geojson")}, LIMITS)
    return list(parts), said()


@_QUICK
@given(
    st.binary(max_size=400) | st.text(alphabet='a1,;\t|"\r\n\x00é', max_size=200).map(str.encode)
)
def test_any_bytes_are_a_table_or_refused(content):
    try:
        table = read_delimited(content, "a.csv")
    except SourceError:
        return
    assert len(table.frame) == len(table.numbers)
    assert (table.numbers[1:] > table.numbers[:-1]).all()


@_QUICK
@given(st.lists(st.lists(st.text(alphabet='ab,"\n é', max_size=6), min_size=3, max_size=3), min_size=1, max_size=8))  # fmt: skip
def test_a_written_table_comes_back(rows):
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([["x", "y", "z"], *rows, ["end", "end", "end"]])
    frame = read_delimited(out.getvalue().encode(), "a.csv").frame
    kept = [[v or None for v in row] for row in rows if any(row)]
    found = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    assert found[:-1] == kept


@_QUICK
@given(_JSON, _JSON, _JSON)
def test_any_feature_is_read_or_refused(geometry, properties, more):
    feature = {"type": "Feature", "geometry": geometry, "properties": properties, "id": more}
    document = {"type": "FeatureCollection", "crs": more, "features": [feature]}
    for told in (document, feature, {k: v for k, v in document.items() if k != "crs"}):
        with tempfile.TemporaryDirectory() as folder:
            try:
                (batch,), _ = features(json.dumps(told), Path(folder))
            except Refused:
                continue
        assert batch.num_rows == 1


@_QUICK
@given(st.floats(-180, 180), st.floats(-90, 90), st.integers(0, 3))
def test_shapes_are_those_that_shapely_reads(x, y, kind):
    import shapely

    ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y]]
    told = [
        {"type": "Point", "coordinates": [x, y, 9]},
        {"type": "MultiLineString", "coordinates": [ring, ring]},
        {"type": "MultiPolygon", "coordinates": [[ring]]},
        {"type": "GeometryCollection", "geometries": [{"type": "MultiPoint", "coordinates": ring}]},
    ][kind]
    ours = shapely.from_wkb(geojson._binary(told, 0))
    theirs = shapely.force_2d(shapely.from_geojson(json.dumps(told)))
    assert shapely.equals_identical(ours, theirs)


@_SLOW
@given(st.data())
def test_mangled_files_are_read_or_refused(data):
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        kind = data.draw(st.sampled_from(["gpkg", "xlsx", "zip", "parquet"]))
        if kind == "parquet":
            file = home / "a.parquet"
            _points().to_parquet(file)
        elif kind == "zip":
            file = _zip(home, {f"a{e}": c for e, c in _shapefile_parts(home).items()})
        else:
            file = _geopackage(home) if kind == "gpkg" else _workbook(home)
        content = bytearray(file.read_bytes())
        for at in data.draw(st.lists(st.integers(4, len(content) - 5), min_size=1, max_size=20)):
            content[at] = data.draw(st.integers(0, 255))
        file.write_bytes(bytes(content))
        try:
            rows = read_rows(file)
        except SourceError as refused:
            assert folder not in str(refused)  # noqa: PT017  a file may be read, too
            return
        assert rows.rows_in >= 0
