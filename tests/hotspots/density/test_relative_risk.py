"""The relative risk of tables, and its tolerance contours: planted, by hand, turned and refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.errors import MethodError, MissingColumns, WrongCRS
from csgeo.hotspots.density.contours import tolerance_contours
from csgeo.hotspots.density.relative_risk import relative_risk
from csgeo.hotspots.density.risk_rasters import risk_rasters
from csgeo.hotspots.density.surface import Grid
from csgeo.tables import CELLS


def named(table, prefix):
    return table.set_axis(pd.Index([f"{prefix}{k}" for k in range(len(table))], name="incident_id"))


@pytest.fixture
def kinds(incidents_at, area_of):
    """Lay 300 others anywhere and 120 cases anywhere but for 60 more at (1 km, 3 km)."""
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 6000, (2, 300))
    cx = np.concatenate([rng.uniform(0, 6000, 120), 1000 + rng.normal(0, 150, 60)])
    cy = np.concatenate([rng.uniform(0, 5000, 120), 3000 + rng.normal(0, 150, 60)])
    return (
        named(incidents_at(cx, cy), "C"),
        named(incidents_at(x, np.minimum(y, 4999)), "O"),
        area_of(6000, 5000),
    )


def test_the_table_holds_the_rasters(kinds):
    cases, others, area = kinds
    got = relative_risk(cases, others, area, cell_m=250, bandwidth=500, replicates=19, seed=3)
    x, y = (
        np.concatenate([getattr(t.geometry, axis).to_numpy() for t in (cases, others)])
        for axis in ("x", "y")
    )
    wanted = risk_rasters(
        x, y, np.arange(480) < 180, Grid(0.0, 0.0, 250.0, 20, 24),
        bandwidth_m=500.0, replicates=19, seed=3,
    )  # fmt: skip
    CELLS.check(got.cells, "cells")
    for name in ("log_ratio", "p_more", "p_less"):
        np.testing.assert_array_equal(got.cells[name], getattr(wanted, name).ravel())
    assert got.cells.columns[:2].tolist() == ["incidents", "others"]
    assert (got.cells["incidents"].sum(), got.cells["others"].sum()) == (180, 300)
    assert (got.cases, got.others, got.bandwidth_m) == (180, 300, 500.0)
    assert got.words[1] == (
        "180 cases are compared with 300 others; p-values come from 19 shufflings of which record is of which kind."
    )


@pytest.mark.parametrize("p_values", ["permutation", "asymptotic"])
def test_planted_cases_have_a_contour_around_them(kinds, p_values):
    risk = relative_risk(*kinds, cell_m=250, bandwidth=350, p_values=p_values, replicates=99)
    contours = tolerance_contours(risk.cells)
    most = contours[(contours["side"] == "more") & (contours["p_level"] == 0.01)]
    assert most.geometry.iloc[0].contains(shapely.Point(1000, 3000))
    assert most["incidents"].iloc[0] >= 55
    outer = contours[(contours["side"] == "more") & (contours["p_level"] == 0.05)]
    assert outer.union_all().covers(most.union_all())
    assert outer.area.sum() < 0.25 * 30e6


def test_rules_find_one_bandwidth_from_all_records(kinds):
    cases, others, area = kinds
    one = relative_risk(cases, others, area, cell_m=250, bandwidth="scott", p_values="none")
    other = relative_risk(others, cases, area, cell_m=250, bandwidth="scott", p_values="none")
    assert one.bandwidth_m == pytest.approx(other.bandwidth_m)
    assert "Scott's rule" in one.words[0]
    np.testing.assert_allclose(one.cells["log_ratio"], -other.cells["log_ratio"], atol=1e-9)
    assert one.cells["p_more"].isna().all()


def test_out_of_reach_is_missing_and_keeps_the_contract(kinds):
    cases, others, area = kinds
    far = cases[cases.geometry.x < 2000]
    got = relative_risk(
        far, others, area, cell_m=250, bandwidth=400, kernel="quartic", replicates=9
    )
    east = got.cells.geometry.centroid.x > 2500
    assert got.cells["log_ratio"][east].isna().all()
    assert got.cells["p_less"][east].notna().any()
    CELLS.check(got.cells, "cells")


def test_nothing_that_is_given_is_changed_and_order_does_not_matter(kinds):
    before = [t.copy() for t in kinds]
    cases, others, area = kinds
    options = {"cell_m": 250, "bandwidth": 400, "p_values": "asymptotic"}
    one = relative_risk(cases, others, area, **options).cells
    mixed = relative_risk(cases.iloc[::-1], others.sample(frac=1, random_state=1), area, **options)
    pd.testing.assert_frame_equal(one, mixed.cells, atol=1e-9)
    for table, was in zip(kinds, before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(was))


def test_what_cannot_be_compared_is_refused(kinds):
    cases, others, area = kinds
    options = {"cell_m": 250, "bandwidth": 400}
    with pytest.raises(MethodError, match="3 of 180 cases are among the others, the first is 'C0'"):
        relative_risk(cases, pd.concat([others, cases.iloc[:3]]), area, **options)
    with pytest.raises(MethodError, match="two others or more; there are 1 and 300 in the area"):
        relative_risk(cases.iloc[:1], others, area, **options)
    with pytest.raises(MethodError, match="there are 180 and 0 in the area"):
        relative_risk(cases, others.translate(90_000).to_frame("geometry").join(
            others.drop(columns="geometry")), area, **options)  # fmt: skip
    with pytest.raises(WrongCRS):
        relative_risk(cases, others.to_crs(32630), area, **options)
    with pytest.raises(MethodError, match="no smaller than a cell, 250 m; it is 10 m"):
        relative_risk(cases, others, area, cell_m=250, bandwidth=10)
    with pytest.raises(MethodError, match='one of asymptotic, none, permutation; it is "many"'):
        relative_risk(cases, others, area, p_values="many", **options)


def lattice(p, cell_m=250, **more):
    """Lay a raster of p-values, the first row in the south."""
    row, column = (v.ravel() for v in np.indices(np.shape(p)))
    x, y = column * cell_m, row * cell_m
    index = pd.Index([f"{cell_m}mE{a}N{b}" for a, b in zip(x, y, strict=True)], name="cell_id")
    return gpd.GeoDataFrame(
        {"p_more": np.ravel(p), **more}, index=index,
        geometry=shapely.box(x, y, x + cell_m, y + cell_m), crs=27700,
    )  # fmt: skip


def test_contours_are_as_worked_by_hand():
    p = [[0.04, 0.5, 0.005, 0.01], [0.5, 0.03, 0.5, 0.02], [0.5, 0.5, np.nan, 0.5]]
    got = tolerance_contours(lattice(p, incidents=np.arange(12)))
    assert got.index.tolist() == ["C1", "C2", "C3", "C4"]
    assert got["p_level"].tolist() == [0.05, 0.05, 0.05, 0.01]
    assert got["cells"].tolist() == [
        "250mE500N0 250mE750N0 250mE750N250",  # touching along edges; aslant does not count
        "250mE0N0",
        "250mE250N250",
        "250mE500N0 250mE750N0",
    ]
    assert got["incidents"].tolist() == [2 + 3 + 7, 0, 5, 2 + 3]
    assert got["others"].isna().all()
    assert got["p_least"].tolist() == [0.005, 0.04, 0.03, 0.005]
    assert got.area.tolist() == [3 * 250**2, 250**2, 250**2, 2 * 250**2]
    assert got.geometry.is_valid.all()
    # nothing but corners of cells is drawn
    assert (shapely.get_coordinates(got.geometry) % 250 == 0).all()


def test_where_nothing_is_below_there_is_no_contour():
    got = tolerance_contours(lattice(np.full((3, 3), 0.5)))
    assert got.empty
    assert got.crs == 27700
    assert got.index.name == "contour_id"


def test_a_ring_has_a_hole():
    p = np.full((5, 5), 0.01)
    p[2, 2] = 0.9
    got = tolerance_contours(lattice(p), levels=[0.05])
    assert len(got) == 1
    assert len(got.geometry.iloc[0].interiors) == 1


def test_contours_without_p_values_or_levels_are_refused():
    cells = lattice(np.full((2, 2), 0.5))
    with pytest.raises(MissingColumns, match="must have p_more or p_less; it has .*geometry"):
        tolerance_contours(cells.drop(columns="p_more"))
    with pytest.raises(MethodError, match=r"between 0 and 1; 1 of 2 are not \(\[5\]\)"):
        tolerance_contours(cells, levels=[0.05, 5])
    with pytest.raises(MethodError, match="between 0 and 1; 0 of 0"):
        tolerance_contours(cells, levels=[])
