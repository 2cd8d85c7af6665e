"""Which code does each label stand for?"""

from __future__ import annotations

import pandas as pd
import pytest

from csgeo.errors import UnknownWords
from csgeo.sources.labels import code_labels, code_of, unknown_doubts


def coded(*labels, name="harm", extra=None):
    return code_labels(pd.Series(labels, dtype="str"), name, extra)


def test_labels_are_read_whatever_their_case_and_hyphens():
    found = coded("County Lines", "county-lines", " cce ", "24a", None, "N/A", "Not known")
    assert found.codes.tolist()[:4] == ["CCE.CL", "CCE.CL", "CCE", "CCE"]
    assert found.codes.isna().tolist() == [False] * 4 + [True] * 3
    assert not found.unknown.any()


def test_a_partnerships_own_word_goes_first():
    assert coded("violence", extra={"Violence": "TRA"}).codes.tolist() == ["TRA"]


def test_several_words_for_one_code_are_one_label():
    assert coded("Bus Station,Coach Station", name="location").codes.tolist() == ["BUS_STATION"]
    assert coded("Park,Prison", name="location").unknown.tolist() == [True]


def test_unknown_labels_are_named_one_by_one_up_to_twenty():
    found = coded("CSE", *[f"wibble {n}" for n in range(25)], "wibble 3")
    doubts = unknown_doubts(found, "harm", "type", 'Add "{label}" = "{code}".')
    assert len(doubts) == 21
    assert doubts[0].reason == "harm label 'wibble 3' in 'type' is not known"
    assert doubts[0].flags.sum() == 2
    assert doubts[-1].reason == "one of 5 further harm labels in 'type' that are not known"


def test_a_word_for_all_rows_must_be_known():
    assert code_of("Knife crime", "harm") == "SYV.KNIFE"
    with pytest.raises(
        UnknownWords, match=r"'knofe' is no harm that the vocabulary knows \(nearest: 'knife'\)"
    ):
        code_of("knofe", "harm")
