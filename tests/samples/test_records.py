"""Do the invented records hold what the truth says was planted?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from csgeo.lattice import cell_at
from csgeo.samples.planted import PLANS, active_months

if TYPE_CHECKING:
    from csgeo.samples import County


def _inside(made: County, cells: str) -> pd.DataFrame:
    placed = made.incidents[made.incidents.geometry.notna()]
    at = cell_at(placed.geometry.x, placed.geometry.y, cell_m=125).astype(object)
    return placed[np.isin(at, cells.split())]


def test_each_planted_place_holds_the_records_that_the_truth_counts(made: County):
    for place in made.truth.places.itertuples():
        assert len(_inside(made, place.cells)) == place.records
        assert place.records > 1.8 * place.expected
        # what was planted and what would be there anyway make up the whole
        if place.spot != "centre":
            gap = place.records - place.added - place.expected
            assert abs(gap) < 4 * place.expected**0.5


def test_planted_records_come_in_the_slots_and_harms_of_their_place(made: County):
    centre = made.truth.places.query("spot == 'centre'").iloc[0]
    rows = _inside(made, centre["cells"])
    hour, day = rows["occurred_from"].dt.hour, rows["occurred_from"].dt.day_of_week
    after_school = (day < 5) & hour.between(15, 17)
    assert after_school.mean() > 0.25
    assert rows["harm"].isin(centre["harms"].split()).mean() > 0.75


def test_a_new_place_is_quiet_before_its_month_and_a_fading_one_after(made: County):
    for trend, before_is_hot in (("new", False), ("fading", True)):
        places = made.truth.places
        place = places[places["trend"] == trend].iloc[0]
        rows = _inside(made, place["cells"])["occurred_from"]
        start = pd.Timestamp(place["from_month"])
        months = (start - pd.Timestamp("2023-01-01")).days / 30.4
        a_month_before = (rows < start).sum() / months
        a_month_after = (rows >= start).sum() / (36 - months)
        assert (a_month_before > 1.5 * a_month_after) == before_is_hot
        assert (a_month_after > 1.5 * a_month_before) != before_is_hot


def test_harm_falls_where_something_was_done_and_some_of_it_moves_next_door(made: County):
    truth = made.truth.to_dict()["intervention"]
    start = pd.Timestamp(truth["from_month"])
    rows = _inside(made, made.truth.places.loc[truth["place"], "cells"])["occurred_from"]
    months = (start - pd.Timestamp("2023-01-01")).days / 30.4
    before, after = (rows < start).sum() / months, (rows >= start).sum() / (36 - months)
    assert 0.5 < after / before < 0.9
    assert made.truth.displaced["added"].item() >= 4
    assert made.truth.displaced["records"].item() < 2 * made.truth.displaced["expected"].item()


def test_one_child_at_one_home_is_one_person_on_one_point(made: County):
    home = made.truth.artefacts.query("spot == 'home'").geometry.iloc[0]
    rows = made.incidents[made.incidents.geometry == home]
    assert len(rows) == 30
    assert set(rows["person_key"]) == {rows["person_key"].iloc[0]}
    assert set(rows["harm"]) == {"MISSING"}


@pytest.mark.parametrize("spot", ["police", "hospital", "prison", "default"])
def test_artefacts_are_stacks_on_one_point_of_many_people(made: County, spot: str):
    artefact = made.truth.artefacts.query("spot == @spot").iloc[0]
    rows = made.incidents[made.incidents.geometry == artefact.geometry]
    assert len(rows) >= artefact["records"]
    assert rows["person_key"].nunique() > 15


def test_active_months_of_each_trend():
    months = {p.trend: active_months(p) for p in PLANS}
    assert set(months["lasting"]) == {1.0}
    assert set(months["new"]) == {0.0, 1.0}
    assert months["new"][0] == 0.0
    assert months["fading"][0] == 1.0
    assert months["fading"][-1] == pytest.approx(0.2)
