"""Does a view show what the release shows of it, and say the rest as hidden and never as zero?"""

import datetime as dt
import sqlite3

import numpy as np
import pandas as pd
import pytest

from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.release import make_release, period_before
from csgeo.disclosure.views import PARTS_OF_DAY
from csgeo.errors import NotReleased
from csgeo.outputs import viewed
from csgeo.outputs.geopackage import write_geopackage
from csgeo.outputs.layers import layers
from csgeo.outputs.tables import write_tables
from csgeo.outputs.viewed import BEFORE, View
from tests.outputs.invented import invented_study

KNIFE, EXPLOITED = "Serious youth violence", "Child criminal exploitation"
KEY = key_from_text("5a" * 32)


@pytest.fixture(scope="module")
def release():
    study = invented_study()
    study.incidents_before = study.incidents.assign(
        occurred_from=study.incidents["occurred_from"] - pd.Timedelta(days=730)
    ).iloc[::2]
    return make_release(study, key=KEY)


@pytest.fixture(scope="module")
def without_before():
    return make_release(invented_study(), key=KEY)


def test_the_parts_of_the_day_are_those_of_the_door():
    begins = list(PARTS_OF_DAY.values())
    said = [
        f"{a:02d}:00 to {b:02d}:00" for a, b in zip(begins, begins[1:] + begins[:1], strict=True)
    ]
    assert dict(zip(PARTS_OF_DAY, said, strict=True)) == viewed.PARTS_OF_DAY


def test_only_what_shows_anything_is_offered(release, without_before):
    there = viewed.offered(release)
    assert there.harms == (EXPLOITED, KNIFE)
    assert set(there.parts_of_day) <= set(PARTS_OF_DAY)
    assert there.periods == ("this", "before")
    assert viewed.offered(without_before).periods == ("this",)


def test_a_view_holds_the_numbers_of_the_release_and_hides_the_others(release):
    for view in (View(KNIFE), View(part_of_day="night"), View(KNIFE, "night"), View(period=BEFORE)):
        numbers = viewed.numbers_of(release, view)
        now = viewed.seen(release, view)
        for table in now:
            shown = table["incidents"].dropna()
            assert (shown == numbers.reindex(shown.index)).all()
            assert set(table.index[table["incidents"].isna()]).isdisjoint(numbers.index)
            assert not (table["incidents"] == 0).any()
        assert len(now.hotspots["incidents"].dropna()) + len(now.cells["incidents"].dropna()) == (
            len(numbers)
        )
        assert now.cells["hidden"].equals(now.cells["incidents"].isna().rename("hidden"))
        assert now.cells.loc[now.cells["hidden"], ["per_km2", "band"]].isna().all(axis=None)


def test_places_with_most_records_come_first_and_hidden_ones_last(release):
    places = viewed.seen(release, View(KNIFE, "night")).hotspots
    counts = places["incidents"].astype(float).fillna(-1).tolist()
    assert counts == sorted(counts, reverse=True)
    assert set(places.index) == set(release.hotspots.index)
    # their numbers stay: a place is known by its number
    assert places["rank"].equals(release.hotspots["rank"].reindex(places.index))


def test_the_whole_is_what_the_release_says(release):
    whole = viewed.seen(release, View())
    assert whole.hotspots["incidents"].sum() == release.hotspots["incidents"].sum()
    assert whole.cells["incidents"].sum() == release.cells["incidents"].sum()
    np.testing.assert_array_equal(whole.cells["hidden"], release.cells["hidden"])


def test_a_sentence_says_what_is_counted_and_how_many_are_hidden(release):
    numbers = viewed.numbers_of(release, View(KNIFE)).reindex(release.hotspots.index).dropna()
    said = viewed.answer(release, View(KNIFE))
    left = 6 - len(numbers)
    hidden = "" if not left else "; 1 is hidden" if left == 1 else f"; {left} are hidden"
    assert said == (
        f"{len(numbers)} of 6 places show about {numbers.sum():,} records of serious youth violence, "
        f"October 2024 to September 2026{hidden}."
    )
    before = viewed.answer(release, View(KNIFE, "night", BEFORE))
    assert "records of serious youth violence at night (23:00 to 07:00), " in before
    assert "October 2022 to September 2024" in before
    assert period_before(release) == (dt.date(2022, 10, 1), dt.date(2024, 9, 30))
    assert "fewer than 5 people" in viewed.hidden_means(release)
    nothing = viewed.answer(release, View("Trafficking"))
    assert nothing.startswith("No place shows a number for trafficking, October 2024")
    assert nothing.endswith("all 6 are hidden.")


def test_a_place_is_said_in_both_periods_and_hidden_is_no_number(release, without_before):
    first = release.hotspots.index[0]
    here = viewed.numbers_of(release, View(KNIFE))[first]
    there = viewed.numbers_of(release, View(KNIFE, period=BEFORE))[first]
    assert viewed.of_a_place(release, View(KNIFE), first) == (
        f"About {here} records. In the period before: about {there}."
    )
    assert viewed.of_a_place(release, View(KNIFE, period=BEFORE), first) == (
        f"About {there} records. In this period: about {here}."
    )
    none = View("Trafficking")
    assert viewed.of_a_place(release, none, first) == "Hidden. In the period before: hidden."
    assert viewed.of_a_place(without_before, none, first) == "Hidden."


def test_the_map_of_a_view_marks_hidden_places_and_draws_no_number_for_them(release):
    view = View(KNIFE, "night")
    drawn = layers(release, view)
    numbers = viewed.numbers_of(release, view)
    hidden = 0
    for feature in drawn["hotspots"]["features"]:
        said = feature["properties"]
        if said["id"] in numbers.index:
            assert said["about"] == f"about {numbers[said['id']]:,}"
            assert "hidden" not in said
        else:
            hidden += 1
            assert (said["about"], said["hidden"]) == ("hidden", True)
    kinds = [entry["kind"] for entry in drawn["legend"]]
    assert ("place hidden" in kinds) == bool(hidden)
    assert drawn["legend"][0]["label"] == "Most records"
    plain = layers(release)
    assert plain["legend"][0]["label"] == "More records than would be expected"
    assert not any("hidden" in f["properties"] for f in plain["hotspots"]["features"])


def test_only_a_release_is_seen():
    with pytest.raises(NotReleased):
        viewed.seen(invented_study(), View())
    with pytest.raises(NotReleased):
        viewed.offered(invented_study())


def test_the_table_of_views_has_each_view_of_each_place_and_says_what_is_hidden(release):
    table = viewed.views_table(release)
    assert not table.duplicated(["id", "harm", "part_of_day", "period"]).any()
    of_places = table[table["id"].isin(release.hotspots.index)]
    there = viewed.offered(release)
    views = (1 + len(there.harms)) * (1 + len(there.parts_of_day)) * len(there.periods)
    assert len(of_places) == 6 * views
    assert of_places["hidden"].any()
    assert (table["hidden"] == table["incidents"].isna()).all()
    assert not (table["incidents"] == 0).any()
    # of the ground around them only what is shown
    assert not table.loc[~table["id"].isin(release.hotspots.index), "hidden"].any()
    assert int(table["incidents"].notna().sum()) == len(release.views)
    first = table.iloc[0]
    assert (first["rank"], first["harm"], first["part_of_day"]) == (1, "all", "all")
    assert (first["first_day"], first["last_day"]) == ("2024-10-01", "2026-09-30")
    before = table[table["period"] == "before"].iloc[0]
    assert (before["first_day"], before["last_day"]) == ("2022-10-01", "2024-09-30")
    night = table[table["part_of_day"] == "night"].iloc[0]
    assert night["hours"] == "23:00 to 07:00"


def test_analysts_get_their_exact_views_and_none_that_is_said_to_be_hidden():
    exact = make_release(
        invented_study(), audience="analysts", purpose="check", recipient="A", record=lambda _: None
    )
    table = viewed.views_table(exact)
    assert len(table) == len(exact.views)
    assert not table["hidden"].any()


def test_views_leave_in_files_with_their_marking_and_caveats(release, tmp_path):
    path = write_tables(release, tmp_path)["views.csv"]
    read = pd.read_csv(path, encoding="utf-8-sig")
    assert len(read) == len(viewed.views_table(release))
    assert (read["marking"] == "OFFICIAL-SENSITIVE").all()
    assert read["caveats"].str.contains("Recorded incidents are not all incidents").all()
    package = write_geopackage(release, tmp_path)["hotspots.gpkg"]
    with sqlite3.connect(package) as link:
        found = link.execute(
            "SELECT id, harm, part_of_day, period, incidents FROM views"
        ).fetchall()
        kind, said = link.execute(
            "SELECT data_type, description FROM gpkg_contents WHERE table_name = 'views'"
        ).fetchone()
    link.close()
    assert len(found) == len(read)
    assert kind == "attributes"
    assert "OFFICIAL-SENSITIVE" in said
    shown = {row[:4]: row[4] for row in found if row[4] is not None}
    for one in release.views.itertuples(index=False):
        assert shown[one.id, one.harm, one.part_of_day, one.period] == one.incidents
