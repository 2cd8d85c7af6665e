"""Where can one get on a bus, a train or a taxi?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from csgeo.errors import UnknownColumns
from csgeo.sources.account import account
from csgeo.sources.columns import lacks_columns
from csgeo.sources.files import read_rows
from csgeo.sources.location import locate
from csgeo.sources.sieve import Doubt
from csgeo.sources.values import to_text
from csgeo.tables import NATIONAL_GRID, PLACES

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from csgeo.sources.files import Rows
    from csgeo.sources.report import Reading

    Flags = npt.NDArray[np.bool_]

COLUMNS = {
    "place_id": "ATCOCode",
    "name": "CommonName",
    "indicator": "Indicator",
    "street": "Street",
    "locality": "LocalityName",
    "stop_type": "StopType",
    "status": "Status",
    "easting": "Easting",
    "northing": "Northing",
    "longitude": "Longitude",
    "latitude": "Latitude",
}
_NEEDED = ("place_id", "name", "stop_type")
_PLACE = ("easting", "northing", "longitude", "latitude")
#: StopType of the NaPTAN schema -> a code of the location vocabulary.
KINDS = {
    "BCT": "BUS_STOP",
    "BCS": "BUS_STATION",
    "BCQ": "BUS_STATION",
    "BST": "BUS_STATION",
    "BCE": "BUS_STATION",
    "RLY": "RAIL_STATION",
    "RSE": "RAIL_STATION",
    "RPL": "RAIL_STATION",
    "MET": "RAIL_STATION",
    "TMU": "RAIL_STATION",
    "PLT": "RAIL_STATION",
    "TXR": "TAXI_RANK",
    "STR": "TAXI_RANK",
    "AIR": "AIRPORT",
    "GAT": "AIRPORT",
}
_IN_USE = ("", "act", "active", "new", "rev")


def read_stops(path: str | Path) -> Reading:
    """Read the stops of the National Public Transport Access Nodes (NaPTAN).

    Parameters
    ----------
    path
        ``Stops.csv`` as downloaded, whole or of one area.

    Returns
    -------
    reading
        ``table``: PLACES, index the ATCO code as text (its leading zeros are part of
        it), kinds BUS_STOP, BUS_STATION, RAIL_STATION (trams and undergrounds too),
        TAXI_RANK, AIRPORT, and UNKNOWN for what the vocabulary has no word for, such
        as ferries; with the columns ``stop_type``, ``indicator``, ``street`` and
        ``locality`` beside. Stops that are no longer in use are counted, not kept.

    Raises
    ------
    UnreadableFile, UnknownColumns
        If this is no list of stops.

    Examples
    --------
    >>> from csgeo.sources.stops import read_stops
    >>> print(read_stops("Stops.csv").report)  # doctest: +SKIP
    """
    rows = read_rows(path)
    found = _columns(rows)
    located = locate(rows, {c: found[c] for c in _PLACE if c in found}, section="places")
    text = {ours: to_text(rows.frame[name]) for ours, name in found.items() if ours not in _PLACE}
    doubts = [
        *_doubts(text),
        *located.doubts,
        Doubt(
            "no place known",
            located.no_place != "",
            lambda i: str(text["place_id"].iloc[i]),
            "Fill in Easting and Northing, or Longitude and Latitude.",
        ),
    ]

    def make(used: Flags) -> gpd.GeoDataFrame:
        return _places(text, located.points, used)

    return account(
        rows,
        make,
        doubts,
        contract=PLACES,
        matched=found,
        notes=(*located.notes, *_unknown_types(text["stop_type"])),
    )


def _columns(rows: Rows) -> dict[str, str]:
    folded = {str(c).strip().casefold(): str(c) for c in rows.frame}
    found = {ours: folded[c.casefold()] for ours, c in COLUMNS.items() if c.casefold() in folded}
    lacking = [COLUMNS[c] for c in _NEEDED if c not in found]
    if lacking:
        remedy = "Download the stops of an area as CSV from NaPTAN, or use `read_places`."
        raise UnknownColumns(
            lacks_columns(
                rows.file,
                "the stops of NaPTAN",
                ", ".join(lacking),
                list(map(str, rows.frame)),
                remedy,
            )
        )
    return found


def _doubts(text: dict[str, pd.Series]) -> list[Doubt]:
    code = text["place_id"]
    doubts = [
        Doubt(
            "no ATCO code",
            code.isna().to_numpy(),
            lambda i: str(text["name"].iloc[i]),
            "Download the stops again: each has one.",
        ),
        Doubt(
            "the ATCO code stands on an earlier row",
            code.duplicated().to_numpy() & code.notna().to_numpy(),
            lambda i: str(code.iloc[i]),
            "Keep one row for each stop.",
        ),
    ]
    if "status" in text:
        status = text["status"].fillna("").str.casefold()
        doubts.append(
            Doubt(
                "not in use",
                ~status.isin(_IN_USE).to_numpy(),
                lambda i: f"status {text['status'].iloc[i]}",
                "Only stops in use are places to be at.",
                not_asked_for=True,
            )
        )
    return doubts


def _places(
    text: dict[str, pd.Series], points: npt.NDArray[np.object_], used: Flags
) -> gpd.GeoDataFrame:
    of = {name: column[used].reset_index(drop=True) for name, column in text.items()}
    kind = of["stop_type"].str.upper().map(KINDS).fillna("UNKNOWN").astype("str")
    beside = {c: of[c] for c in ("stop_type", "indicator", "street", "locality") if c in of}
    table = gpd.GeoDataFrame(
        {"name": of["name"], "kind": kind} | beside,
        geometry=gpd.array.GeometryArray(points[used], crs=NATIONAL_GRID),
    )
    return table.set_index(pd.Index(of["place_id"], name="place_id")).sort_index()


def _unknown_types(stop_type: pd.Series) -> list[str]:
    other = stop_type[~stop_type.str.upper().isin(KINDS)]
    if other.empty:
        return []
    kinds = ", ".join(sorted(other.dropna().unique())) or "blank"
    return [f"{len(other):,} stops are of a type that the vocabulary has no word for: {kinds}"]
