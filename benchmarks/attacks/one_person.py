"""Is one person with thirty records ever shown as a place?

Five invented people get thirty records each around a corner of a street where nobody else has
any, as one child with many reports has around home. The study may list them: the door may not.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import csgeo
from benchmarks.attacks.county import KEYS
from benchmarks.attacks.rows import Row, print_rows
from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.release import make_release
from csgeo.recipe import load_recipe
from csgeo.samples import write_county
from csgeo.study import run_study

if TYPE_CHECKING:
    from csgeo.disclosure.release import Release

PEOPLE, RECORDS, ALONE_M, SPREAD_M = 5, 30, 400.0, 25.0
#: As point density tools are set up for hot spots: ten records within a hundred metres.
_USUAL_M, _USUAL_LEAST = 100.0, 10


def lonely_corners(records: pd.DataFrame, streets: gpd.GeoDataFrame) -> np.ndarray:
    """Give corners of streets, far apart, that have no record near them."""
    from scipy.spatial import cKDTree

    corners = shapely.get_coordinates(streets.geometry.to_crs(27700).to_numpy())
    at = records[["easting", "northing"]].dropna().to_numpy(dtype=float)
    alone = corners[cKDTree(at).query(corners)[0] > ALONE_M]
    chosen = [alone[np.random.default_rng(1).integers(len(alone))]]
    while len(chosen) < PEOPLE:
        chosen.append(alone[np.argmax(cKDTree(np.array(chosen)).query(alone)[0])])
    return np.array(chosen)


def with_lone_people(home: Path) -> np.ndarray:
    """Write the county with five such people in it; give where they are."""
    write_county(home, seed=1)
    shutil.copy(Path(csgeo.__file__).parent / "samples" / "county.toml", home / "csgeo.toml")
    recipe = home / "csgeo.toml"
    text = recipe.read_text(encoding="utf-8")  # the study's own rule is off: the door is asked
    text = text.replace("[hotspots]\n", "[hotspots]\nleast_people = 1\n", 1)
    text = text.replace("reruns = 100", "reruns = 0").replace(
        "most_places = 10", "most_places = 20"
    )
    recipe.write_text(text, encoding="utf-8")
    records = pd.read_csv(home / "incidents.csv", dtype=str)
    numbers = records.assign(**{n: pd.to_numeric(records[n]) for n in ("easting", "northing")})
    spots = lonely_corners(numbers, gpd.read_file(home / "streets.gpkg", layer="streets"))
    chance, added = np.random.default_rng(2), []
    for i, spot in enumerate(spots):
        theirs = records.sample(RECORDS, random_state=i).copy()
        moved = spot + chance.uniform(-SPREAD_M, SPREAD_M, (RECORDS, 2))
        theirs["record_id"] = [f"L{i}{n:03}" for n in range(RECORDS)]
        theirs["person_key"] = f"{i:064x}"
        theirs["origin"] = "Told by a young person"
        theirs["easting"], theirs["northing"] = moved.round().astype(int).astype(str).T
        added.append(theirs)
    pd.concat([records, *added]).to_csv(home / "incidents.csv", index=False)
    return spots


def usual(home: Path, spots: np.ndarray) -> int:
    """Count the spots that a cluster tool, which counts records, makes a hot spot of."""
    from sklearn.cluster import DBSCAN

    records = pd.read_csv(home / "incidents.csv")
    at = records[["easting", "northing"]].dropna().to_numpy(dtype=float)
    label = DBSCAN(eps=_USUAL_M, min_samples=_USUAL_LEAST).fit_predict(at)
    return sum(bool((label[np.hypot(*(at - spot).T) < SPREAD_M] >= 0).any()) for spot in spots)


def shown(release: Release, spots: np.ndarray) -> int:
    """Count the spots that stand in a place, or in a piece of ground that is theirs alone."""
    points = shapely.points(spots)
    found = np.zeros(len(spots), dtype=bool)
    for place in release.hotspots.geometry:
        found |= shapely.intersects(place, points)
    return int(found.sum())


def told_alone(release: Release, records: pd.DataFrame, spots: np.ndarray) -> int:
    """Count the spots in a shown piece of which one person has more than half of the records."""
    at = shapely.points(records[["easting", "northing"]].to_numpy(dtype=float))
    pieces = release.cells[~release.cells["hidden"].astype(bool)]
    mostly_one = 0
    for piece in pieces.geometry[shapely.intersects(shapely.multipoints(spots), pieces.geometry)]:
        people = records["person_key"][shapely.intersects(piece, at)]
        mostly_one += people.value_counts(normalize=True).iloc[0] > 0.5 or people.nunique() < 5
    return mostly_one


def rows() -> list[Row]:
    """Give the row of the table, over ten keys."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        spots = with_lone_people(home)
        study = run_study(load_recipe(home / "csgeo.toml"))
        records = pd.read_csv(home / "incidents.csv").dropna(subset=["easting", "person_key"])
        found = usual(home, spots)
    listed = sum(
        bool(shapely.intersects(p, shapely.points(spots)).any()) for p in study.hotspots.geometry
    )
    releases = [make_release(study, key=key_from_text(key)) for key in KEYS]
    seen = max(shown(r, spots) for r in releases)
    alone = max(told_alone(r, records, spots) for r in releases)
    return [
        Row(
            f"one person's {RECORDS} records, {PEOPLE} times: shown as a place or as ground of theirs",
            f"{found} of {PEOPLE} (clusters of records)",
            "never",
            f"{seen + alone} of {PEOPLE} ({listed} were on the study's own list; {len(KEYS)} keys)",
            met=seen + alone == 0 and found == PEOPLE and listed > 0,
        )
    ]


if __name__ == "__main__":
    print_rows(rows())
