"""Does the spatial scan find what counting by hand finds, and does it hold still?"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import EmptyTable, MethodError, MissingColumns, RecipeError, WrongCRS, WrongValues
from csgeo.hotspots.scan import p_values
from csgeo.hotspots.scan.likelihood import bernoulli_ratio, poisson_ratio
from csgeo.hotspots.scan.spatial import scan_bernoulli, scan_poisson

FOUR = [(0, 0), (100, 0), (5000, 0), (5100, 0)]
MEASURES = ["cases", "expected", "relative_risk", "log_likelihood_ratio", "statistic"]


@pytest.fixture(scope="module")
def planted():
    """60 places with 100 people each; some 3 cases each, and 12 in the 5 nearest to the first."""
    chance = np.random.default_rng(5)
    where = chance.uniform(0, 10_000, (60, 2))
    cases = chance.poisson(3, 60)
    near = np.argsort(np.hypot(*(where - where[0]).T))[:5]
    cases[near] = 12
    return where, cases, np.full(60, 100.0), set(near.tolist())


def test_four_places_by_hand():
    found = scan_poisson(FOUR, [9, 8, 1, 2], population=[100] * 4, replicates=99)
    first = found.iloc[0]
    assert first["location_ids"] == (0, 1)
    assert (first["cases"], first["expected"], first["population"]) == (17, 10, 200)
    assert first["observed_expected"] == pytest.approx(1.7)
    assert first["relative_risk"] == pytest.approx((17 / 10) / (3 / 10))
    wanted = 17 * np.log(1.7) + 3 * np.log(0.3)
    assert first["log_likelihood_ratio"] == pytest.approx(wanted)
    assert first["radius_m"] == 100
    assert found.index.tolist() == list(range(1, len(found) + 1))


def test_what_is_planted_is_found(planted):
    where, cases, people, near = planted
    first = scan_poisson(where, cases, population=people).iloc[0]
    assert set(first["location_ids"]) == near
    assert first["p_value"] == 0.001
    assert first["p_gumbel"] < 1e-6


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 6), st.integers(1, 9)),
        min_size=3, max_size=14, unique_by=lambda row: row[:2],
    ),
    st.booleans(),
)  # fmt: skip
def test_the_strongest_is_that_of_all_windows_by_hand(rows, bernoulli):
    table = np.array(rows, dtype=float)
    points, cases, people = table[:, :2], table[:, 2], table[:, 2] + table[:, 3]
    if cases.sum() < 2:
        return
    total, everyone = cases.sum(), people.sum()
    best = 0.0
    for centre in points:
        distance = np.hypot(*(points - centre).T)
        for reach in distance:
            inside = distance <= reach + 1e-9
            c, n = cases[inside].sum(), people[inside].sum()
            if n <= everyone / 2 and c >= 2:
                due = n * total / everyone
                ratio = (
                    bernoulli_ratio(c, n, total, everyone) if bernoulli
                    else poisson_ratio(c, due, total)
                )  # fmt: skip
                best = max(best, ratio)
    if bernoulli:
        found = scan_bernoulli(points, cases, table[:, 3], replicates=0)
    else:
        found = scan_poisson(points, cases, population=people, replicates=0)
    assert found["statistic"].max() == pytest.approx(best) if best else found.empty


def slow_strongest(where, people, total, replicates, *, bernoulli):
    """Draw with NumPy and look through all circles one by one."""
    chance = np.random.default_rng(11)
    everyone = people.sum()
    distance = np.hypot(*(where[:, None] - where[None]).transpose(2, 0, 1))
    order = np.argsort(distance, axis=1)
    held = np.cumsum(people[order], axis=1)
    ok = held <= everyone / 2
    strongest = []
    for _ in range(replicates):
        if bernoulli:
            drawn = chance.multivariate_hypergeometric(people.astype(int), total)
        else:
            drawn = chance.multinomial(total, people / everyone)
        c = np.cumsum(drawn[order], axis=1)[ok].astype(float)
        n = held[ok]
        ratios = [
            bernoulli_ratio(a, b, total, everyone) if bernoulli
            else poisson_ratio(a, b * total / everyone, total)
            for a, b in zip(c, n, strict=True) if a >= 2
        ]  # fmt: skip
        strongest.append(max(ratios, default=0))
    return np.array(strongest)


@pytest.mark.parametrize(("bernoulli", "total"), [(False, 60), (True, 60), (True, 130)])
def test_chance_is_as_strong_as_when_drawn_by_hand(bernoulli, total):
    """Also where more than half are cases, and those who are not are drawn."""
    chance = np.random.default_rng(2)
    where = chance.uniform(0, 1000, (25, 2))
    people = chance.integers(1, 15, 25).astype(float)
    cases = chance.multivariate_hypergeometric(people.astype(int), total).astype(float)
    slow = slow_strongest(where, people, total, 400, bernoulli=bernoulli)
    caught = []
    saved = p_values.rank_p_values

    def catch(statistic, strongest):
        caught.append(strongest)
        return saved(statistic, strongest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("csgeo.hotspots.scan.looking.rank_p_values", catch)
        if bernoulli:
            scan_bernoulli(where, cases, people - cases, replicates=2000)
        else:
            scan_poisson(where, cases, population=people, replicates=2000)
    (fast,) = caught
    for share in (0.1, 0.5, 0.9):
        # the share of fast draws below a quantile of the slow ones, within four standard errors
        below = (fast <= np.quantile(slow, share)).mean()
        assert abs(below - share) < 4 * np.sqrt(share * (1 - share) * (1 / 400 + 1 / 2000)) + 0.02


def test_the_same_seed_gives_the_same_on_any_number_of_threads(planted, monkeypatch):
    where, cases, people, _ = planted
    several = scan_poisson(where, cases, population=people, seed=3)
    monkeypatch.setattr(p_values.os, "cpu_count", lambda: 1)
    alone = scan_poisson(where, cases, population=people, seed=3)
    pd.testing.assert_frame_equal(several, alone)
    monkeypatch.setattr(p_values, "_BATCH", 100)
    pd.testing.assert_frame_equal(several, scan_poisson(where, cases, population=people, seed=3))


def test_passing_over_weak_windows_changes_nothing(planted, monkeypatch):
    where, cases, people, _ = planted
    fast = scan_poisson(where, cases, population=people)
    monkeypatch.setattr(p_values, "_PASSING", 0.0)
    pd.testing.assert_frame_equal(fast, scan_poisson(where, cases, population=people))
    monkeypatch.setattr(p_values, "_PASSING", 3.0)  # most replicates must be filled again
    pd.testing.assert_frame_equal(fast, scan_poisson(where, cases, population=people))


def test_many_cases_take_wider_lanes(planted):
    where, cases, people, near = planted
    found = scan_poisson(where, cases * 1000, population=people, replicates=99)
    assert cases.sum() * 1000 > 2**15
    assert set(found["location_ids"].iloc[0]) == near
    plain = scan_poisson(where, cases, population=people, replicates=0).iloc[0]
    assert found["statistic"].iloc[0] == pytest.approx(1000 * plain["statistic"])


@pytest.mark.parametrize("elliptic", [False, True])
def test_rows_in_another_order_are_the_same(planted, elliptic):
    where, cases, people, _ = planted
    other = np.random.default_rng(1).permutation(60)
    options = {"elliptic": elliptic, "replicates": 0}
    a = scan_poisson(where, cases, population=people, ids=np.arange(60), **options)
    b = scan_poisson(where[other], cases[other], population=people[other], ids=other, **options)
    pd.testing.assert_frame_equal(a, b)


def told(found):
    rows = zip(found["statistic"].round(9), found["location_ids"].map(sorted), strict=True)
    return sorted(rows, reverse=True)


def test_moved_scaled_and_turned_it_is_the_same(planted):
    where, cases, people, _ = planted
    plain = scan_poisson(where, cases, population=people, replicates=0)
    for moved in (np.add(where, (350_000, 160_000)), where * 7, where[:, ::-1] * (1, -1)):
        found = scan_poisson(moved, cases, population=people, replicates=0)
        # equally strong ones come in another order when the map is turned
        assert told(found) == told(plain)
        pd.testing.assert_frame_equal(found[MEASURES], plain[MEASURES])


def test_a_file_split_into_two_columns_of_cases_adds_up(planted):
    where, cases, people, _ = planted
    half = cases // 2
    a = scan_poisson(where, half + (cases - half), population=people, replicates=0)
    pd.testing.assert_frame_equal(a, scan_poisson(where, cases, population=people, replicates=0))


def test_a_location_split_in_two_at_one_point_changes_no_ratio(planted):
    where, cases, people, _ = planted
    plain = scan_poisson(where, cases, population=people, replicates=0)
    halved = np.r_[people, people[0] / 2]
    halved[0] /= 2
    split = scan_poisson(
        np.vstack([where, where[0]]), np.r_[cases, 0], population=halved, replicates=0
    )
    pd.testing.assert_frame_equal(split[MEASURES], plain[MEASURES])


def test_a_far_place_with_nobody_changes_nothing(planted):
    where, cases, people, _ = planted
    plain = scan_poisson(where, cases, population=people, replicates=0)
    far = scan_poisson(
        np.vstack([where, (1e6, 1e6)]), np.r_[cases, 0], population=np.r_[people, 0], replicates=0
    )
    pd.testing.assert_frame_equal(far[MEASURES].iloc[: len(plain)], plain[MEASURES])


def test_only_the_shares_of_what_is_expected_matter(planted):
    where, cases, people, _ = planted
    a = scan_poisson(where, cases, expected=people * 0.01, replicates=0)
    b = scan_poisson(where, cases, expected=people, population=people, replicates=0)
    pd.testing.assert_frame_equal(a[MEASURES], b[MEASURES])
    whole = scan_poisson(where, cases, expected=people, most_share=1.0, replicates=0)
    assert whole["expected"].max() <= cases.sum()


def test_areas_stand_at_their_centroids():
    boxes = [shapely.box(x, 0, x + 100, 100) for x in (0, 100, 900, 1000)]
    areas = gpd.GeoDataFrame(
        {"name": list("abcd"), "level": "ward", "records": [9, 8, 1, 2], "residents": [100] * 4},
        index=pd.Index(["W1", "W2", "W3", "W4"], name="area_id"), geometry=boxes, crs=27700,
    )  # fmt: skip
    found = scan_poisson(areas, "records", population="residents", replicates=19)
    assert found.loc[1, ["centre_id", "x", "y"]].tolist() == ["W1", 50, 50]
    assert found["location_ids"].iloc[0] == ("W1", "W2")
    with pytest.raises(WrongCRS, match="degrees"):
        scan_poisson(areas.to_crs(4326), "records", population="residents")
    with pytest.raises(MissingColumns, match="`cases` names the column 'harm'"):
        scan_poisson(areas, "harm", population="residents")


def test_stopping_early_gives_the_p_value_of_besag_and_clifford(planted):
    where, _, people, _ = planted
    cases = np.random.default_rng(9).poisson(3, 60)
    whole = scan_poisson(where, cases, population=people)
    early = scan_poisson(where, cases, population=people, stop_after=10)
    looked_at = early["replicates"].iloc[0] + 1
    assert looked_at < 200
    assert early["p_value"].iloc[0] == pytest.approx(10 / looked_at)
    assert early["p_value"].iloc[0] == pytest.approx(whole["p_value"].iloc[0], abs=0.25)


def test_progress_is_told_to_the_end(planted):
    where, cases, people, _ = planted
    told = []
    scan_poisson(where, cases, population=people, progress=lambda *at: told.append(at))
    assert told[-1] == (999, 999)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_arguments_are_left_as_they_are(planted):
    where, cases, people, _ = planted
    copies = where.copy(), cases.copy(), people.copy()
    scan_poisson(where, cases, population=people, replicates=9)
    assert all((a == b).all() for a, b in zip((where, cases, people), copies, strict=True))


def test_no_window_with_more_than_its_share_is_an_empty_table():
    found = scan_poisson(FOUR, [5, 5, 5, 5], population=[1, 1, 1, 1])
    assert found.empty
    assert "p_value" in found


def test_where_each_place_is_more_than_the_share_there_is_no_window():
    found = scan_poisson(FOUR, [5, 1, 1, 1], population=[1] * 4, most_share=0.2, replicates=99)
    assert found.empty


REFUSED = {
    "one place": (([(0, 0)], [4]), {"population": [9]}, MethodError, "needs at least two; there is 1 in 1 rows"),
    "no place": ((np.empty((0, 2)), []), {"population": []}, EmptyTable, "there are 0 in 0 rows"),
    "same place": (([(1, 1)] * 3, [4, 0, 1]), {"population": [9] * 3}, MethodError, "there is 1 in 3 rows"),
    "no cases": ((FOUR, [0] * 4), {"population": [9] * 4}, MethodError, "at least 2 cases; there are 0"),
    "one case": ((FOUR, [1, 0, 0, 0]), {"population": [9] * 4}, MethodError, "at least 2 cases; there is 1"),
    "nobody under cases": ((FOUR, [1, 2, 3, 4]), {"population": [9, 0, 9, 9]}, WrongValues, "above 0 where there are cases; 1 row \\(the first is 1\\)"),
    "half a case": ((FOUR, [1, 2.5, 3, 4]), {"population": [9] * 4}, WrongValues, "whole numbers, as chance places whole cases; 1 row"),
    "missing": ((FOUR, [1, np.nan, 3, 4]), {"population": [9] * 4}, WrongValues, "known and 0 or more at each location; 1 row \\(the first is 1\\) otherwise: nan. Missing is not 0"),
    "below 0": ((FOUR, [1, 2, 3, 4]), {"population": [9, 9, -1, 9]}, WrongValues, "1 row \\(the first is 2\\) otherwise: -1"),
    "too few": ((FOUR, [1, 2, 3]), {"population": [9] * 4}, WrongValues, "one number for each of the 4 locations"),
    "nothing to compare": ((FOUR, [1, 2, 3, 4]), {}, MethodError, "needs `population` or `expected`"),
    "nowhere": (([(0, 0), (np.nan, 0)], [1, 2]), {"population": [9, 9]}, WrongValues, "finite coordinates; 1 row"),
    "one number a place": (([1, 2, 3], [1, 2, 3]), {"population": [9] * 3}, WrongValues, "two columns, x and y in metres"),
    "same name": ((FOUR, [1, 2, 3, 4]), {"population": [9] * 4, "ids": list("aabc")}, WrongValues, "there are 4 ids, 3 of them different"),
    "a rule": ((FOUR, [1, 2, 3, 4]), {"population": [9] * 4, "separate": "apart"}, RecipeError, "`separate` must be one of no_overlap"),
    "replicates": ((FOUR, [1, 2, 3, 4]), {"population": [9] * 4, "replicates": -1}, RecipeError, "`replicates` must be 0 or more"),
    "stop": ((FOUR, [1, 2, 3, 4]), {"population": [9] * 4, "stop_after": 0}, RecipeError, "`stop_after` must be at least 1"),
    "seed": ((FOUR, [1, 2, 3, 4]), {"population": [9] * 4, "seed": -1}, RecipeError, "`seed` must be 0 or more"),
    "penalty": ((FOUR, [1, 2, 3, 4]), {"population": [9] * 4, "penalty": -1}, RecipeError, "`penalty` must be 0 or more"),
    "least cases": ((FOUR, [1, 2, 3, 4]), {"population": [9] * 4, "least_cases": 0}, MethodError, "`least_cases` must be at least 1"),
}  # fmt: skip


@pytest.mark.parametrize("given_", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_scanned_is_refused(given_):
    arguments, options, error, words = given_
    with pytest.raises(error, match=words):
        scan_poisson(*arguments, **options)


def test_bernoulli_needs_controls():
    with pytest.raises(MethodError, match="there are no controls"):
        scan_bernoulli(FOUR, [1, 2, 3, 4], [0, 0, 0, 0])
