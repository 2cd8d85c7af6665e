"""By which name may a person be known, so that nobody can find out who it is?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import os
import sys

import pandas as pd
import pytest

from csgeo.disclosure.pseudonyms import (
    Keys,
    WeakKey,
    is_of,
    key_id,
    keys_for_this_run,
    keys_in,
    looks_pseudonymous,
    new_key_file,
    pseudonyms,
    read_keys,
    rekeyed,
    retire,
    rotate,
)

#: A fixed key for tests: the SHA-256 of a word is as good as random for them.
KEY = hashlib.sha256(b"a key for tests").digest()
OLD = hashlib.sha256(b"an older key for tests").digest()


def test_a_pseudonym_is_the_hmac_worked_by_hand():
    made = pseudonyms(pd.Series(["Ab 12-3"]), Keys(KEY), domain="here")[0]
    told = b"csgeo person\x00here\x00ab123"
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in KEY.ljust(64, b"\0")) + told).digest()
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in KEY.ljust(64, b"\0")) + inner).hexdigest()
    assert made == f"{key_id(KEY)}-{outer[:40]}"
    assert key_id(KEY) == hmac.new(KEY, b"csgeo key id", "sha256").hexdigest()[:8]


def test_one_person_has_one_pseudonym_however_the_number_is_written():
    values = pd.Series(
        ["943 476 5919", "943-476-5919", "9434765919", "９434765919", None, "x"],
        index=list("abcdef"),
    )
    made = pseudonyms(values, Keys(KEY), domain="here")
    assert set(made.iloc[:4]) == {made.iloc[0]}
    assert made.isna().tolist() == [False] * 4 + [True, False]
    assert list(made.index) == list("abcdef")
    assert pseudonyms(pd.Series([" ", "-"]), Keys(KEY), domain="x").isna().all()
    other = pseudonyms(values, Keys(KEY), domain="there")
    assert set(made.dropna()).isdisjoint(other.dropna())
    assert values.iloc[0] == "943 476 5919"


def test_an_attacker_without_the_key_finds_no_number_by_trying_all():
    target = pseudonyms(pd.Series(["17"]), Keys(KEY), domain="here")[0].split("-")[1]
    for guess in map(str, range(1000)):
        assert not hashlib.sha256(guess.encode()).hexdigest().startswith(target)
        assert pseudonyms(pd.Series([guess]), Keys(OLD), domain="here")[0].split("-")[1] != target


def test_the_keys_of_a_run_are_forgotten_and_said():
    first, second = keys_for_this_run(), keys_for_this_run()
    values = pd.Series(["1", "2", "1"])
    assert pseudonyms(values, first, domain="x").nunique() == 2
    assert set(pseudonyms(values, first, domain="x")).isdisjoint(
        pseudonyms(values, second, domain="x")
    )
    assert "nobody can be followed from one run to another" in first.said
    assert Keys(KEY).said == f"people are known by pseudonyms of the key {key_id(KEY)}"


def test_a_key_file_is_made_once_closed_to_others_and_read_again(tmp_path):
    file = tmp_path / "key"
    made = new_key_file(file)
    assert read_keys(file) == made
    assert made.lasting
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    with pytest.raises(WeakKey, match="key exists: a key is never written over"):
        new_key_file(file)
    assert file.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o644])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    file = tmp_path / "key"
    new_key_file(file)
    file.chmod(mode)
    with pytest.raises(
        WeakKey, match=rf"closed to all but its owner; its rights are {mode:o}\. Run `chmod 600`"
    ):
        read_keys(file)


def test_a_key_in_a_repository_or_beside_the_data_is_refused(tmp_path):
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "deep").mkdir()
    (tmp_path / "data" / "deep").mkdir(parents=True)
    with pytest.raises(WeakKey, match="must not lie in a repository; 'repo' is one"):
        new_key_file(tmp_path / "repo" / "deep" / "key")
    with pytest.raises(WeakKey, match=r"must not lie with the data \('data'\)"):
        new_key_file(tmp_path / "data" / "deep" / "key", apart_from=[tmp_path / "data"])
    assert not list(tmp_path.rglob("key"))
    new_key_file(tmp_path / "key", apart_from=[tmp_path / "data"])
    with pytest.raises(WeakKey, match="with the data"):
        read_keys(tmp_path / "key", apart_from=[tmp_path])
    (tmp_path / "data" / "key").symlink_to(tmp_path / "repo" / "key")
    with pytest.raises(WeakKey, match="must not lie in a repository"):
        read_keys(tmp_path / "data" / "key")
    with pytest.raises(WeakKey, match="does not exist"):
        read_keys(tmp_path / "none")


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (KEY[:31], r"must have 32 bytes \(256 bits\); this one has 31"),
        (b"", "this one has 0"),
        (bytes(32), "drawn at random"),
        (b"ab" * 16, "drawn at random"),
        (bytes(range(200, 232)), "drawn at random"),
        (b"the quick brown fox jumps over 1 dog", "drawn at random"),
        (KEY[:8] * 4, "drawn at random"),
        (bytes((b % 16) ** 2 % 251 for b in KEY), "drawn at random"),
    ],
)
def test_a_key_that_could_be_guessed_is_refused(secret, words):
    with pytest.raises(WeakKey, match=words):
        Keys(secret)
    with pytest.raises(WeakKey, match=words):
        Keys(KEY, (secret,))


def test_a_thousand_random_keys_are_not_taken_for_weak():
    assert len({keys_for_this_run().ids[0] for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "text",
    ["", "hunter2", f"csgeo-key 00000000 {base64.b64encode(KEY).decode()}", f"csgeo-key {key_id(KEY)} !!!", f"csgeo-key {key_id(KEY)} AAA"],
)  # fmt: skip
def test_a_text_that_is_no_key_is_refused_and_never_quoted(text):
    with pytest.raises(
        WeakKey, match=r"CSGEO_KEY (must hold a key a line|holds no key)"
    ) as refused:
        keys_in(text, "CSGEO_KEY")
    assert not text or text not in str(refused.value)


def test_keys_are_never_printed():
    keys = Keys(KEY, (OLD,))
    shown = repr(keys) + str(keys) + f"{keys}" + keys.said
    for secret in (KEY, OLD):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
        assert base64.b64encode(secret).decode() not in shown


def test_while_rotating_old_and_new_pseudonyms_are_recognised_and_joined(tmp_path):
    file = tmp_path / "key"
    before = new_key_file(file)
    people = pd.Series(["1", "2", None, "1"])
    old = pseudonyms(people, before, domain="x")
    keys = rotate(file)
    assert keys.ids[1:] == before.ids
    assert read_keys(file) == keys
    new = pseudonyms(people, keys, domain="x")
    assert set(old.dropna()).isdisjoint(new.dropna())
    assert is_of("1", old[0], keys, domain="x")
    assert is_of("1", new[0], keys, domain="x")
    assert not is_of("2", old[0], keys, domain="x")
    assert not is_of("1", old[0], keys, domain="y")
    assert not is_of("1", "no pseudonym", keys, domain="x")
    assert old.map(rekeyed(people, keys, domain="x")).dropna().tolist() == new.dropna().tolist()
    assert rekeyed(people, before, domain="x").empty
    ended = retire(file, before.ids[0])
    assert ended.ids == keys.ids[:1]
    assert not is_of("1", old[0], read_keys(file), domain="x")
    with pytest.raises(WeakKey, match="must be a key that was replaced"):
        retire(file, keys.ids[0])
    assert list(tmp_path.iterdir()) == [file]
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600


def test_what_a_person_key_shows_is_named():
    assert looks_pseudonymous(pd.Series(["943 476 5919"])) == "an NHS number"
    assert (
        looks_pseudonymous(pseudonyms(pd.Series(["943 476 5919"]), Keys(KEY), domain="x")) is None
    )


def hopping(steps: list[int], start: int = 200) -> bytes:
    """Give 32 bytes, each so far from the one before as `steps` say, again and again."""
    made = [start]
    while len(made) < 32:
        made.append((made[-1] + steps[(len(made) - 1) % len(steps)]) % 256)
    return bytes(made)


def test_a_key_of_18_values_and_14_steps_passes_and_one_less_of_either_does_not():
    hops = [1, 2, 4, 7, 11, 16, 22, 29, 37, 46, 56, 67, 79, 92]
    passes = hopping(hops)
    assert len({(b - a) % 256 for a, b in itertools.pairwise(passes)}) == 14
    assert Keys(passes).in_use == passes
    fewer = hopping(hops[:13])
    assert len(set(fewer)) >= 18
    with pytest.raises(WeakKey, match="drawn at random"):
        Keys(fewer)
    for values, weak in ((18, False), (17, True)):
        # the SHA-256 of a word, with its later values put back to the earlier ones
        drawn = list(dict.fromkeys(KEY))[:values]
        secret = bytes(drawn + [drawn[i * i % values] for i in range(32 - values)])
        assert (len(secret), len(set(secret))) == (32, values)
        if weak:
            with pytest.raises(WeakKey, match="drawn at random"):
                Keys(secret)
        else:
            assert Keys(secret).in_use == secret


def test_a_key_is_taken_for_typed_if_each_byte_is_a_sign_of_the_keyboard():
    typed = b"~ 9qZ!m#5xW&c_4Rt@1Lp^7Gk*2Hv+8B"
    assert len(typed) == 32
    with pytest.raises(WeakKey, match="typed text"):
        Keys(typed)
    for sign in (31, 127):
        assert Keys(bytes([sign]) + typed[1:]).in_use[0] == sign


def test_a_key_file_is_written_as_documented_the_key_in_use_first(tmp_path):
    file = tmp_path / "key"
    first = new_key_file(file)
    rotated = rotate(file)
    lines = [f"csgeo-key {key_id(k)} {base64.b64encode(k).decode()}" for k in (rotated.in_use, first.in_use)]  # fmt: skip
    assert file.read_text() == "".join(line + "\n" for line in lines)
    assert [len(k) for k in (rotated.in_use, *rotated.replaced)] == [32, 32]
    # copied by hand, with blank lines around it and the line ends of another system
    read = keys_in("\n\n" + " \r\n".join(lines) + "\r\n\n", "CSGEO_KEY")
    assert read == rotated
    assert read.replaced == (first.in_use,)


def test_the_line_of_a_key_file_that_is_none_is_said_by_its_number():
    good = f"csgeo-key {key_id(KEY)} {base64.b64encode(KEY).decode()}"
    words = (
        r"^the file must hold a key a line.*; line 2 is none, or was changed\. Let csgeo make one"
    )
    for bad in (good[:-1], good + "=", good.replace("csgeo-key", "key"), good + "!", "csgeo-key"):
        with pytest.raises(WeakKey, match=words):
            keys_in(f"{good}\n{bad}\n{good}", "the file")


def test_a_key_file_that_is_no_text_is_refused_in_words(tmp_path):
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe\x00key")
    file.chmod(0o600)
    with pytest.raises(WeakKey, match="key must hold a key a line"):
        read_keys(file)
    with pytest.raises(WeakKey, match="does not exist"):
        read_keys(tmp_path)


def test_one_of_several_replaced_keys_is_retired_and_the_others_stay(tmp_path):
    file = tmp_path / "key"
    first = new_key_file(file).ids[0]
    with pytest.raises(WeakKey, match=r"replaced \(there is none\); it is 'x'\."):
        retire(file, "x")
    second, third = rotate(file).ids[0], rotate(file).ids[0]
    with pytest.raises(WeakKey, match=rf"replaced \({second}, {first}\); it is '{third}'\."):
        retire(file, third)
    assert retire(file, second).ids == (third, first)
    assert read_keys(file).ids == (third, first)


def test_a_key_file_beside_the_data_is_neither_rotated_nor_shortened(tmp_path):
    file = tmp_path / "key"
    new_key_file(file)
    old = rotate(file).ids[1]
    before = file.read_bytes()
    for change in (rotate, lambda *a, **k: retire(*a, old, **k)):
        with pytest.raises(WeakKey, match="must not lie with the data"):
            change(file, apart_from=[tmp_path])
    assert file.read_bytes() == before


@pytest.mark.parametrize("kept_by", [".git", ".hg"])
def test_both_kinds_of_repository_are_known(tmp_path, kept_by):
    (tmp_path / kept_by).mkdir()
    with pytest.raises(WeakKey, match="must not lie in a repository"):
        new_key_file(tmp_path / "key")


def test_a_new_key_is_whole_on_the_disk_before_it_takes_the_place_of_the_old(tmp_path, monkeypatch):
    file = tmp_path / "key"
    new_key_file(file)
    before, written = file.read_bytes(), []
    fsync = os.fsync

    def stop(opened):
        fsync(opened)
        written.append(os.fstat(opened).st_size)
        assert file.read_bytes() == before
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(OSError, match="the disk is full"):
        rotate(file)
    assert written == [2 * len(before)]
    assert file.read_bytes() == before


def test_what_is_no_identity_is_nobodys_and_case_and_width_do_not_matter():
    keys = Keys(KEY, (OLD,))
    made = pseudonyms(
        pd.Series(["\uff11\uff12 Straße", "12STRASSE"], name="person"), keys, domain="x"
    )
    assert made[0] == made[1]
    assert made.name == "person"
    assert made.dtype == "str"
    for empty in ("", " - "):
        assert not is_of(empty, made[0], keys, domain="x")
    assert is_of("12 strasse", made[0], keys, domain="x")
    # a pseudonym of a key that nobody knows any more
    assert not is_of("1", pseudonyms(pd.Series(["1"]), Keys(OLD), domain="x")[0], Keys(KEY), domain="x")  # fmt: skip


def test_what_takes_the_place_of_old_pseudonyms_is_named():
    third = hashlib.sha256(b"a third key for tests").digest()
    keys = Keys(KEY, (OLD, third))
    people = pd.Series(["1", None, "2", "1"])
    made = rekeyed(people, keys, domain="x")
    assert (made.name, made.index.name, made.index.is_unique) == ("pseudonym", "replaced", True)
    new = pseudonyms(pd.Series(["1", "2"]), Keys(KEY), domain="x").tolist()
    assert made.tolist() == new * 2
    old = [pseudonyms(pd.Series(["1", "2"]), Keys(k), domain="x").tolist() for k in (OLD, third)]
    assert made.index.tolist() == old[0] + old[1]
    none = rekeyed(people, Keys(KEY), domain="x")
    assert (none.name, none.index.name, none.dtype) == ("pseudonym", "replaced", "str")


def test_a_date_of_birth_is_no_key_of_a_person():
    assert (
        looks_pseudonymous(pd.Series(["2009-01-02", "2012-05-04", "2001-03-04"]))
        == "a date of birth"
    )


def test_a_run_without_a_key_file_says_what_it_cannot_do():
    assert keys_for_this_run().said == (
        "people are known by pseudonyms of a key made for this run and forgotten after it: "
        "nobody can be followed from one run to another. Give a key file to allow that"
    )
    assert repr(Keys(KEY, (OLD,))) == f"Keys({key_id(KEY)}, {key_id(OLD)})"
