"""How dense is recorded harm along the streets?

The kernel runs along the streets and divides at junctions, so that neither the far bank of a
river nor the next street behind the gardens is coloured by what happened here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.on_streets.kernels import reach_m
from csgeo.hotspots.on_streets.placing import TO_STREET_M, Placed, place_on_streets
from csgeo.hotspots.on_streets.segments import cut_streets, stretch_table
from csgeo.hotspots.on_streets.spreading import (
    DeadEnds,
    Method,
    Spreading,
    make_spreading,
    spread,
    weighed_spots,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.streets import Network

#: As far as one sees and hears along a street, and the middle of what studies of crime use.
BANDWIDTH_M = 300.0


class NetworkDensity(NamedTuple):
    """The density of each stretch, where the records were put, and both in words."""

    stretches: gpd.GeoDataFrame
    placed: Placed
    words: str


def network_density(
    incidents: gpd.GeoDataFrame,
    network: Network,
    *,
    bandwidth_m: float = BANDWIDTH_M,
    kernel: str = "quartic",
    method: Method = "continuous",
    stretch_m: float | None = 50.0,
    weights: npt.ArrayLike | None = None,
    dead_ends: DeadEnds = "turn back",
    to_street_m: float = TO_STREET_M,
    step_m: float | None = None,
) -> NetworkDensity:
    """Spread each record along the streets around it and add up.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table, n rows.
    network
        From :func:`csgeo.streets.street_network`, in the same system.
    bandwidth_m
        Where a record's influence ends, in metres along the streets; of the Gaussian the
        standard deviation (it is cut at three).
    kernel
        "quartic", "epanechnikov", "triangular", "uniform" or "gaussian".
    method
        What happens at a junction of n streets. "continuous": 2 / n goes into each other street
        and 2 / n - 1 back, so that the density does not jump. "discontinuous": 1 / (n - 1) goes
        into each other street. "simple": the kernel of the shortest walk, divided nowhere; then
        a record counts once in each street, and the sum is not that of the records.
    stretch_m
        The greatest length of a stretch (m); None: from junction to junction.
    weights
        n numbers of at least 0: how much each record counts. Once each if None.
    dead_ends
        For "discontinuous". "turn back": what comes to a dead end is turned back, so that each
        record adds up to 1. "leave": it is lost; right where the ends are those of the map.
        "continuous" always turns it back, by its own rule.
    to_street_m
        As in :func:`csgeo.hotspots.on_streets.placing.place_on_streets`.
    step_m
        Lengths are rounded to this within the sums; by default 1/256 of the reach.

    Returns
    -------
    network_density
        ``stretches``: index ``stretch_id``; ``street_id``, ``from_m`` and ``length_m`` (m),
        ``incidents`` (count in the stretch; sum of weights if there are any), ``spread`` (records
        after spreading: over all stretches they add up to the records placed; exact to rounding,
        "simple" apart), ``per_100m`` (their mean density) and ``density`` (records per metre in the
        stretch's middle, as other programs give it), geometry. ``placed``: on the rows of
        `incidents`. ``words``: what was done.

    Raises
    ------
    TableError, MethodError
        If the tables or the choices cannot be used.

    References
    ----------
    Okabe, Satoh and Sugihara (2009), https://doi.org/10.1080/13658810802475491; "simple": Xie and
    Yan (2008), https://doi.org/10.1016/j.compenvurbsys.2008.05.001

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import LineString
    >>> from csgeo.streets import street_network
    >>> from csgeo.hotspots.on_streets.placing import points_on_streets
    >>> streets = gpd.GeoDataFrame(
    ...     {"name": ["High Street"], "kind": "street", "length_m": [1000.0]}, crs=27700,
    ...     geometry=[LineString([(0, 0), (1000, 0)])], index=pd.Index(["a"], name="street_id"))
    >>> network = street_network(streets)
    >>> placed = points_on_streets([500.0], [3.0], network)
    >>> density_of(placed, network, bandwidth_m=100, stretch_m=100)["spread"].round(2).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0]
    """
    placed = place_on_streets(incidents, network, to_street_m=to_street_m)
    stretches = density_of(
        placed, network, bandwidth_m=bandwidth_m, kernel=kernel, method=method,
        stretch_m=stretch_m, weights=weights, dead_ends=dead_ends, step_m=step_m,
    )  # fmt: skip
    words = (
        f"{placed.words} Each was spread {reach_m(kernel, bandwidth_m):g} m along the streets ({kernel}, "
        f"{method}) over {len(stretches):,} stretches."
    )
    return NetworkDensity(stretches, placed, words)


def density_of(
    placed: Placed,
    network: Network,
    *,
    bandwidth_m: float = BANDWIDTH_M,
    kernel: str = "quartic",
    method: Method = "continuous",
    stretch_m: float | None = 50.0,
    weights: npt.ArrayLike | None = None,
    dead_ends: DeadEnds = "turn back",
    step_m: float | None = None,
) -> gpd.GeoDataFrame:
    """Give the table of :func:`network_density` for records that are already placed."""
    cut = cut_streets(network, stretch_m=stretch_m)
    ready = make_spreading(
        network, cut, bandwidth_m=bandwidth_m, kernel=kernel, method=method,
        dead_ends=dead_ends, step_m=step_m,
    )  # fmt: skip
    _check_middles(ready)
    spots = weighed_spots(placed, weights, len(network.pieces))
    held, density = spread(ready, spots, at_middles=True)
    mean = density if method == "simple" else held / np.maximum(cut.length_m, ready.step_m)
    on = placed.on
    counted = np.bincount(
        cut.holding(placed.piece[on], placed.along_m[on]),
        weights=None if weights is None else np.asarray(weights, dtype=float)[on],
        minlength=len(cut.piece),
    )
    return stretch_table(
        network, cut, incidents=counted, spread=held, per_100m=100 * mean, density=density
    )


def _check_middles(ready: Spreading) -> None:
    """Refuse middles that lie too far apart to see the records between them."""
    longest = float(ready.stretches.length_m.max())
    reach = reach_m(ready.kernel, ready.bandwidth_m)
    if ready.method == "simple" and 2 * reach < longest:
        msg = (
            f'With method "simple" the bandwidth must reach from one middle of a stretch to the next; '
            f"{reach:g} m does not, for stretches of {longest:g} m. Take a shorter `stretch_m`, or "
            'method "continuous", which measures whole stretches.'
        )
        raise MethodError(msg)
