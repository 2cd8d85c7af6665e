from __future__ import annotations

import pytest

from csgeo.errors import RecipeError
from csgeo.hotspots.repeats.bands import space_bands, time_bands


def test_bands_say_in_words_which_edge_is_theirs():
    space = space_bands((100, 200), same_location_m=0.5)
    assert space.intervals == ("[0, 0.5)", "[0.5, 100)", "[100, 200)", "[200, inf)")
    assert space.words == (
        "same location (less than 0.5 m apart)",
        "0.5 m or more, less than 100 m",
        "100 m or more, less than 200 m",
        "200 m or more",
    )
    assert space_bands((100,), same_location_m=None).words == ("less than 100 m", "100 m or more")


def test_labels_of_the_calculator_are_one_step_too_far():
    # NRC 1.3 with 3 bands of 100 m and 7 days
    assert space_bands((100, 200, 300)).calculator_labels == (
        "Same location", "1 to 100", "101 to 200", "201 to 300", "More than 300",
    )  # fmt: skip
    assert time_bands((7, 14, 21)).calculator_labels == (
        "0 to 7", "8 to 14", "15 to 21", "More than 21",
    )  # fmt: skip


@pytest.mark.parametrize("edges", [(), (0, 7), (7, 7), (14, 7), (7, float("inf")), (float("nan"),)])
def test_edges_must_increase_from_above_zero(edges):
    with pytest.raises(RecipeError, match="`time_days` must be upper edges that increase"):
        time_bands(edges)


def test_the_same_location_ends_before_the_first_band_does():
    with pytest.raises(RecipeError, match="below the first edge of `space_m`, 100 m; it is 100"):
        space_bands((100, 200), same_location_m=100)
