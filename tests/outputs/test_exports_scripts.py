"""Does no text of a release run as script in the map that leaves, and would the attack see it?"""

from __future__ import annotations

import pytest

from benchmarks.attacks import payloads, scripts
from csgeo.outputs import page as page_of_map

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser):
    """Open a page whose browser ignores each Content-Security-Policy: the escaping stands alone."""
    context = browser.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


def test_no_payload_runs_in_any_text_of_the_map(page, tmp_path):
    assert len(payloads.PAYLOADS) >= 18
    for payload in payloads.PAYLOADS:
        ran = payloads.said(scripts.tried_on_the_map(page, tmp_path, payload))
        assert ran == {}, payload


def test_the_attack_sees_a_text_that_is_not_escaped(page, tmp_path, monkeypatch):
    monkeypatch.setattr(page_of_map, "_safe", str)
    ran = payloads.said(scripts.tried_on_the_map(page, tmp_path, "image"))
    seen = set(ran["image"])
    assert {"hotspots.name", "marking", "title", "caveats", "set_aside.reason"} <= seen


@pytest.mark.parametrize("payload", ["image", "template literal", "written by number"])
def test_the_attack_sees_what_folium_runs(page, tmp_path, payload):
    assert scripts.tried_on_folium(page, tmp_path, payload)


def test_each_text_of_a_hostile_release_holds_the_payload():
    release = payloads.hostile_release("image", "script")
    for field in payloads.FIELDS[:6]:
        text = str(getattr(release, field))
        assert "<img src=x" in text, field
        assert "<script>" in text, field
    assert release.hotspots["name"].str.contains("<img").all()
    assert release.views["harm"].str.contains("<img").any()
    assert release.hotspots.index.str.contains("<img").all()
