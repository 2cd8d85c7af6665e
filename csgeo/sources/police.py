"""Where did the police record harm, by data.police.uk?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csgeo.errors import EmptyTable
from csgeo.sources.police_choices import (
    MONTH,
    Asked,
    doubts_about,
    harm_codes,
    harms_asked,
    months_asked,
)
from csgeo.sources.police_fields import read_fields, types_of_place
from csgeo.sources.police_files import is_police, read_rows
from csgeo.sources.police_names import force_name
from csgeo.sources.police_notes import notes_on, refuse_months_twice
from csgeo.sources.report import Reading, ReadReport
from csgeo.sources.sieve import sift
from csgeo.tables import INCIDENTS, NATIONAL_GRID

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

    import numpy.typing as npt

    from csgeo.sources.police_fields import Fields
    from csgeo.sources.police_files import PoliceRows
    from csgeo.sources.sieve import Sifted

    Flags = npt.NDArray[np.bool_]
    Words = npt.NDArray[np.object_]
    Period = tuple[dt.date | str | None, dt.date | str | None]

__all__ = ["FOUND_BY_ENFORCEMENT", "SNAP_PRECISION_M", "is_police", "read_police"]

#: A record is moved to the nearest of a fixed set of some 750,000 map points
#: (data.police.uk/about, *Location anonymisation*), so it can have been anywhere up to
#: half-way to the neighbouring points. In Avon and Somerset, Merseyside and South Yorkshire
#: the next point is within 106, 93 and 105 m for three records in four.
SNAP_PRECISION_M = 100.0

#: Found because the police looked, not because somebody reported it.
FOUND_BY_ENFORCEMENT = ("drugs", "possession of weapons")

#: Which column of the file each of ours comes from, for the report.
_FROM = {
    "harm": "crime_type",
    "origin": "crime_type",
    "location_type": "location",
    "occurred_from": "month",
    "source": "force",
    "area_id": "lsoa",
    "longitude": "longitude",
    "latitude": "latitude",
}


def read_police(
    path: str | Path,
    *,
    harms: Collection[str] | None = None,
    period: Period | None = None,
    where: Mapping[str, Any] | None = None,
    areas: gpd.GeoDataFrame | None = None,
    harm_words: Mapping[str, str] | None = None,
) -> Reading:
    """Read street-level records from data.police.uk, whatever they come packed in.

    Records are never de-duplicated: anti-social behaviour has no Crime ID, ids
    of crimes repeat, and identical rows are separate records at one map point.

    Parameters
    ----------
    path
        One street CSV, the folder of month folders, the zip as downloaded, or a
        Parquet with the same columns.
    harms
        Codes of the harm vocabulary, or crime types in the file's own words; all if not given.
    period
        First and last day looked at, both included, as dates or ``YYYY-MM``; either may
        be None. A month is used if the whole of it lies inside.
    where
        Column of the file -> the value or values wanted, such as ``{"LSOA name": "Bath and *"}``;
        ``*`` stands for anything. A record with no place and a blank there is kept: it may belong.
    areas
        AREAS: located records outside are set aside. They are taken for mistakes and kept;
        where more than a tenth lies outside, the area is a part of what the file
        covers, and they are counted and not kept.
    harm_words
        Crime types that the vocabulary does not know, and their codes.

    Returns
    -------
    reading
        ``table``: INCIDENTS in EPSG:27700, index ``<force>/<month>/<number in the month's
        file>``; ``precision_m`` 100, the reach of a map point; months only, no hours.
        ``report``: each row in exactly one number; gaps, repeats and twins in its notes.
        ``set_aside``: rows that cannot be used, as they stood, with ``file``, ``row``
        and ``reason``. Rows that were not asked for are counted and not kept.

    Raises
    ------
    UnreadableFile, UnknownColumns
        If this is no street file.
    RecipeError
        If `harms`, `period` or `where` cannot be meant.

    Notes
    -----
    data.police.uk/about for the columns and the map points; Tompson et al. (2015),
    *UK open source crime data: accuracy and possibilities for research*, Cartography
    and Geographic Information Science 42(2), for what can be asked of them.

    Examples
    --------
    >>> from csgeo import read_police
    >>> reading = read_police("2019-06.zip", harms=["Robbery"])  # doctest: +SKIP
    >>> print(reading.report)  # doctest: +SKIP
    """
    path = Path(path)
    rows = read_rows(path)
    fields = read_fields(rows)
    refuse_months_twice(rows, fields)
    codes = harm_codes(fields.kinds, harm_words)
    asked = Asked(harms_asked(harms, codes, fields.kinds), months_asked(period), where, areas)
    sifted = sift(doubts_about(rows, fields, codes, asked), rows=rows.row)
    if not sifted.used.any():
        why = "; ".join(f"{s.rows:,} {s.reason}" for s in sifted.account)
        msg = f"No row of {path.name} can be used: of {len(rows.row):,}, {why}. Ask for other harms, months or places."
        raise EmptyTable(msg)
    table = INCIDENTS.check(_incidents(fields, codes, sifted.used), "incidents")
    report = ReadReport(
        file=path.name,
        kind="records of harm",
        rows_in=len(rows.row),
        rows_used=len(table),
        no_place=int(np.count_nonzero(fields.no_place & sifted.used)),
        set_aside=sifted.account,
        columns={ours: rows.columns[theirs] for ours, theirs in _FROM.items()},
        notes=(*rows.notes, *notes_on(rows, fields, sifted.used, asked)),
    )
    return Reading(table, report, _set_aside(rows, sifted))


def _incidents(fields: Fields, harms: Words, used: Flags) -> gpd.GeoDataFrame:
    """Build INCIDENTS from the rows used; each text is spelt out once and then taken."""
    forces = [force_name(f) for f in fields.forces]
    enforcement = np.array([k.casefold() in FOUND_BY_ENFORCEMENT for k in fields.kinds])
    origins = np.where(enforcement, "enforcement", "reported").astype(object)
    begin, end = _moments(fields.months)
    month, kind = fields.month[used], fields.kind[used]
    n = len(month)
    placed = ~fields.no_place[used]
    points = fields.points()
    points = points[np.where(placed, fields.point[used], -1)]
    table = gpd.GeoDataFrame(
        {
            "harm": _spelt(harms, kind),
            "context": pd.Series(pd.NA, index=range(n), dtype="str"),
            "location_type": _spelt(types_of_place(fields.locations), fields.location[used]),
            "occurred_from": begin[month],
            "occurred_to": end[month],
            "when_precision": _spelt(np.array(["month"], dtype=object), np.zeros(n, dtype=int)),
            "source": _spelt(np.array([*forces, None], dtype=object), fields.force[used]),
            "origin": _spelt(origins, kind),
            "precision_m": np.where(placed, SNAP_PRECISION_M, np.nan),
            "area_id": _spelt(np.array([*fields.lsoas, None], dtype=object), fields.lsoa[used]),
        },
        geometry=gpd.array.GeometryArray(points, crs=NATIONAL_GRID),
    )
    return table.set_index(_ids(fields, forces, used))


def _ids(fields: Fields, forces: list[str], used: Flags) -> pd.Index:
    """Name each row by force, month and its number in that month's file."""
    group = fields.force * len(fields.months) + fields.month
    number = pd.Series(group).groupby(group).cumcount().to_numpy() + 1
    names = pa.array([f"{f}/{m}" for f in forces for m in fields.months])
    group = pa.array(np.maximum(group[used], 0))
    digits = pc.utf8_lpad(pc.cast(pa.array(number[used]), pa.string()), 6, "0")
    ids = pc.binary_join_element_wise(names.take(group), digits, "/")
    index: pd.Index = pd.Index(
        pd.array(ids.cast(pa.large_string()), dtype="str"), name="incident_id"
    )
    return index


def _spelt(words: Words, codes: npt.NDArray[np.intp]) -> pd.api.extensions.ExtensionArray:
    return pd.array(words, dtype="str").take(np.where(codes < 0, len(words) - 1, codes))


def _set_aside(rows: PoliceRows, sifted: Sifted) -> pd.DataFrame:
    """Give the rows kept beside the result, as they stood in their files."""
    frame: pd.DataFrame = rows.table.take(pa.array(sifted.kept)).to_pandas()
    files = np.array(rows.files, dtype=object)[rows.file[sifted.kept]]
    return frame.assign(
        file=pd.Series(files, dtype="str"),
        row=rows.row[sifted.kept],
        reason=pd.Series(sifted.reasons, dtype="str"),
    )


def _moments(months: list[str]) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.datetime64]]:
    """Give the first and the last second of each month; not a time where it is no month."""
    good = [m if MONTH.fullmatch(m) else "NaT" for m in months]
    first = np.array(good, dtype="datetime64[M]")
    last = (first + 1).astype("datetime64[s]") - np.timedelta64(1, "s")
    return first.astype("datetime64[us]"), last.astype("datetime64[us]")
