"""Are streets cut where they meet, and nowhere else?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from csgeo.errors import MethodError, WrongCRS
from csgeo.noding import node_streets


def streets_of(lines: dict[str, list[tuple[float, float]]], **columns: object) -> gpd.GeoDataFrame:
    shapes = [LineString(xy) for xy in lines.values()]
    words = {"name": list(lines), "kind": "street", "length_m": [s.length for s in shapes]}
    index = pd.Index(list(lines), name="street_id", dtype="str")
    return gpd.GeoDataFrame(words | columns, geometry=shapes, crs=27700, index=index)


def corners(streets: gpd.GeoDataFrame) -> dict[str, list[tuple[float, float]]]:
    return {i: list(s.coords) for i, s in streets.geometry.items()}


def test_node_streets_cuts_a_cross_of_two_streets_into_four_arms():
    cross = streets_of({"high": [(0, 0), (10, 0)], "mill": [(4, -3), (4, 5)]})
    noded = node_streets(cross)
    assert corners(noded) == {
        "high/1": [(0, 0), (4, 0)],
        "high/2": [(4, 0), (10, 0)],
        "mill/1": [(4, -3), (4, 0)],
        "mill/2": [(4, 0), (4, 5)],
    }
    assert noded["name"].tolist() == ["high", "high", "mill", "mill"]
    assert noded["length_m"].tolist() == [4, 6, 3, 5]


def test_node_streets_cuts_the_street_that_an_end_lies_on_and_leaves_the_other():
    tee = streets_of({"high": [(0, 0), (10, 0)], "side": [(4, 0), (4, 5)]})
    assert list(node_streets(tee).index) == ["high/1", "high/2", "side"]
    assert list(node_streets(tee, crossings="bridged").index) == ["high/1", "high/2", "side"]


def test_node_streets_joins_an_end_that_is_off_by_rounding_only():
    off = {"high": [(0, 0), (10, 0)], "side": [(4, 1e-9), (4, 5)], "far": [(8, 0.01), (8, 5)]}
    noded = node_streets(streets_of(off))
    assert list(noded.index) == ["high/1", "high/2", "side", "far"]
    assert noded.geometry["high/1"].coords[-1] == noded.geometry["side"].coords[0]


def test_node_streets_does_not_cut_at_a_bend():
    bend = streets_of({"high": [(0, 0), (5, 5), (10, 0)], "next": [(10, 0), (20, 0)]})
    pd.testing.assert_frame_equal(node_streets(bend), bend, check_dtype=False)


def test_node_streets_cuts_at_a_vertex_that_two_streets_share():
    shared = streets_of({"a": [(0, 0), (5, 0), (10, 0)], "b": [(5, -5), (5, 0), (5, 5)]})
    for crossings in ("joined", "bridged"):
        assert list(node_streets(shared, crossings=crossings).index) == ["a/1", "a/2", "b/1", "b/2"]


def test_node_streets_leaves_a_bridge_whole_where_the_file_says_so():
    over = {"road": [(0, 0), (10, 0)], "bridge": [(4, -3), (4, 5)], "ramp": [(4, 5), (0, 5)]}
    assert list(node_streets(streets_of(over), crossings="bridged").index) == list(over)
    levelled = node_streets(streets_of(over, level=["0", "1", "0"]))
    assert list(levelled.index) == list(over)
    assert len(node_streets(streets_of(over))) == 5


def test_node_streets_joins_the_end_of_a_ramp_whatever_its_level():
    down = {"road": [(0, 0), (10, 0)], "ramp": [(4, 0), (4, 5)]}
    assert list(node_streets(streets_of(down, level=[0, 1])).index) == ["road/1", "road/2", "ramp"]


def test_node_streets_cuts_a_street_that_crosses_itself():
    loop = streets_of({"loop": [(0, 0), (10, 0), (10, 5), (5, 5), (5, -5)]})
    assert corners(node_streets(loop)) == {
        "loop/1": [(0, 0), (5, 0)],
        "loop/2": [(5, 0), (10, 0), (10, 5), (5, 5), (5, 0)],
        "loop/3": [(5, 0), (5, -5)],
    }


def test_node_streets_cuts_where_one_street_runs_along_another():
    along = streets_of({"a": [(0, 0), (10, 0)], "b": [(2, 0), (7, 0), (7, 5)]})
    assert corners(node_streets(along)) == {
        "a/1": [(0, 0), (2, 0)],
        "a/2": [(2, 0), (7, 0)],
        "a/3": [(7, 0), (10, 0)],
        "b/1": [(2, 0), (7, 0)],
        "b/2": [(7, 0), (7, 5)],
    }


def test_node_streets_leaves_out_a_street_of_no_length_and_keeps_a_ring():
    odd = streets_of({"dot": [(9, 9), (9, 9)], "ring": [(0, 0), (5, 0), (5, 5), (0, 0)]})
    assert corners(node_streets(odd)) == {"ring": [(0, 0), (5, 0), (5, 5), (0, 0)]}


corner = st.tuples(st.integers(0, 12), st.integers(0, 12))
some_lines = st.lists(
    st.lists(corner, min_size=2, max_size=5).filter(lambda xy: len(set(xy)) > 1),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(some_lines)
def test_node_streets_keeps_the_length_and_leaves_nothing_to_cut(lines):
    streets = streets_of({f"s{i}": xy for i, xy in enumerate(lines)})
    before = streets.copy()
    noded = node_streets(streets)
    assert noded.length.sum() == pytest.approx(streets.length.sum())
    assert noded["length_m"].sum() == pytest.approx(streets["length_m"].sum())
    assert noded.index.is_unique
    # no two pieces cross: what they share is ends, or a stretch that both have
    pieces = noded.geometry.to_numpy()
    one, other = shapely.STRtree(pieces).query(pieces, predicate="crosses")
    meets = shapely.intersection(pieces[one], pieces[other])
    off = [m for m in meets if shapely.distance(m, _ends(pieces)).min() > 1e-6]
    assert off == []
    pd.testing.assert_frame_equal(streets, before)


def _ends(pieces: np.ndarray) -> np.ndarray:
    return np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])


def test_node_streets_does_nothing_to_streets_that_are_noded():
    once = node_streets(streets_of({"high": [(0, 0), (10, 0)], "mill": [(4, -3), (4, 5)]}))
    pd.testing.assert_frame_equal(node_streets(once), once)


def test_node_streets_refuses_degrees_and_other_words():
    cross = streets_of({"high": [(0, 0), (10, 0)]})
    with pytest.raises(WrongCRS, match=r"`streets` must be in EPSG:27700 \(metres\)"):
        node_streets(cross.to_crs(4326))
    with pytest.raises(MethodError, match="`crossings` must be 'joined' or 'bridged'; it is 'yes'"):
        node_streets(cross, crossings="yes")
