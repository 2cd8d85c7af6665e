"""Do strong places survive the re-runs, and weak ones not?"""

import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity

from csgeo.errors import RecipeError, TableError
from csgeo.hotspots.find import find_hotspots
from csgeo.hotspots.listing import Limits
from csgeo.hotspots.moved_lattice import HALVES, lay_grounds
from csgeo.hotspots.searching_again import Search
from csgeo.hotspots.stability import (
    found_again,
    mark_places,
    stability,
    stability_words,
    variation,
)
from csgeo.lattice import cell_polygon, square_ids

FEW = {"replicates": 99, "seed": 1}


@pytest.fixture(scope="module")
def area(area_of):
    return area_of(5000, 5000)


def _with_group(incidents_at, n, *, people=None, spread_m=150.0, precision_m=50.0):
    """Spread 600 records of 600 people over the town, and gather n more at (2 km, 3 km)."""
    chance = np.random.default_rng(11)
    x = np.r_[chance.uniform(0, 5000, 600), 2000 + chance.uniform(-spread_m, spread_m, n)]
    y = np.r_[chance.uniform(0, 5000, 600), 3000 + chance.uniform(-spread_m, spread_m, n)]
    others = [f"other {k}" for k in range(600)]
    own = people or [f"own {k}" for k in range(n)]
    return incidents_at(x, y, people=others + own).assign(precision_m=precision_m)


@pytest.fixture(scope="module")
def strong(incidents_at):
    return _with_group(incidents_at, 80)


@pytest.fixture(scope="module")
def found(strong, area):
    return find_hotspots(strong, area, **FEW)


def _search(**choices):
    return Search(**({"replicates": 99} | choices))


def test_a_strong_place_survives_and_says_so_in_words(strong, area, found):
    share = stability(found.hotspots, strong, area, search=_search(), seed=1)
    assert share.index.equals(found.hotspots.index)
    assert share.name == "stability"
    assert share.iloc[0] >= 0.95
    words = stability_words(share, reruns=100)
    assert words.iloc[0] == f"found in {round(share.iloc[0] * 100)} of 100 re-runs"


def test_a_borderline_place_does_not(incidents_at, area):
    weak = _with_group(incidents_at, 30)
    found = find_hotspots(weak, area, **FEW)
    # as strong as it just has to be: chance may go either way
    least = float(found.hotspots["score"].iloc[0]) - 0.01
    share = stability(found.hotspots.iloc[:1], weak, area, search=_search(least_strength=least))
    assert 0.1 < share.iloc[0] < 0.8


def test_one_person_with_thirty_records_does_not_survive(incidents_at, area):
    close = {"spread_m": 80.0, "precision_m": 20.0}
    one = _with_group(incidents_at, 30, people=["own"] * 30, **close)
    many = _with_group(incidents_at, 30, **close)
    first = find_hotspots(many, area, **FEW).hotspots.iloc[:1]
    share = {
        called: stability(first, incidents, area, search=_search(), seed=1).iloc[0]
        for called, incidents in (("one", one), ("many", many))
    }
    assert share["one"] == 0, "it rests on one person, and is set aside in each re-run"
    assert share["many"] >= 0.8


def test_the_same_seed_gives_the_same_numbers_in_any_order_of_rows(strong, area, found):
    options = {"search": _search(least_strength=8.0), "reruns": 12, "seed": 4}
    share = stability(found.hotspots, strong, area, **options)
    mixed = strong.sample(frac=1, random_state=3)
    pd.testing.assert_series_equal(share, stability(found.hotspots, mixed, area, **options))


def test_each_rerun_is_seeded_by_its_number(incidents_at, area, found):
    weak = _with_group(incidents_at, 14, precision_m=100.0)
    options = {"search": _search(least_strength=10.0), "seed": 4}
    told = []
    ten = stability(found.hotspots, weak, area, reruns=10, **options)
    twenty = stability(
        found.hotspots, weak, area, reruns=20, progress=lambda *w: told.append(w), **options
    )
    more = (twenty * 20 - ten * 10).round(9)
    assert ((more >= 0) & (more <= 10)).all()
    assert told == [("Searching again", k, 20) for k in range(1, 21)]


def test_records_far_away_change_nothing(incidents_at, strong, area, found):
    far = incidents_at([90_000.0] * 50, [90_000.0] * 50, people=[f"far {k}" for k in range(50)])
    far.index = pd.Index([f"F{k}" for k in range(50)], name="incident_id")
    options = {"search": _search(least_strength=8.0), "reruns": 8}
    pd.testing.assert_series_equal(
        stability(found.hotspots, strong, area, **options),
        stability(found.hotspots, pd.concat([strong, far]), area, **options),
    )


def test_moving_everything_by_whole_cells_changes_nothing(strong, area, found):
    options = {"search": _search(least_strength=8.0), "reruns": 8}
    plain = stability(found.hotspots, strong, area, **options)
    moved, ground = (t.set_geometry(t.geometry.translate(125_000, 250_000)) for t in (strong, area))
    again = stability(find_hotspots(moved, ground, **FEW).hotspots, moved, ground, **options)
    assert again.tolist() == plain.tolist()


def test_no_reruns_give_missing(strong, area, found):
    share = stability(found.hotspots, strong, area, search=_search(), reruns=0)
    assert share.isna().all()
    assert stability_words(share, reruns=0).isna().all()
    assert share.index.equals(found.hotspots.index)
    empty = stability(found.hotspots.iloc[:0], strong, area, search=_search())
    assert empty.empty


def test_a_study_area_in_two_parts_is_searched_in_both(strong, area, found):
    parts = pd.concat([area, area]).set_axis(pd.Index(["W", "E"], name="area_id"))
    west, east = shapely.box(0, 0, 2450, 5000), shapely.box(2560, 0, 5000, 5000)
    parts = parts.set_geometry([west, east], crs=27700)
    first = find_hotspots(strong, parts, **FEW).hotspots.iloc[:1]
    options = {"search": _search(least_strength=8.0), "reruns": 20}
    assert stability(first, strong, parts, **options).iloc[0] >= 0.95


def test_records_that_only_lie_near_the_area_make_no_place(incidents_at, area, found):
    near = incidents_at([5010.0] * 5, [100.0] * 5).assign(precision_m=10.5)
    share = stability(found.hotspots.iloc[:1], near, area, search=_search(), reruns=4)
    assert share.tolist() == [0.0]


def test_an_area_of_one_cell_has_nothing_to_stand_out_from(incidents_at, area_of, found):
    one = area_of(125, 125, west=1000, south=1000)
    place = found.hotspots.iloc[:1].assign(cells="125mE1000N1000")
    incidents = incidents_at([1050.0] * 30, [1050.0] * 30)
    assert stability(place, incidents, one, search=_search(), reruns=4).tolist() == [0.0]


@pytest.mark.parametrize("method", ["getis_ord", "hdbscan"])
def test_the_other_methods_can_be_run_again_too(method, strong, area):
    found = find_hotspots(strong, area, method=method, **FEW)
    share = stability(found.hotspots, strong, area, search=_search(method=method), reruns=12)
    assert share.iloc[0] >= 0.9


def test_what_enforcement_found_is_left_out_of_the_stated_share(incidents_at, area):
    incidents = _with_group(incidents_at, 80)
    incidents["origin"] = ["reported"] * 600 + ["enforcement"] * 80
    first = find_hotspots(incidents, area, enforcement="kept", **FEW).hotspots.iloc[:1]
    options = {"search": _search(least_strength=10.0), "reruns": 20}
    assert stability(first, incidents, area, without_enforcement=0.5, **options).iloc[0] == 0.5
    assert stability(first, incidents, area, without_enforcement=0, **options).iloc[0] == 1.0


def test_the_variations_are_spread_evenly():
    runs = [variation(k, without_enforcement=0.2) for k in range(60)]
    assert sum(not r.with_enforcement for r in runs) == 12
    assert [sum(r.lattice == k for r in runs) for k in range(4)] == [15] * 4
    assert len({(r.lattice, r.reach_m, r.with_enforcement) for r in runs}) == 4 * 3 * 2


class TestFoundAgain:
    """One place of 2 x 2 cells of 125 m with its lower-left corner at (1000, 1000)."""

    @pytest.fixture
    def grounds(self, area):
        return lay_grounds(area, cell_m=125, expectation="surroundings")

    @pytest.fixture
    def marked(self, found):
        cells = "125mE1000N1000 125mE1000N1125 125mE1125N1000 125mE1125N1125"
        return mark_places(found.hotspots.iloc[:1].assign(cells=cells), cell_m=125)

    def _place(self, ground, x, y, columns, rows):
        east, north = (62.5 * half for half in ground.halves)
        at = np.meshgrid(x + east + 125 * np.arange(columns), y + north + 125 * np.arange(rows))
        return ground.position(at[0].ravel() + 1, at[1].ravel() + 1)

    @pytest.mark.parametrize(
        "case",  # which lattice, how far east, how many columns, what is shared
        [
            (0, 1000, 2, 1.0),
            (0, 1125, 2, 0.5),
            (0, 1125, 4, 0.5),  # of the smaller one: 2 of its 4 cells
            (0, 1250, 2, 0.0),
            (1, 1000, 2, 0.75),
            (3, 1000, 2, 0.5625),
            (3, 1125, 2, 0.1875),
        ],
    )
    def test_the_share_is_of_the_smaller_ground(self, grounds, marked, case):
        lattice, x, columns, share = case
        ground = grounds[lattice]
        place = [self._place(ground, x, 1000, columns, 2)]
        none = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
        if share:
            assert found_again(marked, ground, place, none, least_shared=share).tolist() == [True]
        above = share + 0.01
        if above <= 1:
            assert found_again(marked, ground, place, none, least_shared=above).tolist() == [False]
        assert HALVES[lattice] == ground.halves

    def test_the_shared_ground_is_what_drawing_the_shapes_gives(self, grounds, found):
        chance = np.random.default_rng(8)
        none = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
        for _ in range(40):
            ground = grounds[chance.integers(4)]
            columns, rows = chance.integers(8, 13, (2, 9)), chance.integers(8, 13, (2, 9))
            ids = sorted(set(square_ids(columns[0], rows[0], cell_m=125)))
            marked = mark_places(found.hotspots.iloc[:1].assign(cells=" ".join(ids)), cell_m=125)
            cells = np.unique(self._place(ground, 0, 0, 40, 40)[columns[1] + 40 * rows[1]])
            drawn = shapely.affinity.translate(
                shapely.union_all(ground.field.shapes(cells)), *(62.5 * h for h in ground.halves)
            )
            own = shapely.union_all(cell_polygon(ids))
            share = own.intersection(drawn).area / min(own.area, drawn.area)
            for least in (0.25, 0.5, 0.75):
                again = found_again(marked, ground, [cells], none, least_shared=least)
                assert again.tolist() == [share >= least - 1e-9]

    def test_half_of_its_records_make_it_the_same_place(self, grounds, marked):
        ground = grounds[0]
        beside = self._place(ground, 1125, 1125, 2, 2)  # one cell of four in common
        at = np.r_[np.repeat(beside[0], 5), np.full(5, -1)]
        of_place = np.zeros(10, dtype=np.int64)
        assert found_again(marked, ground, [beside], (of_place, at)).tolist() == [True]
        at[0] = -1
        assert found_again(marked, ground, [beside], (of_place, at)).tolist() == [False]


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"reruns": -1}, "`reruns` must be 0 or more; it is -1"),
        ({"least_shared": 0}, "`least_shared` must be above 0 and at most 1; it is 0"),
        ({"without_enforcement": 1.0}, "`without_enforcement` must be at least 0 and below 1"),
        ({"search": Search(cell_m=250, least_strength=8.0)}, "125 m; it names 250 m"),
    ],
)
def test_options_out_of_bounds_are_refused(option, words, strong, area, found):
    options = {"search": _search(least_strength=8.0), "reruns": 2} | option
    with pytest.raises(RecipeError, match=words):
        stability(found.hotspots, strong, area, **options)


def test_a_table_that_breaks_its_contract_is_refused(strong, area, found):
    with pytest.raises(TableError, match="`hotspots` must have the columns `cells`"):
        stability(found.hotspots.drop(columns="cells"), strong, area, search=_search())


def test_a_place_beyond_twice_the_length_of_the_list_is_not_found(
    strong, area, found, incidents_at
):
    rng = np.random.default_rng(5)
    at = np.repeat([[4000, 1000], [4000, 4000]], 300, axis=0) + rng.uniform(-150, 150, (600, 2))
    stronger = incidents_at(at[:, 0], at[:, 1], people=[f"s{k}" for k in range(600)])
    stronger.index = pd.Index([f"S{k}" for k in range(600)], name="incident_id")
    three = pd.concat([strong, stronger])  # the strong place is the third of them
    for most, share in ((1, 0.0), (2, 1.0)):
        search = _search(least_strength=8.0, limits=Limits(0.05, most, 0.05))
        again = stability(found.hotspots.iloc[:1], three, area, search=search, reruns=10)
        assert again.iloc[0] == share
