"""Does the page say in words what the release holds, no more and no less?"""

import datetime as dt

import pytest

from csgeo.disclosure.release import make_release
from csgeo.outputs import words
from tests.outputs.invented import invented_study


@pytest.fixture(scope="module")
def release():
    return make_release(invented_study())


def test_the_answer_is_one_sentence(release):
    assert words.answer(release) == (
        "6 places hold 95% of recorded serious youth violence and child criminal exploitation "
        "in 4.5% of the area."
    )


def test_many_harms_are_recorded_harm():
    release = make_release(invented_study(harms=("SYV", "CCE", "CSE")))
    assert words.recorded_harm(release) == "recorded harm"


def test_what_is_left_out_is_said(release):
    assert words.left_out(release) == "Two were set aside. Two were hidden to protect people."
    study = invented_study()
    study.set_aside, study.hotspots = study.set_aside.iloc[:1], study.hotspots.iloc[:6]
    assert words.left_out(make_release(study)) == (
        "One was set aside: a police station stands there."
    )
    study.set_aside = study.set_aside.iloc[:0]
    assert words.left_out(make_release(study)) == ""


def test_the_caption_gives_records_caveat_rule_and_source(release):
    assert words.caption(release) == (
        "Based on about 1,715 records, October 2024 to September 2026; about 60 more in the "
        "files have no usable place. Recorded incidents are not all incidents. Shapes show areas, "
        "not addresses. Counts are rounded to 5. Fewer than 5 people are not shown. Invented data: no real place, no "
        "real person."
    )


def test_a_period_that_does_not_begin_with_a_month_is_said_in_days():
    release = make_release(invented_study(period=(dt.date(2024, 10, 2), dt.date(2026, 9, 30))))
    assert words.period(release) == "2 October 2024 to 30 September 2026"


@pytest.mark.parametrize(
    ("part", "said"),
    [(0.31, "31%"), (0.0949, "9.5%"), (0.009, "0.9%"), (0.0004, "less than 0.1%"), (0, "0.0%")],
)
def test_a_share_is_no_more_exact_than_it_deserves(part, said):
    assert words.share(part) == said


def test_how_sure_a_place_is():
    assert words.sure("sure", 0.97) == "found in 97 of 100 re-runs"
    assert words.sure("sure", float("nan")) == "very unlikely to be chance"
    assert words.sure("not enough to say", float("nan")) == "could be chance"
    assert words.sure_shortly("less sure", 0.86) == "86 of 100"
    assert words.sure_shortly("less sure", float("nan")) == "less sure"


def test_an_expectation_below_the_step_is_said_as_such():
    assert words.compared(35, 5, step=5) == "About 35 records, where 5 or fewer would be expected."
    assert words.compared(1200, 30, step=5).startswith("About 1,200 records, where about 30 would")


def test_a_walk_is_minutes_only_where_it_was_measured_along_streets():
    assert words.walk(312, 4.2, "streets") == "4 min walk"
    assert words.walk(12, 0.2, "streets") == "1 min walk"
    assert words.walk(1312, 16, "straight line") == "1,312 m in a straight line"


def test_what_is_around_a_place_nearest_first_and_what_is_missing(release):
    services, gaps = words.around(release)["P250mE423000N222250"]
    assert services == ["School: Northgate School, 768 m in a straight line"]
    assert gaps == ["youth club or youth space"]


def test_cells_are_labelled_with_their_density(release):
    labels = [words.cell_label(release, band) for band in ("high", "higher", "highest")]
    shown = release.cells.dropna(subset="band")
    assert labels[0].startswith(f"about {round(shown['per_km2'].min())}")
    assert labels[2] == f"about {round(shown['per_km2'].max())} records per square kilometre"
    bare = make_release(invented_study(), least_people=20)
    assert words.cell_label(bare, "highest") == ""
