"""Which services does the invented county offer, when are they open, until when are they paid?

Near some hot places a youth club is missing, or shut at the hours when harm
gathers: gaps that a reader of the result should find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.tables import NATIONAL_GRID

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

#: Services beside planted places: spot, east and north of it (m), kind, name, hours, ages, capacity, funded until.
_BESIDE = (
    ("centre", 310, 160, "YOUTH_CLUB", "Cornmarket Youth Club", "Mo,We 18:30-20:30", "11-17", 30, "2027-03-31"),
    ("centre", -180, 240, "LIBRARY", "Central Library", "Mo-Fr 09:00-18:00; Sa 09:30-16:00", "", 120, None),
    ("centre", 120, -260, "SAFE_SPACE", "Cornmarket Safe Space", "Mo-Sa 09:00-17:30", "", 6, None),
    ("station", 60, -20, "TRANSPORT_STAFF", "Central Station staff", "Mo-Su 05:30-23:30", "", None, None),
    ("park", 420, 300, "YOUTH_CLUB", "Meadow Youth Space", "Tu 16:00-18:00", "11-16", 24, "2026-03-31"),
    ("park", 90, -60, "DETACHED", "Detached team, City Meadow", "Fr 19:00-21:00", "11-19", None, "2026-09-30"),
    ("parade", 150, 120, "SCHOOL", "Four Ways Academy", "Mo-Fr 08:30-15:20", "11-16", 980, None),
    ("market", 230, -140, "YOUTH_CLUB", "Buttercross Youth Centre", "Mo-Fr 15:30-21:00", "11-18", 45, "2028-03-31"),
    ("market", -120, 180, "LIBRARY", "Merrinstow Library", "Tu-Fr 10:00-17:00; Sa 10:00-13:00", "", 60, None),
    ("recreation", 350, 210, "SPORT", "Marine Boxing Club", "Mo,We,Fr 18:00-20:00", "10-25", 20, "2026-12-31"),
    ("seafront", 260, 190, "FAITH", "Harbour Community Hub", "Mo-Fr 10:00-15:00", "", 50, None),
    ("hospital", 0, 0, "HOSPITAL", "General Hospital emergency department", "24/7", "", None, None),
    ("police", 0, 0, "POLICE", "Police front counter", "Mo-Sa 08:00-20:00", "", None, None),
)  # fmt: skip
#: Services elsewhere: kind, how many, last words of the name, hours, ages, capacity, years of funding.
_ELSEWHERE = (
    ("YOUTH_CLUB", 17, "Youth Club", ("Mo,Th 18:00-20:30", "Tu-Fr 16:00-20:00", "We 19:00-21:00"), "11-18", 30, 3),
    ("DETACHED", 4, "Detached Team", ("Fr,Sa 18:00-22:00", "Th 17:00-20:00"), "11-19", None, 2),
    ("MENTORING", 6, "Mentoring", ("Mo-Fr 10:00-18:00",), "10-18", 12, 2),
    ("SPORT", 15, "Sports Club", ("Mo-Fr 17:00-21:00; Sa 09:00-13:00", "Mo-Su 07:00-22:00"), "8-25", 60, 4),
    ("LIBRARY", 9, "Library", ("Mo-Fr 09:30-17:30; Sa 09:30-13:00", "Tu,Th 10:00-16:00"), "", 40, None),
    ("SAFE_SPACE", 8, "Safe Space", ("Mo-Sa 09:00-17:30",), "", 4, None),
    ("FAITH", 14, "Community Hall", ("Mo-Fr 10:00-16:00", "We 14:00-17:00; Su 09:00-13:00"), "", 70, None),
    ("SCHOOL", 18, "Academy", ("Mo-Fr 08:30-15:30",), "11-16", 950, None),
    ("COLLEGE", 2, "College", ("Mo-Fr 08:30-17:00",), "16-19", 2_400, None),
    ("FAMILY_HUB", 9, "Family Hub", ("Mo-Fr 09:00-16:30",), "0-19", 30, 2),
    ("GP", 26, "Surgery", ("Mo-Fr 08:00-18:30",), "", None, None),
    ("MENTAL_HEALTH", 4, "Young Minds Team", ("Mo-Fr 09:00-17:00",), "5-18", 200, 3),
    ("SEXUAL_HEALTH", 3, "Sexual Health Clinic", ("Mo,We 13:00-18:00",), "13-25", None, None),
    ("DRUGS", 3, "Drug and Alcohol Service", ("Mo-Fr 09:30-17:00",), "10-24", None, 2),
    ("SPECIALIST", 2, "Exploitation Team", ("Mo-Fr 09:00-17:00",), "10-18", 40, 1),
)  # fmt: skip
#: No youth club is nearer than this to the spots that are meant to lack one (m).
_LACKING_M = 1_300.0
_LACKING = ("estate", "seafront", "village", "small_town")


def make_services(
    places: gpd.GeoDataFrame, spots: dict[str, Floats], rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Open the county's services.

    Returns
    -------
    services
        ``SERVICES`` table, some 150 rows.
    """
    rows = [
        (name, kind, hours, ages, capacity, until, *np.round(spots[spot] + (dx, dy)))
        for spot, dx, dy, kind, name, hours, ages, capacity, until in _BESIDE
    ]
    bases = places[places["kind"].isin(["WORSHIP", "SCHOOL", "BUS_STOP", "HEALTH", "RETAIL"])]
    at = np.column_stack([bases.geometry.x, bases.geometry.y])
    lacking = np.array([spots[s] for s in _LACKING])
    far = np.hypot(*(at[:, None] - lacking[None]).transpose(2, 0, 1)).min(axis=1) > _LACKING_M
    for kind, many, last, hours, ages, capacity, years in _ELSEWHERE:
        could = np.flatnonzero(far) if kind in {"YOUTH_CLUB", "DETACHED"} else np.arange(len(at))
        for k in rng.choice(could, many, replace=False):
            stem = " ".join(str(bases["name"].iloc[k]).split()[:-1]) or "County"
            end = f"{rng.integers(2026, 2026 + years + 1)}-03-31" if years else None
            spot = np.round(at[k] + rng.uniform(-70, 70, 2))
            many_at_once = round(capacity * rng.uniform(0.6, 1.4)) if capacity else None
            rows.append((f"{stem.split()[0]} {last}", kind, str(rng.choice(hours)), ages, many_at_once, end, *spot))  # fmt: skip
    columns = ["name", "kind", "opening_hours", "ages", "capacity", "funded_until", "x", "y"]
    table = pd.DataFrame(rows, columns=columns)
    return _services(table)


def _services(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Make names unique, put in order, number."""
    nth = table.groupby("name").cumcount()
    names = table["name"].where(nth == 0, table["name"] + " " + (nth + 1).astype(str))
    table = table.assign(name=names).sort_values(["kind", "name"], ignore_index=True)
    table.index = pd.Index([f"V{i:03d}" for i in range(1, len(table) + 1)], name="service_id")
    table["capacity"] = pd.to_numeric(table["capacity"]).astype("Float64").astype("Int64")
    table["funded_until"] = pd.to_datetime(table["funded_until"]).astype("datetime64[s]")
    table["ages"] = table["ages"].where(table["ages"] != "", None).astype("str")
    points = shapely.points(table[["x", "y"]].to_numpy(dtype=float))
    return gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=points, crs=NATIONAL_GRID)
