"""Do these pairs of numbers lie where they say?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import WrongCRS
from csgeo.sources import coordinates as judged


def texts(*values) -> pd.Series:
    return pd.Series(values, dtype="str")


def test_each_pair_gets_its_verdict():
    x = texts("375000", "0", "", "1e308", "abc", "-1", "999999", "375,100")
    y = texts("165000", "0", "165000", "1", "1", "-1", "999999", "165,100")
    pairs = judged.read_pairs(x, y, degrees=False)
    assert pairs.verdict.tolist() == [
        judged.USABLE,
        judged.ZERO,
        judged.BLANK,
        judged.WILD,
        judged.NO_NUMBER,
        judged.STAND_IN,
        judged.STAND_IN,
        judged.USABLE,
    ]
    assert pairs.first[-1] == 375_100


def test_a_comma_is_decimal_in_degrees_and_thousands_in_metres():
    assert judged.read_pairs(texts("-2,36"), texts("51,38"), degrees=True).first[0] == -2.36
    assert judged.read_pairs(texts("375,123"), texts("165,456"), degrees=False).second[0] == 165_456


def test_degrees_come_to_the_published_place():
    # Ordnance Survey's worked example: 52 39 27.2531 N, 1 43 4.5177 E (OSGB36) is TG 51409 13177
    osgb36, grid = judged.system("EPSG:4277"), judged.system("EPSG:27700")
    lon, lat = 1 + 43 / 60 + 4.5177 / 3600, 52 + 39 / 60 + 27.2531 / 3600
    pairs = judged.judge_pairs(np.array([lon]), np.array([lat]), np.array([False]))
    found = judged.to_metres(pairs, osgb36, grid, file="a", names=("lon", "lat"))
    assert found.first[0] == pytest.approx(651_409.903, abs=0.002)
    assert found.second[0] == pytest.approx(313_177.270, abs=0.002)


def test_one_row_of_metres_among_degrees_is_told_from_nonsense():
    x, y = np.array([-2.36] * 5 + [375_000.0, 5e6]), np.array([51.38] * 5 + [165_000.0, 7.0])
    pairs = judged.judge_pairs(x, y, np.zeros(7, dtype=bool))
    degrees, grid = judged.system("EPSG:4326"), judged.system("EPSG:27700")
    found = judged.to_metres(pairs, degrees, grid, file="a", names=("lon", "lat"))
    assert found.verdict.tolist()[-2:] == [judged.OTHER_UNIT, judged.WILD]
    assert np.isfinite(found.first).tolist() == [True] * 5 + [False] * 2
    assert pairs.verdict.tolist() == [judged.USABLE] * 7  # the argument is as it was


def test_web_mercator_is_no_system_to_measure_in():
    with pytest.raises(WrongCRS, match="must be a projected system in true metres"):
        judged.projected_system("EPSG:3857", "to_crs")
