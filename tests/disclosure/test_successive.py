"""Is a release refused that could be taken from one before it?"""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.disclosure.audiences import RULES
from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.release import make_release
from csgeo.disclosure.successive import check_days, days_before, told_by
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
    assert left_out == set(study.hotspots.index[study.hotspots["name"] == "Around Long Reach"])
    pd.testing.assert_frame_equal(
        alone.views[alone.views["period"] == "this"], beside.views[beside.views["period"] == "this"]
    )


def test_nothing_is_told_of_days_before_that_nearly_agree_with_published_ones(first):
    shifted = a_year_later("2026-10-02", "2028-09-30")
    assert "before" in told_by(make_release(shifted, key=KEY))
    assert "before" not in told_by(make_release(shifted, key=KEY, former=[first]))
