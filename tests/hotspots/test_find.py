"""Which few places matter, and which only seem to?"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.errors import MethodError, RecipeError, WrongCRS
from csgeo.hotspots.find import find_by, find_hotspots
from csgeo.hotspots.methods.look import BY_NAME
from csgeo.lattice import cell_corner, cell_polygon
from csgeo.recipe import METHODS
from csgeo.tables import CELLS, HOTSPOTS, SET_ASIDE


@pytest.fixture(scope="module")
def area(area_of):
    return area_of(5000, 5000)


@pytest.fixture(scope="module")
def town(town):
    """The town over two years; the gathering is of the last five months, three records a day."""
    days = np.r_[np.arange(600) * 7919 % 730, 580 + np.arange(120) // 3 * 5 % 150]
    return town.assign(
        occurred_from=pd.Timestamp("2020-01-01") + pd.to_timedelta(days, unit="D"),
        when_precision="day",
    )


def search(records, area, *, method="compact_places", **options):
    """Search by a method; for those that look along streets, with one every 125 m, and on them."""
    if method in {"network_density", "hot_streets"}:
        west, south, *_ = area.total_bounds
        y = np.floor(records.geometry.y.to_numpy() / 125) * 125 + 62.5
        records = records.set_geometry(gpd.points_from_xy(records.geometry.x, y, crs=27700))
        at = south + np.arange(62.5, 5000, 125)
        ways = [shapely.LineString([(west, v), (west + 5000, v)]) for v in at]
        options["streets"] = gpd.GeoDataFrame(
            {"name": None, "kind": "street", "length_m": 5000.0},
            index=pd.Index([f"W{k}" for k in range(len(ways))], name="street_id"),
            geometry=ways,
            crs=27700,
        ).astype({"name": "str"})
    return find_hotspots(records, area, method=method, **options)


def test_every_method_of_the_recipe_is_known_and_no_other():
    assert tuple(BY_NAME) == METHODS


def polygons(found):
    return [sorted(c.split()) for c in found.hotspots["cells"]]


@pytest.mark.parametrize("method", METHODS)
def test_each_method_finds_where_records_gather_and_answers_in_the_same_table(method, town, area):
    found = search(town, area, method=method, replicates=99)
    hotspots = HOTSPOTS.check(found.hotspots, "hotspots")
    SET_ASIDE.check(found.set_aside, "set_aside")
    CELLS.check(found.cells, "cells")
    first = hotspots.iloc[0]
    assert shapely.distance(first.geometry.centroid, shapely.Point(2000, 3000)) < 130
    assert first["incidents"] > (40 if method == "optics" else 80), "OPTICS keeps to the middle"
    assert first["strength"] == first["incidents"] / first["expected"]
    if method not in {"network_density", "hot_streets"}:  # there the records lie on the streets
        assert first["incidents"] == town.within(first.geometry).sum()
    assert hotspots["rank"].tolist() == list(range(1, len(hotspots) + 1))
    assert (hotspots["method"] == method).all()
    assert [name for name in found.choices if not name.endswith("seen")] == [
        "records",
        "cells",
        "largest_place",
        "expectation",
        "enforcement",
        "method",
        "chance",
        "listed",
    ]
    assert found.choices["records"].startswith("720 records lie in the study area")


@pytest.mark.parametrize("method", METHODS)
def test_places_are_unions_of_their_cells_with_a_free_ring(method, town, area):
    found = search(town, area, method=method, replicates=99, q=1)
    for cells, place in zip(polygons(found), found.hotspots.itertuples(), strict=True):
        assert shapely.equals(shapely.union_all(cell_polygon(cells)), place.geometry)
        assert place.area_km2 == pytest.approx(place.geometry.area / 1e6)
        assert place.area_km2 <= 0.25
        assert place.Index.removeprefix("P") in cells
    shapes = found.hotspots.geometry.to_numpy()
    apart = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=124)
    assert apart.shape[1] == len(shapes), "a place touches another or its ring"
    assert len(found.hotspots) <= 10


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_the_rows_does_not_matter(method, town, area):
    plain = search(town, area, method=method, replicates=99)
    turned = search(town.iloc[::-1], area, method=method, replicates=99)
    pd.testing.assert_frame_equal(plain.hotspots, turned.hotspots)
    pd.testing.assert_frame_equal(plain.cells, turned.cells)


def test_the_same_question_gives_the_same_bytes(town, area):
    one, two = (find_hotspots(town, area, replicates=99, seed=5) for _ in range(2))
    for name in ("hotspots", "set_aside", "cells"):
        a, b = getattr(one, name), getattr(two, name)
        assert a.to_wkb().to_csv() == b.to_wkb().to_csv()
    assert one.choices == two.choices


def test_moving_everything_by_whole_cells_moves_the_places_along(town, area, area_of):
    east, north = 125 * 40, 125 * 16
    moved = town.set_geometry(town.geometry.translate(east, north))
    there = area_of(5000, 5000, west=east, south=north)
    plain = find_hotspots(town, area, replicates=99)
    far = find_hotspots(moved, there, replicates=99)
    assert len(plain.hotspots) == len(far.hotspots) > 0
    for a, b in zip(polygons(plain), polygons(far), strict=True):
        assert sorted(zip(*cell_corner(b)[:2], strict=True)) == sorted(
            (x + east, y + north) for x, y in zip(*cell_corner(a)[:2], strict=True)
        )
    columns = ["incidents", "expected", "score", "p_value"]
    np.testing.assert_allclose(plain.hotspots[columns], far.hotspots[columns])


def test_chance_alone_lists_a_place_in_about_one_run_of_twenty(area, incidents_at):
    listed = 0
    for seed in range(24):
        rng = np.random.default_rng(seed)
        records = incidents_at(*rng.uniform(0, 5000, (2, 1500)))
        everywhere = gpd.GeoDataFrame(
            {"name": "x", "level": "x", "residents": [1000]},
            index=pd.Index(["A"], name="area_id"), geometry=area.geometry.to_numpy(), crs=27700,
        )  # fmt: skip
        found = find_hotspots(
            records, area, expectation="residents", residents=everywhere, replicates=99, seed=seed
        )
        listed += len(found.hotspots) + len(found.set_aside)
    assert listed <= 4, "P(more than 4 of 24 at 0.05) is below 1 %"


def test_an_artefact_is_set_aside_and_the_next_place_moves_up(town, area, incidents_at):
    stack = incidents_at([4062.5] * 150, [1062.5] * 150)
    stack.index = pd.Index([f"S{k}" for k in range(150)], name="incident_id")
    records = pd.concat([town, stack])
    plain = find_hotspots(records, area, replicates=99, most_places=1)
    assert plain.set_aside["reason"].str.contains("one single point").all()
    assert plain.set_aside["incidents"].tolist()[0] >= 150
    assert plain.hotspots.iloc[0].geometry.centroid.distance(shapely.Point(2000, 3000)) < 130
    station = gpd.GeoDataFrame(
        {"name": ["Custody"], "kind": ["POLICE_STATION"]},
        index=pd.Index(["L"], name="place_id"), geometry=[shapely.box(4050, 1050, 4080, 1080)], crs=27700,
    )  # fmt: skip
    told = find_hotspots(records, area, replicates=99, places=station)
    assert told.set_aside["reason"].str.contains("within 100 m of a police station").any()


def test_places_are_ranked_within_strata(town, area):
    halves = gpd.GeoDataFrame(
        {"name": ["w", "e"], "level": "x", "stratum": ["west", "east"]},
        index=pd.Index(["w", "e"], name="area_id"),
        geometry=[shapely.box(0, 0, 2500, 5000), shapely.box(2500, 0, 5000, 5000)], crs=27700,
    )  # fmt: skip
    found = find_hotspots(town, area, replicates=99, q=1, strata=halves).hotspots
    assert set(found["stratum"]) == {"west", "east"}
    for _, own in found.groupby("stratum"):
        assert own["rank_in_stratum"].tolist() == list(range(1, len(own) + 1))


def test_the_city_does_not_drown_the_villages(area, incidents_at):
    # three places in the west, each far stronger than the one in the east
    rng = np.random.default_rng(8)
    middles = [(700, 700), (700, 2500), (700, 4300), (4000, 2500)]
    each = [120, 110, 100, 30]
    xy = [np.array(m) + rng.uniform(-100, 100, (n, 2)) for m, n in zip(middles, each, strict=True)]
    records = incidents_at(*np.concatenate([*xy, rng.uniform(0, 5000, (300, 2))]).T)
    halves = gpd.GeoDataFrame(
        {"name": ["w", "e"], "level": "x", "stratum": ["west", "east"]},
        index=pd.Index(["w", "e"], name="area_id"),
        geometry=[shapely.box(0, 0, 2500, 5000), shapely.box(2500, 0, 5000, 5000)], crs=27700,
    )  # fmt: skip
    options = {
        "replicates": 99, "most_places": 3, "strata": halves,
        "expectation": "residents", "residents": area.assign(residents=1000.0),
    }  # fmt: skip
    plain = find_hotspots(records, area, **options).hotspots
    fair = find_hotspots(records, area, least_in_stratum=1, **options)
    assert plain["stratum"].tolist() == ["west"] * 3
    assert fair.hotspots["stratum"].tolist() == ["west"] * 3 + ["east"]
    assert fair.hotspots["rank_in_stratum"].tolist() == [1, 2, 3, 1]
    assert "and 1 further ones for strata" in fair.choices["listed"]


def test_people_and_sources_are_counted(area, incidents_at):
    rng = np.random.default_rng(1)
    x, y = rng.normal(2000, 40, 60), rng.normal(2000, 40, 60)
    lone = rng.uniform(0, 5000, (2, 60))
    records = incidents_at(
        np.append(x, lone[0]), np.append(y, lone[1]),
        people=[f"p{k % 7}" for k in range(60)] + [None] * 60,
        source=["police"] * 30 + ["health"] * 30 + ["police"] * 30 + ["health"] * 30,
    )  # fmt: skip
    first = find_hotspots(records, area, replicates=99).hotspots.iloc[0]
    assert first["people"] == 7
    assert first["sources_agree"] == 2


def test_the_list_covers_no_more_than_its_share(area_of, incidents_at):
    rng = np.random.default_rng(3)
    x, y = np.concatenate(
        [np.full((50, 2), p) + rng.normal(0, 60, (50, 2)) for p in [(300, 300), (1500, 1500)]]
    ).T
    records = incidents_at(
        np.append(x, rng.uniform(0, 2000, 50)), np.append(y, rng.uniform(0, 2000, 50))
    )
    found = find_hotspots(records, area_of(2000, 2000), replicates=99)
    assert found.hotspots["area_km2"].sum() <= 0.05 * 4


@pytest.mark.parametrize("method", ["compact_places", "getis_ord"])
def test_little_or_even_data_give_an_empty_list(method, area, area_of, incidents_at):
    one = search(incidents_at([100], [100]), area, method=method, replicates=99)
    assert one.hotspots.empty
    assert one.cells["incidents"].sum() == 1
    x, y = (v.ravel() for v in np.meshgrid(np.arange(62.5, 1000, 125), np.arange(62.5, 1000, 125)))
    even = search(incidents_at(x, y), area_of(1000, 1000), method=method, replicates=99)
    assert even.hotspots.empty
    single = search(
        incidents_at([10, 20], [10, 10]), area_of(125, 125), method=method, replicates=99
    )
    assert single.hotspots.empty
    assert len(single.cells) == 1


def test_all_records_on_one_spot_are_set_aside(area, incidents_at):
    found = find_hotspots(
        incidents_at([100] * 20, [100] * 20),
        area,
        expectation="residents",
        residents=area.assign(residents=100.0),
        replicates=99,
    )
    assert found.hotspots.empty
    assert found.set_aside["incidents"].tolist() == [20]
    with pytest.raises(MethodError, match="20 records lie on 1"):
        find_hotspots(incidents_at([100] * 20, [100] * 20), area, method="hdbscan")


def test_no_record_in_the_area_is_refused(area, incidents_at):
    records = incidents_at([9000, np.nan, 9500], [0, np.nan, 0])
    with pytest.raises(MethodError, match="of 3 records 2 lie outside and 1 have no place"):
        find_hotspots(records, area)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "kernel"}, "`method` must be one of compact_places, getis_ord, local_moran"),
        ({"expectation": "gut"}, "`expectation` must be one of surroundings, streets, residents"),
        ({"cell_m": 100}, "`cell_m` must be one of 125"),
        ({"q": 0}, "`q` must be above 0"),
        ({"replicates": 9}, "`replicates` must be at least 19 for q = 0.05"),
        ({"most_places": 0}, "`most_places` must be 1 to 20"),
        ({"least_in_stratum": 21}, "`least_in_stratum` must be 0 to 20"),
        ({"most_share_of_area": 0.5}, "`most_share_of_area` must be above 0"),
        ({"most_km2": 0.01}, "`most_km2` must be at least one cell"),
    ],
)
def test_options_out_of_bounds_are_refused(options, words, town, area):
    with pytest.raises(RecipeError, match=words):
        find_hotspots(town, area, **options)


def test_tables_in_different_systems_are_refused(town, area):
    with pytest.raises(WrongCRS, match="`incidents` must be in the same system as `area`"):
        find_hotspots(town.to_crs(32630), area)


def test_no_argument_is_changed(town, area):
    before = town.copy(deep=True)
    find_hotspots(town, area, replicates=99)
    pd.testing.assert_frame_equal(town, before)


def test_re_runs_say_how_sure_a_strong_place_is_and_without_them_it_is_not_said(town, area):
    once = find_hotspots(town, area, replicates=99)
    assert once.hotspots["stability"].isna().all()
    seen = []
    again = find_hotspots(
        town, area, replicates=99, reruns=20, progress=lambda done, of: seen.append((done, of))
    )
    assert again.hotspots["stability"].iloc[0] >= 0.95
    assert (again.hotspots["stability"] * 20 % 1 == 0).all()
    assert "20 times" in str(again.choices["sure"])
    assert seen[-1] == (20, 20)
    rest = again.hotspots.drop(columns="stability")
    pd.testing.assert_frame_equal(rest, once.hotspots.drop(columns="stability"))


@pytest.mark.parametrize("method", METHODS)
def test_one_child_makes_no_place_by_any_method(method, town, area, incidents_at):
    rng = np.random.default_rng(3)
    own = incidents_at(*(4000 + rng.uniform(-120, 120, (2, 40))), people=["child"] * 40)
    own = own.assign(
        occurred_from=pd.Timestamp("2021-11-01") + pd.to_timedelta(np.arange(40), unit="D"),
        when_precision="day",
    )
    own.index = pd.Index([f"C{k}" for k in range(40)], name="incident_id")
    people = pd.array([f"P{k}" for k in range(len(town))], dtype="str")
    records = pd.concat([town.assign(person_key=people), own])
    found = search(records, area, method=method, replicates=99)
    near = [shapely.distance(g.centroid, shapely.Point(4000, 4000)) < 200 for g in found.set_aside.geometry]  # fmt: skip
    assert not any(
        shapely.distance(g.centroid, shapely.Point(4000, 4000)) < 200
        for g in found.hotspots.geometry
    )
    if any(near):
        assert (
            found.set_aside["reason"][near]
            .str.contains("of one person|of 1 person|of 2 people")
            .all()
        )
    assert found.choices["people"].startswith("A place has at least 3 people")


def test_a_place_that_one_source_makes_is_set_aside_if_two_are_asked_for(town, area):
    source = np.where(np.arange(len(town)) % 2 == 0, "police", "health")
    source[600:] = "police"
    records = town.assign(source=source)
    plain = find_hotspots(records, area, replicates=99)
    twofold = find_hotspots(records, area, replicates=99, least_sources=2)
    assert len(plain.set_aside) == 0
    assert len(twofold.hotspots) + len(twofold.set_aside) >= 1
    for cells, reason in zip(twofold.set_aside["cells"], twofold.set_aside["reason"], strict=True):
        assert "from 1 source" in reason, cells
    assert twofold.choices["people"].startswith("A place has records from at least 2 sources")


@pytest.mark.parametrize("method", METHODS)
def test_what_no_method_can_answer_is_refused_or_answered_by_an_empty_list(
    method, area, incidents_at, area_of
):
    def looked(records, where=area):
        try:
            return len(search(records, where, method=method, replicates=99).hotspots)
        except MethodError:
            return "refused"

    one = incidents_at([2000], [2000])
    assert looked(one) in {0, "refused"}
    spread = incidents_at(*np.random.default_rng(1).uniform(0, 5000, (2, 12)))
    assert looked(spread) in {0, "refused"}
    same = incidents_at([2000] * 300, [2000] * 300)
    assert looked(same) in {0, "refused"}, "all on one point, which is set aside"
    only_cell = area_of(125, 125)
    assert looked(incidents_at([60, 61, 62], [60, 61, 62]), only_cell) in {0, "refused"}
    everywhere = np.arange(62.5, 5000, 125)
    even = incidents_at(*(v.ravel() for v in np.meshgrid(everywhere, everywhere)))
    assert looked(even) in {0, "refused"}, "no cell differs from another"


@pytest.mark.parametrize("method", METHODS)
def test_an_area_in_two_parts_and_an_island_are_one_area(method, town, area):
    parts = area.set_geometry(
        [
            shapely.union_all(
                [shapely.box(0, 0, 2500, 5000), shapely.box(3000, 0, 5000, 5000),
                 shapely.box(9000, 9000, 9500, 9500)]
            )
        ]
    )  # fmt: skip
    found = search(town, parts, method=method, replicates=99)
    assert (
        shapely.distance(found.hotspots.geometry.iloc[0].centroid, shapely.Point(2000, 3000)) < 130
    )


@pytest.mark.parametrize("method", METHODS)
def test_turning_the_map_turns_the_places(method, town, area):
    turned = town.set_geometry(
        gpd.points_from_xy(5000 - town.geometry.y, town.geometry.x, crs=town.crs)
    )
    plain = search(town, area, method=method, replicates=99)
    other = search(turned, area, method=method, replicates=99)
    a, b = plain.hotspots.geometry.iloc[0].centroid, other.hotspots.geometry.iloc[0].centroid
    assert shapely.distance(shapely.Point(5000 - a.y, a.x), b) < 130


@pytest.mark.parametrize("method", METHODS)
def test_a_record_far_outside_changes_nothing(method, town, area, incidents_at):
    far = incidents_at([400_000], [400_000]).assign(
        occurred_from=pd.Timestamp("2020-06-01"), when_precision="day"
    )
    far.index = pd.Index(["far"], name="incident_id")
    plain = search(town, area, method=method, replicates=99)
    more = search(pd.concat([town, far]), area, method=method, replicates=99)
    pd.testing.assert_frame_equal(plain.hotspots, more.hotspots)


def test_records_may_be_compared_with_any_exposure(town, area):
    passers_by = gpd.GeoDataFrame(
        {"name": ["Centre", "Rest"], "level": "zone", "exposure": [5000.0, 5000.0]},
        index=pd.Index(["C", "R"], name="area_id"),
        geometry=[
            shapely.box(1500, 2500, 2500, 3500),
            shapely.box(0, 0, 5000, 5000).difference(shapely.box(1500, 2500, 2500, 3500)),
        ],
        crs=27700,
    )
    found = find_hotspots(town, area, expectation="exposure", exposure=passers_by, replicates=99)
    assert "in proportion to the exposure that was given" in found.choices["expectation"]
    even = passers_by.assign(exposure=[1.0, 24.0])
    plain = find_hotspots(town, area, expectation="exposure", exposure=even, replicates=99)
    assert plain.hotspots["expected"].iloc[0] < found.cells["expected"].max() * 16
    assert plain.hotspots["strength"].iloc[0] > 5
    assert not (found.hotspots["strength"] > 5).any(), (
        "where half of all people are, half is expected"
    )


def test_an_exposure_that_is_not_given_is_asked_for(town, area):
    with pytest.raises(MethodError, match="expectation by exposure must have a `exposure` table"):
        find_hotspots(town, area, expectation="exposure")


def test_an_exposure_is_used_in_re_runs_too(town, area):
    even = gpd.GeoDataFrame(
        {"name": ["All"], "level": "zone", "exposure": [1.0]},
        index=pd.Index(["A"], name="area_id"),
        geometry=area.geometry.to_numpy(),
        crs=27700,
    )
    found = find_hotspots(
        town, area, expectation="exposure", exposure=even, replicates=99, reruns=4
    )
    assert found.hotspots["stability"].iloc[0] == 1


@pytest.mark.parametrize("method", ["compact_places", "kernel_density", "scan"])
def test_the_same_records_by_a_settled_search_give_the_same_places(method, town, area):
    found = find_hotspots(town, area, method=method, replicates=99)
    again = find_by(found.search, town, area)
    columns = [c for c in HOTSPOTS.columns if c not in {"p_value", "q_value"}]
    pd.testing.assert_frame_equal(
        pd.DataFrame(again[columns]), pd.DataFrame(found.hotspots[columns])
    )
    assert again["p_value"].isna().all()
