"""Does the store know what was published?"""

import shutil

import pytest

from csgeo.disclosure.keys import key_of_study
from csgeo.disclosure.release import make_release
from csgeo.errors import NotReleased, RecipeError, StoreError
from csgeo.store.former import former_releases, remember_release
from tests.outputs.invented import invented_study


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "secure" / "released"


def release(kept, **changes):
    return make_release(
        invented_study(**changes), key=key_of_study(kept.parent), former=former_releases(kept)
    )


def test_nothing_was_published_at_first(kept):
    assert former_releases(kept) == ()


def test_what_was_published_is_known_in_its_order_and_once(kept):
    first = release(kept)
    folder = remember_release(first, kept)
    assert folder.name == "release-0001"
    assert remember_release(first, kept) == folder
    assert remember_release(release(kept), kept) == folder
    second = release(kept, title="Another heading")
    assert remember_release(second, kept).name == "release-0002"
    assert [one.title for one in former_releases(kept)] == [first.title, "Another heading"]


def test_the_next_one_is_held_against_all_of_them(kept):
    remember_release(release(kept), kept)
    with pytest.raises(RecipeError, match="was published before"):
        release(kept, records_at={"Around Station Road": 370})


def test_a_former_one_that_is_missing_or_was_changed_stops_the_next(kept):
    for title in ("One", "Two"):
        remember_release(release(kept, title=title), kept)
    manifest = kept / "release-0002" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("Two", "Too"))
    with pytest.raises(StoreError, match=r"manifest\.json was changed"):
        former_releases(kept)
    shutil.rmtree(kept / "release-0001")
    with pytest.raises(StoreError, match="release-0001 is missing. Bring it back"):
        former_releases(kept)


def test_a_study_and_exact_counts_are_never_published(kept):
    with pytest.raises(NotReleased):
        remember_release(invented_study(), kept)
    exact = make_release(
        invented_study(), audience="analysts", purpose="check", recipient="A", record=lambda _: None
    )
    with pytest.raises(StoreError, match="exact counts is never published"):
        remember_release(exact, kept)
