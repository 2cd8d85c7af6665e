"""Is a release that was kept still what it was?"""

import dataclasses
import hashlib
import json
import os

import pandas as pd
import pytest

from csgeo.disclosure.release import make_release
from csgeo.errors import NotReleased, StoreError
from csgeo.store.releases import open_release, save_release
from tests.outputs.invented import PLANTED, invented_study


@pytest.fixture(scope="module")
def release():
    return make_release(invented_study())


@pytest.fixture
def kept(release, tmp_path):
    return save_release(release, tmp_path / "release")


def checksums(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def test_what_is_opened_is_what_was_saved(release, kept):
    opened = open_release(kept)
    for field in dataclasses.fields(release):
        before, after = getattr(release, field.name), getattr(opened, field.name)
        if isinstance(before, pd.DataFrame):
            pd.testing.assert_frame_equal(pd.DataFrame(after), pd.DataFrame(before))
            assert getattr(after, "crs", None) == getattr(before, "crs", None)
        else:
            assert after == before, field.name


def test_the_same_release_is_kept_as_the_same_bytes_and_so_is_one_that_was_opened(
    release, kept, tmp_path
):
    again = save_release(make_release(invented_study()), tmp_path / "again")
    opened = save_release(open_release(kept), tmp_path / "opened")
    assert checksums(kept) == checksums(again) == checksums(opened)


def test_nothing_secret_is_kept(kept):
    everything = b"".join(p.read_bytes() for p in sorted(kept.iterdir()))
    for secret in ("person", "incident", "easting", "score"):
        assert PLANTED[secret].encode() not in everything


def test_a_release_is_replaced_whole_and_leaves_nothing_beside_it(release, kept):
    save_release(make_release(invented_study(title="Another")), kept)
    assert open_release(kept).title == "Another"
    assert [p.name for p in kept.parent.iterdir()] == [kept.name]


def test_a_crash_while_writing_leaves_the_old_one(release, kept, monkeypatch):
    before = checksums(kept)

    def crash(*_args):
        raise OSError("the power went")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="the power went"):
        save_release(make_release(invented_study(title="Another")), kept)
    assert checksums(kept) == before
    assert [p.name for p in kept.parent.iterdir()] == [kept.name]


def test_a_crash_between_the_old_and_the_new_one_brings_the_old_one_back(kept, monkeypatch):
    before, replace = checksums(kept), os.replace

    def crash(source, target):
        if target == kept:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        save_release(make_release(invented_study(title="Another")), kept)
    assert not kept.exists()
    monkeypatch.undo()
    assert open_release(kept).title == "Serious youth violence in Wexcombe"
    assert checksums(kept) == before


@pytest.mark.parametrize("name", ["hotspots.parquet", "services_near.parquet", "manifest.json"])
def test_one_changed_byte_is_noticed(kept, name):
    path = kept / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match=rf"{name}.*(was changed|cannot be read)"):
        open_release(kept)


def test_a_number_changed_in_the_manifest_is_noticed(kept):
    path = kept / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["release"]["records_used"] = 9
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(StoreError, match=r"manifest\.json was changed since the release was made"):
        open_release(kept)


def test_a_missing_file_a_newer_format_and_a_folder_of_something_else_are_refused(kept, tmp_path):
    (kept / "area.parquet").unlink()
    with pytest.raises(StoreError, match=r"must hold area\.parquet; it is missing"):
        open_release(kept)
    path = kept / "manifest.json"
    path.write_text(path.read_text().replace('"format_version": 2', '"format_version": 3'))
    with pytest.raises(StoreError, match="must be of format 2; it is of 3"):
        open_release(kept)
    with pytest.raises(StoreError, match=r"must be a release \(with manifest\.json\); it is not"):
        open_release(tmp_path)


def test_a_folder_that_holds_other_things_is_not_touched(release, tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(StoreError, match="it holds other things"):
        save_release(release, tmp_path)
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_a_study_is_refused(tmp_path):
    with pytest.raises(NotReleased, match="this is a SimpleNamespace"):
        save_release(invented_study(), tmp_path / "release")
    assert not (tmp_path / "release").exists()
