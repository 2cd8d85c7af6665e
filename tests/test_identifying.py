"""What in a value or a text identifies a person?"""

from __future__ import annotations

import pandas as pd
import pytest

from csgeo.identifying import MARKS, is_nhs_number, is_upn, looks_to_hold


def upn(body: str) -> str:
    """Put the check letter before twelve digits, as the guide works it by hand."""
    total = sum(place * int(c) for place, c in enumerate(body, start=2))
    return "ABCDEFGHJKLMNPQRTUVWXYZ"[total % 23] + body


def test_the_published_nhs_number_is_one_and_its_neighbours_are_not():
    # 943 476 5919: 9x10+4x9+3x8+4x7+7x6+6x5+5x4+9x3+1x2 = 299; 299 mod 11 = 2; 11-2 = 9
    assert is_nhs_number("943 476 5919")
    assert [is_nhs_number(f"943476591{d}") for d in range(10)].count(True) == 1
    assert not is_nhs_number("0000000000")
    assert not is_nhs_number("943 476 591")


def test_a_remainder_of_one_has_no_check_digit():
    body = next(
        f"{n:09d}" for n in range(1, 10_000) if sum(w * int(c) for w, c in zip(range(10, 1, -1), f"{n:09d}", strict=True)) % 11 == 1
    )  # fmt: skip
    assert not any(is_nhs_number(body + str(d)) for d in range(10))


def test_a_remainder_of_none_has_the_check_digit_nought():
    body = next(
        f"{n:09d}" for n in range(1, 10_000) if sum(w * int(c) for w, c in zip(range(10, 1, -1), f"{n:09d}", strict=True)) % 11 == 0
    )  # fmt: skip
    assert [is_nhs_number(body + str(d)) for d in range(10)].index(True) == 0


def test_a_pupil_number_is_known_by_its_check_letter():
    # 820200001001: 2x8+3x2+4x0+5x2+6x0+7x0+8x0+9x0+10x1+11x0+12x0+13x1 = 55; 55 mod 23 = 9: K
    assert upn("820200001001") == "K820200001001"
    assert is_upn("K820200001001")
    assert is_upn(" k820200001001 ")
    assert not is_upn("A820200001001")
    assert not is_upn("I820200001001")
    assert not is_upn("K82020000100")


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (["943 476 5919", "4010232137"], "an NHS number"),
        ([9434765919, 4010232137], "an NHS number"),
        ([9434765919.0, None], "an NHS number"),
        (["1234567890", "1234567891", "1234567892"], None),
        (["K820200001001"], "a pupil number"),
        (["CE123456D", "AB 12 34 56 C"], "a national insurance number"),
        (["07700 900123", "+44 7700 900 456"], "a telephone number"),
        ([7700900123], "a telephone number"),
        (["0117 496 0123", "(0117) 496 0999"], "a telephone number"),
        (["amy@example.org", "x.y@a-b.co.uk"], "an e-mail address"),
        (["https://example.org/u/amy"], "a web address"),
        (["@amy_b", "@jay.k1"], "an account"),
        (["BA1 1AA", "BS16DR"], "a full postcode"),
        (["BA1", "BS16"], None),
        (["2009-01-02", "01/05/2012", "3 March 2001"], "a date of birth"),
        (["2024-01-01", "2023-02-02", "2022-03-03"], None),
        (["2009-01-02 21:30", "2012-01-05 22:15", "2001-01-01 23:45"], None),
        (["Jack Smith", "SMITH, Amy", "Jayden O'Neill"], "a person's name"),
        (["Jayden", "Amy", "Chloe"], "a person's name"),
        (["Park Road", "Bath Abbey", "Avon and Somerset Police"], None),
        (["Amy said that she would be back before the last bus"], "free text that may name people"),
        (["ring 07700 900123 later", "no answer there"], "free text that may name people"),
        (["On or near Park Road", "On or near Supermarket"], None),
        ([True, False], None),
        ([0.5, 1.25], None),
        ([None, None], None),
        ([], None),
    ],
)  # fmt: skip
def test_a_column_is_known_by_its_values(values, what):
    assert looks_to_hold(pd.Series(values)) == what


def test_half_of_the_values_are_not_enough():
    assert looks_to_hold(pd.Series(["943 476 5919", "R1"])) is None
    assert looks_to_hold(pd.Series(["Jack Smith", "Amy Brown"]), names=False) is None
    assert looks_to_hold(pd.Series(["2009-01-02", "2012-05-04", "2001-03-04"]), dates=False) is None


def test_no_pattern_hangs_on_long_text():
    import time

    text = "a." * 20_000 + "1 " * 20_000 + "@" * 5_000
    began = time.process_time()
    for mark in MARKS:
        sum(mark.holds(found.group()) for found in mark.pattern.finditer(text))
    assert time.process_time() - began < 5
