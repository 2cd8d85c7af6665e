"""Which few places matter, and which only seem to?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.announcing import announced
from csgeo.hotspots.artefacts import artefact_buildings
from csgeo.hotspots.cell_size import choose_cell_m
from csgeo.hotspots.compact_places import chance_strengths, scan_strength
from csgeo.hotspots.counting import cells_table, count_incidents, lay_field
from csgeo.hotspots.cutting import compact_windows, window_sites
from csgeo.hotspots.enforcement import without_enforcement
from csgeo.hotspots.expectation import expected_records
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.getis_ord import getis_ord_star, one_sided_p
from csgeo.hotspots.listing import Limits, choose_places, places_tables
from csgeo.hotspots.methods.asked import Asked
from csgeo.hotspots.methods.lattice_facts import LatticeFacts
from csgeo.hotspots.methods.look import ByChance, look
from csgeo.hotspots.ranking import check_limits
from csgeo.hotspots.records import support_of, when_of
from csgeo.hotspots.searching_again import Search, strength_to_exceed
from csgeo.hotspots.stability import stability
from csgeo.recipe import ENFORCEMENT, EXPECTATIONS, METHODS
from csgeo.tables import check_same_crs

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from csgeo.hotspots.counting import Counted
    from csgeo.recipe import Enforcement, Expectation, Method


class Found(NamedTuple):
    """What was found.

    ``hotspots`` (``HOTSPOTS``), ``set_aside`` (``SET_ASIDE``), ``cells``
    (``CELLS`` with incidents, people where known, expected, getis_ord_star and
    q_value), ``choices``: what was chosen for the user, in words, and ``search``, with which
    the same can be looked for again.
    """

    hotspots: gpd.GeoDataFrame
    set_aside: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    choices: dict[str, str | float]
    search: Search


def find_hotspots(
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    method: Method = "compact_places",
    cell_m: int | None = None,
    expectation: Expectation = "surroundings",
    enforcement: Enforcement = "left_out",
    streets: gpd.GeoDataFrame | None = None,
    residents: gpd.GeoDataFrame | None = None,
    exposure: gpd.GeoDataFrame | None = None,
    places: gpd.GeoDataFrame | None = None,
    strata: gpd.GeoDataFrame | None = None,
    most_places: int = 10,
    least_in_stratum: int = 0,
    least_people: int = 3,
    least_sources: int = 1,
    most_share_of_area: float = 0.05,
    most_km2: float = 0.25,
    replicates: int = 999,
    q: float = 0.05,
    reruns: int = 0,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Found:
    """Find the few places where recorded harm is denser than chance would put it.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table, EPSG:27700; records without a point are not used.
    area
        ``AREAS`` table, the study area; records outside are not used.
    method
        Which statistic picks the places: "compact_places" (Poisson scan), or one of those in the
        vocabulary ``method``. Whatever it is, a place is compact, exceeds the expectation, and
        more so than chance gives anywhere.
    cell_m
        Side of the lattice cells in metres: 125, 250, 500, ...; by itself the smallest that is no
        smaller than what is known of the records' places.
    expectation
        What records are compared with: "surroundings" (the records around, spread over the
        cells that can hold some), "streets" (metres of street), "residents" (people) or "exposure"
        (whatever the table `exposure` holds: pupils, passers-by).
    enforcement
        "left_out": records that enforcement made (``origin``) are not searched, as they show where
        somebody looked; or "kept".
    streets, residents, exposure, places, strata
        ``STREETS``; ``AREAS`` with residents_10_17 or residents; points, areas or cells with the
        column exposure; ``PLACES`` for names and artefacts; ``AREAS`` with stratum. Each may be None.
    most_places
        Length of the list at most, 1 to 20.
    least_in_stratum
        How many places each stratum is to have, so that the city does not drown the villages;
        they come after the strongest of all, up to 20. 0 for none.
    least_people, least_sources
        A place of fewer people (where they are known) or sources is set aside with the reason.
    most_share_of_area
        Share of the study area that the list may cover at most, up to 0.05.
    most_km2
        Largest place in square kilometres.
    replicates
        How many times chance is tried for the p-values.
    q
        Places with a higher q-value are not listed.
    reruns
        How many times the search is run again on records drawn anew, each moved within its
        precision, on lattices moved by half a cell: the share that finds a place again is
        its stability. 0 leaves it missing.
    seed
        Where chance starts.
    progress
        Called with (done, all) while chance is tried, and again while the search is run again.

    Returns
    -------
    found
        hotspots, set_aside, cells, choices. The list may be empty: then nothing stands out.

    Raises
    ------
    TableError
        If a table breaks its contract or is in another system than the area.
    RecipeError
        If an option is out of its bounds.
    MethodError
        If no record lies in the study area, the records are too few for the method or lack what
        it needs (such as days), or the expectation lacks its table.

    References
    ----------
    One page for each method in docs/methods; docs/methods/choosing.md compares them.

    Examples
    --------
    >>> found = find_hotspots(incidents, area, streets=streets)  # doctest: +SKIP
    >>> found.hotspots[["rank", "name", "incidents", "expected"]]  # doctest: +SKIP
    """
    _check_options(method, expectation, enforcement, q=q, replicates=replicates)
    check_limits(
        most_places=most_places,
        most_share_of_area=most_share_of_area,
        least_in_stratum=least_in_stratum,
    )
    tables = {
        "streets": streets, "residents": residents, "exposure": exposure, "places": places,
        "strata": strata,
    }  # fmt: skip
    check_same_crs(
        area=area, incidents=incidents, **{k: t for k, t in tables.items() if t is not None}
    )
    enforcement_words = ""
    if enforcement == "left_out":
        incidents, enforcement_words = without_enforcement(incidents)
    cell_m, why_cells = (
        choose_cell_m(incidents, area, most_km2=most_km2)
        if cell_m is None
        else (cell_m, "as asked")
    )
    field = lay_field(area, cell_m=cell_m)
    counted = count_incidents(incidents, field)
    _check_enough(incidents, counted)
    expected, expected_words = expected_records(
        counted.incidents, field,
        expectation=expectation, streets=streets, residents=residents, exposure=exposure,
    )  # fmt: skip
    sites = window_sites(expected > 0, compact_windows(cell_m=cell_m, most_km2=most_km2))
    strongest = chance_strengths(
        expected, counted.inside, sites, replicates=replicates, seed=seed, progress=progress
    )
    by_chance = ByChance(strongest, strength_to_exceed(strongest, q))
    asked = Asked(
        counted, expected, field, sites,
        np.round(scan_strength(counted.incidents, expected, sites), 9),
        q=q, replicates=replicates, seed=seed, when=when_of(incidents),
        facts=LatticeFacts(field, streets), progress=progress,
    )  # fmt: skip
    looked = look(method, asked, by_chance)
    limits = Limits(
        q, most_places, most_share_of_area, least_in_stratum, least_people, least_sources
    )
    support = support_of(incidents, most_km2=most_km2)
    chosen = choose_places(
        looked, counted, expected, field, artefact_buildings(places), support=support,
        strata=strata, limits=limits,
    )  # fmt: skip
    hotspots, aside = places_tables(
        chosen, incidents, counted, expected, field,
        method=method, streets=streets, places=places, strata=strata,
    )  # fmt: skip
    search = Search(
        method, cell_m, expectation, streets, residents, exposure, places, strata, limits, most_km2,
        by_chance.least, looked.settled, replicates,
    )  # fmt: skip
    if reruns and len(hotspots):
        again = stability(
            hotspots, incidents, area, search=search, reruns=reruns, seed=seed,
            progress=None if progress is None else lambda _, done, of: progress(done, of),
        )  # fmt: skip
        hotspots = hotspots.assign(stability=again)
    z = getis_ord_star(counted.incidents, field.mask)
    cells = cells_table(
        incidents, field, counted,
        expected=expected, getis_ord_star=z, q_value=q_values(one_sided_p(z)),
    )  # fmt: skip
    choices = announced(
        search, counted, looked, (hotspots, aside),
        why_cells=why_cells, expectation=expected_words, enforcement=(enforcement, enforcement_words),
        people_known=support.people_known, reruns=reruns,
    )  # fmt: skip
    return Found(hotspots, aside, cells, choices, search)


def find_by(
    search: Search, incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """List the places that a settled search finds in other records; chance is not tried again.

    Parameters
    ----------
    search
        The ``search`` of a :class:`Found`: a window must exceed what chance gave there.
    incidents, area
        ``INCIDENTS`` and the study area (``AREAS``), as in :func:`find_hotspots`.

    Returns
    -------
    hotspots
        ``HOTSPOTS`` with p-values and q-values missing.
    """
    field = lay_field(area, cell_m=search.cell_m)
    counted = count_incidents(incidents, field)
    _check_enough(incidents, counted)
    expected, _ = expected_records(
        counted.incidents, field, expectation=search.expectation, streets=search.streets,
        residents=search.residents, exposure=search.exposure,
    )  # fmt: skip
    windows = compact_windows(cell_m=search.cell_m, most_km2=search.most_km2)
    sites = window_sites(expected > 0, windows)
    asked = Asked(
        counted, expected, field, sites,
        np.round(scan_strength(counted.incidents, expected, sites), 9),
        q=search.limits.q, replicates=0, seed=0, when=when_of(incidents),
        facts=LatticeFacts(field, search.streets), settled=search.settled or {},
    )  # fmt: skip
    looked = look(search.method, asked, ByChance(None, search.least_strength or 0.0))
    chosen = choose_places(
        looked, counted, expected, field, artefact_buildings(search.places),
        support=support_of(incidents, most_km2=search.most_km2),
        strata=search.strata, limits=search.limits,
    )  # fmt: skip
    hotspots, _ = places_tables(
        chosen, incidents, counted, expected, field, method=search.method,
        streets=search.streets, places=search.places, strata=search.strata,
    )  # fmt: skip
    return hotspots.assign(p_value=np.nan, q_value=np.nan)


def _check_options(
    method: str, expectation: str, enforcement: str, *, q: float, replicates: int
) -> None:
    for called, value, known in (
        ("method", method, METHODS),
        ("expectation", expectation, EXPECTATIONS),
        ("enforcement", enforcement, ENFORCEMENT),
    ):
        if value not in known:
            msg = f"`{called}` must be one of {', '.join(known)}; it is {value!r}."
            raise RecipeError(msg)
    if not 0 < q <= 1:
        msg = f"`q` must be above 0 and at most 1; it is {q:g}."
        raise RecipeError(msg)
    if replicates < 1 or 1 / (replicates + 1) > q:
        msg = (
            f"`replicates` must be at least {int(np.ceil(1 / q)) - 1} for q = {q:g}: with "
            f"{replicates}, no p-value can be that small."
        )
        raise RecipeError(msg)


def _check_enough(incidents: gpd.GeoDataFrame, counted: Counted) -> None:
    if counted.inside == 0:
        msg = (
            f"At least one record must lie in the study area; of {len(incidents)} records "
            f"{counted.outside} lie outside and {counted.without_place} have no place. "
            "Check that `incidents` and `area` are about the same part of the country."
        )
        raise MethodError(msg)
