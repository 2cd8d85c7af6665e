"""Into which short stretches are the streets divided, and which are neighbours?

A stretch ("lixel", from linear pixel) never runs across a junction. Each piece of
street is cut into equal stretches no longer than asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array

from csgeo.errors import MethodError

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.streets import Network

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.intp]

#: More stretches than this are a slip of the keyboard: 50 million need several gigabytes.
_MOST = 20_000_000


class Stretches(NamedTuple):
    """m stretches of street, in the order of the pieces and along each.

    ``first`` (pieces + 1) says where the stretches of each piece begin; pieces that
    nothing is joined to have none.
    """

    piece: Integers
    from_m: Numbers
    to_m: Numbers
    first: Integers

    @property
    def length_m(self) -> Numbers:
        """Metres of each stretch."""
        return self.to_m - self.from_m

    def holding(self, piece: Integers, along_m: Numbers) -> Integers:
        """Give the stretch that holds each position; one on a cut belongs to the further stretch."""
        lowest, beyond = self.first[piece], self.first[piece + 1]
        part = np.floor(along_m / self.length_m[lowest] * (1 + 1e-12)).astype(np.intp)
        return np.asarray(np.clip(lowest + part, lowest, beyond - 1), dtype=np.intp)


def cut_streets(network: Network, *, stretch_m: float | None = 50.0) -> Stretches:
    """Cut each piece of street into equal stretches of at most `stretch_m`.

    Parameters
    ----------
    network
        From :func:`csgeo.streets.street_network`; pieces that no place is joined to are left out.
    stretch_m
        The greatest length of a stretch in metres; None keeps the pieces whole, from junction
        to junction.

    Returns
    -------
    stretches
        m stretches.

    Raises
    ------
    MethodError
        If the length is not above 0, or makes more than 20 million stretches.

    References
    ----------
    Xie and Yan (2008), https://doi.org/10.1016/j.compenvurbsys.2008.05.001
    """
    parts = network.joinable.astype(np.intp)
    if stretch_m is not None:
        if not (np.isfinite(stretch_m) and stretch_m > 0):
            msg = f"`stretch_m` must be a length above 0 m; it is {stretch_m}."
            raise MethodError(msg)
        many = np.ceil(network.length_m / stretch_m * (1 - 1e-12))
        if (many * parts).sum() > _MOST:
            msg = (
                f"`stretch_m` must leave at most {_MOST:,} stretches; {stretch_m:g} m makes "
                f"{(many * parts).sum():,.0f} of {network.length_m.sum() / 1000:,.0f} km. Take a longer one."
            )
            raise MethodError(msg)
        parts = parts * np.maximum(many, 1).astype(np.intp)
    piece = np.repeat(np.arange(len(parts)), parts)
    first = np.r_[0, np.cumsum(parts)]
    nth = np.arange(len(piece)) - first[piece]
    share = network.length_m[piece] / parts[piece]
    whole = nth + 1 == parts[piece]
    to_m = np.where(whole, network.length_m[piece], (nth + 1) * share)
    return Stretches(piece, nth * share, to_m, first)


def cut_streets_at(network: Network, piece: Integers, along_m: Numbers) -> Stretches:
    """Cut pieces of street at given spots, such as where they leave a cell.

    Parameters
    ----------
    network
        From :func:`csgeo.streets.street_network`.
    piece, along_m
        k spots: the piece, and metres from its start. Those at its ends, or on pieces that nothing
        is joined to, cut nothing.
    """
    inner = network.joinable[piece] & (along_m > 0) & (along_m < network.length_m[piece])
    whole = np.flatnonzero(network.joinable)
    pieces, at = np.r_[whole, piece[inner]], np.r_[np.zeros(len(whole)), along_m[inner]]
    cuts = np.unique(np.column_stack([pieces, at]), axis=0)
    pieces, at = cuts[:, 0].astype(np.intp), cuts[:, 1]
    last = np.r_[pieces[1:] != pieces[:-1], True]
    to_m = np.where(last, network.length_m[pieces], np.r_[at[1:], 0.0])
    first = np.searchsorted(pieces, np.arange(len(network.pieces) + 1)).astype(np.intp)
    return Stretches(pieces, at, to_m, first)


def stretch_lines(network: Network, stretches: Stretches) -> npt.NDArray[np.object_]:
    """Draw the stretches: m lines."""
    from shapely.ops import substring  # noqa: PLC0415  (used only where something is drawn)

    lines = network.pieces[stretches.piece].copy()
    cut = np.flatnonzero(np.diff(stretches.first)[stretches.piece] > 1)
    for k in cut:
        lines[k] = substring(lines[k], stretches.from_m[k], stretches.to_m[k])
    return np.asarray(lines, dtype=object)


def stretch_table(
    network: Network, stretches: Stretches, **columns: npt.ArrayLike
) -> gpd.GeoDataFrame:
    """Make the table of stretches: ``street_id``, ``from_m``, ``length_m``, `columns`, and the lines."""
    street = network.street_id[stretches.piece]
    number = pd.Series(stretches.piece).groupby(stretches.piece).cumcount().to_numpy() + 1
    index = pd.Index(
        [f"{s}@{n}" for s, n in zip(street, number, strict=True)], name="stretch_id", dtype="str"
    )
    known = {
        "street_id": pd.array(street, dtype="str"),
        "from_m": stretches.from_m,
        "length_m": stretches.length_m,
    }
    return gpd.GeoDataFrame(
        known | columns, index=index, geometry=stretch_lines(network, stretches), crs=network.crs
    )


def joining_stretches(network: Network, stretches: Stretches) -> csr_array:
    """Call stretches neighbours that meet end to end or at a junction.

    Parameters
    ----------
    network, stretches
        The streets and how they are cut.

    Returns
    -------
    weights
        m x m, 1 for each neighbour, nothing on the diagonal: fit for
        :func:`csgeo.hotspots.local.getis_ord.local_getis_ord` and
        :func:`csgeo.hotspots.local.moran.local_moran`.
    """
    m = len(stretches.piece)
    start, end = _ends(network, stretches)
    at = coo_array(
        (np.ones(2 * m), (np.tile(np.arange(m), 2), np.r_[start, end])),
        shape=(m, max(start.max(), end.max()) + 1),
    ).tocsr()
    near = coo_array(at @ at.T)
    row, column = near.coords
    off = row != column
    weights = csr_array(coo_array((np.ones(int(off.sum())), (row[off], column[off])), (m, m)))
    weights.sort_indices()
    return weights


def _ends(network: Network, stretches: Stretches) -> tuple[Integers, Integers]:
    """Give each end of a stretch a number: junctions first, then the cuts within pieces."""
    m, nodes = len(stretches.piece), len(network.nodes)
    opens = stretches.from_m == 0
    closes = np.r_[opens[1:], True]
    cut = nodes + np.arange(m)  # the cut behind stretch k
    start = np.where(opens, network.start[stretches.piece], np.r_[0, cut[:-1]])
    end = np.where(closes, network.end[stretches.piece], cut)
    return start, end


def middles(network: Network, stretches: Stretches) -> Numbers:
    """Give the middle of each stretch: m x 2 metres."""
    at = (stretches.from_m + stretches.to_m) / 2
    points = shapely.line_interpolate_point(network.pieces[stretches.piece], at)
    return np.asarray(shapely.get_coordinates(points), dtype=float)
