"""How many of the places that were planted did a method find?

A planted place counts as found when a find holds its middle, or shares enough
of its ground (Jaccard). A find is false when it meets no planted place and no
artefact; finds on artefacts are counted apart, because setting those aside is
another step's work.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.samples.planted import ARTEFACTS, FIRST_YEAR, INTERVENTION, MONTHS, month_text
from csgeo.tables import HOTSPOTS, NATIONAL_GRID

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

#: Share of the ground of find and planted place together that they must have in common.
LEAST_SHARED = 0.2


@dataclass(frozen=True)
class Truth:
    """What a county was made to hold."""

    seed: int
    places: gpd.GeoDataFrame  # planted places, index truth_id
    artefacts: gpd.GeoDataFrame  # marks of record-keeping, index truth_id
    displaced: gpd.GeoDataFrame  # where harm moved to after the intervention

    def to_dict(self) -> dict[str, Any]:
        """Give all of it but the shapes, ready for JSON."""
        start, end = month_text(0), month_text(MONTHS - 1)
        return {
            "seed": self.seed,
            "months": [start, end],
            "found_when": f"a find holds its middle or shares a Jaccard of at least {LEAST_SHARED}",
            "planted": _rows(self.places),
            "artefacts": _rows(self.artefacts),
            "intervention": {
                "place": self.places.index[self.places["spot"] == INTERVENTION.spot][0],
                "from_month": month_text(INTERVENTION.month),
                "fall": INTERVENTION.fall,
                "share_of_the_fall_that_moved": INTERVENTION.moved,
                "moved_to": _rows(self.displaced)[0],
            },
        }


class Score(NamedTuple):
    """Which planted places were found, which were missed, and which finds are false."""

    found: tuple[str, ...]  # ids of planted places
    missed: tuple[str, ...]
    false: tuple[str, ...]  # ids of finds
    artefacts: tuple[str, ...]  # ids of finds on artefacts


def make_truth(
    seed: int,
    planted: gpd.GeoDataFrame,
    facts: pd.DataFrame,
    spots: dict[str, Floats],
    areas: gpd.GeoDataFrame,
) -> Truth:
    """Put together what was planted and what came of it."""
    whole = planted.join(facts)
    strata = gpd.sjoin(
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(whole["x"], whole["y"]), index=whole.index, crs=NATIONAL_GRID),
        areas[["stratum", "geometry"]],
        predicate="intersects",
    )  # fmt: skip
    whole["stratum"] = strata["stratum"].groupby(level=0).first()
    at = [np.round(spots[s]) for s, _, _ in ARTEFACTS]
    artefacts = gpd.GeoDataFrame(
        {
            "reason": [reason for _, reason, _ in ARTEFACTS],
            "spot": [spot for spot, _, _ in ARTEFACTS],
            "x": [float(p[0]) for p in at],
            "y": [float(p[1]) for p in at],
            "records": [many for _, _, many in ARTEFACTS],
        },
        index=pd.Index([f"A{i:02d}" for i in range(1, len(at) + 1)], name="truth_id"),
        geometry=shapely.points(np.array(at)),
        crs=NATIONAL_GRID,
    )
    moved = whole["trend"] == "displaced"
    return Truth(seed, whole[~moved], artefacts, whole[moved])


def score(found: gpd.GeoDataFrame, truth: Truth, *, least_shared: float = LEAST_SHARED) -> Score:
    """Compare what a method found with what was planted.

    Parameters
    ----------
    found
        ``HOTSPOTS`` table, n rows; may be empty.
    truth
        Of the county that was searched.
    least_shared
        Jaccard index (0 to 1) from which a planted place counts as found even
        if its middle lies outside the find.

    Returns
    -------
    score
        Ids of planted places found and missed; ids of false finds and of finds
        on artefacts. A find on the place that harm was moved to is neither.

    Raises
    ------
    TableError
        If `found` breaks the ``HOTSPOTS`` contract.
    """
    HOTSPOTS.check(found, "found")
    finds = found.geometry.to_numpy()
    places = truth.places.geometry.to_numpy()
    common = shapely.area(shapely.intersection(places[:, None], finds[None, :]))
    both = shapely.area(places)[:, None] + shapely.area(finds)[None, :] - common
    middle = shapely.points(truth.places[["x", "y"]].to_numpy(dtype=float))
    hit = shapely.intersects(middle[:, None], finds[None, :]) | (common / both >= least_shared)
    near = shapely.buffer(truth.artefacts.geometry.to_numpy(), 1.0)
    artefact = shapely.intersects(near[:, None], finds[None, :]).any(axis=0)
    touches = (common > 0).any(axis=0) | hit.any(axis=0)
    moved = truth.displaced.geometry.to_numpy()
    beside = shapely.intersects(moved[:, None], finds[None, :]).any(axis=0)
    ids, truths = found.index.astype(str), truth.places.index.astype(str)
    return Score(
        tuple(truths[hit.any(axis=1)]),
        tuple(truths[~hit.any(axis=1)]),
        tuple(ids[~touches & ~artefact & ~beside]),
        tuple(ids[artefact & ~touches]),
    )


def read_truth(folder: str | Path) -> Truth:
    """Open the truth that was written with a county.

    Parameters
    ----------
    folder
        Where ``write_county`` put ``truth.gpkg`` and ``truth.json``.
    """
    path = Path(folder) / "truth.gpkg"
    seed = json.loads((Path(folder) / "truth.json").read_text(encoding="utf-8"))["seed"]
    layers = {
        name: gpd.read_file(path, layer=name).set_index("truth_id")
        for name in ("planted", "artefacts", "displaced")
    }
    return Truth(seed, layers["planted"], layers["artefacts"], layers["displaced"])


def _rows(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """List rows without shapes, in plain Python numbers and words."""
    plain = table.drop(columns="geometry").reset_index()
    return list(json.loads(plain.to_json(orient="records")))


#: The first and last day that the truth is about.
PERIOD = (f"{FIRST_YEAR}-01-01", f"{FIRST_YEAR + MONTHS // 12 - 1}-12-31")
