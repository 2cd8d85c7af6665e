"""Where is each postcode?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csgeo.errors import UnknownColumns
from csgeo.sources.postcode_files import LAYOUTS, read_columns
from csgeo.sources.report import Reading, ReadReport
from csgeo.sources.sieve import Doubt, Sifted, sift
from csgeo.sources.values import to_numbers

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.sources.postcode_files import PostcodeColumns

    Numbers = npt.NDArray[np.float64]

#: Positional quality as ONS and (times ten) Ordnance Survey give it -> how far an address with
#: that postcode may be from the point, in metres. 1 to 4: a point within the unit, which holds
#: some fifteen addresses; 5: imputed from the postcodes around; 6: the middle of a whole sector;
#: 8: ended before 2000, its last known reference.
#: The metres are our judgement; the classes are those of the ONSPD and Code-Point Open guides.
PRECISION_M = {1: 100.0, 2: 100.0, 3: 100.0, 4: 100.0, 5: 250.0, 6: 2_000.0, 8: 250.0}
_NOT_SAID_M = 100.0
_NO_REFERENCE = 9
_NORTHERN_IRELAND = "BT"


def read_postcodes(path: str | Path, *, with_areas: bool = False) -> Reading:
    """Read a directory of postcodes.

    Parameters
    ----------
    path
        ONSPD or NSPL of any year, as CSV or as the zip it comes in; Code-Point Open
        (which has no header) as one CSV, a folder or its zip; or a Parquet with the
        columns of one of them. Only the columns needed are read.
    with_areas
        Whether to read the areas beside: ``lsoa11``, ``lsoa21`` and ``district``,
        those that the file has.

    Returns
    -------
    reading
        ``table``: index ``postcode``, in capitals without spaces; ``easting`` and
        ``northing`` in metres of the National Grid, missing where the file knows no
        place (0, or 99.999999 degrees) and in Northern Ireland, whose numbers are on
        the Irish Grid; ``precision_m``; ``terminated``, whether it is no longer in use
        (not in Code-Point Open, which only has those in use).

    Raises
    ------
    UnreadableFile, UnknownColumns
        If this is no directory of postcodes.

    Examples
    --------
    >>> from csgeo.sources.postcodes import read_postcodes
    >>> read_postcodes("ONSPD_NOV_2025_UK.csv").table.loc["BA11AA"]  # doctest: +SKIP
    """
    file = Path(path)
    columns = read_columns(file, with_areas=with_areas)
    _need(columns, file.name)
    keys = _normal(columns.table["postcode"])
    east, north = _numbers(columns.table["easting"]), _numbers(columns.table["northing"])
    quality = _quality(columns)
    lost = _no_place(columns, keys, east, north, quality)
    index = pd.Index(pd.array(keys.cast(pa.large_string()), dtype="str"), name="postcode")
    sifted = sift(_doubts(keys))
    table = pd.DataFrame(
        {
            "easting": np.where(lost, np.nan, east),
            "northing": np.where(lost, np.nan, north),
            "precision_m": np.where(lost, np.nan, _precision(quality)),
            **_beside(columns),
        },
        index=index,
    )
    if not sifted.used.all():
        table = table[sifted.used]
    report = ReadReport(
        file=file.name,
        kind="postcodes",
        rows_in=len(index),
        rows_used=len(table),
        no_place=int(np.count_nonzero(lost & sifted.used)),
        set_aside=sifted.account,
        columns=columns.found,
        notes=(*columns.notes, *_notes(keys, table, quality)),
    )
    return Reading(table, report, _set_aside(columns.table, sifted))


def _need(columns: PostcodeColumns, name: str) -> None:
    words = {"postcode": "postcode", "easting": "easting", "northing": "northing"}
    lacking = [w for c, w in words.items() if c not in columns.found]
    if lacking:
        msg = (
            f"{name} must be a directory of postcodes; it has no column for {', '.join(lacking)}. "
            f"Found: {', '.join(columns.names[:20])}. Use {LAYOUTS}."
        )
        raise UnknownColumns(msg)


def _normal(postcode: Any) -> Any:
    """Give postcodes in capitals, without spaces."""
    text = pc.utf8_upper(pc.cast(postcode, pa.string()))
    return pc.replace_substring(text, " ", "").combine_chunks()


def _numbers(column: Any) -> Numbers:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        text = pc.utf8_trim_whitespace(column)
        try:
            column = pc.cast(pc.if_else(pc.equal(text, ""), None, text), pa.float64())
        except pa.ArrowInvalid:  # a word among them: it knows no place
            return to_numbers(text.to_pandas(), comma="thousands").to_numpy(dtype=np.float64)
    found: Numbers = pc.fill_null(pc.cast(column, pa.float64()), np.nan).to_numpy()
    return found


def _quality(columns: PostcodeColumns) -> npt.NDArray[np.int64]:
    """Give the positional quality from 1 to 9, 0 where the file does not say it."""
    if "quality" not in columns.found:
        return np.zeros(columns.table.num_rows, dtype=np.int64)
    written = _numbers(columns.table["quality"])
    grade = np.where((written >= 1) & (written < 100), written, 0).astype(np.int64)
    return np.where(grade >= 10, grade // 10, grade)


def _no_place(
    columns: PostcodeColumns,
    keys: Any,
    east: Numbers,
    north: Numbers,
    quality: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    lost = ~((east > 0) & (north > 0)) | (quality == _NO_REFERENCE)
    if "latitude" in columns.found:
        lost |= _numbers(columns.table["latitude"]) > 90
    irish = pc.starts_with(keys, _NORTHERN_IRELAND).to_numpy(zero_copy_only=False)
    found: npt.NDArray[np.bool_] = lost | irish.astype(np.bool_)
    return found


def _precision(quality: npt.NDArray[np.int64]) -> Numbers:
    steps = np.full(10, _NOT_SAID_M)
    for grade, metres in PRECISION_M.items():
        steps[grade] = metres
    found: Numbers = steps[quality]
    return found


def _beside(columns: PostcodeColumns) -> dict[str, Any]:
    beside: dict[str, Any] = {}
    if "terminated" in columns.found:
        ended = columns.table["terminated"]
        written = pc.utf8_length(pc.utf8_trim_whitespace(pc.cast(ended, pa.string())))
        beside["terminated"] = pc.greater(pc.fill_null(written, 0), 0).to_numpy().astype(bool)
    for name in ("lsoa11", "lsoa21", "district"):
        if name in columns.found:
            words = columns.table[name].cast(pa.large_string())
            beside[name] = pd.array(words.combine_chunks(), dtype="str")
    return beside


def _doubts(keys: Any) -> list[Doubt]:
    lengths = pc.fill_null(pc.utf8_length(keys), 0)
    return [
        Doubt(
            "no postcode",
            pc.equal(lengths, 0).to_numpy(zero_copy_only=False).astype(bool),
            lambda _i: "blank",
            "Download the directory again.",
        ),
        Doubt(
            "the postcode stands on an earlier row",
            _repeats(keys, pc.max(pc.binary_length(keys)).as_py() or 0),
            lambda i: str(keys[i].as_py()),
            "Keep one row for each postcode: take one of the two directories away.",
        ),
    ]


def _repeats(keys: Any, longest: int) -> npt.NDArray[np.bool_]:
    """Flag postcodes that stand on an earlier row; eight letters fit into one whole number."""
    if longest > 8:
        long: pd.Series = keys.to_pandas()
        return long.duplicated().to_numpy(dtype=np.bool_)
    width = pc.utf8_rpad(pc.fill_null(keys, ""), 8)
    eight = pc.cast(width, pa.binary(8), safe=False) if pa.types.is_string(width.type) else width
    whole = np.frombuffer(eight.buffers()[1], dtype=np.int64, count=len(keys), offset=0)
    return pd.Series(whole).duplicated().to_numpy(dtype=bool)


def _set_aside(table: Any, sifted: Sifted) -> pd.DataFrame:
    frame: pd.DataFrame = table.take(pa.array(sifted.kept)).to_pandas()
    return frame.assign(row=sifted.kept + 2, reason=pd.Series(sifted.reasons, dtype="str"))


def _notes(keys: Any, table: pd.DataFrame, quality: npt.NDArray[np.int64]) -> list[str]:
    irish = pc.sum(pc.starts_with(keys, _NORTHERN_IRELAND)).as_py() or 0
    notes = []
    if irish:
        notes.append(
            f"{irish:,} postcodes of Northern Ireland have no place here: their numbers are on the Irish Grid."
        )
    if "terminated" in table:
        notes.append(
            f"{int(table['terminated'].sum()):,} postcodes are no longer in use; old records need them."
        )
    if not quality.any():
        notes.append(
            f"The file does not say how exact its points are: {_NOT_SAID_M:.0f} m is taken for all."
        )
    return notes
