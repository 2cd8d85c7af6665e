"""Is each of the seventeen classes what Esri's words say?"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from csgeo.errors import RecipeError, WrongValues
from csgeo.hotspots.change.patterns import NOT_KNOWN, PATTERNS, classify

#: One letter a step: h hot, c cold, . neither; then the trend of the scores.
WORKED = {
    1: (".........h", 0),
    2: ("......hhhh", 0),
    3: (".hhhhhhhhh", 1),
    4: ("hhhh.hhhhh", 0),
    5: ("hhhhhhhh.h", -1),
    6: ("h..h....hh", 0),
    7: ("cc..h....h", 0),
    8: ("hhhhhhhhh.", 0),
}


def _states(word):
    return [{"h": 1, "c": -1, ".": 0}[letter] for letter in word]


def _class(word, trend=0, **options):
    return int(classify([_states(word)], [trend], **options)[0])


def test_there_are_seventeen_classes_each_with_its_own_words():
    assert sorted(p.number for p in PATTERNS) == list(range(-8, 9))
    assert len({p.name for p in PATTERNS}) == len({p.word for p in PATTERNS}) == 17
    for hot in (p for p in PATTERNS if p.number > 0):
        cold = next(p for p in PATTERNS if p.number == -hot.number)
        assert cold.name == hot.name.replace("Hot", "Cold")


@pytest.mark.parametrize("wording", ["2.8", "3.x"])
@pytest.mark.parametrize("number", WORKED)
def test_each_hot_class_and_its_cold_twin(number, wording):
    word, trend = WORKED[number]
    assert _class(word, trend, wording=wording) == number
    assert _class(word.translate(str.maketrans("hc", "ch")), -trend, wording=wording) == -number


@pytest.mark.parametrize("wording", ["2.8", "3.x"])
def test_no_pattern(wording):
    assert _class("..........", 1, wording=wording) == 0
    assert _class("c..h..c...", 1, wording=wording) == 0  # was both, is neither now


def test_what_was_hot_and_is_no_longer_is_sporadic_only_in_the_older_wording():
    assert _class("..h..h....") == 6
    assert _class("..h..h....", wording="3.x") == 0


def test_a_run_of_one_is_new_and_never_consecutive():
    for wording in ("2.8", "3.x"):
        assert _class(".........h", wording=wording) == 1
        assert _class("........hh", wording=wording) == 2


def test_ninety_percent_is_ninety_percent():
    """xarray-spatial asks for int(0.9 * T) steps: of 5 steps 4, which is 80 %, would do."""
    assert _class("hhh.h") == 6
    assert _class("hhhhh") == 4
    assert _class(".hhhhhhhhh") == 4  # 9 of 10 exactly
    assert _class("h" * 40 + ".....") == 6  # 40 of 45 is 88.9 %
    assert _class("h" * 41 + "....") == 8  # 41 of 45 is 91.1 %


def test_what_the_last_step_says_comes_first():
    assert _class("hhhhhhhhhc") == -1  # historical hot would hold too
    assert _class("ccccccccch") == 1
    assert _class("cc......hh") == 2  # oscillating would hold too: the lower number


def _twin(states, trend, wording):  # noqa: PLR0911  (one sentence, one answer)
    """Read Esri's sentences one by one, for one place."""
    n = len(states)
    for sign in (states[-1] or 1, -(states[-1] or 1)):
        hot = [s == sign for s in states]
        cold = [s == -sign for s in states]
        ninety = sum(hot) / n >= 0.9 - 1e-12
        rise = trend * sign
        if hot[-1] and not any(hot[:-1]):
            return 1 * sign
        runs = "".join("h" if h else " " for h in hot).split()
        if hot[-1] and len(runs) == 1 and len(runs[0]) >= 2 and not ninety:
            return 2 * sign
        if ninety and hot[-1]:
            return {1: 3, 0: 4, -1: 5}[rise] * sign
        if ninety:
            return 8 * sign
        if any(hot) and not any(cold) and (wording == "2.8" or hot[-1]):
            return 6 * sign
        if hot[-1] and any(cold):
            return 7 * sign
    return 0


@pytest.mark.parametrize("wording", ["2.8", "3.x"])
def test_every_history_of_seven_steps_is_classed_as_the_sentences_say(wording):
    histories = np.array(list(product((-1, 0, 1), repeat=7)))
    for trend in (-1, 0, 1):
        found = classify(histories, np.full(len(histories), trend), wording=wording)
        wanted = [_twin(h.tolist(), trend, wording) for h in histories]
        assert found.tolist() == wanted
        twins = classify(-histories, np.full(len(histories), -trend), wording=wording)
        assert (twins == -found).all()


def test_an_unknown_step_is_passed_over_and_breaks_no_run():
    states = np.array([_states("..hh.hh..hhhhh")])
    known = np.ones((1, 14), dtype=bool)
    assert classify(states, [0], known=known).tolist() == [6]
    known[0, [2, 3, 4, 5, 6, 11]] = False
    assert classify(states, [0], known=known).tolist() == [2]


def test_a_place_whose_last_step_is_not_known_is_not_classed():
    known = np.ones((1, 10), dtype=bool)
    known[0, -1] = False
    assert classify([_states("hhhhhhhhhh")], [0], known=known).tolist() == [NOT_KNOWN]
    assert classify(np.zeros((2, 0)), [0, 0]).tolist() == [NOT_KNOWN] * 2


def test_other_wordings_and_shapes_are_refused():
    with pytest.raises(RecipeError, match="'2.8', '3.x'; it is '4'"):
        _class("h.", wording="4")
    with pytest.raises(WrongValues, match="same places and steps"):
        classify([[0, 1]], [0, 0])
