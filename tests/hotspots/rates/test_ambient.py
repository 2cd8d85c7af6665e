"""Who is there, rather than who lives there?"""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.counting import lay_field
from csgeo.hotspots.rates.ambient import Part, ambient_exposure


def points(xy, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapely.points(xy), crs=27700)


def test_two_parts_by_hand(field_of):
    parts = {
        "stops": Part(points([(10, 10), (130, 10), (999, 10)]), 3),
        "schools": Part(points([(10, 130), (130, 130)], pupils=[900, 100]), 1, "pupils"),
    }
    found = ambient_exposure(field_of(2, 2), parts, reach_m=0)
    np.testing.assert_allclose(found.raster, [[0.375, 0.375], [0.225, 0.025]])
    assert found.parts.loc["stops"].tolist() == [3, 2, 1, 0.75]
    assert found.parts.loc["schools"].tolist() == [2, 1000, 0, 0.25]
    assert found.words.startswith(
        "An index of who is there, not a count of people: schools 25%, stops 75%, each spread by 0 m."
    )
    turned = ambient_exposure(field_of(2, 2), dict(reversed(parts.items())), reach_m=0)
    assert turned.raster.tolist() == found.raster.tolist()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), reach_m=st.sampled_from([0, 70, 200, 900]))
def test_the_index_adds_up_to_one_within_the_area(seed, reach_m, area_of):
    rng = np.random.default_rng(seed)
    area = area_of(1000, 1000)
    shape = shapely.box(0, 0, 1000, 400) | shapely.box(700, 0, 1000, 1000)
    field = lay_field(area.set_geometry([shape], crs=27700), cell_m=125)
    xy = rng.uniform(0, 399, (6, 2))
    amounts = rng.random(6) + 0.1
    parts = {"a": Part(points(xy, n=amounts), 2, "n"), "b": Part(points(xy[:2]), 1)}
    found = ambient_exposure(field, parts, reach_m=reach_m).raster
    assert found.sum() == pytest.approx(1)
    assert (found[~field.mask] == 0).all()
    assert (found >= 0).all()
    more = {"a": Part(points(xy, n=amounts * 9), 20, "n"), "b": Part(points(xy[:2]), 10)}
    np.testing.assert_allclose(ambient_exposure(field, more, reach_m=reach_m).raster, found)


def test_a_wider_reach_flattens_and_falls_off_evenly(field_of):
    parts = {"stop": Part(points([(1312, 1312)]), 1)}
    near, far = (ambient_exposure(field_of(21, 21), parts, reach_m=r).raster for r in (125, 250))
    assert near[10, 10] > far[10, 10]
    np.testing.assert_allclose(near, np.rot90(near), atol=1e-15)
    assert near[10, 11] / near[10, 10] == pytest.approx(np.exp(-0.5), rel=1e-6)


def test_bad_parts_are_refused(field_of):
    stop = points([(10, 10)])
    with pytest.raises(MethodError, match="must name at least one sign"):
        ambient_exposure(field_of(2, 2), {}, reach_m=0)
    for share in (0, -1, np.nan):
        with pytest.raises(RecipeError, match="the first is 'stops' with"):
            ambient_exposure(field_of(2, 2), {"stops": Part(stop, share)}, reach_m=0)
    for reach_m in (10, -5, np.nan, np.inf):
        with pytest.raises(RecipeError, match=r"at least half a cell \(62.5 m\)"):
            ambient_exposure(field_of(2, 2), {"stops": Part(stop, 1)}, reach_m=reach_m)
    with pytest.raises(MethodError, match="none of the 1 rows does"):
        ambient_exposure(field_of(2, 2), {"stops": Part(points([(999, 999)]), 1)}, reach_m=0)
