"""What does each row of a data.police.uk street file say?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from csgeo.sources.coordinates import system, transformed
from csgeo.sources.police_files import numbers, text_codes
from csgeo.tables import NATIONAL_GRID
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.sources.police_files import PoliceRows

    Flags = npt.NDArray[np.bool_]
    Codes = npt.NDArray[np.intp]
    Numbers = npt.NDArray[np.float64]

#: What stands after "On or near" where it is a kind of place and not a street's name.
KINDS_OF_PLACE = (
    "airport/airfield",
    "bus/coach station",
    "conference/exhibition centre",
    "further/higher educational building",
    "hospital",
    "nightclub",
    "park/open space",
    "parking area",
    "pedestrian subway",
    "petrol station",
    "police station",
    "prison",
    "shopping area",
    "sports/recreation area",
    "supermarket",
    "theatre/concert hall",
    "theme/adventure park",
)
_ON_OR_NEAR = "on or near "
_NO_LOCATION = "no location"
#: Britain and its waters in degrees: west, south, east, north.
_BRITAIN = (-9.5, 49.5, 2.5, 61.5)


class Fields(NamedTuple):
    """The columns of n rows, text as codes into its distinct words (-1: blank)."""

    month: Codes
    months: list[str]
    force: Codes
    forces: list[str]
    kind: Codes
    kinds: list[str]
    location: Codes
    locations: list[str]
    lsoa: Codes
    lsoas: list[str]
    outcome: Codes
    #: each row's number among the u distinct places, and their metres (nan: none)
    point: Codes
    x: Numbers
    y: Numbers
    no_place: Flags
    bad_place: Flags
    #: something was written where there is no place: zeros, words, stand-ins
    written: Flags
    #: n coordinates in degrees, as they were read
    lon: Numbers
    lat: Numbers

    def points(self) -> npt.NDArray[np.object_]:
        """Give the u distinct places as points, and None once more at the end for no place."""
        points = shapely.points(np.column_stack([self.x, self.y]))
        return np.array([*np.ravel(np.asarray(points, dtype=np.object_)), None], dtype=np.object_)


def read_fields(rows: PoliceRows) -> Fields:
    """Give the columns of the rows, places in EPSG:27700 metres."""
    column = {ours: rows.table[theirs] for ours, theirs in rows.columns.items()}
    lon, lon_bad = numbers(column["longitude"])
    lat, lat_bad = numbers(column["latitude"])
    # data.police.uk writes zeros for a place too far from any map point: a real record, no place
    zero = (lon == 0) & (lat == 0)
    readable = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ~zero
    inside = (lon > _BRITAIN[0]) & (lat > _BRITAIN[1]) & (lon < _BRITAIN[2]) & (lat < _BRITAIN[3])
    # one number for both coordinates, so that the 23,000 distinct places are found in one pass
    point, distinct = pd.factorize(np.where(inside, lon + 1j * np.where(inside, lat, 0), 0j))
    x, y = _to_metres(distinct.real, distinct.imag)
    blank = np.full(len(lon), -1, dtype=np.intp)
    return Fields(
        *text_codes(column["month"]),
        *text_codes(column["force"]),
        *text_codes(column["crime_type"]),
        *text_codes(column["location"]),
        *text_codes(column["lsoa"]),
        outcome=text_codes(column["outcome"])[0] if "outcome" in column else blank,
        point=point,
        x=x,
        y=y,
        no_place=~readable,
        bad_place=readable & ~inside,
        written=zero
        | (~np.isnan(lon) & ~readable)
        | (~np.isnan(lat) & ~readable)
        | lon_bad
        | lat_bad,
        lon=lon,
        lat=lat,
    )


def types_of_place(locations: list[str]) -> npt.NDArray[np.object_]:
    """Give the location code of each text such as "On or near Supermarket".

    Parameters
    ----------
    locations
        k distinct texts.

    Returns
    -------
    codes
        k + 1 codes, the last for a blank text: STREET unless the text is one of
        police.uk's kinds of place; missing for "No Location".
    """
    after = pd.Series(
        [t.casefold().removeprefix(_ON_OR_NEAR).strip() for t in locations], dtype="str"
    )
    known = load_vocabulary("location").translate(after.where(after.isin(KINDS_OF_PLACE)))
    codes = known.astype("object").where(known.notna(), "STREET")
    codes = codes.where(~after.isin([_NO_LOCATION, ""]), None)
    return np.array([*codes, None], dtype=np.object_)


def _to_metres(lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    return transformed(lon, lat, lat != 0, system("EPSG:4326"), system(NATIONAL_GRID))
