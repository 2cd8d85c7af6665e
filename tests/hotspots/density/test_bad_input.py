"""What no surface can be drawn of, or only just: each door is asked, each answers alike."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.errors import EmptyTable, MethodError, RecipeError, TableError, WrongCRS
from csgeo.hotspots.density.barriers import density_with_barriers
from csgeo.hotspots.density.estimate import kernel_density
from csgeo.hotspots.density.inside import share_inside
from csgeo.hotspots.density.over_time import density_over_time
from csgeo.hotspots.density.records import lay_ground
from csgeo.hotspots.density.relative_risk import relative_risk

RIVER = gpd.GeoDataFrame(geometry=[shapely.LineString([(-50, 2010), (9000, 1990)])], crs=27700)


def plain(incidents, area, **options):
    return kernel_density(incidents, area, **options)


def barred(incidents, area, **options):
    return density_with_barriers(incidents, area, RIVER, **options)


def sliced(incidents, area, **options):
    return density_over_time(incidents, area, step="year", **options)


def compared(incidents, area, **options):
    half = np.arange(len(incidents)) % 2 == 0
    options.pop("weight", None)
    return relative_risk(incidents[half], incidents[~half], area, p_values="asymptotic", **options)


DOORS = (plain, barred, sliced, compared)
WEIGHED = (plain, barred, sliced)


def value_of(got):
    names = ("density_km2", "density_km2_day", "log_ratio")
    return got.cells[next(n for n in names if n in got.cells)].to_numpy(dtype=float)


@pytest.fixture
def some(incidents_at):
    rng = np.random.default_rng(11)
    return incidents_at(rng.uniform(0, 5000, 60), rng.uniform(0, 4000, 60))


def area(shape):
    return gpd.GeoDataFrame(
        {"name": ["Here"], "level": ["district"]},
        index=pd.Index(["A"], name="area_id"), geometry=[shape], crs=27700,
    )  # fmt: skip


HERE = area(shapely.box(0, 0, 5000, 4000))


@pytest.mark.parametrize("door", DOORS)
def test_tables_without_rows_records_elsewhere_and_other_systems_are_refused(door, some):
    with pytest.raises((EmptyTable, MethodError)):
        door(some.iloc[:0], HERE, cell_m=250, bandwidth=700)
    with pytest.raises(MethodError, match="there are none|two cases and two others"):
        door(some, area(shapely.box(90_000, 0, 95_000, 4000)), cell_m=250, bandwidth=700)
    with pytest.raises(WrongCRS):
        door(some.to_crs(4326), HERE, cell_m=250, bandwidth=700)
    with pytest.raises(TableError):
        door(some.drop(columns="source"), HERE, cell_m=250, bandwidth=700)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"cell_m": 250, "bandwidth": 249.0}, MethodError, "no smaller than a cell, 250 m"),
        ({"cell_m": 250, "bandwidth": 0.0}, MethodError, "no smaller than a cell, 250 m"),
        ({"cell_m": 250, "bandwidth": -700.0}, MethodError, "no smaller than a cell, 250 m"),
        ({"cell_m": 250, "bandwidth": np.inf}, MethodError, "no smaller than a cell, 250 m"),
        ({"cell_m": 250, "bandwidth": 1e6}, MethodError, "no more than half of the study area's"),
        ({"cell_m": 250, "bandwidth": "magic"}, MethodError, "metres or one of cvl, diggle"),
        ({"cell_m": 200, "bandwidth": 700.0}, RecipeError, "`cell_m` must be one of"),
        ({"cell_m": 0, "bandwidth": 700.0}, RecipeError, "`cell_m` must be one of"),
    ],
)
def test_bandwidths_and_cells_that_cannot_be_are_refused(door, some, options, error, words):
    with pytest.raises(error, match=words):
        door(some, HERE, **options)


@pytest.mark.parametrize("door", DOORS)
def test_more_than_a_few_million_cells_are_refused(door, some):
    with pytest.raises(MethodError, match="A surface may have 5,000,000 cells at most"):
        door(some, area(shapely.box(0, 0, 600_000, 600_000)), cell_m=125, bandwidth=700)


@pytest.mark.parametrize("door", DOORS)
def test_one_cell_is_refused(door, some):
    corner = gpd.points_from_xy([1010.0] * 60, [1010.0] * 60, crs=27700)
    cell = area(shapely.box(1000, 1000, 1250, 1250))
    with pytest.raises(MethodError, match="half of the study area's longest side, 250 m"):
        door(some.set_geometry(corner), cell, cell_m=250, bandwidth=600)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("rule", ["scott", "silverman", "cvl", "likelihood", "diggle", "nearest"])
def test_records_at_one_place_or_on_one_line_have_no_rule(door, rule, some):
    line = gpd.points_from_xy(np.linspace(100, 4900, 60), [2100.0] * 60, crs=27700)
    for points in (gpd.points_from_xy([2100.0] * 60, [2100.0] * 60, crs=27700), line):
        with pytest.raises(MethodError, match="all 60 lie at one place or on one line"):
            door(some.set_geometry(points), HERE, cell_m=250, bandwidth=rule)
    # with metres there is nothing that needs them to differ
    here = some.set_geometry(line)
    assert (value_of(door(here, HERE, cell_m=250, bandwidth=700)) != 0).any()


@pytest.mark.parametrize("door", WEIGHED)
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1.0])
def test_weights_that_are_none_are_refused(door, wrong, some):
    weights = np.ones(60)
    weights[7] = wrong
    with pytest.raises(MethodError, match="Weights must be 0 or more; 1 of 60 are missing"):
        door(some.assign(w=weights), HERE, cell_m=250, bandwidth=700, weight="w")


@pytest.mark.parametrize("door", WEIGHED)
def test_weights_that_are_all_nothing_make_a_surface_of_nothing(door, some):
    got = door(some.assign(w=0.0), HERE, cell_m=250, bandwidth=700, weight="w")
    assert (value_of(got) == 0).all()


@pytest.mark.parametrize("door", WEIGHED)
def test_one_record_is_a_hill_of_volume_one(door, incidents_at):
    got = door(incidents_at([2600.0], [1400.0]), HERE, cell_m=250, bandwidth=700)
    assert got.records == 1
    assert value_of(got).max() > 0
    if door is not sliced:
        assert value_of(got).sum() * 0.25**2 == pytest.approx(1)


@pytest.mark.parametrize("door", WEIGHED)
def test_islands_and_an_area_in_two_parts_keep_every_record(door, some):
    shape = shapely.MultiPolygon(
        [
            shapely.box(0, 0, 2110, 4000),
            shapely.box(2860, 0, 4990, 1990),
            shapely.box(4400, 3300, 4520, 3420),
        ]
    )
    ground = area(shape)
    got = door(some, ground, cell_m=250, bandwidth=600)
    share = share_inside(lay_ground(ground, cell_m=250))
    inside = share[share > 0]
    assert len(got.cells) == len(inside)
    assert got.records == some.geometry.intersects(shape).sum()
    if door is not sliced:
        assert (value_of(got) * inside).sum() * 0.25**2 == pytest.approx(got.records)


@pytest.mark.parametrize("door", DOORS)
def test_records_without_a_place_are_not_drawn_and_do_not_matter(door, some, incidents_at):
    nowhere = incidents_at([np.nan] * 4, [np.nan] * 4).set_axis(
        pd.Index([f"N{k}" for k in range(4)], name="incident_id")
    )
    more = pd.concat([some, nowhere])
    one = door(some, HERE, cell_m=250, bandwidth=700)
    other = door(more, HERE, cell_m=250, bandwidth=700)
    np.testing.assert_array_equal(value_of(one), value_of(other))
