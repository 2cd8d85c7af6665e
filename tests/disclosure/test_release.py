"""Does only what may be seen pass the door?"""

import copy
import dataclasses
import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.release import Release, make_release, require_release, require_viewable
from csgeo.disclosure.released import RELEASED_CELLS, RELEASED_HOTSPOTS
from csgeo.disclosure.surroundings import without_counts
from csgeo.errors import NothingToReport, NotReleased, RecipeError
from tests.outputs.invented import PLANTED, cells_of, invented_study


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
    assert places["incidents"].tolist() == [790, 365, 250, 130, 60, 35]
    assert places["expected"].tolist() == [30, 30, 35, 20, 5, 5]
    # 4.1 expected is said as 5, so 35 / 5 and not 37 / 4.1
    assert places["strength"].tolist() == [26.3, 12.2, 7.1, 6.5, 12.0, 7.0]
    assert places["band"].tolist() == ["highest"] * 2 + ["higher"] * 2 + ["high"] * 2
    assert places["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert places["rank_in_stratum"].tolist() == [1, 2, 1, 3, 1, 2]
    assert places["certainty"].tolist() == ["sure"] * 3 + ["less sure"] * 2 + ["not enough to say"]


def test_totals_are_sums_of_what_is_shown(release):
    shown = int(release.hotspots["incidents"].sum() + release.cells["incidents"].sum())
    assert release.records_used == shown
    assert release.records_without_place in (60, 65)
    assert release.share_of_records == round(1630 / shown, 4)
    assert release.share_of_area == pytest.approx(6 * 3 * 250**2 / 5000**2)


def test_the_order_tells_nothing_that_rounding_hid():
    """Two places that round to the same stand in the order of their names."""
    ranks = set()
    for many, sign in ((36, "1"), (36, "2"), (38, "3"), (38, "4"), (38, "5")):
        study = invented_study({"Around Church Green": many, "Around Long Reach": 37})
        release = make_release(study, key=key_from_text(sign * 64))
        last = release.hotspots.loc[
            release.hotspots["name"].isin(["Around Church Green", "Around Long Reach"])
        ]
        if len(set(last["incidents"])) == 1:
            # 6.2 and 4.1 expected are both said as 5
            ranks.add(tuple(last["name"]))
    assert ranks == {("Around Church Green", "Around Long Reach")}


def test_no_piece_of_ground_overlaps_a_place_or_another_piece(release):
    shapes = [*release.hotspots.geometry, *release.cells.geometry]
    covered = shapely.union_all(shapes)
    assert sum(shape.area for shape in shapes) == pytest.approx(covered.area)
    assert covered.area == pytest.approx(5000**2)


def test_pieces_with_too_few_people_are_hidden_and_look_as_those_with_none(release):
    cells, study = RELEASED_CELLS.check(release.cells, "cells"), invented_study()
    for id_, piece in cells.iterrows():
        inside = study.incidents.geometry.intersects(piece.geometry.buffer(-1))
        people = study.incidents.loc[inside, "person_key"]
        most = people.value_counts().max() if len(people) else 0
        assert piece["hidden"] == (people.nunique() < 5 or most > len(people) / 2), id_
    hidden = cells[cells["hidden"]]
    assert hidden[["incidents", "per_km2", "band"]].isna().all(axis=None)
    assert (cells.loc[~cells["hidden"], "incidents"] % 5 == 0).all()
    assert release.hidden["cells"] == len(hidden) > 0


def test_a_hidden_piece_says_nothing_of_what_is_in_it(release):
    study = invented_study()
    hidden = release.cells.geometry[release.cells["hidden"]].union_all().buffer(-1)
    study.incidents = study.incidents[~study.incidents.intersects(hidden)]
    study.cells = cells_of(study.incidents)
    study.hotspots = study.hotspots[
        ~study.hotspots["name"].isin(["Around Quiet Close", "Around Far Farm"])
    ]
    key = key_from_text("5a" * 32)
    emptied, before = make_release(study, key=key), make_release(invented_study(), key=key)
    pd.testing.assert_frame_equal(
        pd.DataFrame(emptied.cells), pd.DataFrame(before.cells), check_like=True
    )


def test_what_was_set_aside_leaves_as_a_name_and_a_reason_without_counts(release):
    assert release.set_aside.to_dict("records") == [
        {
            "name": "Around Victoria Road",
            "reason": "a police station stands there: many of its records are on one point",
        }
    ]
    assert release.hidden["set_aside"] == 1


@pytest.mark.parametrize(
    ("people", "told"),
    [
        (["a", "b", "c", "d", "e"], True),
        (["a", "b", "c", "d"], False),
        (["a"] * 6 + ["b", "c", "d", "e"], False),  # more than half are one child's
        (["a"] * 5 + ["b", "c", "d", "e", "f"], True),
    ],
)
def test_what_was_set_aside_is_of_enough_people_and_mostly_of_none(people, told):
    study = invented_study()
    inside = study.incidents.intersects(study.set_aside.geometry.iloc[0].buffer(-1))
    kept = study.incidents[~inside]
    added = study.incidents[inside].iloc[[0] * len(people)].assign(person_key=people)
    added.index = pd.Index([f"N{i}" for i in range(len(added))], name="incident_id")
    study.incidents = pd.concat([kept, added])
    study.cells = cells_of(study.incidents)
    release = make_release(study)
    assert len(release.set_aside) == told
    assert release.hidden["set_aside"] == 2 - told


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


def test_provenance_rounds_the_counts_of_records_and_keeps_those_of_public_files(release):
    told = release.provenance
    records, services = told["inputs"]
    assert set(records) == {
        "file", "kind", "keyed_sha256", "rows_in", "rows_used", "rows_set_aside",
    }  # fmt: skip
    for name, exact in (("rows_in", 2412), ("rows_used", 2398)):
        assert records[name] % 5 == 0
        assert abs(records[name] - exact) < 5
    # a bare checksum would let a guess of the whole file be tried
    assert "ab" * 32 not in json.dumps(told)
    assert len(records["keyed_sha256"]) == 64
    assert (services["rows_used"], services["sha256"]) == (7, "cd" * 32)  # services are public
    counts = [n for s in told["steps"] for n in (s["rows_in"], s["rows_out"])]
    assert counts.pop() == 8
    assert all(n % 5 == 0 for n in counts)
    assert told["protection"]["hidden"] == {"hotspots": 2, "cells": 2, "set_aside": 1}
    assert told["protection"]["rounded_with"].startswith("key ")
    assert told["versions"]["csgeo"]


def test_the_study_is_left_as_it_was():
    study = invented_study()
    before = copy.deepcopy(study)
    make_release(study)
    for name in ("hotspots", "cells", "services_near", "incidents"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(study, name)), pd.DataFrame(getattr(before, name))
        )


def test_the_order_of_the_rows_of_a_study_does_not_matter(release):
    study, turn = invented_study(), np.random.default_rng(3)
    for name in ("hotspots", "cells", "services", "basemap", "incidents"):
        table = getattr(study, name)
        setattr(study, name, table.iloc[turn.permutation(len(table))])
    again = make_release(study)
    for name in ("hotspots", "cells", "services", "basemap"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(again, name)), pd.DataFrame(getattr(release, name))
        )


def test_nothing_to_report_where_every_place_is_hidden():
    with pytest.raises(
        NothingToReport, match="No place can be shown: 8 found, 8 of them hidden: they"
    ):
        make_release(invented_study(), least_people=500)
    none = invented_study().hotspots.iloc[:0]
    with pytest.raises(NothingToReport, match="No place can be shown: 0 found"):
        make_release(invented_study(hotspots=none))


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"least_people": 4}, "`least_people` must be at least 5 for partnership; it is 4"),
        ({"round_to": 1}, "`round_to` must be at least 5 for partnership; it is 1"),
        ({"audience": "press"}, "`audience` must be one of analysts, .*; it is 'press'"),
        ({"audience": "public"}, "must say its day"),
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
    assert told["rows_in"] in (990, 995)
    assert told["rows_used"] in (980, 985)


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


def test_a_higher_audience_sees_less():
    day = dt.date(2027, 6, 1)
    study = invented_study()
    study.hotspots = study.hotspots.iloc[:6]
    panel, partnership = (
        make_release(study, audience=name, on=day) for name in ("panel", "partnership")
    )
    assert len(panel.cells) >= len(partnership.cells)
    with pytest.raises(RecipeError, match=r"at least 500 m; these are of 250 m"):
        make_release(study, audience="public", on=day)


def exact(**asked):
    said = {"purpose": "checking the list", "recipient": "A. Analyst", "record": lambda _told: None}
    return make_release(invented_study(), audience="analysts", **(said | asked))


def test_analysts_see_exact_counts_of_cells_and_places_and_no_record():
    release = exact()
    assert release.hotspots["incidents"].tolist() == [791, 366, 103, 248, 127, 58, 37, 6]
    study = invented_study().cells
    some = study[study["incidents"] > 0]
    assert release.cells["incidents"].tolist() == some["incidents"].sort_index().tolist()
    assert release.records_used == len(invented_study().incidents)
    everything = json.dumps(
        [release.hotspots.to_csv(), release.cells.to_csv(), str(release.provenance)]
    )
    for secret in ("person", "incident", "easting", "score"):
        assert PLANTED[secret] not in everything


def test_exact_counts_say_on_every_layer_for_whom_and_why():
    release = exact()
    for said in (release.marking, *release.hotspots["marking"], *release.cells["marking"]):
        assert said == (
            "OFFICIAL-SENSITIVE · EXACT COUNTS, ANALYSTS ONLY · for A. Analyst: checking the list"
        )


@pytest.mark.parametrize("name", ["purpose", "recipient", "record"])
def test_exact_counts_that_nobody_asked_for_or_wrote_down_do_not_leave(name):
    empty = None if name == "record" else " "
    with pytest.raises(RecipeError, match=f"must say its purpose and recipient.*missing: {name}"):
        exact(**{name: empty})


def test_a_failing_log_stops_the_release_of_every_audience():
    def fail(_told):
        raise OSError("the log is full")

    with pytest.raises(OSError, match="the log is full"):
        exact(record=fail)
    with pytest.raises(OSError, match="the log is full"):
        make_release(invented_study(), record=fail)
    told = []
    exact(record=told.append)
    assert told == [
        {
            "what": "release: Serious youth violence in Wexcombe",
            "period": "2024-10-01 to 2026-09-30",
            "audience": "analysts",
            "purpose": "checking the list",
            "recipient": "A. Analyst",
        }
    ]


def test_the_dashboard_refuses_exact_counts(release):
    assert require_viewable(release) is release
    with pytest.raises(NotReleased, match=r"exact counts.*A\. Analyst: checking the list"):
        require_viewable(exact())
    with pytest.raises(NotReleased, match="this is a SimpleNamespace"):
        require_viewable(invented_study())


def test_another_key_rounds_anew_and_the_same_key_answers_the_same():
    one, two = key_from_text("5a" * 32), key_from_text("a5" * 32)
    counts = [
        make_release(invented_study(), key=key).hotspots["incidents"].sort_index().tolist()
        for key in (one, one, two)
    ]
    assert counts[0] == counts[1] != counts[2]
    told = make_release(invented_study(), key=one).provenance["protection"]["rounded_with"]
    assert told == f"key {one.name} (from a variable)"
