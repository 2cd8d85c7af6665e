"""Which schools and colleges are there?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from csgeo.errors import UnknownColumns
from csgeo.sources.account import account
from csgeo.sources.columns import lacks_columns
from csgeo.sources.files import read_rows
from csgeo.sources.location import locate
from csgeo.sources.sieve import Doubt
from csgeo.sources.values import to_numbers, to_text
from csgeo.tables import NATIONAL_GRID, SERVICES

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import numpy.typing as npt

    from csgeo.sources.files import Rows
    from csgeo.sources.report import Reading

    Flags = npt.NDArray[np.bool_]

#: Our name for each column -> the names it has had since EduBase.
COLUMNS = {
    "service_id": ("URN",),
    "name": ("EstablishmentName", "Establishment name"),
    "status": ("EstablishmentStatus (name)", "Establishment status"),
    "type": ("TypeOfEstablishment (name)", "Type of establishment"),
    "phase": ("PhaseOfEducation (name)", "Phase of education"),
    "age_from": ("StatutoryLowAge", "Statutory lowest age"),
    "age_to": ("StatutoryHighAge", "Statutory highest age"),
    "capacity": ("SchoolCapacity", "School capacity"),
    "easting": ("Easting",),
    "northing": ("Northing",),
    "postcode": ("Postcode",),
}
_NEEDED = ("service_id", "name", "status", "type")
OPEN = ("Open", "Open, but proposed to close")
#: Names, posts and telephone numbers of people, which nobody needs to see a school on a map.
_OF_A_PERSON = re.compile(r"(head|telephone|propsname|chair|contact)", re.IGNORECASE)
_COLLEGE = re.compile(
    r"16-19|16 to 19|further education|sixth form|higher education|16 plus", re.IGNORECASE
)
_FAMILY_HUB = re.compile(r"children.s centre|family hub", re.IGNORECASE)


def read_schools(
    path: str | Path,
    *,
    status: Collection[str] = OPEN,
    postcodes: pd.DataFrame | Path | str | None = None,
) -> Reading:
    """Read the register of schools (GIAS, before that EduBase).

    Parameters
    ----------
    path
        ``edubasealldataYYYYMMDD.csv`` as downloaded, in any encoding, or any other
        format with the same columns, with eastings and northings or with points.
    status
        Which are wanted; those that are open if not given. The others are counted.
    postcodes
        A table from :func:`csgeo.sources.postcodes.read_postcodes`, for schools
        without an easting and northing.

    Returns
    -------
    reading
        ``table``: SERVICES, index the URN as text, kinds SCHOOL, COLLEGE and
        FAMILY_HUB (children's centres stand in the same register), with the
        columns ``type`` and ``phase`` beside. Columns that name a person (head
        teachers, telephone numbers) are kept nowhere.

    Raises
    ------
    UnreadableFile, UnknownColumns
        If this is no register of schools.

    Examples
    --------
    >>> from csgeo.sources.schools import read_schools
    >>> print(read_schools("edubasealldata20250901.csv").report)  # doctest: +SKIP
    """
    rows = read_rows(path)
    found = _columns(rows)
    personal = [c for c in rows.frame if _OF_A_PERSON.match(str(c))]
    place: dict[str, str] = {c: found[c] for c in ("easting", "northing") if c in found}
    if postcodes is not None and "postcode" in found:
        place["postcode"] = found["postcode"]
    located = locate(rows, place, section="services", postcodes=postcodes)
    text = {ours: to_text(rows.frame[theirs]) for ours, theirs in found.items()}
    doubts = [
        *_doubts(text, status),
        *located.doubts,
        Doubt(
            "no place known",
            located.no_place != "",
            lambda i: str(text["name"].iloc[i]),
            "Give a postcode file as `postcodes`, or fill in Easting and Northing.",
        ),
    ]

    def make(used: Flags) -> gpd.GeoDataFrame:
        return _services(text, located.points, used)

    return account(
        rows,
        make,
        doubts,
        contract=SERVICES,
        matched={ours: theirs for ours, theirs in found.items() if ours != "postcode" or place},
        notes=located.notes,
        personal=dict.fromkeys(map(str, personal), "a person's name, post or number"),
    )


def _columns(rows: Rows) -> dict[str, str]:
    folded = {" ".join(str(c).split()).casefold(): str(c) for c in rows.frame}
    found = {
        ours: folded[name.casefold()]
        for ours, names in COLUMNS.items()
        for name in names
        if name.casefold() in folded
    }
    lacking = [COLUMNS[c][0] for c in _NEEDED if c not in found]
    if lacking:
        remedy = "Download *all establishment data* from get-information-schools.service.gov.uk, or use `read_services`."
        wanted = "the register of schools"
        raise UnknownColumns(
            lacks_columns(rows.file, wanted, ", ".join(lacking), list(map(str, rows.frame)), remedy)
        )
    return found


def _doubts(text: dict[str, pd.Series], status: Collection[str]) -> list[Doubt]:
    urn, state = text["service_id"], text["status"]
    wanted = {s.casefold() for s in status}
    doubts = [
        Doubt(
            "no URN",
            urn.isna().to_numpy(),
            lambda i: str(text["name"].iloc[i]),
            "Download the register again: each establishment has one.",
        ),
        Doubt(
            "the URN stands on an earlier row",
            urn.duplicated().to_numpy() & urn.notna().to_numpy(),
            lambda i: str(urn.iloc[i]),
            "Keep one row for each establishment.",
        ),
    ]
    others = [o for o in sorted(state.dropna().unique()) if o.casefold() not in wanted]
    doubts += [
        Doubt(
            f"not open: {other}",
            state.eq(other).fillna(value=False).to_numpy(dtype=bool),
            lambda i: str(text["name"].iloc[i]),
            "Name the status in `status` to use it.",
            not_asked_for=True,
        )
        for other in others
    ]
    return doubts


def _services(
    text: dict[str, pd.Series], points: npt.NDArray[np.object_], used: Flags
) -> gpd.GeoDataFrame:
    n = int(used.sum())
    blank = pd.Series(pd.NA, index=range(n), dtype="str")
    of = {name: column[used].reset_index(drop=True) for name, column in text.items()}
    capacity = to_numbers(of["capacity"]) if "capacity" in of else pd.Series(np.nan, index=range(n))
    table = gpd.GeoDataFrame(
        {
            "name": of["name"],
            "kind": _kinds(of["type"], of.get("phase", blank)),
            "opening_hours": blank,
            "ages": _ages(of.get("age_from", blank), of.get("age_to", blank)),
            # the register writes 0 where it does not know
            "capacity": capacity.where(capacity > 0),
            "funded_until": pd.Series(pd.NaT, index=range(n), dtype="datetime64[us]"),
            "type": of["type"],
            "phase": of.get("phase", blank),
        },
        geometry=gpd.array.GeometryArray(points[used], crs=NATIONAL_GRID),
    )
    return table.set_index(pd.Index(of["service_id"], name="service_id")).sort_index()


def _kinds(kind: pd.Series, phase: pd.Series) -> pd.Series:
    said = kind.fillna("") + " / " + phase.fillna("")
    codes = np.select(
        [
            said.str.contains(_FAMILY_HUB).to_numpy(dtype=bool),
            said.str.contains(_COLLEGE).to_numpy(dtype=bool),
        ],
        ["FAMILY_HUB", "COLLEGE"],
        default="SCHOOL",
    )
    return pd.Series(codes, dtype="str")


def _ages(low: pd.Series, high: pd.Series) -> pd.Series:
    both = low.notna() & high.notna()
    return (low + "-" + high).where(both)
