"""Which windows hold the records that lie closer together than around them?"""

from __future__ import annotations

from csgeo.hotspots.clusters.hdbscan import LEAST_RECORDS, cluster_points
from csgeo.hotspots.methods.asked import Asked, Scored, by_members


def hdbscan(asked: Asked) -> Scored:
    """Score windows by the records in clusters that they hold beyond the expectation."""
    rows = asked.inside
    cluster = cluster_points(asked.counted.x[rows], asked.counted.y[rows])
    words = (
        f"HDBSCAN found {int(cluster.max()) + 1} clusters of at least {LEAST_RECORDS} records; "
        "places are the cells that hold most of them beyond the expectation."
    )
    return Scored(by_members(rows[cluster >= 0], asked), words, least_records=LEAST_RECORDS)
