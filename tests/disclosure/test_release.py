"""Does only what may be seen pass the door?"""

import copy
import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from csgeo.disclosure.protect import without_counts
from csgeo.disclosure.release import Release, make_release, require_release
from csgeo.disclosure.released import RELEASED_CELLS, RELEASED_HOTSPOTS
from csgeo.errors import NothingToReport, NotReleased, RecipeError
from tests.outputs.invented import PLANTED, invented_study


@pytest.fixture
def release():
    return make_release(invented_study())


def test_a_release_cannot_be_put_together_by_hand(release):
    parts = {f.name: getattr(release, f.name) for f in dataclasses.fields(release)}
    with pytest.raises(NotReleased, match=r"put together by hand.*csgeo\.make_release"):
        Release(**parts)
    with pytest.raises(NotReleased, match="put together by hand"):
        dataclasses.replace(release, records_used=2384)
    with pytest.raises(dataclasses.FrozenInstanceError):
        release.records_used = 2384


def test_anything_but_a_release_is_refused_with_its_name(release):
    assert require_release(release) is release
    with pytest.raises(NotReleased, match=r"this is a SimpleNamespace.*csgeo\.make_release"):
        require_release(invented_study())


def test_a_hundred_records_of_three_people_are_hidden(release):
    names = set(release.hotspots["name"])
    assert "Around Quiet Close" not in names  # 103 records, 3 people
    assert "Around Far Farm" not in names  # 6 records, 4 people
    assert len(names) == 6
    assert release.hidden["hotspots"] == 2


def test_the_same_places_are_shown_where_people_are_not_known():
    release = make_release(invented_study(people_known=False))
    assert {"Around Quiet Close", "Around Far Farm"} <= set(release.hotspots["name"])
    assert release.hidden["hotspots"] == 0


def test_a_higher_threshold_shows_a_part_of_what_a_lower_one_shows():
    shown = [
        set(make_release(invented_study(), least_people=n).hotspots.index) for n in (5, 18, 100)
    ]
    assert shown[0] > shown[1] > shown[2]
    assert len(shown[2]) == 2


def test_hotspots_hold_rounded_numbers_and_what_follows_from_them(release):
    places = RELEASED_HOTSPOTS.check(release.hotspots, "hotspots")
    assert set(places.columns) == {*RELEASED_HOTSPOTS.columns, "geometry"}
    assert places["incidents"].tolist() == [790, 365, 250, 125, 60, 35]
    assert places["expected"].tolist() == [30, 30, 35, 20, 5, 5]
    # 4.1 expected is said as 5, so 35 / 5 and not 37 / 4.1
    assert places["strength"].tolist() == [26.3, 12.2, 7.1, 6.2, 12.0, 7.0]
    assert places["band"].tolist() == ["highest"] * 2 + ["higher"] * 2 + ["high"] * 2
    assert places["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert places["rank_in_stratum"].tolist() == [1, 2, 1, 3, 1, 2]
    assert places["certainty"].tolist() == ["sure"] * 3 + ["less sure"] * 2 + ["not enough to say"]


def test_shares_and_totals_follow_from_the_rounded_numbers(release):
    assert release.records_used == 2385
    assert release.records_without_place == 65
    assert release.share_of_records == round(1625 / 2385, 4)
    assert release.share_of_area == pytest.approx(6 * 3 * 250**2 / 5000**2)


def test_the_order_tells_nothing_that_rounding_hid():
    """Two places that round to the same stand in the order of their names."""
    study = invented_study()
    study.hotspots["incidents"] = [792, 366, 248, 127, 58, 37, 103, 6]
    study.hotspots["expected"] = [31.7, 28.2, 33.1, 17.9, 6.2, 4.1, 2.2, 0.7]
    study.hotspots.iloc[4, study.hotspots.columns.get_loc("incidents")] = 36
    swapped = study.hotspots.copy()
    swapped.iloc[4, swapped.columns.get_loc("incidents")] = 34
    one = make_release(study)
    two = make_release(invented_study(hotspots=swapped))
    assert one.hotspots["name"].tolist() == two.hotspots["name"].tolist()
    assert one.hotspots["name"].tolist()[-2:] == ["Around Church Green", "Around Long Reach"]


def test_cells_with_too_few_people_are_hidden_and_look_as_those_with_none(release):
    cells, study = RELEASED_CELLS.check(release.cells, "cells"), invented_study()
    shown, hidden = cells[~cells["hidden"]], cells[cells["hidden"]]
    people = study.cells["people"]
    assert (people[shown.index] >= 5).all()
    assert (people[hidden.index] < 5).all()
    assert set(shown.index) == set(people.index[people >= 5])
    assert (shown["incidents"] % 5 == 0).all()
    assert hidden[["incidents", "band"]].isna().all(axis=None)
    # both kinds stand in the ring, and no column tells them apart
    assert (people[hidden.index] == 0).any()
    assert (people[hidden.index] > 0).any()


def test_which_cells_are_drawn_as_hidden_follows_from_the_shown_ones_alone(release):
    study = invented_study()
    few = study.cells["people"].between(1, 4)
    study.cells.loc[few, ["incidents", "people"]] = 0
    emptied = make_release(study)
    pd.testing.assert_frame_equal(
        pd.DataFrame(emptied.cells.drop(columns="geometry")),
        pd.DataFrame(release.cells.drop(columns="geometry")),
    )


def test_no_ring_is_drawn_where_the_study_left_out_the_empty_cells():
    study = invented_study()
    study.cells = study.cells[study.cells["incidents"] > 0]
    assert not make_release(study).cells["hidden"].any()


def test_what_was_set_aside_leaves_as_a_name_and_a_reason_without_counts(release):
    assert release.set_aside.to_dict("records") == [
        {
            "name": "Around Victoria Road",
            "reason": "a police station stands there: many of its records are on one point",
        }
    ]
    assert release.hidden["set_aside"] == 1


def test_nothing_of_a_record_or_a_person_is_in_any_part(release):
    everything = json.dumps(
        {
            f.name: v.to_csv() if hasattr(v := getattr(release, f.name), "to_csv") else str(v)
            for f in dataclasses.fields(release)
        }
    )
    for secret in ("person", "incident", "easting", "score"):
        assert PLANTED[secret] not in everything
    for exact in ("791", "366", "31.7", "2384"):
        assert exact not in everything
    for table in (release.hotspots, release.cells):
        assert not {"people", "score", "p_value", "q_value"} & set(table.columns)


def test_provenance_keeps_the_size_of_files_and_rounds_what_was_used(release):
    told = release.provenance
    assert told["inputs"][0] == {
        "file": "incidents.csv",
        "kind": "records of harm",
        "sha256": "ab" * 32,
        "rows_in": 2412,
        "rows_used": 2400,
        "rows_set_aside": [{"reason": "no date", "rows": 15}],
    }
    assert told["inputs"][1]["rows_used"] == 7  # services are public
    assert [(s["rows_in"], s["rows_out"]) for s in told["steps"]] == [
        (2410, 2400),
        (2400, 2385),
        (2385, 8),
    ]
    assert told["protection"]["hidden"] == {"hotspots": 2, "cells": 20, "set_aside": 1}
    assert told["versions"]["csgeo"]


def test_the_study_is_left_as_it_was():
    study = invented_study()
    before = copy.deepcopy(study)
    make_release(study)
    for name in ("hotspots", "cells", "services_near"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(study, name)), pd.DataFrame(getattr(before, name))
        )


def test_the_order_of_the_rows_of_a_study_does_not_matter(release):
    study, turn = invented_study(), np.random.default_rng(3)
    for name in ("hotspots", "cells", "services", "basemap"):
        table = getattr(study, name)
        setattr(study, name, table.iloc[turn.permutation(len(table))])
    again = make_release(study)
    for name in ("hotspots", "cells", "services", "basemap"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(again, name)), pd.DataFrame(getattr(release, name))
        )


def test_nothing_to_report_where_every_place_is_hidden():
    with pytest.raises(
        NothingToReport, match="No place can be shown: 8 found, 8 of them hidden because they"
    ):
        make_release(invented_study(), least_people=500)
    none = invented_study().hotspots.iloc[:0]
    with pytest.raises(NothingToReport, match="No place can be shown: 0 found"):
        make_release(invented_study(hotspots=none))


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"least_people": 4}, "`least_people` must be at least 5; it is 4"),
        ({"round_to": 1}, "`round_to` must be at least 5; it is 1"),
        ({"audience": "press"}, "`audience` must be one of partnership; it is 'press'"),
    ],
)
def test_no_setting_weakens_the_rule(choice, words):
    with pytest.raises(RecipeError, match=words):
        make_release(invented_study(), **choice)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("95 of its 120 records", "many of its records"),
        ("95 of 120 records", "many of its records"),
        ("80% of the 1,250 records", "many of the records"),
        ("within 100 m of a hospital", "within 100 m of a hospital"),
        ("12.5 per cent within 1.5 km", "many within 1.5 km"),
    ],
)
def test_counts_are_taken_out_of_a_reason_and_distances_stay(said, left):
    assert without_counts(said) == left


def test_choices_leave_without_their_counts_of_records():
    choices = {
        "records": "8,724 records lie in the study area.",
        "listed": "10 places are listed, of 1,234 records.",
        "cell_m": 125,
    }
    assert make_release(invented_study(choices=choices)).choices == {
        "listed": "10 places are listed, of the records.",
        "cell_m": 125,
    }


@pytest.mark.parametrize("kind", ["records of harm", "places of harm", "something new"])
def test_the_counts_of_a_file_that_is_not_known_to_be_public_are_rounded(kind):
    source = {"file": "a.csv", "kind": kind, "rows_in": 991, "rows_used": 983}
    told = make_release(invented_study(sources=(source,))).provenance["inputs"][0]
    assert (told["rows_in"], told["rows_used"]) == (991, 985)


def test_a_word_quoted_from_a_file_of_records_stays_behind():
    study = invented_study()
    told = {
        "file": "records.csv",
        "kind": "incidents",
        "rows_in": 20,
        "rows_used": 18,
        "rows_set_aside": [
            {"reason": "harm label 'Ann's brother' in 'type' is not known", "rows": 2}
        ],
    }
    study.sources = (told,)
    inputs = make_release(study).provenance["inputs"]
    assert inputs[0]["rows_set_aside"][0]["reason"] == "harm label (withheld) is not known"
