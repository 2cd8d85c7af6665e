"""Does a release folder that somebody has had in hand show anything but the release?"""

from __future__ import annotations

import json
import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from csgeo.disclosure.release import make_release
from csgeo.errors import StoreError
from csgeo.store import releases
from csgeo.store.former import former_releases, remember_release
from csgeo.store.releases import MANIFEST, open_release, save_release
from tests.outputs.invented import invented_study

RELEASE = make_release(invented_study())
OTHER = make_release(invented_study(title="Another release"))


@pytest.fixture
def folder(tmp_path):
    return save_release(RELEASE, tmp_path / "release")


def test_each_byte_of_the_manifest_counts(folder):
    path = folder / MANIFEST
    whole = path.read_bytes()
    taken = []
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            releases._manifest(folder)
        except StoreError:
            continue
        taken.append((at, whole[at - 10 : at + 10]))
    assert taken == []


@pytest.mark.parametrize("table", releases._TABLES)
def test_a_table_of_another_release_is_not_taken(folder, tmp_path, table):
    more = invented_study({"h1": 40})
    other = save_release(make_release(more), tmp_path / "other")
    if (other / f"{table}.parquet").read_bytes() == (folder / f"{table}.parquet").read_bytes():
        (other / f"{table}.parquet").write_bytes(b"PAR1")
    shutil.copy(other / f"{table}.parquet", folder)
    with pytest.raises(StoreError, match="was changed since the release was made"):
        open_release(folder)


def test_a_manifest_of_another_release_is_not_taken(folder, tmp_path):
    other = save_release(OTHER, tmp_path / "other")
    shutil.copy(other / MANIFEST, folder)
    text = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    text["release"]["least_people"] = 1
    (folder / MANIFEST).write_text(json.dumps(text), encoding="utf-8")
    with pytest.raises(StoreError, match="was changed since the release was made"):
        open_release(folder)


def test_what_was_checked_is_what_is_shown(folder, tmp_path, monkeypatch):
    # somebody exchanges a file between the look at its checksum and the look at its rows
    other = save_release(OTHER, tmp_path / "other")
    checked = releases._sha256

    def exchanged(content):
        for name in releases._TABLES:
            shutil.copy(other / f"{name}.parquet", folder)
        (folder / "hotspots.parquet").write_bytes(b"exact numbers")
        return checked(content)

    files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    held = {name: (folder / name).read_bytes() for name in files}
    monkeypatch.setattr(releases, "_sha256", exchanged)
    monkeypatch.setattr(Path, "read_bytes", _first_time(held, Path.read_bytes))
    opened = open_release(folder)
    assert opened.hotspots["incidents"].tolist() == RELEASE.hotspots["incidents"].tolist()


def _first_time(held, read):
    """Read a file of the folder as it was the first time, and as it is by then any other time."""

    def read_bytes(path):
        return held.pop(path.name) if path.name in held else read(path)

    return read_bytes


def test_what_else_lies_in_the_folder_is_not_shown_and_not_overwritten(folder):
    (folder / "secret.parquet").write_bytes(b"records")
    assert open_release(folder).title == RELEASE.title
    with pytest.raises(StoreError, match="holds other things"):
        save_release(OTHER, folder)
    assert (folder / "secret.parquet").read_bytes() == b"records"


def test_a_link_is_not_followed_to_another_folder(folder, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(folder, target_is_directory=True)
    with pytest.raises(StoreError, match="it is a link to another place"):
        save_release(OTHER, link)
    assert open_release(folder).title == RELEASE.title
    assert link.is_symlink()


def test_exact_counts_are_kept_for_their_owner_alone(tmp_path):
    before = os.umask(0o022)
    try:
        exact = make_release(
            invented_study(), audience="analysts", purpose="to check", recipient="the analysts",
            record=lambda said: None,
        )  # fmt: skip
        kept = save_release(exact, tmp_path / "exact")
        shown = save_release(RELEASE, tmp_path / "shown")
    finally:
        os.umask(before)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert stat.S_IMODE(shown.stat().st_mode) == 0o755


def test_two_that_go_out_at_once_are_both_remembered(tmp_path):
    several = [make_release(invented_study(title=f"Release {i}")) for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(lambda r: remember_release(r, tmp_path / "published"), several))
    assert len(set(kept)) == 4
    titles = {r.title for r in former_releases(tmp_path / "published")}
    assert titles == {r.title for r in several}
