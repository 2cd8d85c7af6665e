"""Which clusters do records make, by any method, and what is each like?"""

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import MethodError, RecipeError, TableError
from csgeo.hotspots.clusters.centrography import mean_centre, standard_distance
from csgeo.hotspots.clusters.clustered import METHODS, cluster_incidents
from csgeo.hotspots.clusters.ellipses import standard_deviational_ellipse

#: Each method with choices under which both villages of `villages` are found.
ASKED = {
    "dbscan": {"reach_m": 60, "least_records": 5},
    "hdbscan": {},
    "nearest_neighbour_hierarchy": {"near_m": 120},
    "optics": {"least_records": 8},
    "st_dbscan": {"reach_m": 90, "reach_days": 400, "least_records": 5},
    "stac": {},
}


def villages(incidents_at, seed=0):
    """A village of 40 records of 20 people, one of 25 records of one child, and lone farms."""
    rng = np.random.default_rng(seed)
    points = np.vstack(
        [
            np.array([400_000, 100_000]) + rng.normal(0, 40, (40, 2)),
            np.array([405_000, 102_000]) + rng.normal(0, 40, (25, 2)),
            np.array([400_000, 90_000]) + rng.uniform(0, 9000, (15, 2)),
        ]
    ).round()
    people = [*(f"P{k % 20}" for k in range(40)), *["Q"] * 25, *(f"L{k}" for k in range(15))]
    source = [*(["police", "school"] * 20), *["police"] * 40]
    table = incidents_at(*points.T, people=people, source=source)
    table["when_precision"] = "day"
    table["occurred_from"] = pd.Timestamp("2024-03-01") + pd.to_timedelta(
        rng.integers(0, 300, 80), unit="D"
    )
    return table


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_in_one_table(incidents_at, method):
    incidents = villages(incidents_at)
    before = incidents.copy()
    found = cluster_incidents(incidents, method=method, **ASKED[method])
    pd.testing.assert_frame_equal(incidents, before)
    assert found.labels.index.equals(incidents.index)
    assert found.labels.name == "cluster"
    assert list(found.clusters) == [
        "records", "points", "people", "sources", "x", "y", "standard_distance_m",
        "ellipse_major_m", "ellipse_minor_m", "ellipse_angle_deg",
    ]  # fmt: skip
    assert found.clusters.index.tolist() == list(range(len(found.clusters)))
    assert found.clusters["records"].is_monotonic_decreasing
    assert len(found.clusters) >= 2
    assert found.choices.endswith(".")
    for k, row in found.clusters.iterrows():
        inside = incidents[(found.labels == k).to_numpy()]
        x, y = inside.geometry.x, inside.geometry.y
        assert row["records"] == len(inside)
        assert row["points"] == len(set(zip(x, y, strict=True)))
        assert row["people"] == inside["person_key"].nunique()
        assert row["sources"] == inside["source"].nunique()
        assert (row["x"], row["y"]) == pytest.approx(mean_centre(x, y))
        assert row["standard_distance_m"] == pytest.approx(standard_distance(x, y))
        ellipse = standard_deviational_ellipse(x, y)
        assert row["ellipse_major_m"] == pytest.approx(ellipse.major_m)
        assert row["ellipse_angle_deg"] == pytest.approx(ellipse.angle_deg)


@pytest.mark.parametrize("method", METHODS)
def test_one_childs_village_is_taken_away(incidents_at, method):
    incidents = villages(incidents_at)
    for asked in ({"least_people": 5}, {"least_sources": 2}):
        found = cluster_incidents(incidents, method=method, **asked, **ASKED[method])
        assert (found.labels.iloc[40:65] == -1).all()
        assert found.clusters["people"].min() >= asked.get("least_people", 1)
        assert found.clusters["sources"].min() >= asked.get("least_sources", 1)
        assert "taken away" in found.choices


@pytest.mark.parametrize("method", METHODS)
def test_order_and_whole_steps_change_no_cluster(incidents_at, method):
    incidents = villages(incidents_at, seed=1)
    plain = cluster_incidents(incidents, method=method, **ASKED[method])
    order = np.random.default_rng(0).permutation(len(incidents))
    turned = cluster_incidents(incidents.iloc[order], method=method, **ASKED[method])
    moved = incidents.set_geometry(incidents.geometry.translate(30_000, -60_000))
    again = cluster_incidents(moved, method=method, **ASKED[method])
    if method not in {"dbscan", "st_dbscan"}:  # whose border points go by the order of rows
        pd.testing.assert_series_equal(turned.labels.reindex(plain.labels.index), plain.labels)
        pd.testing.assert_frame_equal(turned.clusters, plain.clusters, rtol=1e-9)
    assert len(turned.clusters) == len(plain.clusters)
    pd.testing.assert_series_equal(again.labels, plain.labels)


def test_records_without_a_point_are_counted_and_in_no_cluster(incidents_at):
    incidents = villages(incidents_at)
    shapes = incidents.geometry.copy()
    shapes.iloc[:3] = None
    found = cluster_incidents(incidents.set_geometry(shapes), **ASKED["dbscan"])
    assert (found.labels.iloc[:3] == -1).all()
    assert "3 records without a point left out." in found.choices


def test_clusters_on_few_points_are_taken_away(incidents_at):
    stack = incidents_at([0] * 30 + [5000] * 10 + [5010] * 10, [0] * 50)
    every = cluster_incidents(stack, reach_m=50, least_records=10)
    assert every.clusters["points"].tolist() == [1, 2]
    assert every.clusters["standard_distance_m"].tolist() == [0, 5]
    found = cluster_incidents(stack, reach_m=50, least_records=10, least_points=2)
    assert found.clusters["points"].tolist() == [2]
    assert "1 clusters with fewer than 2 different points taken away." in found.choices


def test_nothing_dense_is_an_empty_table(incidents_at):
    lone = incidents_at(np.arange(30) * 2000, [0] * 30)
    found = cluster_incidents(lone)
    assert found.clusters.empty
    assert "ellipse_angle_deg" in found.clusters
    assert (found.labels == -1).all()
    assert "0 clusters" in found.choices


def test_two_records_have_no_ellipse(incidents_at):
    found = cluster_incidents(incidents_at([0, 5], [0, 0]), reach_m=9, least_records=2)
    assert found.clusters["ellipse_major_m"].isna().all()
    assert found.clusters["standard_distance_m"].tolist() == [2.5]


def test_months_only_cannot_be_near_in_time(incidents_at):
    months = incidents_at([0] * 20, [0] * 20)
    with pytest.raises(
        MethodError, match=r"times that are known to the day; none of 20 .*known to the: month"
    ):
        cluster_incidents(months, method="st_dbscan")
    incidents = villages(incidents_at)
    incidents.loc[incidents.index[:7], "when_precision"] = "month"
    found = cluster_incidents(incidents, method="st_dbscan", **ASKED["st_dbscan"])
    assert "7 records whose day is not known left out." in found.choices
    assert (found.labels.iloc[:7] == -1).all()


def test_a_date_is_that_of_british_clocks(incidents_at):
    # 23:30 UTC on 30 June is 1 July in Britain
    table = incidents_at([0] * 4, [0] * 4)
    table["when_precision"] = "minute"
    hours = ["2024-06-30 23:30", "2024-07-01 12:00", "2024-06-30 22:30", "2024-06-30 09:00"]
    table["occurred_from"] = pd.to_datetime(hours, utc=True)
    found = cluster_incidents(table, method="st_dbscan", reach_days=0.5, least_records=2)
    assert found.labels.tolist() == [1, 1, 0, 0] or found.labels.tolist() == [0, 0, 1, 1]


def test_what_is_not_known_is_refused(incidents_at):
    incidents = villages(incidents_at)
    with pytest.raises(RecipeError, match="`method` must be one of dbscan, hdbscan, .*'kmeans'"):
        cluster_incidents(incidents, method="kmeans")
    with pytest.raises(
        RecipeError, match="dbscan has the options reach_m, least_records; it was given eps"
    ):
        cluster_incidents(incidents, eps=3)
    with pytest.raises(RecipeError, match="`least_points` must be a whole number of at least 1"):
        cluster_incidents(incidents, least_points=0)
    few = incidents_at([0, 1, *[np.nan] * 12], [0] * 14)
    with pytest.raises(MethodError, match="OPTICS needs at least 10 records.* 12 records without"):
        cluster_incidents(few, method="optics")
    with pytest.raises(TableError, match="`incidents` must be in EPSG:27700"):
        cluster_incidents(incidents.to_crs(4326))
