"""Do the rules rise with the audience, and can no setting go below them?"""

import datetime as dt
from itertools import pairwise

import pytest

from csgeo.disclosure.audiences import RULES, check_cells, check_period, rule_for
from csgeo.errors import RecipeError

YEAR = (dt.date(2025, 1, 1), dt.date(2025, 12, 31))


def test_each_rule_rises_with_the_audience():
    ladder = [RULES[name] for name in ("panel", "partnership", "public")]
    for lower, higher in pairwise(ladder):
        assert all(a <= b for a, b in zip(lower[1:7], higher[1:7], strict=True)), (lower, higher)
    assert [rule.least_people for rule in ladder] == [5, 5, 10]
    assert {rule.round_to for rule in ladder} == {5}
    assert [rule.exact for rule in RULES.values()] == [True, False, False, False]


def test_a_recipe_may_ask_for_more_and_never_for_less():
    rule = rule_for("public", least_people=20, round_to=10)
    assert (rule.least_people, rule.round_to) == (20, 10)
    assert rule_for("panel") == RULES["panel"]
    with pytest.raises(RecipeError, match="`least_people` must be at least 10 for public; it is 9"):
        rule_for("public", least_people=9)
    with pytest.raises(RecipeError, match="`least_people` must be at least 5 for panel; it is 4"):
        rule_for("panel", least_people=4)
    with pytest.raises(RecipeError, match="`least_people` must be at least 5 for panel; it is 0"):
        rule_for("panel", least_people=0)
    with pytest.raises(RecipeError, match="`round_to` must be at least 5 for partnership; it is 1"):
        rule_for("partnership", round_to=1)
    with pytest.raises(
        RecipeError,
        match="`audience` must be one of analysts, panel, partnership, public; it is 'press'",
    ):
        rule_for("press")


def test_what_is_for_analysts_stays_exact_whatever_is_asked():
    assert rule_for("analysts", least_people=5, round_to=5) == RULES["analysts"]


def test_a_period_must_be_long_and_past():
    check_period(RULES["public"], YEAR, on=dt.date(2026, 3, 25))
    with pytest.raises(RecipeError, match="must end on 2025-12-30 or before.*ends on 2025-12-31"):
        check_period(RULES["public"], YEAR, on=dt.date(2026, 3, 24))
    with pytest.raises(RecipeError, match="must cover at least 365 days.*has 364"):
        check_period(RULES["public"], (dt.date(2025, 1, 2), YEAR[1]), on=dt.date(2026, 9, 1))
    with pytest.raises(RecipeError, match="must say its day"):
        check_period(RULES["public"], YEAR, on=None)
    check_period(RULES["partnership"], YEAR, on=None)
    with pytest.raises(RecipeError, match="partnership on 2026-01-05 must end on 2025-12-08"):
        check_period(RULES["partnership"], YEAR, on=dt.date(2026, 1, 5))


def test_places_on_small_cells_are_not_for_the_public():
    check_cells(RULES["public"], 500)
    with pytest.raises(RecipeError, match=r"at least 500 m; these are of 125 m.*hotspots\.cell_m"):
        check_cells(RULES["public"], 125)
