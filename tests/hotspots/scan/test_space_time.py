"""Does the scan in space and time find what looking at each cylinder finds?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.hotspots.scan.likelihood import poisson_ratio
from csgeo.hotspots.scan.space_time import scan_permutation
from csgeo.hotspots.scan.units import time_units

DAY_0 = pd.Timestamp("2025-01-06")


def on_days(days):
    return DAY_0 + pd.to_timedelta(np.asarray(days), unit="D")


@pytest.fixture(scope="module")
def outbreak():
    """200 cases over 8 weeks in 30 places, and 20 more in two of them within three days."""
    chance = np.random.default_rng(8)
    places = chance.uniform(0, 9000, (30, 2))
    near = np.argsort(np.hypot(*(places - places[4]).T))[:2]
    place = np.r_[chance.integers(0, 30, 200), np.repeat(near, 10)]
    days = np.r_[chance.integers(0, 56, 200), np.tile([40, 40, 41, 41, 41, 41, 41, 42, 42, 42], 2)]
    return places[place], on_days(days), set(map(tuple, places[near]))


def test_the_outbreak_is_found(outbreak):
    where, times, near = outbreak
    first = scan_permutation(where, times).iloc[0]
    inside = {tuple(where[k]) for k in first["location_ids"]}
    assert near <= inside
    assert len(inside) <= 3  # one between them may have had a case by chance
    assert (first["starts"], first["ends"], first["units"]) == (*on_days([40, 42]), 3)
    assert first["p_value"] <= 0.01


def by_hand(points, days, n_days, *, longest, alive, share):
    """The strongest of all cylinders, by their definition."""
    total = len(days)
    best = 0.0
    for centre in points:
        distance = np.hypot(*(points - centre).T)
        for reach in distance:
            inside = distance <= reach + 1e-9
            if inside.sum() > share * total + 1e-9:
                continue
            for first in range(n_days):
                for last in range(first, min(first + longest, n_days)):
                    if alive and last != n_days - 1:
                        continue
                    then = (days >= first) & (days <= last)
                    c = (inside & then).sum()
                    if c >= 2:
                        due = inside.sum() * then.sum() / total
                        best = max(best, poisson_ratio(float(c), due, float(total)))
    return best


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 6)), min_size=3, max_size=20
    ),
    st.booleans(),
    st.sampled_from([1, 3, 7, 99]),
)
def test_the_strongest_is_that_of_all_cylinders_by_hand(rows, alive, longest):
    table = np.array(rows)
    points, days = table[:, :2].astype(float), table[:, 2]
    assume((points != points[0]).any())
    wanted = by_hand(points, days, 7, longest=longest, alive=alive, share=0.5)
    found = scan_permutation(
        points, on_days(days), start=DAY_0, end=on_days([6])[0], alive=alive, most_units=longest,
        replicates=0,
    )  # fmt: skip
    if wanted == 0:
        assert found.empty
    else:
        assert found["statistic"].max() == pytest.approx(wanted)
        due = found["expected"].to_numpy()
        again = [
            poisson_ratio(float(c), e, len(days)) for c, e in zip(found["cases"], due, strict=True)
        ]
        assert again == pytest.approx(found["log_likelihood_ratio"].tolist())


def test_p_values_are_those_of_times_dealt_out_by_hand(outbreak):
    where, times, _ = outbreak
    some = np.r_[0:60]
    points, days = where[some], ((times[some] - DAY_0).days // 7).to_numpy()
    found = scan_permutation(
        points, times[some], unit="week", start=DAY_0, end=on_days([55])[0], alive=True,
        most_units=3, most_clusters=1, most_share=0.2, replicates=1999,
    )  # fmt: skip
    chance = np.random.default_rng(3)
    observed = by_hand(points, days, 8, longest=3, alive=True, share=0.2)
    assert found["statistic"].iloc[0] == pytest.approx(observed)
    again = [
        by_hand(points, chance.permutation(days), 8, longest=3, alive=True, share=0.2)
        for _ in range(60)
    ]
    share = np.mean(np.array(again) >= observed - 1e-9)
    assert abs(found["p_value"].iloc[0] - share) < 4 * np.sqrt(0.25 / 60)


@pytest.mark.parametrize(("alive", "longest"), [(False, 1), (False, 3), (True, 2), (True, 8)])
def test_each_replicate_is_as_strong_as_by_hand(outbreak, monkeypatch, alive, longest):
    """With the very times that the kernel deals out."""
    from csgeo.hotspots.scan import cylinders, space_time

    where, times, _ = outbreak
    points, weeks = where[:40], ((times[:40] - DAY_0).days // 7).to_numpy()
    caught = []
    monkeypatch.setattr(
        space_time, "rank_p_values", lambda ratio, strongest: caught.append(strongest) or ratio
    )
    scan_permutation(
        points, times[:40], unit="week", start=DAY_0, end=on_days([55])[0], alive=alive,
        most_units=longest, most_share=0.3, replicates=20, seed=4,
    )  # fmt: skip
    place = np.unique(points, axis=0, return_inverse=True)[1].reshape(-1)
    order = np.lexsort((weeks, place))
    start = np.uint64(np.random.SeedSequence(4).generate_state(1, np.uint64)[0])
    dealt = np.empty((40, 20), np.int32)
    for replicate in range(20):
        with np.errstate(over="ignore"):
            state = start + np.uint64(0x9E3779B97F4A7C15) * np.uint64(replicate + 1)
        mixed = np.uint64(cylinders._mixed(state))
        cylinders.deal_times(mixed, weeks[order].astype(np.int32), dealt, replicate)
    wanted = [
        by_hand(points[order], dealt[:, k], 8, longest=longest, alive=alive, share=0.3)
        for k in range(20)
    ]
    assert caught[0] == pytest.approx(wanted)
    assert len(set(np.round(wanted, 6))) > 3


def test_passing_over_weak_cylinders_changes_nothing(outbreak, monkeypatch):
    where, times, _ = outbreak
    options = {"unit": "week", "replicates": 99}
    fast = scan_permutation(where, times, **options)
    for share in (0.0, 3.0):  # all are looked at; nearly all replicates must be filled again
        monkeypatch.setattr("csgeo.hotspots.scan.p_values._PASSING", share)
        pd.testing.assert_frame_equal(fast, scan_permutation(where, times, **options))


def test_the_same_seed_gives_the_same_on_any_number_of_threads(outbreak, monkeypatch):
    where, times, _ = outbreak
    several = scan_permutation(where, times, unit="week", replicates=199)
    monkeypatch.setattr("csgeo.hotspots.scan.p_values.os.cpu_count", lambda: 1)
    alone = scan_permutation(where, times, unit="week", replicates=199)
    pd.testing.assert_frame_equal(several, alone)


def test_rows_in_another_order_find_the_same(outbreak):
    where, times, _ = outbreak
    other = np.random.default_rng(1).permutation(len(where))
    names = np.array([f"{x:.0f} {y:.0f}" for x, y in where])
    a = scan_permutation(where, times, ids=names, replicates=0)
    b = scan_permutation(where[other], times[other], ids=names[other], replicates=0)
    pd.testing.assert_frame_equal(a, b)


def test_cases_in_one_row_are_as_many_rows(outbreak):
    where, times, _ = outbreak
    twice = scan_permutation(where, times, cases=np.full(len(where), 2), replicates=0)
    rows = scan_permutation(np.vstack([where, where]), times.append(times), replicates=0)
    pd.testing.assert_frame_equal(twice, rows)


def test_more_of_the_same_everywhere_and_always_is_no_cluster():
    points = np.repeat([(0, 0), (500, 0), (0, 900)], 7, axis=0)
    found = scan_permutation(points, on_days(np.tile(range(7), 3)), replicates=99)
    assert found.empty


def test_weeks_end_with_the_period():
    times = pd.Series(pd.to_datetime(["2025-01-01", "2025-01-04", "2025-01-10", "2025-01-11"]))
    units = time_units(times, np.ones(4, bool), unit="week", end="2025-01-17")
    # 17 days: 3, 7 and 7
    assert [f"{day:%m-%d}" for day in units.first_day] == ["01-01", "01-04", "01-11", "01-18"]
    assert units.of_row.tolist() == [0, 1, 1, 2]


def test_months_are_those_of_the_calendar():
    times = pd.Series(pd.to_datetime(["2024-02-29 23:59", "2024-03-01 00:00", "2024-04-30 12:00"]))
    units = time_units(times, np.ones(3, bool), unit="month", start="2024-02-10")
    assert [f"{day:%m-%d}" for day in units.first_day] == ["02-10", "03-01", "04-01", "05-01"]
    assert units.of_row.tolist() == [0, 1, 2]
    assert len(units) == 3


def test_monthly_records_are_scanned_by_month(outbreak):
    where, times, _ = outbreak
    found = scan_permutation(where, times, unit="month", start="2025-01-01", end="2025-03-31",
                             replicates=0)  # fmt: skip
    assert (found["starts"].dt.day == 1).all()
    assert found["units"].max() == 1  # half of three months


def test_the_clock_on_the_wall_says_which_day_it_is():
    late = pd.Series(pd.to_datetime(["2025-07-01T23:30", "2025-07-03T00:30"])).dt.tz_localize(
        "Europe/London"
    )
    units = time_units(late, np.ones(2, bool), unit="day")
    assert [f"{day:%m-%d}" for day in units.first_day] == ["07-01", "07-02", "07-03", "07-04"]
    assert units.of_row.tolist() == [0, 2]


TWO = np.array([(0.0, 0), (900, 0), (0, 0), (900, 0)])
FEW = on_days([0, 1, 1, 2])
REFUSED = {
    "no time": ({"times": FEW.where([True, False, True, True])}, WrongValues, "known for each case; 1 rows without, the first is row 1"),
    "outside": ({"start": "2025-01-07"}, WrongValues, "2025-01-07 to 2025-01-08; 1 do not, the first on 2025-01-06"),
    "one unit": ({"unit": "month"}, MethodError, "months with each other and needs at least two"),
    "words": ({"times": ["today", "soon", "later", "never"]}, WrongValues, "`times` must be dates or moments, such as 2025-03-01"),
    "unit": ({"unit": "hour"}, RecipeError, "`unit` must be one of day, week, month; it is 'hour'"),
    "share": ({"most_share_of_time": 0}, RecipeError, "`most_share_of_time` must be above 0"),
    "units": ({"most_units": 0}, RecipeError, "`most_units` must be at least 1"),
    "times": ({"times": FEW[:2]}, WrongValues, "one for each of the 4 rows; there are 2"),
    "cases": ({"cases": [0, 0, 0, 1]}, MethodError, "at least 2 cases; there is 1"),
}  # fmt: skip


@pytest.mark.parametrize("given_", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_scanned_is_refused(given_):
    options, error, words = given_
    with pytest.raises(error, match=words):
        scan_permutation(TWO, **{"times": FEW, **options})
