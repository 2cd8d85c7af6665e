"""Are hot those stretches that hold more than chance would put there, and no others?"""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.stats import poisson

from csgeo.errors import MethodError
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.on_streets.hot_segments import chance_of, hot_segments
from csgeo.streets import street_network


def drawn(network, n, seed):
    """Draw n spots anywhere along the streets."""
    rng = np.random.default_rng(seed)
    piece = rng.choice(len(network.pieces), n, p=network.length_m / network.length_m.sum())
    spots = shapely.line_interpolate_point(
        network.pieces[piece], rng.random(n) * network.length_m[piece]
    )
    return shapely.get_coordinates(spots).T


def test_two_streets_are_worked_by_hand(streets_of, incidents_at):
    network = street_network(
        streets_of([(0, 0), (300, 0)], [(0, 100), (100, 100)], [(0, 0), (0, 100)])
    )
    incidents = incidents_at([10, 20, 30, 80, 80, 80], [0, 0, 0, 100, 100, 100])
    found = hot_segments(incidents, network, stretch_m=None, against="length").stretches
    assert found["incidents"].tolist() == [3, 3, 0]
    assert found["expected"].tolist() == pytest.approx([6 * 0.6, 1.2, 1.2])
    assert found["per_100m"].tolist() == pytest.approx([1, 3, 0])
    assert found["strength"].tolist() == pytest.approx([3 / 3.6, 2.5, 0])
    p = [poisson.sf(2, 3.6), poisson.sf(2, 1.2), 1.0]
    assert found["p_value"].tolist() == pytest.approx(p)
    assert found["q_value"].tolist() == pytest.approx(q_values(p).tolist())
    assert found["score"].tolist() == pytest.approx([0, 3 * np.log(2.5) + 3 * np.log(3 / 4.8), 0])


def test_a_planted_street_is_found_and_chance_alone_finds_none(town_grid, incidents_at):
    x, y = drawn(town_grid, 300, 1)
    none = hot_segments(incidents_at(x, y), town_grid, stretch_m=50, against="length")
    assert none.stretches["hot"].sum() == 0
    x, y = np.r_[x, np.linspace(205, 295, 25)], np.r_[y, np.full(25, 200.0)]
    for against in ("length", "surroundings"):
        found = hot_segments(
            incidents_at(x, y), town_grid, stretch_m=100, against=against, surroundings_m=400
        )
        hot = found.stretches[found.stretches["hot"]]
        assert len(hot) == 1
        assert hot.geometry.iloc[0].centroid.distance(shapely.Point(250, 200)) < 1
        assert found.stretches["expected"].sum() == pytest.approx(325)


def test_the_centre_of_a_town_is_hot_by_length_but_not_against_its_surroundings(
    streets_of, incidents_at
):
    # a town of 2 km and 20 km of lanes: 400 records along the town
    lines = [[(0, y), (1000, y)] for y in (0, 100)] + [[(1000, 0), (1000, 100)], [(0, 0), (0, 100)]]
    network = street_network(streets_of(*lines, [(1000, 0), (21000, 0)]))
    rng = np.random.default_rng(2)
    incidents = incidents_at(rng.uniform(0, 1000, 400), rng.choice([0, 100], 400))
    by_length = hot_segments(incidents, network, against="length").stretches
    around = hot_segments(incidents, network, surroundings_m=500).stretches
    assert by_length["hot"].sum() == 20
    assert around["hot"].sum() == 0
    assert (around["expected"] > 0).all()


def test_monte_carlo_comes_to_what_the_binomial_says(streets_of, incidents_at):
    from scipy.stats import binom

    counts, expected = np.array([9, 3, 0, 8]), np.array([4.0, 4.0, 2.0, 10.0])
    drawn_p = chance_of(counts, expected, chance="monte carlo", replicates=19_999, seed=3)
    exact = binom.sf(counts - 1, 20, expected / 20)
    assert drawn_p == pytest.approx(exact, abs=4 * np.sqrt(0.25 / 20_000))
    again = chance_of(counts, expected, chance="monte carlo", replicates=99, seed=3)
    assert (
        again.tolist()
        == chance_of(counts, expected, chance="monte carlo", replicates=99, seed=3).tolist()
    )
    assert again.min() >= 0.01


def test_too_few_draws_for_any_street_to_be_called_hot_are_told(town_grid, incidents_at):
    found = hot_segments(
        incidents_at([250] * 30, [200] * 30), town_grid, stretch_m=50, chance="monte carlo",
        replicates=99, against="length",
    )  # fmt: skip
    assert not found.stretches["hot"].any()
    assert "With 99 draws no p-value is below 0.01: at least 29 stretches" in found.words


def test_people_are_counted_where_they_are_known(town_grid, incidents_at):
    incidents = incidents_at([240, 250, 260, 50], [200] * 3 + [0], people=["a", "a", None, "b"])
    found = hot_segments(incidents, town_grid).stretches
    assert found["people"][found["incidents"] == 3].tolist() == [1]
    assert found["people"].sum() == 2
    assert "people" not in hot_segments(incidents_at([0], [0]), town_grid).stretches


def test_all_records_on_one_point_make_one_hot_stretch(town_grid, incidents_at):
    found = hot_segments(incidents_at([250] * 200, [203] * 200), town_grid).stretches
    assert found["hot"].sum() == 1
    assert found["incidents"].max() == 200


def test_order_and_splitting_of_the_file_change_nothing(town_grid, incidents_at):
    import pandas as pd

    incidents = incidents_at(*drawn(town_grid, 200, 5))
    plain = hot_segments(incidents, town_grid).stretches
    other = pd.concat([incidents.iloc[150:], incidents.iloc[:150]])
    pd.testing.assert_frame_equal(plain, hot_segments(other, town_grid).stretches)


def test_hot_segments_refuse_what_they_cannot_use(streets_of, town_grid, incidents_at):
    one = street_network(streets_of([(0, 0), (90, 0)]))
    with pytest.raises(MethodError, match="at least two stretches to compare; it has 1"):
        hot_segments(incidents_at([5], [0]), one)
    with pytest.raises(MethodError, match="`against` must be one of length, surroundings"):
        hot_segments(incidents_at([5], [0]), town_grid, against="residents")
    with pytest.raises(MethodError, match="`chance` must be one of poisson, monte carlo"):
        hot_segments(incidents_at([5], [0]), town_grid, chance="normal")
    with pytest.raises(MethodError, match="`replicates` must be at least 1"):
        hot_segments(incidents_at([5], [0]), town_grid, chance="monte carlo", replicates=0)
