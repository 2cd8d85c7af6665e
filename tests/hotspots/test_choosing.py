"""Are ways of finding places compared on what came after, and on nothing else?"""

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import MethodError, RecipeError, TableError
from csgeo.hotspots.choosing import compare_methods
from csgeo.hotspots.looked_back import in_words, side_by_side

QUICK = {"cell_sizes": (125,), "replicates": 99, "seed": 1}


@pytest.fixture(scope="module")
def area(area_of):
    return area_of(5000, 5000)


@pytest.fixture(scope="module")
def years(town):
    """The town's records, 30 in each of 24 months, the places alike in all of them."""
    order = np.random.default_rng(3).permutation(len(town))
    month = np.empty(len(town), dtype=int)
    month[order] = np.arange(len(town)) % 24
    start = pd.to_datetime([f"{2020 + m // 12}-{m % 12 + 1:02d}-01" for m in month])
    return town.assign(occurred_from=start, occurred_to=start + pd.offsets.MonthEnd(0))


@pytest.fixture(scope="module")
def compared(years, area):
    return compare_methods(years, area, methods=("compact_places", "getis_ord"), **QUICK)


def test_a_lasting_place_holds_what_comes_after(compared):
    # 120 of 720 records lie within 150 m of one point; chance would put 0.3 % there
    best = compared.table.iloc[0]
    assert best["share_of_records"] > 0.1
    assert best["pai"] > 10
    assert best["splits"] == 2
    assert compared.splits["split"].unique().tolist() == [
        "2021-01 to 2021-06",
        "2021-07 to 2021-12",
    ]
    assert set(compared.table["method"]) == {"compact_places", "getis_ord", "busiest_cells"}


def test_all_are_measured_on_the_same_ground(compared):
    for _, one in compared.splits.groupby("split"):
        listed = one["area_as_listed"].dropna()
        assert one["share_of_area"].to_numpy() == pytest.approx(listed.min())


def test_shares_of_all_splits_together_are_those_of_all_records(compared):
    for way, row in compared.table.iterrows():
        own = compared.splits[compared.splits["way"] == way]
        held = (own["share_of_records"] * own["later_records"]).sum()
        assert row["share_of_records"] == pytest.approx(held / own["later_records"].sum())
        assert row["least_share"] <= row["share_of_records"] <= row["most_share"]
        assert row["pai"] == pytest.approx(row["share_of_records"] / row["share_of_area"])
        assert 0 <= row["pei"] <= 1 + 1e-9


def test_words_say_what_was_held_and_never_what_will_be(compared):
    told = " ".join(compared.words)
    assert "of the records of the following 6 months in" in told
    assert "than chance would give" in told
    assert "not a list to act on" in told
    assert not any(w in told.casefold() for w in ("predict", "forecast", "will "))


def test_the_list_does_not_know_what_came_after(years, area, compared):
    later = years["occurred_from"] >= "2021-07-01"
    moved = years.copy()
    shapes = years.geometry.to_numpy().copy()
    shapes[later.to_numpy()] = shapes[later.to_numpy()][::-1][
        0
    ]  # all that came last is on one spot
    moved = moved.set_geometry(moved.geometry.__class__(shapes, index=years.index, crs=years.crs))
    other = compare_methods(moved, area, methods=("compact_places", "getis_ord"), **QUICK)
    last = "2021-07 to 2021-12"
    ours, theirs = (c.splits[c.splits["split"] == last].set_index("way") for c in (compared, other))
    assert ours["area_as_listed"].equals(theirs["area_as_listed"])
    assert ours["places"].equals(theirs["places"])
    assert not ours["share_of_records"].equals(theirs["share_of_records"])


def test_the_order_of_rows_does_not_matter(years, area, compared):
    turned = compare_methods(
        years.iloc[::-1], area, methods=("getis_ord", "compact_places"), **QUICK
    )
    pd.testing.assert_frame_equal(turned.table, compared.table)
    assert turned.words == compared.words


def test_records_far_away_change_nothing(years, area, compared):
    far = years.iloc[:40].assign(
        occurred_from=pd.Timestamp("2022-03-01"),
        occurred_to=pd.Timestamp("2022-03-31"),
        geometry=years.geometry.iloc[:40].translate(50_000, 0),
    )
    far.index = pd.Index([f"F{k}" for k in range(40)], name="incident_id")
    nowhere = years.iloc[:5].assign(geometry=None)
    nowhere.index = pd.Index([f"N{k}" for k in range(5)], name="incident_id")
    more = pd.concat([years, far, nowhere])
    other = compare_methods(more, area, methods=("compact_places", "getis_ord"), **QUICK)
    pd.testing.assert_frame_equal(other.table, compared.table)
    assert other.words == compared.words
    with pytest.raises(MethodError, match="found 0"):
        compare_methods(far, area, **QUICK)


def test_enforcement_is_left_out_before_and_after(years, area):
    made = years.assign(origin=["enforcement", "reported"] * 360)
    left = compare_methods(made, area, methods=("compact_places",), **QUICK)
    assert left.splits["later_records"].max() < 100
    assert left.words[0].startswith("360 of 720 records were made by enforcement")
    kept = compare_methods(made, area, methods=("compact_places",), enforcement="kept", **QUICK)
    assert kept.splits["later_records"].min() == 180
    alone = compare_methods(
        made[made["origin"] == "reported"], area, methods=("compact_places",), **QUICK
    )
    pd.testing.assert_frame_equal(left.table, alone.table)


def test_a_share_of_ground_can_be_asked_for(years, area):
    found = compare_methods(
        years, area, methods=("compact_places",), share_of_area=0.002, **QUICK
    ).splits
    assert found["share_of_area"].to_numpy() == pytest.approx(0.002)


def test_a_way_that_cannot_be_run_is_named_and_the_others_compared(years, area):
    few = years.set_geometry(years.geometry.map(lambda p: p.__class__(2000 + p.x % 4 // 2, 2000)))
    with pytest.raises(MethodError, match="None of the methods could be run.*different points"):
        compare_methods(few, area, methods=("hdbscan",), **QUICK)
    found = compare_methods(few, area, methods=("hdbscan", "getis_ord"), **QUICK)
    assert np.isnan(found.table.loc["hdbscan 125 m surroundings", "share_of_records"])
    assert any("hdbscan 125 m surroundings could not be compared" in w for w in found.words)


def test_progress_is_told_to_the_end(years, area):
    told = []
    compare_methods(
        years, area, methods=("getis_ord",), progress=lambda *said: told.append(said), **QUICK
    )
    assert [t[1] for t in told] == [0, 1, 2, 2, 3, 4]
    assert {t[2] for t in told} == {4}


def test_a_short_history_is_refused(years, area):
    first = years[years["occurred_from"] < "2021-01-01"]
    with pytest.raises(MethodError, match="at least 18 months .* found 12"):
        compare_methods(first, area, **QUICK)
    with pytest.raises(MethodError, match="found 0"):
        compare_methods(years.assign(when_precision="unknown"), area, **QUICK)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"methods": ("kde",)}, "`methods` must be some of compact_places"),
        ({"methods": "getis_ord"}, "`methods` must be some of"),
        ({"methods": ()}, "`methods` must be some of"),
        ({"methods": ("getis_ord", "getis_ord")}, "each once"),
        ({"cell_sizes": (100,)}, "`cell_sizes` must be some of 125, 250"),
        ({"expectations": ("luck",)}, "`expectations` must be some of surroundings"),
        ({"share_of_area": 0.0}, "`share_of_area` must be above 0"),
        ({"enforcement": "maybe"}, '`enforcement` must be "left_out" or "kept"'),
        ({"reruns": 5}, "`reruns` cannot be passed on"),
        ({"cell_m": 125}, "`cell_m` cannot be passed on"),
    ],
)
def test_choices_that_cannot_be_meant_are_refused(years, area, wrong, words):
    with pytest.raises(RecipeError, match=words):
        compare_methods(years, area, **wrong)


def test_a_table_in_another_system_is_refused(years, area):
    with pytest.raises(TableError, match="same system"):
        compare_methods(years.to_crs(32630), area)


def split_of(way, share, *, split="s", records=100.0):
    numbers = dict.fromkeys(
        ("pai", "pei", "share_of_streets", "pai_streets", "recapture_rate_index",
         "recovery_rate_index", "share_as_listed", "area_as_listed"), 1.0,
    )  # fmt: skip
    return {
        "way": way, "method": way.split()[0], "cell_m": 125, "expectation": "", "split": split,
        "later_records": records, "places": 2.0, "share_of_records": share, "share_of_area": 0.01,
    } | numbers  # fmt: skip


def test_the_difference_from_the_first_is_asked_of_chance_block_by_block():
    # over both splits a holds 1 point more than b in each of six blocks: 2 of 64 patterns of signs
    rows = [split_of(w, s, split=k) for k in ("s", "t") for w, s in (("a", 0.12), ("b", 0.06))]
    held = [{"a": np.full(6, 0.02), "b": np.full(6, 0.01)}] * 2
    table = side_by_side(pd.DataFrame(rows), held, {}, seed=0)
    assert table.index.tolist() == ["a", "b"]
    assert table.loc["b", "difference"] == pytest.approx(-0.06)
    assert table.loc["b", "p_value"] == pytest.approx(2 / 64)
    assert np.isnan(table.loc["a", "p_value"])
    told = in_words(table, {}, later_months=6)
    assert told[1] == "b: 6.0 percentage points less, more than chance would give (p = 0.031)."
    even = [{"a": np.full(6, 0.02), "b": np.array([0.03, 0.01, 0.03, 0.01, 0.02, 0.02])}] * 2
    flat = side_by_side(pd.DataFrame(rows), even, {}, seed=0)
    assert flat.loc["b", "p_value"] == 1.0


def test_a_split_with_more_records_counts_for_more():
    rows = [split_of("a", 0.1, split="s", records=300.0), split_of("a", 0.5, split="t")]
    held = [{"a": np.array([0.1])}, {"a": np.array([0.5])}]
    table = side_by_side(pd.DataFrame(rows), held, {}, seed=0)
    assert table.loc["a", "share_of_records"] == pytest.approx((30 + 50) / 400)
    assert table.loc["a", ["least_share", "most_share"]].tolist() == [0.1, 0.5]


@pytest.mark.open_data
def test_on_the_records_of_bath_compact_places_hold_most_of_what_comes_after(open_data):
    import csgeo
    from csgeo.sources.police import read_police

    area = csgeo.read_areas(
        open_data / "boundaries" / "ltla21_uk.parquet",
        where={"ltla21_code": "E06000022"}, level="district",
    ).table  # fmt: skip
    records = read_police(
        open_data / "police" / "avon-and-somerset_2018-01_2021-09.parquet",
        harms=["POLICE.VIOLENCE", "POLICE.DRUGS", "SYV.WEAPON", "SYV.ROBBERY"],
        period=("2019-10", "2021-09"), where={"LSOA name": "Bath and North East Somerset *"},
    ).table  # fmt: skip
    found = compare_methods(
        records, area, methods=("compact_places", "getis_ord"), replicates=99, seed=1
    )
    listed = found.table[found.table["method"] != "busiest_cells"]
    assert listed.index[0] == "compact_places 125 m surroundings"
    assert listed["share_of_records"].iloc[0] > 0.15
    assert (listed["share_of_area"] < 0.01).all()
