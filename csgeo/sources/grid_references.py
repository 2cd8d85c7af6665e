"""Which square does a National Grid reference name?

``TQ 385 335`` names the square of 100 m whose lower-left corner is at easting
538500, northing 133500. The point given here is the middle of the named
square, and ``precision_m`` is the square's side: no more is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.sources.values import distinct

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # the grid has no I
#: Squares of 100 km with any land of Great Britain (and Man) in them.
_SECOND = {
    "H": "PTUWXYZ",
    "N": "ABCDFGHJKLMNORSTUWXYZ",
    "O": "V",
    "S": "CDEHJKMNOPRSTUVWXYZ",
    "T": "AFGLMQRV",
}
_LAND = frozenset(first + second for first, seconds in _SECOND.items() for second in seconds)
_KM100 = 100_000


class GridPoints(NamedTuple):
    """Middles of the named squares and their sides, all in metres; NaN where none is named."""

    easting: Floats
    northing: Floats
    precision_m: Floats


def grid_square(letters: str) -> tuple[int, int]:
    """Return the column and row, in squares of 100 km, of a pair of letters.

    Examples
    --------
    >>> grid_square("TQ")
    (5, 1)
    """
    first, second = _LETTERS.index(letters[0]), _LETTERS.index(letters[1])
    column = (first - 2) % 5 * 5 + second % 5
    row = 19 - first // 5 * 5 - second // 5
    return column, row


def read_grid_references(values: pd.Series) -> GridPoints:
    """Read National Grid references of any even number of digits.

    Parameters
    ----------
    values
        n texts such as ``TQ 385 335``, ``tq385335``, ``ST7512964567`` or the
        all-figure ``375129 164567``.

    Returns
    -------
    points
        n eastings, northings (the middle of the square) and precisions, metres,
        EPSG:27700. Missing where the letters name no square of Great Britain
        or the number of digits is odd.

    Examples
    --------
    >>> import pandas as pd
    >>> read_grid_references(pd.Series(["TQ 385 335"])).easting
    array([538550.])
    """
    codes, words = distinct(values)
    points = np.array([_point(w) for w in words] + [(np.nan,) * 3])
    return GridPoints(*points[codes].T)


def on_land_squares(easting: Floats, northing: Floats) -> npt.NDArray[np.bool_]:
    """Say which points lie in a 100 km square that has any land of Great Britain.

    A coarse test that needs no map: it finds points on other continents, far
    out at sea, and most eastings and northings that were swapped.
    """
    land = np.zeros((8, 14), dtype=bool)
    for letters in _LAND:
        land[grid_square(letters)] = True
    with np.errstate(invalid="ignore"):
        inside = (easting >= 0) & (northing >= 0) & (easting < 7e5) & (northing < 1.3e6)
    column = np.where(inside, easting, 0) // _KM100
    row = np.where(inside, northing, 0) // _KM100
    return np.asarray(inside & land[column.astype(int), row.astype(int)])


def _point(text: str) -> tuple[float, float, float]:
    nowhere = (np.nan, np.nan, np.nan)
    plain = "".join(c for c in text.upper() if c.isalnum())
    if plain.isdecimal() and len(plain) == 12:  # both in full, without letters
        return float(plain[:6]) + 0.5, float(plain[6:]) + 0.5, 1.0
    letters, digits = plain[:2], plain[2:]
    if letters not in _LAND or not digits.isdecimal() or len(digits) % 2 or len(digits) > 10:
        return nowhere
    half = len(digits) // 2
    side = 10.0 ** (5 - half)
    column, row = grid_square(letters)
    easting = column * _KM100 + int(digits[:half]) * side + side / 2
    northing = row * _KM100 + int(digits[half:]) * side + side / 2
    return easting, northing, side
