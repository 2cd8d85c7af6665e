"""Are the invented streets a network that one can walk?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from csgeo.samples.land import make_land
from csgeo.samples.roads import make_streets

if TYPE_CHECKING:
    from csgeo.samples import County


def _ends(streets) -> np.ndarray:
    lines = streets.geometry.to_numpy()
    ends = shapely.get_coordinates([shapely.get_point(lines, i) for i in (0, -1)])
    return np.unique(np.round(ends, 1), axis=0, return_inverse=True)[1].reshape(2, -1)


@pytest.mark.parametrize("seed", [1, 5, 9])
def test_streets_are_one_network_without_crossings(seed: int):
    land = make_land(np.random.default_rng([seed, 1]))
    streets = make_streets(land, np.random.default_rng([seed, 2]))
    a, b = _ends(streets)
    size = int(max(a.max(), b.max())) + 1
    parts, _ = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=[size] * 2))
    assert parts == 1
    lines = streets.geometry.to_numpy()
    one, _ = shapely.STRtree(lines).query(lines, predicate="crosses")
    assert len(one) == 0, f"{len(one)} pairs cross, the first is {streets.index[one[0]]}"
    on_land = shapely.contains(land.outline, lines)
    assert on_land.all()


def test_the_city_has_some_three_thousand_segments(made: County):
    corvenham = made.places.loc[made.places["name"] == "Corvenham"].geometry.iloc[0]
    near = made.streets[made.streets.distance(corvenham) < 4_500]
    assert 2_400 < len(near) < 3_600
    assert near["length_m"].median() == pytest.approx(140, abs=40)


def test_lengths_are_those_of_the_lines(made: County):
    assert made.streets["length_m"].to_numpy() == pytest.approx(made.streets.length, abs=0.06)
    assert set(made.streets["kind"]) == {"main", "street", "path"}
