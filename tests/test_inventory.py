"""Does the inventory say what is read, kept, dropped and open, and nothing of a record?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

import csgeo
from csgeo.assessed import ROLES, written_down
from csgeo.disclosure.entries import ACTS
from csgeo.governance import Governance
from csgeo.inventory import data_inventory, governance_of, inputs_of
from csgeo.recipe import AUDIENCES
from csgeo.sources.report import ReadReport

ON = dt.date(2026, 1, 1)


@pytest.fixture
def recipe(county_folder):
    return csgeo.load_recipe(county_folder / "csgeo.toml")


def test_the_inventory_names_each_file_and_says_what_is_open(recipe):
    text = data_inventory(recipe, on=ON)
    for _, one in inputs_of(recipe):
        assert f"`{one.file}`" in text
    assert "Written on 2026-01-01" in text
    assert "Not known: the files were not read" in text
    assert "`incidents.csv`: say its lawful basis, purpose, controller, kept until" in text
    assert (
        "partnership (this recipe) | at least 5 people, rounded to 5 | 250 m, places 125 m" in text
    )
    assert "| public | at least 10 people" in text
    assert text == data_inventory(recipe, on=ON)


def test_columns_kept_and_dropped_come_from_the_reports(recipe):
    report = ReadReport(
        "a|b.csv", "incidents", 10, 9, columns={"harm": "Type"},
        notes=("column 'NHS No' was not read: it looks to hold an NHS number", "another note"),
    )  # fmt: skip
    text = data_inventory(recipe, reports=[report])
    assert "| `a\\|b.csv` | 10 | harm (`Type`) | `NHS No`: an NHS number |" in text
    assert "another note" not in text


def test_no_record_of_the_county_is_in_it(recipe, county_study):
    text = data_inventory(recipe, reports=county_study.reports)
    assert "person_key" in text  # the column's name
    for column in ("person_key", "source"):
        values = county_study.incidents[column].dropna().unique()[:200]
        assert [v for v in values if str(v) in text] == []
    assert [i for i in county_study.incidents.index[:200] if i in text] == []


def agreed(recipe, **said):
    """Give a recipe whose first file of records says something about itself."""
    one = SimpleNamespace(**vars(recipe.incidents[0]))
    one.governance = Governance(**said)
    names = (*vars(recipe),)
    return SimpleNamespace(**({n: getattr(recipe, n) for n in names} | {"incidents": (one,)}))


def test_what_is_agreed_is_told_and_what_is_past_is_said(recipe):
    text = data_inventory(
        agreed(recipe, lawful_basis="consent", retention_until=dt.date(2025, 12, 31)), on=ON
    )
    assert "2025-12-31 **past: erase it**" in text
    assert "its last day was 2025-12-31. Erase it." in text
    assert "consent is seldom the basis" in text
    whole = {"purpose": "p", "controller": "c", "sharing_agreement": "s", "regime": "general"}
    done = agreed(recipe, lawful_basis="b", retention_until=ON, **whole)
    assert "say its" not in data_inventory(done, on=ON)
    assert "**past" not in data_inventory(done, on=ON)
    assert governance_of(done.incidents[0]).controller == "c"


def test_two_regimes_are_not_joined_without_a_question(recipe):
    one = agreed(recipe, regime="general")
    two = agreed(recipe, regime="law enforcement")
    both = SimpleNamespace(**vars(one) | {"incidents": one.incidents + two.incidents})
    assert "which gateway allows it" in data_inventory(both)
    assert "which gateway allows it" not in data_inventory(one)


def test_a_title_cannot_break_out_of_the_document(recipe):
    bad = SimpleNamespace(**vars(recipe) | {"title": "<script>x</script>\n# Heading"})
    text = data_inventory(bad)
    assert "<script" not in text
    assert text.splitlines()[0].endswith("# Heading")


def test_it_says_all_that_an_assessment_asks(recipe):
    text = data_inventory(recipe, on=ON)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings[1:] == [
        "## What is read",
        "## By which right, and until when",
        "## Columns kept and dropped",
        "## Who gets what",
        "## Who may do what in the dashboard",
        "## What is written down",
        "## How long it is kept, and how it goes",
        "## Choices that shape the answer",
        "## Risks and measures",
        "## Open questions",
    ]
    for audience in AUDIENCES:
        assert f"| {audience}" in text
    assert (
        "| consultation | exact numbers or places are looked at (with the reason) | looked at detail |"
        in text
    )
    assert "| exact answers, tries | **open** | `csgeo purge` |" in text


def test_each_act_of_the_journal_is_named_once():
    said = [act for _, _, acts in written_down() for act in acts.split(", ")]
    assert sorted(said) == sorted(ACTS)


def test_the_earliest_last_day_counts_for_what_is_made_from_all_files(recipe):
    day = dt.date(2025, 12, 31)
    text = data_inventory(agreed(recipe, retention_until=day), on=ON)
    assert "| exact answers, tries | until 2025-12-31 |" in text
    assert "**A file is past it now: purge.**" in text
    assert "past it now" not in data_inventory(agreed(recipe, retention_until=ON), on=ON)


def test_the_roles_are_those_of_the_dashboard_s_own_table(monkeypatch):
    monkeypatch.syspath_prepend(Path(csgeo.__file__).parents[1] / "app")
    from access.matrix import ACTIONS, PAGES, may
    from access.matrix import ROLES as OF_THE_TABLE

    assert tuple(role for role, _, _ in ROLES) == OF_THE_TABLE
    verbs = {"take away": "export", "try other choices": "try", "decide": "decide"}
    for role, protected, exact in ROLES:
        allowed = [(p, a) for p in PAGES for a in ACTIONS if may(role, p, a, "exact")]
        assert (exact == "nothing") == (allowed == [])
        for page, action in allowed:
            word = next((w for w, a in verbs.items() if a == action), action)
            assert word in exact, (role, page, action)
        for word, action in {**verbs, "revoke": "revoke", "verify": "verify"}.items():
            may_now = any(may(role, p, action) for p in PAGES)
            inherited = role == "analyst" and action == "export"
            assert may_now == (word in f"{protected} {exact}" or inherited), (role, action)
