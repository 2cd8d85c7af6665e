"""Are the words data that a partnership can change?"""

from __future__ import annotations

import pandas as pd
import pytest

from csgeo.errors import RecipeError
from csgeo.vocabulary import load_vocabulary

NAMES = ("harm", "context", "origin", "location", "service", "method")


@pytest.mark.parametrize("name", NAMES)
def test_each_code_has_a_label_and_no_word_stands_for_two_codes(name):
    vocabulary = load_vocabulary(name)
    assert all(vocabulary.label(code) for code in vocabulary.codes)
    meant: dict[str, set[str]] = {}
    for code, row in vocabulary.rows.items():
        for word in (row["label"], *filter(None, row["aliases"].split("|"))):
            meant.setdefault(word.casefold().replace("-", " "), set()).add(code)
    assert {w: c for w, c in meant.items() if len(c) > 1} == {}


def test_words_are_matched_whatever_their_case_spaces_or_hyphens():
    words = pd.Series(
        [
            "County Lines",
            "  county   lines ",
            "CCE.CL",
            "peer-on-peer sexual abuse",
            "nonsense",
            None,
        ]
    )
    codes = load_vocabulary("harm").translate(words)
    assert codes.iloc[:4].tolist() == ["CCE.CL", "CCE.CL", "CCE.CL", "HSB"]
    assert codes.iloc[4:].isna().all()


def test_a_partnership_can_add_and_rename_words(tmp_path):
    own = tmp_path / "harm.csv"
    own.write_text(
        "code,label,aliases\nSYV,Serious violence,big trouble\nLOCAL.1,Our own word,\n",
        encoding="utf-8",
    )
    vocabulary = load_vocabulary("harm", own)
    assert vocabulary.label("SYV") == "Serious violence"
    assert vocabulary.translate(pd.Series(["big trouble", "our own word"])).tolist() == [
        "SYV",
        "LOCAL.1",
    ]
    assert load_vocabulary("harm").label("SYV") == "Serious youth violence"


def test_a_vocabulary_without_codes_is_refused(tmp_path):
    own = tmp_path / "harm.csv"
    own.write_text("kod,label\nA,B\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="must have the columns code and label; it lacks code"):
        load_vocabulary("harm", own)
    with pytest.raises(RecipeError, match="does not exist"):
        load_vocabulary("harm", tmp_path / "none.csv")
