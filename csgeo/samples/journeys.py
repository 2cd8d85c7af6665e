"""Which journeys and which moves does the invented county know of?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.samples import names

if TYPE_CHECKING:
    import geopandas as gpd

_YEARS = (2023, 2024, 2025)
_REASONS = ("CARPL", "CHILD", "STAND", "LAREQ", "CREQB", "PLACE", "OTHER")


def make_flows(wards: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw county lines into the county and missing episodes within it.

    Returns
    -------
    flows
        ``FLOWS`` table with ``origin_name``, ``destination_name`` and ``year``.
    """
    inside = wards["name"]
    outside = pd.Series(names.ELSEWHERE, index=[f"X9900000{i}" for i in (1, 2, 3)])
    weight = wards["residents_10_17"].to_numpy(dtype=float)
    middle = np.column_stack([wards.geometry.centroid.x, wards.geometry.centroid.y])
    rows = []
    for year in _YEARS:
        for origin, pull in zip(outside.index, (0.6, 0.3, 0.1), strict=True):
            for to, count in zip(wards.index, rng.poisson(pull * 5 * weight / weight.mean()), strict=True):  # fmt: skip
                rows.append((origin, to, count, "county lines", year))
        for i, start in enumerate(wards.index):
            away = np.hypot(*(middle - middle[i]).T)
            pull = weight[i] * weight / weight.mean() ** 2 * np.exp(-away / 9_000) * (away > 0)
            rows += [(start, to, n, "missing", year) for to, n in zip(wards.index, rng.poisson(2.2 * pull), strict=True)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["origin", "destination", "count", "kind", "year"])
    table = table[table["count"] > 0].reset_index(drop=True)
    sure = np.where(table["kind"] == "missing", 0.85, 0.4)
    table["certainty"] = np.where(rng.random(len(table)) < sure, "confirmed", "suspected")
    called = pd.concat([inside, outside]).astype(object)
    table["origin_name"] = table["origin"].map(called)
    table["destination_name"] = table["destination"].map(called)
    table.index = pd.Index([f"F{i:05d}" for i in range(1, len(table) + 1)], name="flow_id")
    return table


def make_placements(
    small_areas: gpd.GeoDataFrame, rng: np.random.Generator, how_many: int = 260
) -> pd.DataFrame:
    """Draw placements of children in care, in the columns of the SSDA903 episodes.

    Homes and placements are small areas, not postcodes: an invented postcode
    could be somebody's.
    """
    index = small_areas.index.to_numpy(dtype=object)
    weight = small_areas["residents_10_17"] * (11 - small_areas["deprivation_decile"])
    at = np.column_stack([small_areas.geometry.centroid.x, small_areas.geometry.centroid.y])
    home = rng.choice(len(index), how_many, p=weight / weight.sum())
    to = rng.choice(len(index), how_many)
    start = np.datetime64("2023-01-01") + rng.integers(0, 1_000, how_many).astype("timedelta64[D]")
    stay = rng.gamma(1.6, 140, how_many).astype(int) + 3
    end = start + stay.astype("timedelta64[D]")
    open_still = end > np.datetime64("2025-12-31")
    miles = np.hypot(*(at[home] - at[to]).T) / 1_000 / 1.6093
    child = rng.integers(0, int(how_many * 0.62), how_many)
    table = pd.DataFrame(
        {
            "CHILD": [f"C{c:04d}" for c in child],
            "DECOM": pd.Series(start).dt.strftime("%d/%m/%Y"),
            "RNE": rng.choice(["S", "P", "T", "B"], how_many, p=[0.4, 0.35, 0.2, 0.05]),
            "CIN": rng.choice(["N1", "N2", "N5", "N6"], how_many, p=[0.6, 0.05, 0.25, 0.1]),
            "PLACE": rng.choice(["U1", "U4", "K2", "H5", "P2"], how_many, p=[0.2, 0.35, 0.2, 0.2, 0.05]),
            "PLACE_PROVIDER": rng.choice(["PR1", "PR4", "PR5"], how_many, p=[0.4, 0.5, 0.1]),
            "DEC": pd.Series(end).dt.strftime("%d/%m/%Y").where(~open_still, ""),
            "REC": np.where(open_still, "", rng.choice(["X1", "E4A", "E8"], how_many, p=[0.7, 0.2, 0.1])),
            "REASON_PLACE_CHANGE": np.where(open_still, "", rng.choice(_REASONS, how_many)),
            "HOME_AREA": index[home],
            "PL_AREA": index[to],
            "PL_DISTANCE": miles.round(1),
            "MOVED_FOR_HARM_OUTSIDE_HOME": rng.choice(["Y", "N", ""], how_many, p=[0.22, 0.6, 0.18]),
        }
    )  # fmt: skip
    order = np.lexsort((start, table["CHILD"]))
    return table.iloc[order].reset_index(drop=True)
