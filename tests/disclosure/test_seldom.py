"""Does what seldom happens end as it should?"""

from __future__ import annotations

import copy
import pickle
from dataclasses import fields

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.disclosure import crossed
from csgeo.disclosure.audit import Relation, hidden_ranges
from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.published import Published
from csgeo.disclosure.release import Release, make_release, period_before, seal_release
from csgeo.disclosure.shapes import require_cells
from csgeo.disclosure.sparing import MOST_SIGNS, says_too_much
from csgeo.disclosure.study_tables import StudyTables
from csgeo.errors import NotReleased, WrongGeometry
from csgeo.study import Study
from tests.disclosure.test_busy import kept
from tests.disclosure.test_crossed import shown_of
from tests.disclosure.test_units import divided
from tests.outputs.invented import invented_study

KEY = key_from_text("5a" * 32)


def test_a_hidden_number_that_no_sum_holds_has_no_end():
    numbers = np.array([30.0, 20.0, np.nan, np.nan])
    ranges = hidden_ranges(numbers, (Relation(0, (1, 2)),), step=5)
    assert ranges[2].tolist() == [2, 18]
    assert ranges[3].tolist() == [0, np.inf]


def test_a_busy_time_that_cannot_be_read_is_not_said():
    assert kept(range(8), words="whenever it rains") is None
    assert kept(range(8), words="Monday, at times") is None
    assert kept(range(8)) == "Monday, 15:00 to 18:00"


def test_hours_are_those_of_the_clock_in_england():
    summer = [pd.Timestamp("2026-07-06 14:30", tz="UTC")] * 8
    assert kept(range(8), times=summer) == "Monday, 15:00 to 18:00"
    assert kept(range(8), words="Monday, 14:00 to 15:00", times=summer) is None


def test_what_the_programme_tells_is_hidden_though_the_list_of_sets_is_fine(monkeypatch):
    table = [[30, 20, 12], [25, 22, 14]]
    assert shown_of(table).all()
    told = iter([True])
    monkeypatch.setattr(crossed, "_tells", lambda *_, **__: next(told, False))
    assert not shown_of(table).all()


def test_an_area_of_many_parts_is_named_by_how_many_they_are():
    study = invented_study()
    whole = study.area.geometry.iloc[0]
    west, south, east, north = whole.bounds
    strips = [
        shapely.box(a, south, b, north)
        for a, b in zip(*[np.linspace(west, east, 5)[i : i + 4] for i in (0, 1)], strict=True)
    ]
    index = pd.Index([f"X{n}" for n in range(4)], name="area_id")
    four = gpd.GeoDataFrame(
        {"name": list("ABCD"), "level": "district"},
        index=index,
        geometry=strips,
        crs=study.area.crs,
    )
    assert make_release(invented_study(area=four), key=KEY).area_name == "4 areas"
    named = four.assign(name=["A", "B", "B", "A"])
    assert make_release(invented_study(area=named), key=KEY).area_name == "A and B"


def test_a_release_is_neither_copied_nor_pickled():
    release = make_release(invented_study(), key=KEY)
    for hand_on in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(NotReleased, match="was to be copied or pickled"):
            hand_on(release)


def test_the_period_before_is_as_long_and_ends_the_day_before():
    release = make_release(invented_study(), key=KEY)
    first, last = period_before(release)
    assert (release.period_start - last).days == 1
    assert first < last


def test_a_text_is_as_long_as_it_may_be():
    assert says_too_much("a" * MOST_SIGNS) is None
    assert says_too_much("a" * (MOST_SIGNS + 1)) == f"more than {MOST_SIGNS} signs"
    assert MOST_SIGNS == 500
    assert says_too_much("Three Girls were seen") == "an exact small count"
    assert says_too_much("a.b@example.org", staff=True) is None
    assert says_too_much("a.b@example.org, 3 girls", staff=True) == "an exact small count"


def test_a_union_that_comes_out_wrong_is_made_again(monkeypatch):
    right = make_release(invented_study(), key=KEY).cells
    joined, wrong = shapely.buffer, []

    def too_small(shapes, by, **more):
        if by != 0:
            return joined(shapes, by, **more)
        wrong.append(len(shapes))
        return joined(shapes, -1.0)

    monkeypatch.setattr(shapely, "buffer", too_small)
    again = make_release(invented_study(), key=KEY).cells
    assert sum(wrong) > 0
    assert again.geometry.geom_equals(right.geometry).all()


def test_a_table_without_places_has_no_shape_to_ask_about():
    study = invented_study()
    none = study.hotspots.iloc[:0]
    require_cells(none, none["cells"], "study.hotspots")
    moved = study.hotspots.set_geometry(study.hotspots.translate(10, 0))
    with pytest.raises(WrongGeometry, match="must be the union of its lattice cells"):
        require_cells(moved, moved["cells"], "study.hotspots")


def test_a_view_that_no_former_release_has_is_held_against_none():
    first = make_release(invented_study(), key=KEY)
    parts = {f.name: getattr(first, f.name) for f in fields(first)}
    evening = first.views["part_of_day"] == "evening"
    assert evening.any()
    without = seal_release(**parts | {"views": first.views[~evening]})
    again = make_release(invented_study(), key=KEY, former=[without])
    assert again.views.equals(first.views)


def test_ground_where_every_square_has_enough_people_is_joined_nowhere():
    everywhere = [(column, row) for column in range(2) for row in range(2)] * 6
    _, table, _, _ = divided(everywhere, high=2, wide=2)
    assert set(table.index) == {"250mE0N0", "250mE250N0", "250mE0N250", "250mE250N250"}
    assert not table["hidden"].any()


def promised(protocol):
    return {name for name in vars(protocol) if not name.startswith("_")}


def test_what_the_door_reads_is_what_a_study_and_a_release_have():
    assert promised(StudyTables) <= {f.name for f in fields(Study)}
    assert promised(Published) <= {f.name for f in fields(Release)}
