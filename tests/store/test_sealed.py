"""Is what analysts keep closed to whoever takes the disk, and never on it in plain?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from csgeo.disclosure.pseudonyms import WeakKey, new_key_file, read_keys, rotate
from csgeo.errors import StoreError
from csgeo.store import reviews, sealed, sealing
from csgeo.store.sealed import SEALING_KEY, keep, kept, seal, unseal
from csgeo.store.sealing import key_of_study, refuse_exact_folder, seal_folder, unseal_folder

if TYPE_CHECKING:
    from pathlib import Path

CANARY = b"canary-of-the-secure-side-51.38123"
PLACES = b"\xef\xbb\xbfhotspot_id,rank,name,cells\nP1,1,Around the canary-of-the-secure-side-51.38123,A B\n"
WRITES = """
import sys
from pathlib import Path
from csgeo.store.sealed import keep
for n in range(1_000_000):
    keep(Path(sys.argv[1]) / f"places-{n % 3}.csv", sys.argv[2].encode() * 20_000)
    print("kept", flush=True)
"""


@pytest.fixture
def key(tmp_path) -> Path:
    (tmp_path / "keys").mkdir()
    new_key_file(tmp_path / "keys" / "sealing.key")
    return tmp_path / "keys" / "sealing.key"


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "secure").mkdir()
    return tmp_path / "secure"


@pytest.fixture
def sealing_on(key, monkeypatch) -> None:
    monkeypatch.setenv(SEALING_KEY, str(key))


def all_bytes(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


def test_without_a_key_a_file_is_kept_as_it_is(folder):
    assert keep(folder / "places.csv", PLACES) == folder / "places.csv"
    assert kept(folder / "places.csv") == PLACES
    assert kept(folder / "reviews.toml") is None
    assert (folder / "places.csv").stat().st_mode & 0o077 == 0


def test_with_a_key_nothing_of_it_is_on_the_disk_and_it_comes_back(folder, sealing_on):
    (folder / "places.csv").write_bytes(PLACES)  # from before sealing was switched on
    assert keep(folder / "places.csv", PLACES) == folder / "places.csv.sealed"
    assert [p.name for p in folder.iterdir()] == ["places.csv.sealed"]
    assert CANARY not in all_bytes(folder)
    assert kept(folder / "places.csv") == PLACES
    assert kept(folder / "reviews.toml") is None


def test_the_same_content_is_sealed_differently_each_time(key):
    keys = read_keys(key)
    one, two = seal(PLACES, "places.csv", keys), seal(PLACES, "places.csv", keys)
    assert one[24:] != two[24:]
    assert unseal(one, "places.csv", keys) == unseal(two, "places.csv", keys) == PLACES
    assert unseal(seal(b"", "x", keys), "x", keys) == b""


def test_each_byte_that_is_changed_cut_off_or_put_on_is_refused_in_words(key):
    keys = read_keys(key)
    content = seal(PLACES, "places.csv", keys)
    tried = [
        content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in range(len(content))
    ]
    tried += [content[:at] for at in range(len(content))] + [content + b"\n", b"\n" + content]
    for bad in tried:
        with pytest.raises(StoreError, match=r"must be as it was sealed|was sealed by the key"):
            unseal(bad, "places.csv", keys)
    with pytest.raises(StoreError, match="or is another file under its name"):
        unseal(content, "reviews.toml", keys)


def test_another_key_is_refused_by_its_name_and_an_older_one_still_opens(key, tmp_path):
    keys = read_keys(key)
    content = seal(PLACES, "places.csv", keys)
    other = new_key_file(tmp_path / "keys" / "other.key")
    with pytest.raises(
        StoreError, match=f"sealed by the key {keys.ids[0]}; .* names {other.ids[0]}"
    ):
        unseal(content, "places.csv", other)
    relabelled = content.replace(keys.ids[0].encode(), other.ids[0].encode())
    with pytest.raises(StoreError, match="must be as it was sealed"):
        unseal(relabelled, "places.csv", other)
    assert unseal(content, "places.csv", rotate(key)) == PLACES


def test_what_is_sealed_is_neither_read_nor_written_without_the_key(folder, key, monkeypatch):
    monkeypatch.setenv(SEALING_KEY, str(key))
    keep(folder / "places.csv", PLACES)
    monkeypatch.delenv(SEALING_KEY)
    before = all_bytes(folder)
    for asks in (lambda: kept(folder / "places.csv"), lambda: keep(folder / "places.csv", PLACES)):
        with pytest.raises(StoreError, match="is sealed, and CSGEO_SEALING_KEY is not set"):
            asks()
    assert all_bytes(folder) == before


def test_a_file_in_plain_is_not_believed_where_all_is_sealed(folder, sealing_on):
    keep(folder / "reviews.toml", b"")
    (folder / "reviews.toml").write_bytes(b"forged")
    with pytest.raises(StoreError, match="it lies in plain. Run `csgeo seal`"):
        kept(folder / "reviews.toml")


def test_a_key_with_the_data_or_open_to_others_is_refused(folder, key, monkeypatch):
    monkeypatch.setenv(SEALING_KEY, str(folder / "sealing.key"))
    with pytest.raises(WeakKey, match="must not lie with the data"):
        keep(folder / "places.csv", PLACES)
    monkeypatch.setenv(SEALING_KEY, str(key))
    key.chmod(0o640)
    with pytest.raises(WeakKey, match="closed to all but its owner"):
        keep(folder / "places.csv", PLACES)
    assert list(folder.iterdir()) == []


def test_more_than_the_cipher_takes_is_refused(key, monkeypatch):
    monkeypatch.setattr(sealed, "MOST_BYTES", 10)
    with pytest.raises(StoreError, match="smaller than 2 GB"):
        seal(b"12345678901", "places.csv", read_keys(key))
    assert seal(b"1234567890", "places.csv", read_keys(key))


def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_beside_it(
    folder, sealing_on, monkeypatch
):
    keep(folder / "places.csv", PLACES)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left on device"):
            keep(folder / "places.csv", b"new")
    assert kept(folder / "places.csv") == PLACES
    assert [p.name for p in folder.iterdir()] == ["places.csv.sealed"]


def test_one_who_is_killed_while_sealing_leaves_nothing_in_plain(folder, key):
    told = [sys.executable, "-c", WRITES, str(folder), CANARY.decode()]
    for wait in (0.0, 0.011, 0.023, 0.037):
        writing = subprocess.Popen(
            told, stdout=subprocess.PIPE, env=os.environ | {SEALING_KEY: str(key)}
        )
        for _ in range(4):
            writing.stdout.readline()
        time.sleep(wait)
        writing.send_signal(signal.SIGKILL)
        writing.stdout.close()
        writing.wait(30)
        assert CANARY not in all_bytes(folder)
        whole = sorted(folder.glob("*.sealed"))
        assert len(whole) == 3
        for path in whole:
            name = path.name.removesuffix(".sealed")
            assert unseal(path.read_bytes(), name, read_keys(key)) == CANARY * 20_000


def test_a_folder_is_sealed_whole_and_what_a_cut_write_left_goes(folder, key, sealing_on):
    (folder / "places.csv").write_bytes(PLACES)
    (folder / "set_aside_01_records.csv").write_bytes(CANARY)
    (folder / ".places.csv-0a1b2c3d").write_bytes(CANARY)
    (folder / "journal.jsonl").write_bytes(b"{}\n")
    (folder / "made.json").write_bytes(b"{}\n")
    (folder / "published").mkdir()
    assert seal_folder(folder) == ["places.csv", "set_aside_01_records.csv"]
    assert CANARY not in all_bytes(folder)
    assert {p.name for p in folder.iterdir()} == {
        "journal.jsonl", "made.json", "places.csv.sealed", "published", "set_aside_01_records.csv.sealed",
    }  # fmt: skip
    assert seal_folder(folder) == []
    rotate(key)
    assert seal_folder(folder) == ["places.csv", "set_aside_01_records.csv"]
    assert kept(folder / "places.csv") == PLACES


def test_what_cannot_be_sealed_is_said_and_nothing_is_half_done(folder, sealing_on, monkeypatch):
    (folder / "release").mkdir()
    (folder / "places.csv").write_bytes(PLACES)
    with pytest.raises(StoreError, match="holds 1 folders \\(the first is release\\)"):
        seal_folder(folder)
    assert (folder / "places.csv").read_bytes() == PLACES
    (folder / "release").rmdir()
    (folder / "link.csv").symlink_to(folder / "places.csv")
    with pytest.raises(StoreError, match="it leads elsewhere"):
        seal_folder(folder)
    with pytest.raises(StoreError, match="CSGEO_SEALING_KEY is\nset|CSGEO_SEALING_KEY is set"):
        refuse_exact_folder(folder)
    monkeypatch.delenv(SEALING_KEY)
    refuse_exact_folder(folder)
    with pytest.raises(StoreError, match="make one with `csgeo key new FILE`"):
        seal_folder(folder)


def test_a_sealed_folder_can_be_looked_into_elsewhere_all_or_nothing(folder, tmp_path, sealing_on):
    keep(folder / "places.csv", PLACES)
    keep(folder / "reviews.toml", b"# none\n")
    written = unseal_folder(folder, tmp_path / "look")
    assert [p.name for p in written] == ["places.csv", "reviews.toml"]
    assert (tmp_path / "look" / "places.csv").read_bytes() == PLACES
    assert (tmp_path / "look").stat().st_mode & 0o077 == 0
    assert CANARY not in all_bytes(folder)
    for to in (tmp_path / "look", folder / "look", folder):
        with pytest.raises(StoreError, match="a new folder apart"):
            unseal_folder(folder, to)
    broken = folder / "reviews.toml.sealed"
    broken.write_bytes(broken.read_bytes()[:-1])
    with pytest.raises(StoreError, match="must be as it was sealed"):
        unseal_folder(folder, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_reviews_and_places_and_the_key_of_rounding_are_sealed_too(folder, sealing_on, monkeypatch):
    made = key_of_study(folder)
    assert key_of_study(folder) == made
    assert made.secret.hex().encode() not in all_bytes(folder)
    keep(folder / "places.csv", PLACES)
    assert list(reviews.read_places(folder).index) == ["P1"]
    assert reviews.read_decisions(folder / reviews.REVIEWS) == ()
    assert sealing.is_sealed(folder)
    monkeypatch.delenv(SEALING_KEY)
    for asks in (lambda: key_of_study(folder), lambda: reviews.read_places(folder)):
        with pytest.raises(StoreError, match="is sealed, and CSGEO_SEALING_KEY is not set"):
            asks()


def test_a_key_of_rounding_from_before_stays_the_same_key(folder, key, monkeypatch):
    before = key_of_study(folder)
    monkeypatch.setenv(SEALING_KEY, str(key))
    with pytest.raises(StoreError, match="it lies in plain"):
        key_of_study(folder)
    assert seal_folder(folder) == ["rounding.key"]
    assert key_of_study(folder).name == before.name
    assert not sealing.is_sealed(folder.parent)


def test_the_cipher_is_the_published_one():
    """RFC 5869, case 1, and AES-GCM as NIST's SP 800-38D gives it (McGrew and Viega, case 13)."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    salt, info = bytes.fromhex("000102030405060708090a0b0c"), bytes.fromhex("f0f1f2f3f4f5f6f7f8f9")
    derived = HKDF(SHA256(), 42, salt, info).derive(bytes.fromhex("0b" * 22)).hex()
    assert derived.startswith("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
    tag = AESGCM(bytes(32)).encrypt(bytes(12), b"", b"").hex()
    assert tag == "530f8afbc74536b9a963b4f1c4cb738b"
