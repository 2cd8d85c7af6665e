"""Which places does the same search list, with other records or another lattice?

The search is that of ``find_hotspots`` without its draws by chance: a window must
be stronger than what the first search's chance gave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.artefacts import artefact_buildings
from csgeo.hotspots.compact_places import chance_strengths, scan_strength
from csgeo.hotspots.cutting import compact_windows, window_sites
from csgeo.hotspots.expectation import SURROUNDINGS_M
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.getis_ord import getis_ord_star, one_sided_p
from csgeo.hotspots.listing import Limits, choose_places
from csgeo.hotspots.moved_lattice import HALVES, lay_grounds
from csgeo.hotspots.ranking import MOST_PLACES
from csgeo.hotspots.scoring import Scored, by_clusters, by_getis_ord

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.artefacts import Buildings
    from csgeo.hotspots.counting import Counted
    from csgeo.hotspots.cutting import Window, Windows
    from csgeo.hotspots.moved_lattice import Ground

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]

#: What a place of the Poisson scan needs at least, as in the first search.
_LEAST_RECORDS = 2
#: How much longer than the first list that of a re-run may be (docs/decisions/0014).
ROOM = 2


class Search(NamedTuple):
    """How the places were found: the choices of ``find_hotspots``.

    ``least_strength`` is what a window of the Poisson scan must exceed, from
    ``strength_to_exceed``; if it is None, chance is tried `replicates` times to find it.
    """

    method: str = "compact_places"
    cell_m: int = 125
    expectation: str = "surroundings"
    streets: gpd.GeoDataFrame | None = None
    residents: gpd.GeoDataFrame | None = None
    places: gpd.GeoDataFrame | None = None
    strata: gpd.GeoDataFrame | None = None
    limits: Limits = Limits(q=0.05, most_places=10, most_share_of_area=0.05)
    most_km2: float = 0.25
    least_strength: float | None = None
    replicates: int = 999


def with_room(search: Search) -> Search:
    """Let the list be twice as long, up to the most places that any list has.

    A place that another one overtakes is still found; one that falls from the tenth place
    beyond the twentieth is not.
    """
    limits = search.limits
    longer = limits._replace(
        most_places=min(ROOM * limits.most_places, MOST_PLACES),
        most_share_of_area=ROOM * limits.most_share_of_area,
    )
    return search._replace(limits=longer)


class Ready(NamedTuple):
    """A search with all that does not change from one run to the next."""

    search: Search
    windows: Windows
    buildings: Buildings
    grounds: tuple[Ground, ...]


def make_ready(search: Search, area: gpd.GeoDataFrame, *, only_as_it_is: bool = False) -> Ready:
    """Lay the study area on the four lattices and measure what the expectation rests on.

    Parameters
    ----------
    search, area
        How the places were found, and the study area (``AREAS``).
    only_as_it_is
        Lay the first lattice only, which is not moved.
    """
    grounds = lay_grounds(
        area,
        cell_m=search.cell_m,
        expectation=search.expectation,
        streets=search.streets,
        residents=search.residents,
        strata=search.strata,
        halves=HALVES[:1] if only_as_it_is else HALVES,
    )
    windows = compact_windows(cell_m=search.cell_m, most_km2=search.most_km2)
    return Ready(search, windows, artefact_buildings(search.places), grounds)


def with_strength(ready: Ready, x: Numbers, y: Numbers, *, seed: int) -> Ready:
    """Find what a window must exceed from the records as they are, if it is not known."""
    search, ground = ready.search, ready.grounds[0]
    if search.method != "compact_places" or search.least_strength is not None:
        return ready
    counted, _ = ground.counted(x, y)
    if counted.inside == 0:  # they are only near: nothing can be stronger than chance
        return ready._replace(search=search._replace(least_strength=float("inf")))
    expected = ground.expectation.of(counted.incidents, SURROUNDINGS_M)
    sites = window_sites(expected > 0, ready.windows)
    strongest = chance_strengths(
        expected, counted.inside, sites, replicates=search.replicates, seed=seed
    )
    least = strength_to_exceed(strongest, search.limits.q)
    return ready._replace(search=search._replace(least_strength=least))


def strength_to_exceed(strongest: Numbers, q: float) -> float:
    """Give the strength above which ``chance_p_value`` is at most `q`.

    Parameters
    ----------
    strongest
        n log likelihood ratios of ``chance_strengths``.
    q
        The largest p-value that is listed, 0 to 1.

    Returns
    -------
    strength
        A window is listed if it is stronger; infinite if n is too small for any to be.
    """
    may_beat = int(np.floor(q * (len(strongest) + 1) + 1e-9)) - 1
    if may_beat < 0:
        return float("inf")
    return float(-np.sort(-strongest)[may_beat]) if may_beat < len(strongest) else 0.0


def search_again(
    ready: Ready,
    ground: Ground,
    moved: tuple[Numbers, Numbers],
    recorded: tuple[Numbers, Numbers],
    *,
    reach_m: float = SURROUNDINGS_M,
) -> list[Integers]:
    """List the places of one run, without those that are set aside.

    Parameters
    ----------
    ready, ground
        The search, and one of its lattices.
    moved, recorded
        n eastings and n northings in metres: where the records were put, and where they were
        recorded. What is piled up on one point is judged by the second.
    reach_m
        Standard deviation of the surroundings.

    Returns
    -------
    places
        The cells of each place as flat positions on `ground`, strongest first.
    """
    counted, inside = ground.counted(*moved)
    if counted.inside == 0:
        return []
    expected = ground.expectation.of(counted.incidents, reach_m)
    scored = _scored(ready, counted, expected, ground)
    if scored is None:
        return []
    x, y = (values[inside] for values in recorded)
    chosen = choose_places(
        scored, counted._replace(x=x, y=y), expected, ground.field, ready.buildings,
        strata=ground.strata, limits=ready.search.limits,
    )  # fmt: skip
    return [place.window.cells for place in chosen if place.reason is None]


def _scored(ready: Ready, counted: Counted, expected: Numbers, ground: Ground) -> Scored | None:
    search = ready.search
    if search.method == "getis_ord":
        z = getis_ord_star(counted.incidents, ground.field.mask)
        return by_getis_ord(z, q_values(one_sided_p(z)), ready.windows, q=search.limits.q)
    if search.method == "hdbscan":
        try:
            return by_clusters(counted, expected, ready.windows)
        except MethodError:  # too few different points were drawn
            return None
    sites = window_sites(expected > 0, ready.windows)
    scores = np.round(scan_strength(counted.incidents, expected, sites), 9)
    scores[scores <= (search.least_strength or 0.0)] = 0.0
    return Scored(scores, sites, _as_strong_as_listed, "", _LEAST_RECORDS)


def _as_strong_as_listed(_window: Window) -> tuple[float, float]:
    return 0.0, 0.0
