"""Which way of finding places would have served a recipe's own records best?"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import csgeo
from csgeo.cli import main
from csgeo.errors import MethodError
from csgeo.history import compare_on_history


@pytest.fixture(scope="module")
def recipe(county_folder):
    loaded = csgeo.load_recipe(county_folder / "csgeo.toml")
    return replace(loaded, hotspots=replace(loaded.hotspots, replicates=99, reruns=0))


def test_the_recipe_s_records_are_looked_back_on_by_its_own_limits(recipe):
    seen = []
    compared = compare_on_history(
        recipe,
        methods=("compact_places",),
        cell_sizes=(125,),
        later_months=12,
        progress=lambda what, done, of: seen.append((what, done, of)),
    )
    ways = compared.table["method"].tolist()
    assert sorted(ways) == ["busiest_cells", "compact_places"]
    held = compared.table.set_index("method")["share_of_records"]
    assert 0.03 < held["compact_places"] < held["busiest_cells"] < 0.5
    assert compared.table["expectation"].dropna().isin(["", recipe.hotspots.expectation]).all()
    assert any(what == "Looking back" for what, _, _ in seen)
    assert not any("predict" in line for line in compared.words)


def test_a_short_history_is_refused(recipe):
    with pytest.raises(MethodError, match="month"):
        compare_on_history(recipe, methods=("compact_places",), later_months=40)


def test_the_command_line_prints_the_same(county_folder, capsys):
    with pytest.raises(SystemExit) as ended:
        main(
            ["compare", str(county_folder / "csgeo.toml"), "--method", "getis_ord", "--cell-m",
             "250", "--later-months", "12", "--quiet", "--json"]
        )  # fmt: skip
    assert ended.value.code == 0
    rows = json.loads(capsys.readouterr().out)
    assert {r["method"] for r in rows} == {"getis_ord", "busiest_cells"}
