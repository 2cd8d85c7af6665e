"""Can what shows a release reach what reads records?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from csgeo import answering
from tests.doors.walk import (
    APP,
    HOLD_RECORDS,
    is_of_analysts,
    of_the_dashboard,
    of_the_package,
    path_to,
)

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE, DASHBOARD = of_the_package(), of_the_dashboard()
EVERYTHING = PACKAGE | DASHBOARD
OUTPUTS = [name for name in PACKAGE if name.startswith("csgeo.outputs")]
SHOWING = [name for name in DASHBOARD if not is_of_analysts(name)]


def way(start: str, modules=EVERYTHING) -> str:
    """The way to a module that holds records; those of analysts are their own beginnings."""
    known = {n: p for n, p in modules.items() if start != "main" or not is_of_analysts(n)}
    return " -> ".join(path_to(start, known, HOLD_RECORDS))


@pytest.mark.parametrize("module", OUTPUTS)
def test_outputs_reach_nothing_that_holds_records(module):
    assert way(module) == ""


@pytest.mark.parametrize("module", SHOWING)
def test_what_viewers_see_reaches_nothing_that_holds_records(module):
    assert way(module) == ""


def test_the_server_loads_no_module_that_holds_records_unless_an_analysts_page_is_asked_for():
    assert {"main", "serve", "screens.places", "screens.method"} <= set(SHOWING)
    assert {"try_apart"} <= {n for n in DASHBOARD if is_of_analysts(n)}


def test_what_holds_records_is_still_called_so():
    there = {name for name in HOLD_RECORDS if name in PACKAGE}
    assert {"csgeo.study", "csgeo.sources", "csgeo.intake", "csgeo.secure_side"} <= there
    assert {"csgeo.releasing", "csgeo.answering", "csgeo.store.reviews"} <= there


def test_the_names_that_the_dashboard_says_for_itself_are_those_of_the_answers(monkeypatch):
    monkeypatch.syspath_prepend(str(APP))
    from components import tries

    assert (tries.RELEASE, tries.SECURE) == (answering.RELEASE, answering.SECURE)


@pytest.mark.parametrize(
    ("line", "through"),
    [
        ("from csgeo.study import run_study", "csgeo.study"),
        ("import csgeo.sources.files", "csgeo.sources"),
        ("import csgeo\n\n\ndef f():\n    return csgeo.run_study", "csgeo.study"),
        ("def f():\n    from csgeo import read_incidents", "csgeo.sources.incidents"),
        ("def f():\n    import csgeo.answering as a\n    return a", "csgeo.answering"),
        ("from importlib import import_module\nimport_module('csgeo.intake')", "csgeo.intake"),
        ("import csgeo\ngetattr(csgeo, 'run_' + 'study')", "csgeo."),
        (
            "from importlib import import_module as i\nimport importlib\nimportlib.import_module('csgeo.' + 'study')",
            "csgeo.",
        ),
        ("from importlib import import_module\nimport_module(f'csgeo.{1}')", "csgeo."),
        ("__import__('csgeo.st' + 'udy')", "csgeo."),
        ("class A:\n    if True:\n        from csgeo.store import reviews", "csgeo.store.reviews"),
    ],
)
@pytest.mark.parametrize("place", ["csgeo.outputs.words", "components.written"])
def test_a_way_that_somebody_opens_is_seen(tmp_path, line, through, place):
    opened = EVERYTHING | {place: _with(EVERYTHING[place], line, tmp_path)}
    for start in ("csgeo.outputs.write", "screens.places"):
        if place.startswith("csgeo") or start == "screens.places":
            assert f"-> {through}" in way(start, opened), start


def test_what_only_a_type_checker_reads_opens_no_way(tmp_path):
    line = "if TYPE_CHECKING:\n    from csgeo.study import Study"
    place = "csgeo.outputs.words"
    assert way(place, PACKAGE | {place: _with(PACKAGE[place], line, tmp_path)}) == ""


def _with(file: Path, line: str, folder: Path) -> Path:
    """Give a copy of a module in which somebody has put a line."""
    changed = folder / file.name
    changed.write_text(f"{file.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    return changed
