"""Is any change to a journal found, and does it say no more than it may?"""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.disclosure.journal import (
    ACTIONS,
    ACTS,
    START,
    Anchor,
    Entry,
    anchor_from,
    check_journal,
    entries_in,
    last_anchor,
    seal_entry,
)
from csgeo.disclosure.pseudonyms import Keys, key_id
from csgeo.errors import RecipeError, StoreError

KEYS = Keys(bytes((i * 73 + i * i * 11 + 5) % 256 for i in range(32)))
OTHER = Keys(bytes((i * 91 + i * i * 7 + 9) % 256 for i in range(32)))
AT = dt.datetime(2025, 3, 1, 9, 30, tzinfo=dt.UTC)


def entry(number: int = 0, did: str = "exported") -> Entry:
    return Entry(did, f"map number {number}", "analyst@council.gov.uk", AT, "panel", "the panel")


def a_journal(n: int = 3, keys: Keys = KEYS) -> tuple[bytes, Anchor]:
    content, held = b"", Anchor(0, START)
    for number in range(n):
        line = seal_entry(entry(number), held, keys)
        content, held = content + line, last_anchor(line[:-1], keys)
    return content, held


def test_an_entry_has_the_shape_that_section_62_asks():
    line = seal_entry(entry(), Anchor(0, START), KEYS)
    read = json.loads(line)
    assert read["class"] == "disclosure"
    assert (read["who"], read["why"], read["for_whom"]) == (
        "analyst@council.gov.uk",
        "panel",
        "the panel",
    )
    assert (read["at"], read["number"], read["before"]) == ("2025-03-01T09:30:00+00:00", 1, START)
    assert set(ACTS.values()) == {
        "collection", "alteration", "consultation", "disclosure", "combination", "erasure", "access",
    }  # fmt: skip


def test_a_whole_journal_is_whole():
    content, held = a_journal()
    verdict = check_journal(content, KEYS, anchor=held)
    assert verdict.whole
    assert verdict.anchor == held == Anchor(3, held.head)
    assert check_journal(b"", KEYS).whole


def test_each_flip_of_each_byte_is_found():
    content, held = a_journal()
    missed = [
        (at, bit)
        for at in range(len(content))
        for bit in range(8)
        if check_journal(_flipped(content, at, 1 << bit), KEYS, anchor=held).whole
    ]
    assert missed == []


def _flipped(content: bytes, at: int, by: int) -> bytes:
    return content[:at] + bytes([content[at] ^ by]) + content[at + 1 :]


def test_each_byte_left_out_or_put_in_is_found():
    content, held = a_journal(2)
    for at in range(len(content)):
        assert not check_journal(content[:at] + content[at + 1 :], KEYS, anchor=held).whole
        assert not check_journal(content[:at] + b" " + content[at:], KEYS, anchor=held).whole


def test_truncation_at_any_byte_is_found_with_the_anchor():
    content, held = a_journal()
    for at in range(len(content)):
        assert not check_journal(content[:at], KEYS, anchor=held).whole, at


def test_truncation_at_a_line_cannot_be_seen_without_the_anchor_and_says_how_much_is_lost_with_it():
    content, held = a_journal()
    shorter = content[: content.index(b"\n") + 1]
    assert check_journal(shorter, KEYS).whole
    (fault,) = check_journal(shorter, KEYS, anchor=held).faults
    assert fault.startswith("2 of 3 entries that the anchor knows are missing at the end")


@given(st.permutations(range(4)))
@settings(max_examples=24)
def test_another_order_is_found(order):
    content, _ = a_journal(4)
    lines = content.splitlines(keepends=True)
    told = check_journal(b"".join(lines[i] for i in order), KEYS).whole
    assert told == (list(order) == [0, 1, 2, 3])


@given(st.sets(st.integers(0, 3), max_size=3))
def test_a_line_that_is_taken_out_is_found_unless_it_is_the_end(kept):
    content, held = a_journal(4)
    lines = content.splitlines(keepends=True)
    some = b"".join(lines[i] for i in sorted(kept))
    assert not check_journal(some, KEYS, anchor=held).whole
    assert check_journal(some, KEYS).whole == (sorted(kept) == list(range(len(kept))))


def test_a_line_that_stands_twice_is_found():
    content, _ = a_journal(2)
    assert not check_journal(content + content.splitlines(keepends=True)[1], KEYS).whole


def test_one_who_rewrites_it_all_without_the_key_is_found():
    forged, _ = a_journal(keys=OTHER)
    (fault,) = check_journal(forged, KEYS).faults
    assert "sealed with a key that is not among these" in fault
    relabelled = forged.replace(key_id(OTHER.in_use).encode(), key_id(KEYS.in_use).encode())
    assert "changed after it was written" in check_journal(relabelled, KEYS).faults[0]


def test_one_with_the_key_who_rewrites_the_past_is_found_by_the_anchor():
    content, held = a_journal()
    rewritten = b""
    before = Anchor(0, START)
    for number in range(5):
        line = seal_entry(entry(number + 50), before, KEYS)
        rewritten, before = rewritten + line, last_anchor(line[:-1], KEYS)
    assert check_journal(rewritten, KEYS).whole
    (fault,) = check_journal(rewritten, KEYS, anchor=held).faults
    assert "entry 3 is not the one that the anchor knows" in fault
    assert check_journal(content, KEYS, anchor=held).whole


def test_a_journal_outlives_its_key():
    content, held = a_journal(2)
    rotated = Keys(OTHER.in_use, (KEYS.in_use,))
    content += seal_entry(entry(9), held, rotated)
    assert check_journal(content, rotated).whole
    assert not check_journal(content, OTHER).whole


@given(st.binary(max_size=300))
def test_no_content_makes_the_check_fail_with_another_error(content):
    verdict = check_journal(content, KEYS)
    assert verdict.whole == (content == b"")


@pytest.mark.parametrize("line", [b"[" * 100_000, b"1", b"{}", b'{"seal":1}', b"null", b""])
def test_a_line_that_is_no_entry_is_said(line):
    assert "it is not" in check_journal(line + b"\n", KEYS).faults[0]
    with pytest.raises(StoreError, match="must be an entry"):
        last_anchor(line, KEYS)


def test_an_anchor_can_be_printed_and_read_back():
    _, held = a_journal()
    assert anchor_from(f"{held}\n") == held
    for text in ("", "csgeo-journal 3", f"csgeo-journal x {held.head}", f"{held} more"):
        with pytest.raises(StoreError, match="An anchor must read"):
            anchor_from(text)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"did": "sold"}, "`did` must be one of loaded"),
        ({"who": " "}, "missing: who"),
        ({"why": ""}, "missing: why"),
        ({"for_whom": ""}, "missing: for_whom"),
        ({"at": AT.replace(tzinfo=None)}, "must know its time zone"),
        ({"what": "the map of 943 476 5919"}, "an NHS number"),
        ({"what": "around BA1 1AA"}, "a full postcode"),
        ({"what": "who is at 375010, 164220"}, "a point"),
        ({"what": "51.38123, -2.36001"}, "a point"),
        ({"why": "only 3 children live there"}, "an exact small count"),
        ({"why": "four recorded incidents"}, "an exact small count"),
        ({"what": "write to a@b.uk"}, "an e-mail address"),
        ({"for_whom": "0a1b2c3d-" + "ab" * 20}, "a person's pseudonym"),
        ({"what": "x" * 301}, "more than 300 signs"),
        ({"who": "x" * 101}, "more than 100 signs"),
        ({"why": "x" * 301}, "more than 300 signs"),
        ({"for_whom": "x" * 101}, "more than 100 signs"),
        ({"what": "the map\nand more"}, "a line end or a sign that cannot be printed"),
        ({"who": "AB\x1b[2J"}, "a line end or a sign that cannot be printed"),
    ],
)
def test_what_is_incomplete_or_says_too_much_is_refused_and_not_quoted(changed, words):
    with pytest.raises(RecipeError, match=words) as refused:
        seal_entry(entry()._replace(**changed), Anchor(0, START), KEYS)
    for told in changed.values():
        assert not isinstance(told, str) or len(told) < 7 or told not in str(refused.value)


def test_looking_asks_why_and_loading_does_not():
    bare = Entry("loaded", "records of the council", "an analyst", AT)
    assert json.loads(seal_entry(bare, Anchor(0, START), KEYS))["class"] == "collection"
    with pytest.raises(RecipeError, match="missing: why"):
        seal_entry(bare._replace(did="looked at detail"), Anchor(0, START), KEYS)


def test_an_entry_of_another_journal_of_the_same_key_is_found_in_its_place():
    ours, _ = a_journal(2)
    first = seal_entry(entry(70), Anchor(0, START), KEYS)
    theirs = seal_entry(entry(1), last_anchor(first[:-1], KEYS), KEYS)
    spliced = ours.splitlines(keepends=True)[0] + theirs
    assert "it must follow entry 1" in check_journal(spliced, KEYS).faults[0]


def test_each_word_of_the_doors_is_written_as_an_act():
    assert {"load", "look", "review", "run", "try", "release", "publish", "export"} < set(ACTIONS)
    assert {"sign-in", "sign-out", "refuse", "revoke", "purge", "key"} < set(ACTIONS)
    assert set(ACTIONS.values()) <= set(ACTS)
    for word, act in ACTIONS.items():
        read = json.loads(seal_entry(entry(did=word), Anchor(0, START), KEYS))
        assert (read["did"], read["class"]) == (act, ACTS[act])


def test_the_longest_entry_fits_into_what_is_read_from_the_end():
    longest = Entry("export", "\U0001f5fa" * 300, "\U0001f5fa" * 100, AT, "\U0001f5fa" * 300, "\U0001f5fa" * 100)  # fmt: skip
    assert len(seal_entry(longest, Anchor(10**11, "f" * 64), KEYS)) < 65_536


def test_entries_are_given_for_reading_up_to_the_first_that_does_not_hold():
    content, _ = a_journal(3)
    assert [e["what"] for e in entries_in(content, KEYS)] == [f"map number {n}" for n in range(3)]
    assert set(entries_in(content, KEYS)[0]) == {
        "number", "did", "class", "what", "who", "at", "why", "for_whom",
    }  # fmt: skip
    broken = content.replace(b"map number 1", b"map number 7")
    assert [e["number"] for e in entries_in(broken, KEYS)] == [1]
    assert entries_in(b"", KEYS) == []


def test_an_entry_is_written_as_it_was_in_the_first_version():
    """Worked by hand: journals are kept for years, and must still be whole when they are read."""
    import hashlib
    import hmac

    content = (
        f'{{"at":"2025-03-01T09:30:00+00:00","before":"{START}","class":"disclosure","did":"exported",'
        f'"for_whom":"the panel","key":"{key_id(KEYS.in_use)}","number":1,"what":"map number 0",'
        '"who":"analyst@council.gov.uk","why":"panel"'
    )
    sealed = b"csgeo journal\x00" + f"{content}}}\n".encode()
    seal = hmac.new(KEYS.in_use, sealed, hashlib.sha256).hexdigest()
    line = content.replace('"what"', f'"seal":"{seal}","what"') + "}\n"
    assert seal_entry(entry(0), Anchor(0, START), KEYS) == line.encode()


def test_each_fault_is_told_in_whole_sentences():
    content, held = a_journal(3)
    lines = content.splitlines(keepends=True)
    relied = ". Nothing from there on can be relied on"

    def said(text: bytes, **more) -> tuple[str, ...]:
        return check_journal(text, KEYS, **more).faults

    assert said(lines[0] + b"{}\n") == ("line 2: it is not an entry" + relied,)
    assert said(lines[0][:-1] + b" \n") == ("line 1: it is not written as an entry is" + relied,)
    assert said(a_journal(1, OTHER)[0]) == (
        "line 1: it was sealed with a key that is not among these" + relied,
    )
    assert said(lines[0].replace(b"panel", b"Panel")) == (
        "line 1: it was changed after it was written" + relied,
    )
    assert said(lines[0] + lines[2]) == (
        "line 2: it must follow entry 1; it was moved, or one was taken out before it" + relied,
    )
    assert said(content + b"{half") == (
        "the last 5 bytes are not a whole line: a write was cut short, or the end was changed. Compare with the anchor, then `csgeo journal mend`",
    )
    assert said(lines[0], anchor=held) == (
        "2 of 3 entries that the anchor knows are missing at the end. Bring the file back from its copy, and ask who could write to it",
    )


def test_a_piece_at_the_end_does_not_hide_that_what_is_before_it_was_put_in_its_place():
    content, _ = a_journal(2)
    theirs = b""
    before = Anchor(0, START)
    for number in (70, 71):
        theirs += seal_entry(entry(number), before, KEYS)
        before = last_anchor(theirs.splitlines()[-1], KEYS)
    faults = check_journal(content + b"{half", KEYS, anchor=before).faults
    assert len(faults) == 2
    assert faults[1].startswith("entry 2 is not the one that the anchor knows")


def test_an_anchor_of_more_entries_than_hold_says_nothing_beyond_the_first_fault():
    content, held = a_journal(3)
    faults = check_journal(
        content.replace(b"map number 1", b"map number 7"), KEYS, anchor=held
    ).faults
    assert len(faults) == 1
    assert faults[0].startswith("line 2: it was changed")
