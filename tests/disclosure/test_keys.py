"""Is the secret of rounding kept, and never told?"""

import hashlib
import os
from multiprocessing.pool import ThreadPool

import pytest

from csgeo.disclosure.keys import key_from_file, key_from_records, key_from_text, key_of_study
from csgeo.errors import RecipeError

TEXT = "0f" * 32


def test_a_key_tells_which_it_is_and_not_what_it_is():
    key = key_from_text(TEXT)
    assert key.secret == bytes([15]) * 32
    assert TEXT[:8] not in key.name
    assert key.name == key_from_text(TEXT.upper() + "\n").name
    for words in (repr(key), str(key), f"{key}"):
        assert key.name in words
        assert "0f0f" not in words
        assert "\\x0f" not in words


@pytest.mark.parametrize(
    "short", ["", "0f" * 31, "nothing like a key, whatever its length may be" * 3]
)
def test_a_short_key_is_refused_without_being_quoted(short):
    with pytest.raises(RecipeError, match="must be at least 64 hexadecimal digits") as refused:
        key_from_text(short)
    assert short[:6] == "" or short[:6] not in str(refused.value)


def test_a_study_keeps_its_key(tmp_path):
    folder = tmp_path / "secure"
    first, again = key_of_study(folder), key_of_study(folder)
    assert first == again
    assert len(first.secret) == 32
    assert key_of_study(tmp_path / "other").secret != first.secret
    assert [p.name for p in folder.iterdir()] == ["rounding.key"]
    if os.name == "posix":
        assert (folder / "rounding.key").stat().st_mode & 0o077 == 0


def test_many_at_once_get_one_key(tmp_path):
    with ThreadPool(8) as pool:
        keys = pool.map(key_of_study, [tmp_path / "secure"] * 32)
    assert len({key.secret for key in keys}) == 1


def test_a_key_that_others_may_read_or_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "rounding.key"
    with pytest.raises(RecipeError, match=r"There is no key of rounding in rounding\.key"):
        key_from_file(path)
    path.write_text(TEXT)
    path.chmod(0o644)
    with pytest.raises(RecipeError, match=r"Others may read.*chmod 600 rounding\.key"):
        key_from_file(path)
    path.chmod(0o600)
    assert key_from_file(path).secret == bytes([15]) * 32


def test_a_key_from_records_changes_with_them():
    assert key_from_records(b"a").secret != key_from_records(b"b").secret
    assert len(key_from_records(b"").secret) == 32


def test_a_key_says_where_it_is_from(tmp_path):
    path = tmp_path / "rounding.key"
    path.write_text(TEXT)
    path.chmod(0o600)
    found = [
        key_from_text(TEXT),
        key_from_text(TEXT, origin="the safe"),
        key_from_file(path),
        key_of_study(tmp_path),
        key_from_records(b"a"),
    ]
    assert [repr(key) for key in found] == [
        f"Key({found[0].name}, a variable)",
        f"Key({found[0].name}, the safe)",
        f"Key({found[0].name}, a file)",
        f"Key({found[0].name}, the secure folder of the study)",
        f"Key({found[4].name}, the records)",
    ]


def test_the_same_records_give_the_same_key_in_each_version():
    # published numbers hang on it: a release of last year must be made again as it was
    assert key_from_records(b"a").secret == hashlib.sha256(b"csgeo: key from recordsa").digest()


def test_a_file_that_is_no_text_is_refused_in_words(tmp_path):
    path = tmp_path / "rounding.key"
    path.write_bytes(b"\xff\xfe\x00" * 40)
    path.chmod(0o600)
    with pytest.raises(RecipeError, match=r"from a file\) must be at least 64 hexadecimal digits"):
        key_from_file(path)


def test_a_key_is_whole_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    happened = []
    fsync, link = os.fsync, os.link

    def on_disk(file):
        fsync(file)
        happened.append(os.fstat(file).st_size)

    monkeypatch.setattr(os, "fsync", on_disk)
    monkeypatch.setattr(os, "link", lambda a, b: (happened.append("named"), link(a, b)))
    key_of_study(tmp_path / "not yet" / "secure")
    assert happened == [65, "named"]
