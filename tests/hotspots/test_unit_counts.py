"""How many records, people and how much weight does each square, hexagon or area hold?"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError, WrongCRS, WrongValues
from csgeo.hexagons import hexagon_at, hexagons
from csgeo.hotspots.unit_counts import count_records
from csgeo.lattice import cell_at, mixed_corners, squares
from csgeo.tables import CELLS


def areas_of(**shapes):
    table = {"name": list(shapes), "level": "ward"}
    index = pd.Index(list(shapes), name="area_id", dtype="str")
    return gpd.GeoDataFrame(table, index=index, geometry=list(shapes.values()), crs=27700)


def cells_of(*ids):
    x, y, side = mixed_corners(ids)
    index = pd.Index(ids, name="cell_id", dtype="str")
    return gpd.GeoDataFrame(index=index, geometry=shapely.box(x, y, x + side, y + side), crs=27700)


@pytest.fixture
def seven(incidents_at):
    x = [10, 124.9, 125, 300, 600, 10, np.nan]
    return incidents_at(x, [10] * 5 + [250, 10], people=["a", "a", None, "b", "c", "c", "c"])


def test_squares_of_two_sides_by_hand(seven):
    cells = cells_of("125mE0N0", "125mE125N0", "250mE250N0")
    weights = pd.Series([1, 0.5, 2, 0, 7, 7, 7], index=seven.index)
    counts = count_records(seven, cells, weights=weights)
    assert counts.table["incidents"].tolist() == [2, 1, 1]
    assert counts.table["people"].tolist() == [1, 0, 1]
    assert counts.table["weight"].tolist() == [1.5, 2, 0]
    assert (counts.inside, counts.outside, counts.without_place) == (4, 2, 1)
    assert (counts.weight_inside, counts.weight_lost) == (3.5, 21)
    assert counts.record.tolist() == [0, 1, 2, 3]
    assert counts.unit.tolist() == [0, 0, 1, 2]
    CELLS.check(counts.table, "counts")


def test_weights_are_found_by_their_index(seven):
    cells = cells_of("125mE0N0", "125mE125N0", "250mE250N0")
    weights = pd.Series([1, 0.5, 2, 0, 7, 7, 7], index=seven.index)
    turned = count_records(seven, cells, weights=weights.iloc[::-1])
    assert turned.table["weight"].tolist() == [1.5, 2, 0]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), across_m=st.sampled_from([50, 77, 200]))
def test_hexagons_hold_what_the_id_of_each_point_says(seed, across_m, incidents_at, area_of):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-300, 900, (2, 40))
    area = area_of(600, 400, west=-50, south=30)
    cells = hexagons(area, across_m=across_m)
    counts = count_records(incidents_at(x, y), cells)
    ids = pd.Series(hexagon_at(x, y, across_m=across_m))
    wanted = ids.value_counts().reindex(cells.index, fill_value=0)
    assert counts.table["incidents"].tolist() == wanted.tolist()
    assert counts.outside == int((~ids.isin(cells.index)).sum())


on_a_net = st.integers(-3, 9).map(lambda k: k * 62.5)  # half of them lie on an edge


@settings(max_examples=60, deadline=None)
@given(points=st.lists(st.tuples(on_a_net, on_a_net), min_size=1, max_size=30))
def test_squares_given_as_areas_give_what_squares_give(points, incidents_at, area_of):
    x, y = (np.array(v) for v in zip(*points, strict=True))
    cells = squares(area_of(375, 500), cell_m=125)
    inside = (x < 375) & (y < 500)  # the outermost edges are an area's own, but no cell's
    records = incidents_at(x[inside], y[inside])
    if not len(records):
        return
    areas = areas_of(**dict(zip(cells.index, cells.geometry, strict=True)))
    one, other = count_records(records, cells), count_records(records, areas)
    assert one.table["incidents"].tolist() == other.table["incidents"].tolist()
    assert (one.outside, one.inside) == (other.outside, other.inside)
    assert one.unit.tolist() == other.unit.tolist()
    by_id = pd.Series(cell_at(x[inside], y[inside], cell_m=125)).value_counts()
    assert one.table["incidents"].tolist() == by_id.reindex(cells.index, fill_value=0).tolist()


def test_a_record_on_a_shared_edge_is_counted_once_whatever_the_order(incidents_at):
    west, east, north = (
        shapely.box(0, 0, 10, 10),
        shapely.box(10, 0, 20, 10),
        shapely.box(0, 10, 20, 20),
    )
    areas = areas_of(west=west, east=east, north=north)
    records = incidents_at([10, 10, 5, 10, 0, 20], [5, 10, 10, 0, 20, 20])
    counts = count_records(records, areas)
    assert counts.table["incidents"].to_dict() == {"west": 0, "east": 2, "north": 4}
    again = count_records(records.iloc[::-1], areas.iloc[::-1]).table["incidents"]
    assert again.loc[areas.index].tolist() == [0, 2, 4]


def test_on_an_edge_with_nobody_to_the_north_and_east_the_smaller_id_has_it(incidents_at):
    # the edge of the two runs along x = 10 and ends at y = 10, where the outline turns
    areas = areas_of(b=shapely.box(0, 0, 10, 10), a=shapely.box(10, 0, 20, 10))
    counts = count_records(incidents_at([10], [10]), areas)
    assert counts.table["incidents"].to_dict() == {"b": 0, "a": 1}


def test_islands_an_area_in_two_parts_and_one_with_a_hole(incidents_at):
    ring = shapely.box(0, 0, 30, 30) - shapely.box(10, 10, 20, 20)
    parts = shapely.MultiPolygon([shapely.box(10, 10, 20, 20), shapely.box(100, 0, 110, 10)])
    areas = areas_of(ring=ring, parts=parts, island=shapely.box(500, 500, 510, 510))
    counts = count_records(incidents_at([5, 15, 105, 50], [5, 15, 5, 5]), areas)
    assert counts.table["incidents"].to_dict() == {"ring": 1, "parts": 2, "island": 0}
    assert counts.outside == 1


def test_overlapping_areas_are_refused_or_announced(incidents_at):
    areas = areas_of(
        A=shapely.box(0, 0, 10, 10), B=shapely.box(10, 0, 20, 10), both=shapely.box(5, 0, 15, 10)
    )
    records = incidents_at([7, 10, 2, 99], [5, 5, 5, 5], people=["a", "a", "b", "c"])
    with pytest.raises(
        MethodError, match=r"2 pairs of areas overlap \(the first is 'A' and 'both'"
    ):
        count_records(records, areas)
    counts = count_records(records, areas, overlapping="each")
    assert counts.table["incidents"].to_dict() == {"A": 2, "B": 1, "both": 2}
    assert counts.table["people"].to_dict() == {"A": 2, "B": 1, "both": 1}
    assert (counts.inside, counts.outside) == (3, 1)
    assert "the sums are more" in counts.words
    with pytest.raises(RecipeError, match='must be "refuse" or "each"'):
        count_records(records, areas, overlapping="first")


def test_slivers_between_boundaries_are_no_overlap(incidents_at):
    areas = areas_of(A=shapely.box(0, 0, 1000.2, 1000), B=shapely.box(1000, 0, 2000, 1000))
    counts = count_records(incidents_at([1000.1, 1500], [5, 5]), areas)
    assert counts.table["incidents"].to_dict() == {"A": 1, "B": 1}
    assert (counts.inside, counts.words) == (2, "Each record is counted once.")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_nothing_is_lost_and_two_files_add_up_to_one(seed, incidents_at, area_of):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-200, 700, (2, 50))
    x[rng.random(50) < 0.1] = np.nan
    records = incidents_at(x, y, people=rng.choice(["a", "b", None], 50).tolist())
    weights = pd.Series(rng.random(50), index=records.index)
    cells = squares(area_of(500, 500), cell_m=125)
    whole = count_records(records, cells, weights=weights)
    assert whole.inside + whole.outside + whole.without_place == 50
    assert whole.weight_inside + whole.weight_lost == pytest.approx(weights.sum())
    assert whole.table["incidents"].sum() == whole.inside
    parts = [
        count_records(records.iloc[p], cells, weights=weights.iloc[p])
        for p in (slice(20), slice(20, 50))
    ]
    for column in ("incidents", "weight"):
        summed = parts[0].table[column] + parts[1].table[column]
        np.testing.assert_allclose(summed, whole.table[column], rtol=1e-12)
    turned = count_records(records.iloc[::-1], cells, weights=weights)
    np.testing.assert_allclose(turned.table["weight"], whole.table["weight"], rtol=1e-12)
    moved = count_records(records.set_geometry(records.translate(125_000, 250_000)),
                          cells_of(*[f"125mE{a + 125_000}N{b + 250_000}" for a, b, _ in zip(*mixed_corners(cells.index), strict=True)]))  # fmt: skip
    assert moved.table["incidents"].tolist() == whole.table["incidents"].tolist()


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_weights_that_are_no_weights_are_refused_with_their_row(bad, seven):
    cells = cells_of("125mE0N0")
    weights = pd.Series([1.0] * 7, index=seven.index)
    weights.iloc[2] = bad
    with pytest.raises(WrongValues, match=r"found 1 of 7 rows \(the first is 'R2'\)"):
        count_records(seven, cells, weights=weights)


def test_other_weights_and_units_are_refused(seven):
    cells = cells_of("125mE0N0")
    with pytest.raises(WrongValues, match="7 records have none"):
        count_records(seven, cells, weights=pd.Series([1.0] * 7))
    with pytest.raises(WrongValues, match="must be a pandas Series of numbers"):
        count_records(seven, cells, weights=[1.0] * 7)
    with pytest.raises(WrongCRS, match="`incidents` must be in the same system"):
        count_records(seven.to_crs(32630), cells)
    clipped = cells.set_geometry([shapely.box(0, 0, 100, 125)], crs=27700)
    with pytest.raises(WrongValues, match="1 of 1 are not drawn where their id says"):
        count_records(seven, clipped)
    with pytest.raises(MethodError, match="2 records lie in two cells"):
        count_records(seven, cells_of("125mE0N0", "250mE0N0"))
    with pytest.raises(WrongValues, match="Cell ids must read like"):
        count_records(seven, cells.rename(index={"125mE0N0": "here"}))


def test_cells_far_apart_are_looked_up_as_well(incidents_at):
    cells = cells_of("125mE600000N1200000", "125mE0N0")  # too wide for a full table
    counts = count_records(
        incidents_at([600_010, 10, 300_000, 700_000], [1_200_010, 10, 10, 10]), cells
    )
    assert counts.table["incidents"].tolist() == [1, 1]
    assert counts.unit.tolist() == [0, 1]


@pytest.mark.open_data
def test_lower_layer_areas_hold_what_geopandas_joins(open_data, incidents_at):
    shapes = gpd.read_parquet(open_data / "boundaries" / "lsoa11_4forces.parquet").to_crs(27700)
    shapes = shapes[shapes["lad11nm"] == "Bath and North East Somerset"]
    areas = areas_of(**dict(zip(shapes["lsoa11cd"], shapes.geometry, strict=True)))
    rng = np.random.default_rng(1)
    west, south, east, north = areas.total_bounds
    records = incidents_at(rng.uniform(west, east, 5000), rng.uniform(south, north, 5000))
    counts = count_records(records, areas)
    joined = gpd.sjoin(records, areas[["geometry"]], predicate="intersects")
    assert counts.inside == joined.index.nunique() > 2000
    wanted = joined["area_id"].value_counts().reindex(areas.index, fill_value=0)
    assert counts.table["incidents"].tolist() == wanted.tolist()


def test_records_without_a_place_and_areas_that_cross_themselves(incidents_at, area_of):
    nowhere = count_records(incidents_at([np.nan, np.nan], [1, 1]), area_of(250, 250))
    assert (nowhere.inside, nowhere.outside, nowhere.without_place) == (0, 0, 2)
    assert nowhere.table["incidents"].tolist() == [0]
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])  # two triangles, west and east
    counts = count_records(incidents_at([10, 90, 50, 50], [50, 50, 10, 90]), areas_of(bow=bow))
    assert (counts.inside, counts.outside) == (2, 2)
