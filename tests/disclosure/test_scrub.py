"""What of a free text may be kept, if it must be kept at all?"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.disclosure.scrub import scrub

FORENAMES = ["Jayden", "Amy", "Mohammed", "Chloe", "Kian", "Zara"]
SURNAMES = ["Okafor", "Pritchard", "O'Neill", "Begum", "Smith-Jones", "Nowak"]
FRAMES = [
    "{name} was seen at the station, ring {phone}",
    "Mum ({mail}) says {name} came home late",
    "NHS {nhs}. Lives at {postcode} with Mrs {surname}",
    "YP {first} dob 12/03/2010 uses {account}",
]


def nhs(rng: np.random.Generator) -> str:
    from csgeo.identifying import is_nhs_number

    while not is_nhs_number(number := str(rng.integers(4_000_000_000, 4_999_999_999))):
        pass
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def invented(n: int) -> list[tuple[str, list[str]]]:
    """Notes as people write them, each with all that identifies in it; nobody in them lives."""
    rng = np.random.default_rng(7)
    made = []
    for _ in range(n):
        first, surname = rng.choice(FORENAMES), rng.choice(SURNAMES)
        said = {
            "name": f"{first} {surname}",
            "first": first,
            "surname": surname,
            "phone": rng.choice(["07700 900{:03d}", "+44 7700 900{:03d}", "0117 496 0{:03d}"]).format(rng.integers(1000)),
            "mail": f"{first}.{surname}{rng.integers(99)}@example.org".lower().replace("'", ""),
            "nhs": nhs(rng),
            "postcode": f"BA{rng.integers(1, 9)} {rng.integers(1, 9)}A{rng.choice(list('ABDE'))}",
            "account": f"@{first.lower()}_{rng.integers(99)}",
        }  # fmt: skip
        frame = rng.choice(FRAMES)
        made.append((frame.format(**said), [said[k] for k in re.findall(r"{(\w+)}", frame)]))
    return made


def test_what_identifies_gives_way_to_signs_and_the_rest_stands():
    texts = pd.Series(
        ["Ring Mrs Smith on 07700 900123 about the bus, BA1 1AA", None, "Nothing new."],
        index=[3, 4, 5],
    )
    kept = scrub(texts)
    assert kept.texts[3] == "Ring [name] on [telephone] about the bus, [postcode]"
    assert pd.isna(kept.texts[4])
    assert kept.texts[5] == "Nothing new."
    assert kept.found == {"a telephone number": 1, "a full postcode": 1, "a person's name": 1}
    assert texts[3].startswith("Ring Mrs Smith")


def test_of_a_thousand_invented_notes_all_that_is_written_as_usual_is_taken_out():
    made = invented(1000)
    kept = scrub(pd.Series([text for text, _ in made]))
    left = [
        w for text, (_, words) in zip(kept.texts, made, strict=True) for w in words if w in text
    ]
    assert left == []


def test_names_that_the_file_gives_elsewhere_are_taken_out_whatever_their_case():
    text = pd.Series(["xanthippe met X. Quillfeather and QUILLFEATHER's dog at the Io café"])
    kept = scrub(text, names=["Xanthippe Quillfeather", "Io"]).texts[0]
    assert "anthippe" not in kept
    assert "uillfeather" not in kept.lower()
    assert "Io café" in kept


@pytest.mark.parametrize(
    "text",
    ["24 people on the 376 bus", "crime 5224012345", "12/03/2024 at 21:30", "Park Road, A37"],
)
def test_what_identifies_nobody_is_left(text):
    assert scrub(pd.Series([text])).texts[0] == text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_number_is_found_among_any_other_text(before, after):
    text = f"{before} 943 476 5919 {after}"
    if not re.search(r"[\d-]\s*$", before) and not re.match(r"\s*[\d-]", after):
        assert "943 476 5919" not in scrub(pd.Series([text])).texts[0]


@pytest.mark.parametrize(
    ("text", "kept", "what"),
    [
        ("to amy@example.org", "to [e-mail]", "an e-mail address"),
        ("see www.example.org/amy", "see [web address]", "a web address"),
        ("no 943 476 5919 .", "no [NHS number] .", "an NHS number"),
        ("upn T123456789012 .", "upn [pupil number] .", "a pupil number"),
        ("ni AB 12 34 56 C .", "ni [national insurance number] .", "a national insurance number"),
        ("ring 07700 900123", "ring [telephone]", "a telephone number"),
        ("at ba1 1aa", "at [postcode]", "a full postcode"),
        ("is @kian_07", "is [account]", "an account"),
        ("dob: 12/03/2010 .", "[date of birth] .", "a date of birth"),
        ("born on 3 May 2010 .", "[date of birth] .", "a date of birth"),
        ("D.O.B. 2010-3-12 .", "[date of birth] .", "a date of birth"),
        ("d.o.b. - 12/03/10 .", "[date of birth] .", "a date of birth"),
        ("Born 3rd of March, 2010 .", "[date of birth] .", "a date of birth"),
        ("date of birth 12.03.10 .", "[date of birth] .", "a date of birth"),
        ("with PC Jones today", "with [name] today", "a person's name"),
        ("with Mr. van Dyke", "with Mr. van Dyke", None),
        ("with Dr Ng Tsoi today", "with [name] today", "a person's name"),
        ("saw Zara K. Nowak", "saw [name]", "a person's name"),
        ("saw Zara", "saw [name]", "a person's name"),
        ("on Park Road", "on Park Road", None),
    ],
)
def test_each_thing_that_identifies_has_its_sign(text, kept, what):
    from csgeo.identifying import is_upn

    if "T123456789012" in text:  # its check letter, worked out by the rule
        letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
        upn = next(f"{c}12345678901{d}" for c in letters for d in "2" if is_upn(f"{c}12345678901{d}"))  # fmt: skip
        text = text.replace("T123456789012", upn)
    got = scrub(pd.Series([text]))
    assert got.texts[0] == kept
    assert got.found == ({} if what is None else {what: 1})


def test_names_from_elsewhere_go_whole_the_longest_first_and_each_is_counted():
    text = pd.Series(["smith-jones met smith, twice: SMITH and Li and Kay"], name="note")
    got = scrub(text, names=["Smith", "Smith-Jones", "Li", "kay", 7])
    assert got.texts[0] == "[name] met [name], twice: [name] and Li and [name]"
    assert got.found == {"a person's name": 4}
    assert got.texts.name == "note"
    assert scrub(text).texts[0] == text[0]


def test_a_part_of_a_longer_word_is_no_name():
    assert scrub(pd.Series(["kayak and okay"]), names=["Kay"]).texts[0] == "kayak and okay"


def test_texts_keep_their_kind_and_what_is_no_text_is_read_as_one():
    got = scrub(pd.Series([12, None], dtype=object))
    assert got.texts.dtype == "str"
    assert got.texts[0] == "12"
    assert got.texts.isna().tolist() == [False, True]
