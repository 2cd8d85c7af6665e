"""Are compact places cut from the clusters of cells that a scan finds?"""

import numpy as np
import pytest

from csgeo.hotspots.counting import count_incidents, lay_field
from csgeo.hotspots.cutting import compact_windows, separate_windows
from csgeo.hotspots.expectation import expected_records
from csgeo.hotspots.scan.lattice import by_kulldorff


@pytest.fixture(scope="module")
def scored(area_of, town):
    field = lay_field(area_of(5000, 5000), cell_m=125)
    counted = count_incidents(town, field)
    expected = np.where(field.mask, counted.inside / field.mask.sum(), 0.0)
    windows = compact_windows(cell_m=125, most_km2=0.25)
    found = by_kulldorff(counted, expected, windows, cell_m=125, q=0.05, replicates=199, seed=0)
    return found, field, counted, expected, windows


def test_the_gathering_is_the_first_place(scored):
    found, field, *_ = scored
    best = next(separate_windows(found.scores, field.mask, found.sites))
    x, y = field.centres(np.array([best.centre]))
    assert np.hypot(x[0] - 2000, y[0] - 3000) < 150
    assert found.chance(best) == (0.005, 0.005)
    assert "1 clusters of cells, up to 500 m in radius" in found.words


def test_no_place_lies_outside_of_clusters(scored):
    found, field, *_ = scored
    for window in separate_windows(found.scores, field.mask, found.sites):
        assert found.chance(window)[0] <= 0.05


def test_where_nothing_stands_out_there_is_no_place(scored):
    _, field, counted, expected, windows = scored
    flat = counted._replace(incidents=np.where(field.mask, 1, 0))
    none = by_kulldorff(flat, expected, windows, cell_m=125, q=0.05, replicates=99, seed=0)
    assert list(separate_windows(none.scores, field.mask, none.sites)) == []


def test_surroundings_as_expectation_work_too(scored, town, area_of):
    _, field, counted, _, windows = scored
    expected, _ = expected_records(
        counted.incidents, field, expectation="surroundings", streets=None, residents=None
    )
    found = by_kulldorff(counted, expected, windows, cell_m=125, q=0.05, replicates=99, seed=0)
    best = next(separate_windows(found.scores, field.mask, found.sites))
    assert found.chance(best)[0] <= 0.05
