"""Is a release refused that could be taken from one before it?"""

import datetime as dt
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.disclosure.audiences import RULES
from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.release import make_release
from csgeo.disclosure.successive import (
    _check_days,
    _check_together,
    check_days,
    days_before,
    told_by,
)
from csgeo.errors import RecipeError
from tests.outputs.invented import invented_study

KEY = key_from_text("5a" * 32)


def day(text):
    return dt.date.fromisoformat(text)


def late_records(many):
    """The study once more, with some records that came late, at its first place."""
    return invented_study({"Around Market Street and the bus station": 791 + many})


@pytest.fixture(scope="module")
def first():
    return make_release(invented_study(), key=KEY)


def test_the_same_release_may_be_published_again(first):
    again = make_release(invented_study(), key=KEY, former=[first])
    pd.testing.assert_frame_equal(again.views, first.views)
    assert again.records_used == first.records_used


def test_the_same_days_with_records_that_came_late_are_refused(first):
    with pytest.raises(
        RecipeError,
        match=r"2024-10-01 to 2026-09-30 was published before.*records were changed since",
    ):
        make_release(late_records(8), key=KEY, former=[first])


def test_another_key_is_refused_for_it_would_average_out(first):
    with pytest.raises(RecipeError, match=r"with the key of those before it \(key .*would use key"):
        make_release(invented_study(), key=key_from_text("a5" * 32), former=[first])
    with pytest.raises(RecipeError, match="with the key of those before it"):
        make_release(invented_study(), former=[first])


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2024-10-01", "2026-10-01", "one lies within the other"),
        ("2024-10-01", "2026-12-31", "one lies within the other"),
        ("2025-01-01", "2026-09-30", "one lies within the other"),
        ("2023-01-01", "2027-09-30", "one lies within the other"),
        ("2024-10-31", "2026-10-30", "they differ by 30 days at one end"),
        ("2025-10-01", "2026-10-31", "they differ by 31 days at one end"),
    ],
)
def test_days_that_nearly_agree_are_refused(first, start, end, why):
    with pytest.raises(
        RecipeError, match=f"must not be released beside 2024-10-01 to 2026-09-30.*{why}"
    ):
        check_days([first], (day(start), day(end)), key=KEY.name, rule=RULES["partnership"])


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-10-01", "2026-09-30"),  # the same
        ("2026-10-01", "2026-12-31"),  # right after
        ("2020-01-01", "2024-09-30"),  # right before
        ("2025-01-01", "2026-12-31"),  # moved by a quarter at both ends
    ],
)
def test_days_that_agree_do_not_overlap_or_have_moved_on_are_fine(first, start, end):
    check_days([first], (day(start), day(end)), key=KEY.name, rule=RULES["partnership"])


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31")),  # a leap year before
        (("2024-10-01", "2026-09-30"), ("2022-10-01", "2024-09-30")),
        (("2025-03-01", "2025-03-31"), ("2025-02-01", "2025-02-28")),
        (("2025-01-02", "2025-01-31"), ("2024-12-03", "2025-01-01")),  # thirty days
    ],
)
def test_the_period_before_is_as_long(period, before):
    assert days_before(tuple(map(day, period))) == tuple(map(day, before))


def small_differences(release, former, study, *, least_rest):
    """By brute force: shapes and points, without the lattice."""
    points = study.incidents.geometry.translate(1e-4, 1e-4).to_numpy()
    units = []
    for one in (release, former):
        shown = one.cells[~one.cells["hidden"]]
        shapes = pd.concat([one.hotspots.geometry, shown.geometry])
        inside = [shapely.intersects(shape, points) for shape in shapes]
        units.append((list(shapes.index), shapes.to_numpy(), inside))
    told = set()
    for (ids, shapes, inside), (_, others, within), new_is_small in (
        (*units, False), (units[1], units[0], True),
    ):  # fmt: skip
        for id_, shape, mine in zip(ids, shapes, inside, strict=True):
            parts = [
                k for k, other in enumerate(others)
                if shape.buffer(0.1).contains(other) and other.area < shape.area - 1
            ]  # fmt: skip
            left = [int((mine & ~within[k]).sum()) for k in parts]
            if parts:
                left.append(int((mine & ~np.any([within[k] for k in parts], axis=0)).sum()))
            if any(1 <= n < least_rest for n in left):
                told |= {id_} if not new_is_small else {units[0][0][k] for k in parts}
    return told


def test_another_threshold_on_the_same_days_is_refused_where_a_difference_is_small(first):
    study = invented_study()
    refused = 0
    for least in (6, 8, 12, 20):
        alone = make_release(study, key=KEY, least_people=least)
        told = small_differences(alone, first, study, least_rest=2 * least)
        if told:
            with pytest.raises(RecipeError, match="differs in .* places or pieces"):
                make_release(study, key=KEY, least_people=least, former=[first])
            refused += 1
        else:
            make_release(study, key=KEY, least_people=least, former=[first])
    assert refused


def a_year_later(first_of="2026-10-01", last="2028-09-30"):
    """Another list of places, and the records of the period before."""
    study = invented_study({"Around Long Reach": 41}, period=(day(first_of), day(last)))
    study.incidents_before = invented_study().incidents
    one = study.hotspots.index[study.hotspots["name"] == "Around Long Reach"]
    cells = study.hotspots.loc[one, "cells"].iloc[0].split()
    cells = sorted(cells, key=study.cells["incidents"].get)[1:]  # without the one that has fewest
    study.hotspots.loc[one, "cells"] = " ".join(cells)
    study.hotspots.loc[one, "incidents"] = int(study.cells.loc[cells, "incidents"].sum())
    ground = shapely.union_all(study.cells.geometry.loc[cells].to_numpy())
    study.hotspots.loc[one, "geometry"] = gpd.GeoSeries([ground], index=one, crs=27700)
    return study


def test_the_period_before_leaves_out_what_a_former_release_would_tell(first):
    study = a_year_later()
    alone, beside = make_release(study, key=KEY), make_release(study, key=KEY, former=[first])
    assert told_by(alone)["before"].period == (day("2024-10-01"), day("2026-09-30"))
    before = [r.views.loc[r.views["period"] == "before", "id"] for r in (alone, beside)]
    left_out = set(before[0]) - set(before[1])
    assert set(before[1]) < set(before[0])
    # the place is smaller by a cell now: taken from what was published, it leaves 7 records
    place = study.hotspots.index[study.hotspots["name"] == "Around Long Reach"][0]
    assert place in left_out
    # and with it the piece on which that cell lies now: both together leave the same
    assert 1 <= len(left_out) <= 2
    pd.testing.assert_frame_equal(
        alone.views[alone.views["period"] == "this"], beside.views[beside.views["period"] == "this"]
    )


def test_nothing_is_told_of_days_before_that_nearly_agree_with_published_ones(first):
    shifted = a_year_later("2026-10-02", "2028-09-30")
    assert "before" in told_by(make_release(shifted, key=KEY))
    assert "before" not in told_by(make_release(shifted, key=KEY, former=[first]))


def test_other_kinds_of_harm_or_another_area_on_published_days_are_refused(first):
    some = invented_study(harms=("SYV",))
    with pytest.raises(RecipeError, match=r"published before with other choices \(kinds of harm\)"):
        make_release(some, key=KEY, former=[first])
    wider = invented_study()
    wider.area = wider.area.set_geometry(wider.area.buffer(10, join_style="mitre"))
    with pytest.raises(RecipeError, match=r"with other choices \(study area\)"):
        make_release(wider, key=KEY, former=[first])
    kept = invented_study(choices={"enforcement": "Records that enforcement made were kept."})
    with pytest.raises(RecipeError, match=r"other choices \(records that enforcement made\)"):
        make_release(kept, key=KEY, former=[first])
    # on other days they are another release
    later = invented_study(harms=("SYV",), period=(day("2026-10-01"), day("2028-09-30")))
    make_release(later, key=KEY, former=[first])


def test_the_time_before_is_not_told_where_it_was_published_with_other_kinds_of_harm(first):
    study = a_year_later()
    study.harms = ("SYV",)
    views = make_release(study, key=KEY, former=[first]).views
    assert set(views["period"]) == {"this"}


def test_views_that_a_former_release_would_tell_by_are_left_out_and_the_whole_stays(first):
    """The same whole, but records of a kind of harm were said to be of another kind."""
    study = invented_study()
    place = study.hotspots.geometry.iloc[0]
    here = study.incidents.index[study.incidents.intersects(place.buffer(-1))]
    of_kind = [name for name in here if study.incidents.harm[name] == "SYV"]
    study.incidents.loc[of_kind[:7], "harm"] = "CCE"
    alone = make_release(study, key=KEY)
    id_ = study.hotspots.index[0]
    whole = {r: int(r.hotspots.loc[id_, "incidents"]) for r in (first, alone)}
    if whole[first] == whole[alone]:
        beside = make_release(study, key=KEY, former=[first])
        mine = beside.views[beside.views["id"] == id_]
        assert len(alone.views[alone.views["id"] == id_]) > 1
        assert len(mine) == 1
    else:
        with pytest.raises(RecipeError, match="records were changed since"):
            make_release(study, key=KEY, former=[first])


@pytest.mark.parametrize("seed", range(4))
def test_whatever_periods_are_let_through_no_few_days_follow_from_any_number_of_them(seed):
    """By brute force: periods one after the other, at random; sums of some taken from sums of others."""
    chance = np.random.default_rng(seed)
    rule, origin = RULES["partnership"], dt.date(2024, 1, 1)
    taken = []
    for _ in range(300):
        start = int(chance.integers(0, 12)) * 61
        length = int(chance.choice([122, 183, 366]))
        days = tuple(origin + dt.timedelta(days=n) for n in (start, start + length - 1))
        former = [SimpleNamespace(period=one) for one in taken]
        together = _fine_together(days, taken)
        if together and all(_fine(days, one.period, rule) for one in former) and days not in taken:
            taken.append(days)
    assert len(taken) >= 3
    ends = sorted({n for a, b in taken for n in (a, b + dt.timedelta(days=1))})
    chain = {
        end: end for end in ends
    }  # days that are the end of one period and the start of the next

    def root(end):
        return end if chain[end] == end else root(chain[end])

    for a, b in taken:
        chain[root(a)] = root(b + dt.timedelta(days=1))
    runs = [(a, b) for a in ends for b in ends if a < b and root(a) == root(b)]
    for a, b in runs:
        for c, d in runs:
            if a <= c and d <= b and (a, b) != (c, d):
                # it is made of whole periods: what is left over is shown by itself
                assert root(a) == root(c)


def _fine_together(new, taken):
    try:
        _check_together(new, taken)
    except RecipeError:
        return False
    return True


@pytest.mark.parametrize(
    ("published", "new", "fine"),
    [
        # two that follow each other hold the one across them
        ([("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-12-31")], ("2023-07-01", "2024-06-30"), False),
        ([("2023-01-01", "2023-12-31"), ("2023-07-01", "2024-06-30")], ("2024-01-01", "2024-12-31"), False),
        ([("2023-07-01", "2024-06-30"), ("2024-01-01", "2024-12-31")], ("2023-01-01", "2023-12-31"), False),
        ([("2023-01-01", "2023-12-31")], ("2023-07-01", "2024-06-30"), True),
        ([("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-12-31")], ("2025-01-01", "2025-12-31"), True),
        ([("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-12-31")], ("2024-01-01", "2024-12-31"), True),
        # three that follow each other hold the middle one, which is one of them
        ([("2023-01-01", "2023-12-31"), ("2025-01-01", "2025-12-31")], ("2024-01-01", "2024-12-31"), True),
    ],
)  # fmt: skip
def test_days_are_held_against_sums_of_periods_that_follow_each_other(published, new, fine):
    old = [tuple(map(day, one)) for one in published]
    assert _fine_together(tuple(map(day, new)), old) == fine


def test_three_releases_of_moved_days_are_refused_with_the_days_that_they_hold(first):
    later = (day("2026-10-01"), day("2028-09-30"))
    second = make_release(invented_study(period=later), key=KEY, former=[first])
    across = invented_study(period=(day("2025-10-01"), day("2027-09-30")))
    make_release(across, key=KEY, former=[first])
    with pytest.raises(
        RecipeError, match="2024-10-01 to 2028-09-30, taken together, would hold 2025-10-01 to"
    ):
        make_release(across, key=KEY, former=[first, second])


def _fine(new, old, rule):
    try:
        _check_days(new, old, rule)
    except RecipeError:
        return False
    return True
