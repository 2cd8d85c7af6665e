"""Do the invented areas nest without gaps?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from csgeo.samples import County


@pytest.mark.parametrize(("low", "high", "by"), [("small_areas", "wards", "ward_id"), ("wards", "districts", "district_id")])  # fmt: skip
def test_each_level_adds_up_to_the_one_above(made: County, low: str, high: str, by: str):
    lower, upper = getattr(made.areas, low), getattr(made.areas, high)
    sums = lower.groupby(by)[["residents", "residents_10_17"]].sum()
    assert sums.to_numpy().tolist() == upper[["residents", "residents_10_17"]].to_numpy().tolist()
    ground = lower.dissolve(by)
    assert ground.index.equals(upper.index.rename(by))
    apart = ground.geometry.symmetric_difference(upper.geometry.set_axis(ground.index))
    assert apart.area.max() < 1.0


def test_areas_of_one_level_do_not_overlap(made: County):
    for level in made.areas:
        assert level.is_valid.all()
        assert level.area.sum() == pytest.approx(made.areas.county.area.sum(), rel=1e-9)


def test_names_are_unique_in_a_level(made: County):
    assert made.areas.wards["name"].is_unique
    assert made.areas.small_areas["name"].is_unique
