"""Are all views of a release protected together, and is nothing told by what is not in them?"""

import numpy as np
import pandas as pd
import pytest

from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.release import make_release
from tests.disclosure.attackers import differences_of_a_release, true_views
from tests.outputs.invented import invented_study

KEY = key_from_text("5a" * 32)
FIRST = "P250mE422000N222000"


def whole(views, period="this"):
    some = views[(views["harm"] == "all") & (views["part_of_day"] == "all")]
    return some[some["period"] == period].set_index("id")["incidents"]


def test_a_release_has_each_view_once_and_the_whole_is_what_the_tables_say():
    release = make_release(invented_study(), key=KEY)
    views = release.views
    assert list(views) == ["id", "harm", "part_of_day", "period", "incidents"]
    assert not views.duplicated(["id", "harm", "part_of_day", "period"]).any()
    assert set(views["harm"]) <= {"all", "Child criminal exploitation", "Serious youth violence"}
    assert set(views["part_of_day"]) <= {"all", "daytime", "afternoon", "evening", "night"}
    crossed = views[(views["harm"] != "all") & (views["part_of_day"] != "all")]
    # kinds of harm by part of the day, at places alone, beside the margins that they belong to
    assert set(crossed["id"]) <= set(release.hotspots.index)
    assert len(crossed) > 10
    there = set(views[["id", "harm", "part_of_day"]].itertuples(index=False, name=None))
    for id_, harm, part in crossed[["id", "harm", "part_of_day"]].itertuples(index=False):
        assert {(id_, harm, "all"), (id_, "all", part)} <= there
    shown = pd.concat(
        [release.hotspots["incidents"], release.cells["incidents"][~release.cells["hidden"]]]
    )
    pd.testing.assert_series_equal(
        whole(views).sort_index(), shown.rename_axis("id").sort_index(), check_names=False,
        check_index_type=False,
    )  # fmt: skip


def test_each_view_is_within_a_step_of_the_truth_and_leaves_enough_people():
    study = invented_study()
    release = make_release(study, key=KEY)
    truth = true_views(release, study)
    for id_, harm, part, _, published in release.views.itertuples(index=False):
        true = truth[id_, harm, part]
        # 5 to 9 are never said as less than 5
        assert abs(published - true) < 5, (id_, harm, part)
        assert true >= 5
    left = differences_of_a_release(release, study)
    assert len(left) > 50
    assert ((left["people"] >= 10) | (left["true"] == 0)).all()
    assert (left["people"] >= 10).sum() > 50
    # one part of the day is kept back: some times might not be known
    first = release.views[release.views["id"] == FIRST]
    assert first["part_of_day"].nunique() == 4


def test_what_is_left_of_a_place_is_counted_in_people_and_not_in_records():
    """Thirty records of one child, and ten of another kind: the rest of it would be that child."""
    for who, kept in ((1, False), (12, True)):
        study = invented_study()
        first = study.hotspots["cells"].iloc[0].split()[0]
        here = study.incidents.intersects(study.cells.geometry[first].buffer(-1))
        rest = study.incidents.index[here][:30]
        study.incidents["when_precision"] = "month"
        study.incidents["harm"] = "SYV.KNIFE"
        study.incidents.loc[rest, "harm"] = "CCE"
        study.incidents.loc[rest, "person_key"] = [f"a child {i % who}" for i in range(30)]
        views = make_release(study, key=KEY).views
        shown = views[(views["id"] == FIRST) & (views["harm"] != "all")]
        # with the knives shown, taking them from the whole would leave what the one child suffered
        assert bool(len(shown)) == kept


def test_the_period_before_is_shown_for_the_same_places_and_pieces():
    study = invented_study()
    study.incidents_before = study.incidents.assign(
        occurred_from=study.incidents["occurred_from"] - pd.Timedelta(days=730)
    ).iloc[::2]
    views = make_release(study, key=KEY).views
    before = whole(views, "before")
    assert before[FIRST] in (395, 400)
    assert set(before.index) <= set(whole(views).index)
    assert set(views["period"]) == {"this", "before"}
    # what is not known to the cells of this period is asked of the outline
    study.incidents_before = study.incidents_before.set_geometry(
        study.incidents_before.translate(90_000, 0)
    )
    assert set(make_release(study, key=KEY).views["period"]) == {"this"}


def test_times_that_are_not_known_are_in_no_part_of_the_day():
    study = invented_study()
    study.incidents["when_precision"] = "month"
    views = make_release(study, key=KEY).views
    assert set(views["part_of_day"]) == {"all"}
    some = invented_study()
    half = np.arange(len(some.incidents)) % 2 == 0
    some.incidents["when_precision"] = np.where(half, "minute", "day")
    mixed = make_release(some, key=KEY).views
    parts = mixed[(mixed["id"] == FIRST) & (mixed["harm"] == "all")]
    afternoon = parts[parts["part_of_day"] != "all"]["incidents"].sum()
    assert afternoon == pytest.approx(395, abs=20)


def test_one_kind_of_harm_makes_no_view_of_its_own():
    study = invented_study(harms=("SYV",))
    study.incidents["harm"] = "SYV.KNIFE"
    views = make_release(study, key=KEY).views
    assert set(views["harm"]) == {"all"}


def test_analysts_get_exact_views():
    study = invented_study()
    release = make_release(
        study, audience="analysts", purpose="check", recipient="A", record=lambda _told: None
    )
    first = release.views[release.views["id"] == FIRST].set_index(["harm", "part_of_day"])
    whole = first.loc[("all", "all"), "incidents"]
    for of in (("harm",), ("part_of_day",), ("harm", "part_of_day")):
        some = [
            k
            for k in first.index
            if {"harm": k[0], "part_of_day": k[1]}
            and all(
                (word != "all") == (name in of)
                for name, word in zip(("harm", "part_of_day"), k, strict=True)
            )
        ]
        assert first.loc[some, "incidents"].sum() == whole == 791
