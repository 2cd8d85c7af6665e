"""Which small places hold more records than a stated expectation gives them?"""

import numpy as np
import pandas as pd
import pytest

from csgeo.hotspots import chance
from csgeo.hotspots.compact_places import chance_p_value, chance_strengths, scan_strength
from csgeo.hotspots.cutting import compact_windows, window_sites, window_sums


def sites_of(expected, cell_m=250):
    return window_sites(expected > 0, compact_windows(cell_m=cell_m, most_km2=0.25))


def test_the_strength_of_a_hand_worked_window():
    # 12 records, 4 cells with 3 expected each: a cell with 8 has 8 ln(8/3) + 4 ln(4/9)
    counts, expected = np.array([[8, 2], [1, 1]]), np.full((2, 2), 3.0)
    sites = sites_of(expected)
    strength = scan_strength(counts, expected, sites)
    assert strength.max() == pytest.approx(8 * np.log(8 / 3) + 4 * np.log(4 / 9))
    assert (strength >= 0).all()


def test_the_whole_area_is_never_a_place():
    counts = np.array([[9]])
    expected = np.array([[9.0]])
    sites = sites_of(expected)
    assert scan_strength(counts, expected, sites).max() == 0
    assert chance_strengths(expected, 9, sites, replicates=19).max() == 0


def test_all_records_in_one_of_two_cells():
    counts, expected = np.array([[10, 0]]), np.array([[5.0, 5.0]])
    strength = scan_strength(counts, expected, sites_of(expected))
    assert strength.max() == pytest.approx(10 * np.log(2))


def test_chance_is_a_multinomial_draw_under_the_expectation():
    # one window is one cell here, so the strongest of a replicate follows from the counts alone
    expected = np.array([[6.0, 3.0, 1.0]])
    sites = window_sites(expected > 0, compact_windows(cell_m=500, most_km2=0.25))
    found = chance_strengths(expected, 10, sites, replicates=4999, seed=1)
    draws = np.random.default_rng(0).multinomial(10, expected.ravel() / 10, size=20_000)
    table = np.array(
        [[chance.window_strength(c, e, 10) for c in range(11)] for e in expected.ravel()]
    )
    wanted = table[np.arange(3), draws].max(axis=1)
    for share in (0.5, 0.9, 0.99):
        level = np.quantile(wanted, share) + 1e-9
        assert (found <= level).mean() == pytest.approx((wanted <= level).mean(), abs=0.02)


def test_each_replicate_finds_its_strongest_window():
    # the passing over of weak windows must not change any maximum
    rng = np.random.default_rng(5)
    expected = np.where(rng.random((25, 40)) < 0.4, rng.exponential(2, (25, 40)), 0.0)
    sites = sites_of(expected, cell_m=125)
    total = int(expected.sum())
    some = chance_strengths(expected, total, sites, replicates=60, seed=4)
    slow = np.concatenate(
        [chance_strengths(expected, total, sites, replicates=k, seed=4)[-1:] for k in (1, 5, 10)]
    )
    assert some[[0, 4, 9]].tolist() == slow.tolist()
    assert (some > 0).all()
    # strengths by numpy on fresh draws of the same kind
    draws = rng.multinomial(total, (expected / expected.sum()).ravel(), size=200)
    scaled = expected * total / expected.sum()
    wanted = [scan_strength(d.reshape(expected.shape), scaled, sites).max() for d in draws]
    assert np.mean(some) == pytest.approx(np.mean(wanted), rel=0.08)


def test_narrow_and_wide_numbers_give_the_same(monkeypatch):
    expected = np.random.default_rng(6).exponential(1, (20, 20))
    expected *= 900 / expected.sum()
    sites = sites_of(expected, cell_m=125)
    narrow = chance_strengths(expected, 900, sites, replicates=60, seed=2)
    monkeypatch.setattr("csgeo.hotspots.compact_places._MOST_NARROW", 1)
    wide = chance_strengths(expected, 900, sites, replicates=60, seed=2)
    assert narrow.tolist() == wide.tolist()


def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads(monkeypatch):
    expected = np.random.default_rng(2).exponential(1, (30, 30))
    expected *= 500 / expected.sum()
    sites = sites_of(expected, cell_m=125)
    results = []
    for threads in (1, 2, 5):
        monkeypatch.setattr("os.cpu_count", lambda threads=threads: threads)
        results.append(chance_strengths(expected, 500, sites, replicates=99, seed=3).tobytes())
    assert len(set(results)) == 1
    assert chance_strengths(expected, 500, sites, replicates=99, seed=4).tobytes() != results[0]


def test_the_margin_of_the_raster_holds_no_window():
    # a record in the corner: windows centred beyond the raster are looked through by neither side
    expected = np.zeros((6, 6))
    expected[0, 0] = expected[5, 5] = 4.0
    sites = sites_of(expected, cell_m=125)
    row, column = np.divmod(sites.own(sites.anchors), 6)
    assert ((row >= 0) & (row < 6) & (column >= 0) & (column < 6)).all()
    assert window_sums(expected, sites).max() == 4.0


def test_the_least_count_is_the_first_that_is_strong_enough():
    expected = np.array([0.5, 3.0, 40.0, 0.0])
    least = chance.least_counts(expected, 100, 5.0)
    for e, c in zip(expected[:3], least[:3].tolist(), strict=True):
        assert chance.window_strength(c, e, 100) >= 5.0 > chance.window_strength(c - 1, e, 100)
    assert least[3] == 2**31 - 1


def test_p_values_count_the_data_as_one_replicate():
    strongest = np.array([1.0, 2.0, 3.0])
    assert chance_p_value(2.0, strongest) == (1 + 2) / 4
    assert chance_p_value(9.0, strongest) == 1 / 4


def test_progress_is_told_to_the_end():
    expected = np.ones((4, 4))
    told = []
    chance_strengths(
        expected, 16, sites_of(expected), replicates=99, progress=lambda *now: told.append(now)
    )
    assert told[-1] == (99, 99)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.open_data
def test_the_strongest_circle_of_new_york_leukaemia_is_that_of_satscan(open_data):
    # SaTScan 9.6: 28 tracts, 100 of 552 cases, 58.28 expected, log likelihood ratio 14.083511
    folder = open_data / "oracles"
    data = pd.read_csv(folder / "NYleukemia_data.csv")
    place = pd.read_csv(folder / "NYleukemia_geo.csv")
    cases, people = np.floor(data["cases"].to_numpy()), data["population"].to_numpy(float)
    total = int(cases.sum())
    assert (len(data), total, people.sum()) == (281, 552, 1_057_673)
    xy = place[["x", "y"]].to_numpy()
    best = (0.0, 0, 0, 0.0)
    for centre in xy:
        order = np.argsort(((xy - centre) ** 2).sum(axis=1), kind="stable")
        e = people[order].cumsum() * total / people.sum()
        c = cases[order].cumsum().astype(int)
        for k in np.flatnonzero(e <= total / 2):
            best = max(
                best, (chance.window_strength(c[k], e[k], total), int(k) + 1, int(c[k]), e[k])
            )
    assert best[0] == pytest.approx(14.083511, abs=1e-6)
    assert best[1:3] == (28, 100)
    assert best[3] == pytest.approx(58.28, abs=0.005)
