"""Do these pairs of numbers lie where they say?

Each pair of coordinates gets one verdict. The verdicts fall in three groups:

- **usable**: a point;
- **no place known**: nothing that can be read as a place (blank, no number,
  (0, 0), a stand-in such as 99.999999, beyond any point on Earth). The record
  is real, so it is kept, without a point;
- **misplaced**: a place can be read, but it is certainly not where it says
  (longitude and latitude swapped, metres among degrees, off Great Britain).
  To count it there would be false and to correct it would be inventing, so the
  row is set aside for whoever keeps the file. Where most rows are so, it is
  the mapping that is wrong: the whole file is refused, with the remedy.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from csgeo.errors import SourceError, WrongCRS
from csgeo.sources.grid_references import on_land_squares
from csgeo.sources.values import is_blank, to_numbers
from csgeo.tables import NATIONAL_GRID

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from pyproj import CRS

    Floats = npt.NDArray[np.float64]
    Verdicts = npt.NDArray[np.int8]

USABLE, BLANK, NO_NUMBER, ZERO, STAND_IN, WILD, SWAPPED, OTHER_UNIT, OFF_BRITAIN = range(9)
#: Why a record has no place known, in words; the record is kept.
NO_PLACE = {
    BLANK: "no place given",
    NO_NUMBER: "coordinates that are not numbers",
    ZERO: "coordinates written as (0, 0)",
    STAND_IN: "coordinates that stand for not known, such as 99.999999",
    WILD: "coordinates beyond any point on Earth",
}
#: Why a row is set aside, and what would make it usable.
MISPLACED = {
    SWAPPED: (
        "coordinates look swapped",
        "Correct the row: its two coordinates are in each other's place.",
    ),
    OTHER_UNIT: (
        "coordinates in another unit than those of the other rows",
        "Correct the row: it has metres where the others have degrees, or the reverse.",
    ),
    OFF_BRITAIN: (
        "outside Great Britain or in the sea",
        "Check its coordinates, and that they are not swapped; to study another country, name its projected system as `to_crs`.",
    ),
}
_STAND_INS = np.array(
    [99, 99.999999, 999, 9999, 99999, 999999, 9999999, -1, -9, -99, -999, -9999, 999.9]
)
_MOST_DEGREES = (180.0, 90.0)
#: Great Britain in degrees: west, south, east, north; with room around it.
_BRITAIN = (-9.5, 49.0, 2.5, 61.5)


class Pairs(NamedTuple):
    """Two coordinates for each row, and what was read where there are none."""

    first: Floats
    second: Floats
    verdict: Verdicts


def read_pairs(first: pd.Series, second: pd.Series, *, degrees: bool) -> Pairs:
    """Read two columns of numbers.

    Parameters
    ----------
    first, second
        n eastings and northings, or longitudes and latitudes, as written.
    degrees
        Whether they are degrees: then ``51,38`` is written with a decimal comma.
    """
    comma = "decimal" if degrees else "thousands"
    x = to_numbers(first, comma=comma).to_numpy()
    y = to_numbers(second, comma=comma).to_numpy()
    blank = is_blank(first).to_numpy() | is_blank(second).to_numpy()
    return judge_pairs(x, y, blank)


def judge_pairs(x: Floats, y: Floats, blank: npt.NDArray[np.bool_]) -> Pairs:
    """Give the first verdict on n pairs: is it a pair of numbers that means a place?"""
    verdict = np.zeros(len(x), dtype=np.int8)
    with np.errstate(over="ignore", invalid="ignore"):
        checks = (
            (BLANK, blank),
            (NO_NUMBER, np.isnan(x) | np.isnan(y)),
            (ZERO, (x == 0) & (y == 0)),
            (STAND_IN, (np.isin(x, _STAND_INS) & np.isin(y, _STAND_INS)) | (y == 99.999999)),
            (WILD, (np.abs(x) > 3e7) | (np.abs(y) > 3e7)),
        )
    for value, flags in checks:
        verdict[flags & (verdict == USABLE)] = value
    return Pairs(x, y, verdict)


def to_metres(pairs: Pairs, crs: CRS, target: CRS, *, file: str, names: tuple[str, str]) -> Pairs:
    """Bring pairs into the target system, and judge whether they lie where they say.

    Parameters
    ----------
    pairs
        n pairs as :func:`read_pairs` gives them.
    crs, target
        The system that they are in, and a projected one in metres.
    file, names
        The file and its two columns, for messages.

    Returns
    -------
    pairs
        n pairs in metres of `target`; NaN where the verdict is not usable.

    Raises
    ------
    WrongCRS
        If most pairs cannot be in `crs`.
    SourceError
        If most pairs are swapped.
    """
    verdict = pairs.verdict.copy()
    british = target.to_epsg() == 27700
    if crs.is_geographic:
        _judge_degrees(pairs, verdict, british=british, file=file, names=names, crs=crs)
    else:
        _judge_metres(pairs, verdict, crs, file=file, names=names)
    x, y = transformed(pairs.first, pairs.second, verdict == USABLE, crs, target)
    with np.errstate(invalid="ignore"):
        lost = (verdict == USABLE) & ~(np.isfinite(x) & np.isfinite(y))
    verdict[lost] = WILD
    if british:
        _judge_britain(pairs, x, y, verdict, crs, file=file, names=names)
    usable = verdict == USABLE
    return Pairs(np.where(usable, x, np.nan), np.where(usable, y, np.nan), verdict)


def transformed(
    x: Floats, y: Floats, chosen: npt.NDArray[np.bool_], crs: CRS, target: CRS
) -> tuple[Floats, Floats]:
    """Transform the chosen pairs; the others become NaN."""
    out = np.full(len(x), np.nan), np.full(len(x), np.nan)
    if crs == target:
        found = (x[chosen], y[chosen])
    else:
        found = _way(_named(crs), _named(target)).transform(x[chosen], y[chosen])
    for whole, part in zip(out, found, strict=True):
        whole[chosen] = part
    return out


def _named(crs: CRS) -> str:
    """Name a system so that one written in two ways is one."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.to_wkt()


@lru_cache(maxsize=16)
def _way(crs: str, target: str) -> Any:
    """Find the way from one system to another: slow to find, so once for each pair."""
    from pyproj import Transformer  # noqa: PLC0415  heavy

    return Transformer.from_crs(crs, target, always_xy=True)


def projected_system(named: object, called: str) -> CRS:
    """Return a projected system in metres, or refuse what is none."""
    crs = system(named, called)
    true_metres = crs.is_projected and crs.axis_info[0].unit_name in {"metre", "meter"}
    if not true_metres or crs.to_epsg() == 3857:
        msg = f"`{called}` must be a projected system in true metres, such as {NATIONAL_GRID}; it is {named}."
        raise WrongCRS(msg)
    return crs


def system(named: object, called: str = "crs") -> CRS:
    """Return the coordinate reference system of that name, or refuse one that does not exist."""
    from pyproj import CRS  # noqa: PLC0415  heavy
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        return CRS.from_user_input(named)
    except CRSError as error:
        msg = f"`{called}` must name a coordinate reference system, such as {NATIONAL_GRID} or EPSG:4326; it is {named!r}."
        raise WrongCRS(msg) from error


def _judge_degrees(
    pairs: Pairs, verdict: Verdicts, *, british: bool, file: str, names: tuple[str, str], crs: CRS
) -> None:
    x, y = pairs.first, pairs.second
    usable = verdict == USABLE
    large = usable & ((np.abs(x) > _MOST_DEGREES[0]) | (np.abs(y) > _MOST_DEGREES[0]))
    metres = large & on_land_squares(x, y)
    swapped = usable & ~large & (np.abs(y) > _MOST_DEGREES[1])
    if british:
        west, south, east, north = _BRITAIN
        swapped |= usable & (x >= south) & (x <= north) & (y >= west) & (y <= east)
    _refuse_most(
        swapped,
        usable,
        SourceError(
            _swapped_words(file, names, ("longitude", "latitude"), swapped, usable, pairs=pairs)
        ),
    )
    shown = crs.to_string()
    words = (
        f"{file} must have degrees in {names[0]!r} and {names[1]!r} ({shown}); "
        f"{_count(large, usable)} beyond 180 degrees, the first is {_first(pairs, large)}. "
        f'They look like metres: map the columns as easting and northing, or name their system with crs = "{NATIONAL_GRID}".'
    )
    _refuse_most(large, usable, WrongCRS(words))
    verdict[large] = WILD
    verdict[metres] = OTHER_UNIT
    verdict[swapped] = SWAPPED


def _judge_metres(
    pairs: Pairs, verdict: Verdicts, crs: CRS, *, file: str, names: tuple[str, str]
) -> None:
    usable = verdict == USABLE
    degrees = (
        usable
        & (np.abs(pairs.first) <= _MOST_DEGREES[0])
        & (np.abs(pairs.second) <= _MOST_DEGREES[0])
    )
    words = (
        f"{file} must have metres in {names[0]!r} and {names[1]!r} ({crs.to_string()}); "
        f"{_count(degrees, usable)} within 180, the first is {_first(pairs, degrees)}. "
        'They look like degrees: map the columns as longitude and latitude, or name their system with crs = "EPSG:4326".'
    )
    _refuse_most(degrees, usable, WrongCRS(words))
    verdict[degrees] = OTHER_UNIT


def _judge_britain(
    pairs: Pairs,
    x: Floats,
    y: Floats,
    verdict: Verdicts,
    crs: CRS,
    *,
    file: str,
    names: tuple[str, str],
) -> None:
    usable = verdict == USABLE
    off = usable & ~on_land_squares(x, y)
    swapped = np.zeros(len(x), dtype=bool)
    if not crs.is_geographic:
        swapped = off & on_land_squares(y, x)
        words = _swapped_words(file, names, ("easting", "northing"), swapped, usable, pairs=pairs)
        _refuse_most(swapped, usable, SourceError(words))
    if usable.any() and off.sum() == usable.sum():
        words = (
            f"{file} must have places in Great Britain; all {int(usable.sum())} rows with coordinates lie outside it "
            f"or in the sea when read as {crs.to_string()}, the first is {_first(pairs, off)}. Name the right system with "
            "`crs`; to study another country, name its projected system as `to_crs`."
        )
        raise WrongCRS(words)
    verdict[off] = OFF_BRITAIN


def _refuse_most(
    flags: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_], error: Exception
) -> None:
    if flags.any() and flags.sum() * 2 > among.sum():
        raise error


def _swapped_words(
    file: str,
    names: tuple[str, str],
    ours: tuple[str, str],
    swapped: npt.NDArray[np.bool_],
    usable: npt.NDArray[np.bool_],
    *,
    pairs: Pairs,
) -> str:
    if not swapped.any():
        return ""
    if names[0] == names[1]:  # a column of shapes
        remedy = "Export the file again with x (east) before y (north)."
    else:
        remedy = (
            f"Swap the columns in the recipe: {ours[0]} = {names[1]!r}, {ours[1]} = {names[0]!r}."
        )
    return (
        f"{file} must have {ours[0]} in {names[0]!r} and {ours[1]} in {names[1]!r}; they look swapped: "
        f"{_count(swapped, usable)}, the first is {_first(pairs, swapped)}. {remedy}"
    )


def _count(flags: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> str:
    n = int(flags.sum())
    return f"{n} of {int(among.sum())} row{'s are' if n != 1 else ' is'}"


def _first(pairs: Pairs, flags: npt.NDArray[np.bool_]) -> str:
    if not flags.any():
        return "none"
    at = int(np.argmax(flags))
    return f"({pairs.first[at]:.10g}, {pairs.second[at]:.10g})"
