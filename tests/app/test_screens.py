"""Does every screen say what the release says, in words?"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from csgeo.disclosure.release import make_release
from csgeo.store.releases import open_release, save_release
from tests.app.conftest import APP, PAYLOAD
from tests.outputs.invented import invented_study

METHOD = """
import sys
sys.path.insert(0, {app!r})
from components import opened
from screens import method
method.show(opened.open_shown({folder!r}))
"""


@pytest.fixture
def places(release_folder, monkeypatch) -> AppTest:
    return opened(release_folder, monkeypatch)


@pytest.fixture
def as_an_import(monkeypatch):
    monkeypatch.syspath_prepend(str(APP))
    yield
    for name in [n for n in sys.modules if n.split(".")[0] in {"components", "screens"}]:
        del sys.modules[name]


def opened(folder, monkeypatch, **query) -> AppTest:
    monkeypatch.setenv("CSGEO_RELEASE", str(folder))
    test = AppTest.from_file(str(APP / "main.py"), default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def said(test: AppTest) -> str:
    """Give all that stands on the page as HTML, style sheets left out."""
    bodies = [element.proto.body for element in test.get("html")]
    return " ".join(body for body in bodies if "<style>" not in body)


def test_places_opens_on_the_answer_with_the_first_place_chosen(places):
    assert not places.exception
    page = said(places)
    assert "OFFICIAL-SENSITIVE" in page
    assert "6 places hold" in page
    assert "Two were set aside. Two were hidden to protect people." in page
    assert "1 · Around Market Street and the bus station" in page
    assert "About 790 records, where about 30 would be expected." in page
    assert "found in 99 of 100 re-runs" in page
    assert "Busiest Thursday, 15:00 to 19:00, Friday, 15:00 to 19:00" in page
    assert places.query_params["place"] == places.radio(key="place").value


def test_places_lists_each_place_with_rank_band_count_and_certainty(places):
    first, *_, last = places.radio(key="place").options
    assert first.startswith("`1` **Around Market Street and the bus station** *about 790*")
    assert first.endswith(":small[highest · 99 of 100 · Town]")
    assert "Around Long Reach" in last
    assert len(places.radio(key="place").options) == 6
    assert "Around Quiet Close" not in said(places)  # three people: hidden


def test_choosing_in_the_list_changes_card_and_link(places):
    radio = places.radio(key="place")
    first = radio.value
    radio.set_value(next_place(places)).run()
    assert not places.exception
    assert "2 · Around Station Road" in said(places)
    assert "Busiest times are not in this release." in said(places)
    assert "No youth club or youth space within reach; the nearest is The Shed youth club" in said(
        places
    )
    assert places.query_params["place"] == places.radio(key="place").value != first


def next_place(test: AppTest) -> str:
    """Give the id of the second place, as the release has it."""
    return open_release(Path(os.environ["CSGEO_RELEASE"])).hotspots.index[1]


def test_a_link_opens_its_place_and_an_unknown_one_says_so(release_folder, monkeypatch, places):
    second = next_place(places)
    linked = opened(release_folder, monkeypatch, place=second)
    assert linked.radio(key="place").value == second
    stale = opened(release_folder, monkeypatch, place="P250mE1N1")
    assert "The link names a place that this release does not show." in said(stale)
    assert "1 · Around Market Street" in said(stale)


def test_the_table_says_what_the_map_says(release_folder, monkeypatch):
    test = opened(release_folder, monkeypatch, view="Table")
    assert not test.exception
    page = said(test)
    for name in ("Around Market Street", "Around Station Road", "Around Long Reach"):
        assert f"<td >{name}" in page
    assert page.count('<th scope="row"') >= 6
    assert "Mill Lane surgery" in page
    assert "Recorded incidents are not all incidents." in page


def test_method_names_inputs_choices_rule_and_what_was_set_aside(release_folder):
    test = AppTest.from_string(
        METHOD.format(app=str(APP), folder=str(release_folder)), default_timeout=60
    ).run()
    assert not test.exception
    page = said(test)
    assert "incidents.csv" in page
    assert "no date: 15" in page
    assert "2,400" in page
    assert "the streets around" in page
    assert "Around Victoria Road" in page
    assert "a police station stands there" in page
    assert "fewer than 5 people" in page
    assert "2 places that stood out but describe too few people" in page
    assert "Invented data: no real place, no real person." in page
    assert "must not be used to decide anything about one child" in page


def test_no_release_is_said_in_plain_words(tmp_path, monkeypatch):
    missing = opened(tmp_path / "gone", monkeypatch)
    assert not missing.exception
    assert "There is no folder gone where the release should be." in said(missing)
    unnamed = opened("", monkeypatch)
    assert "No release was named." in said(unnamed)


def test_a_changed_release_is_refused_in_plain_words(release_folder, tmp_path, monkeypatch):
    copy = tmp_path / "release"
    shutil.copytree(release_folder, copy)
    assert "6 places hold" in said(opened(copy, monkeypatch))
    largest = max(
        (p for p in copy.rglob("*") if p.is_file() and p.name != "manifest.json"),
        key=lambda p: p.stat().st_size,
    )
    largest.write_bytes(largest.read_bytes() + b" ")
    changed = opened(copy, monkeypatch)
    assert not changed.exception
    assert "There is nothing to show yet" in said(changed)
    assert largest.name in said(changed)
    assert "Traceback" not in said(changed)


def test_texts_from_files_stay_text(hostile_folder, monkeypatch):
    test = opened(hostile_folder, monkeypatch, view="Table")
    assert not test.exception
    page = said(test)
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img src=x" in page
    label = test.radio(key="place").options[0]
    assert "![" not in label
    assert ":red[" not in label
    assert "<script>" not in label
    method = AppTest.from_string(
        METHOD.format(app=str(APP), folder=str(hostile_folder)), default_timeout=60
    ).run()
    assert "<img" not in said(method)
    assert "<script" not in said(method)


def test_markdown_gives_no_character_a_meaning(as_an_import):
    from components.written import markdown

    plain = markdown(PAYLOAD + "\n# no heading\n- no list")
    assert "\n" not in plain
    for mark in ("`", "*", "[", "<", "$", ":", "#", "!"):
        found = [i for i, c in enumerate(plain) if c == mark]
        assert found or mark not in PAYLOAD + "#"
        assert all(plain[i - 1] == "\\" for i in found)


def test_nothing_found_is_said_and_not_drawn_as_an_empty_map(as_an_import, monkeypatch):
    from types import SimpleNamespace

    import pandas as pd
    from screens import places

    told = []
    monkeypatch.setattr(places.page_frame, "saying", lambda *words: told.append(" ".join(words)))
    places.show(SimpleNamespace(release=SimpleNamespace(hotspots=pd.DataFrame())))
    assert told == [
        (
            "No cluster stands out for these choices. That does not mean no harm. "
            "Try a longer period or all harms."
        )
    ]


def test_certainty_that_was_not_re_run_is_not_invented(as_an_import):
    import pandas as pd
    from components.place_card import card

    study = invented_study()
    study.hotspots["stability"] = float("nan")
    release = make_release(study)
    text = card(release, release.hotspots.index[0])
    assert "not yet re-run" in text
    assert "of 100" not in text
    assert pd.isna(release.hotspots["stability"]).all()


def test_without_re_runs_the_list_names_only_what_is_less_than_sure(monkeypatch, tmp_path):
    study = invented_study()
    study.hotspots["stability"] = float("nan")
    save_release(make_release(study), tmp_path / "release")
    options = opened(tmp_path / "release", monkeypatch).radio(key="place").options
    assert options[0].endswith(":small[highest · Town]")
    assert " · less sure · " in options[-1]


def test_a_kind_that_no_file_names_is_not_known_rather_than_a_gap(as_an_import):
    import pandas as pd
    from components.place_card import card

    study = invented_study()
    unknown = study.services_near["kind"] == "GP"
    study.services_near["within_reach"] = study.services_near["within_reach"].astype("Int64")
    study.services_near.loc[unknown, ["nearest_name", "nearest_m", "walk_minutes"]] = None
    study.services_near.loc[unknown, "within_reach"] = pd.NA
    release = make_release(study)
    text = card(release, release.hotspots.index[0])
    assert "Not known, as no file names any: GP or walk-in clinic." in text
    assert "No GP" not in text


def test_data_for_the_map_are_packed_plain_and_the_same_each_time(release_folder, as_an_import):
    from components import opened as opening

    shown = opening._opened.__wrapped__(str(release_folder), "state")
    told = json.loads(gzip.decompress(shown.packed))
    assert len(told["layers"]["hotspots"]["features"]) == 6
    assert told["label"].startswith("Map of 6 numbered places. 6 places hold")
    assert shown.packed == opening._opened.__wrapped__(str(release_folder), "state").packed
