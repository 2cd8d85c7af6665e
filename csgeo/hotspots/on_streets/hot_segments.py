"""Which stretches of street hold more records than chance would put there?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.counting import count_people
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.on_streets.placing import TO_STREET_M, Placed, place_on_streets
from csgeo.hotspots.on_streets.segments import Stretches, cut_streets, stretch_table
from csgeo.hotspots.on_streets.spreading import make_spreading, spread, weighed_spots
from csgeo.hotspots.sharing_out import FLOOR_SHARE, SURROUNDINGS_M

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.on_streets.spreading import Spreading
    from csgeo.streets import Network

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.intp]

Against: TypeAlias = Literal["length", "surroundings"]
Chance: TypeAlias = Literal["poisson", "monte carlo"]


class HotSegments(NamedTuple):
    """The stretches with what chance says of them, where the records were put, and the words.

    ``cut`` says how the streets were cut, in the order of ``stretches``.
    """

    stretches: gpd.GeoDataFrame
    placed: Placed
    cut: Stretches
    words: str


def hot_segments(
    incidents: gpd.GeoDataFrame,
    network: Network,
    *,
    stretch_m: float | None = 100.0,
    against: Against = "surroundings",
    surroundings_m: float = SURROUNDINGS_M,
    chance: Chance = "poisson",
    replicates: int = 9999,
    seed: int = 0,
    q: float = 0.05,
    to_street_m: float = TO_STREET_M,
) -> HotSegments:
    """Count the records of each stretch and compare them with a stated expectation.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table, n rows.
    network
        From :func:`csgeo.streets.street_network`, in the same system.
    stretch_m
        The greatest length of a stretch (m); None: from junction to junction. By default about
        what the points of published police records are exact to.
    against
        "length": records are expected in proportion to metres of street over the whole network,
        so the centre of a town is hot as a whole. "surroundings": in proportion to length and to
        the density along the streets within `surroundings_m` around, so that a town is compared
        with itself. In both no stretch is given less than a tenth of the average stretch.
    surroundings_m
        Where the surroundings end, in metres along the streets.
    chance
        "poisson": P(as many or more) of a Poisson variable. "monte carlo": the records are dealt
        out `replicates` times as expected; (1 + as many or more) / (replicates + 1).
    replicates, seed
        For "monte carlo".
    q
        Stretches with a q-value of at most this are called hot.
    to_street_m
        As in :func:`csgeo.hotspots.on_streets.placing.place_on_streets`.

    Returns
    -------
    hot_segments
        ``stretches``, by ``stretch_id``: ``street_id``, ``from_m``, ``length_m`` (m), ``incidents``
        (count), ``people`` (distinct, where known), ``expected`` (count), ``per_100m`` (records per
        100 m), ``strength`` (incidents / expected), ``score`` (log likelihood ratio), ``p_value``,
        ``q_value`` (Benjamini and Hochberg over all stretches), ``hot``, geometry. ``placed`` and
        ``words`` as in :func:`csgeo.hotspots.on_streets.network_density.network_density`.

    Raises
    ------
    TableError, MethodError
        If the tables or the choices cannot be used, or there is one stretch only.

    References
    ----------
    Weisburd (2015), https://doi.org/10.1111/1745-9125.12070 (streets as the unit); Benjamini and
    Hochberg (1995), https://doi.org/10.1111/j.2517-6161.1995.tb02031.x
    """
    _check_choices(against, chance, replicates)
    placed = place_on_streets(incidents, network, to_street_m=to_street_m)
    cut = cut_streets(network, stretch_m=stretch_m)
    ready = None if against == "length" else make_surroundings(network, cut, reach_m=surroundings_m)
    number = stretch_numbers(placed, cut)
    counts = np.bincount(number[number >= 0], minlength=len(cut.piece))
    expected = expected_on(cut, placed, ready)
    p = chance_of(counts, expected, chance=chance, replicates=replicates, seed=seed)
    q_value = q_values(p)
    people = count_people(incidents, number)
    columns: dict[str, npt.ArrayLike] = {"incidents": counts}
    if len(people):
        columns["people"] = people.reindex(range(len(counts)), fill_value=0).to_numpy()
    table = stretch_table(
        network, cut, **columns, expected=expected, per_100m=100 * counts / cut.length_m,
        strength=counts / expected, score=log_likelihood_ratio(counts, expected), p_value=p, q_value=q_value,
        hot=q_value <= q,
    )  # fmt: skip
    by = (
        ""
        if ready is None
        else f" and to the density along the streets within {surroundings_m:g} m"
    )
    drawn = "Poisson" if chance == "poisson" else f"{replicates:,} draws, seed {seed}"
    words = (
        f"{placed.words} Expected in proportion to metres of street{by}. "
        f"{_words(table, f'{drawn}, Benjamini-Hochberg at {q:g}')}"
    )
    if chance == "monte carlo":
        words += _least_words(len(table), replicates, q)
    return HotSegments(table, placed, cut, words)


def stretch_numbers(placed: Placed, cut: Stretches) -> Integers:
    """Give the stretch of each record; -1 for those on no street."""
    number = np.full(len(placed.piece), -1, dtype=np.intp)
    on = placed.on
    number[on] = cut.holding(placed.piece[on], placed.along_m[on])
    return number


def make_surroundings(network: Network, cut: Stretches, *, reach_m: float) -> Spreading:
    """Make ready what measures the density around each stretch."""
    return make_spreading(network, cut, bandwidth_m=reach_m, method="discontinuous")


def expected_on(cut: Stretches, placed: Placed, surroundings: Spreading | None) -> Numbers:
    """Share out the placed records over the stretches as expected.

    Parameters
    ----------
    cut, placed
        The stretches and where the records lie.
    surroundings
        From :func:`make_surroundings`; None for shares by length alone.

    Returns
    -------
    expected
        m numbers above 0 that add up to the records placed.
    """
    if len(cut.piece) < 2:
        msg = (
            "The network must have at least two stretches to compare; it has 1. Take a shorter "
            "`stretch_m`, or more streets."
        )
        raise MethodError(msg)
    weight = cut.length_m
    if surroundings is not None:
        spots = weighed_spots(placed, None, len(surroundings.network.pieces))
        weight, _ = spread(surroundings, spots)
    # else a record on a scrap of street, or on a lane where nobody is, would come first
    weight = np.maximum(weight, FLOOR_SHARE * weight.mean())
    return np.asarray(weight * (placed.placed / weight.sum()), dtype=float)


def chance_of(
    counts: Integers,
    expected: Numbers,
    *,
    chance: str = "poisson",
    replicates: int = 9999,
    seed: int = 0,
) -> Numbers:
    """Give the p-value of as many records or more on each stretch."""
    if chance == "poisson":
        from scipy.special import pdtrc  # noqa: PLC0415  (heavy, and used only here)

        return np.where(counts > 0, pdtrc(np.maximum(counts - 1, 0), expected), 1.0)
    rng = np.random.default_rng(seed)
    shares = expected / expected.sum()
    as_many = np.zeros(len(counts), dtype=np.int64)
    asked = np.flatnonzero(counts)
    for _ in range(replicates):
        as_many[asked] += rng.multinomial(counts.sum(), shares)[asked] >= counts[asked]
    as_many[counts == 0] = replicates
    return np.asarray((1 + as_many) / (1 + replicates))


def log_likelihood_ratio(
    counts: Integers, expected: Numbers, *, all_records: int | None = None
) -> Numbers:
    """Give Kulldorff's log likelihood ratio of more than expected; 0 where there is no more.

    `all_records` is what the counts and the expected are part of; their sum if None.
    """
    from scipy.special import xlogy  # noqa: PLC0415  (heavy, and used only here)

    total = counts.sum() if all_records is None else all_records
    rest, rest_expected = total - counts, np.maximum(total - expected, 1e-300)
    inside = xlogy(counts, np.maximum(counts, 1) / expected)
    beyond = xlogy(rest, np.maximum(rest, 1) / rest_expected)
    return np.asarray(np.where(counts > expected, inside + beyond, 0.0))


def _check_choices(against: str, chance: str, replicates: int) -> None:
    for name, word, words in (
        ("against", against, get_args(Against)),
        ("chance", chance, get_args(Chance)),
    ):
        if word not in words:
            msg = f"`{name}` must be one of {', '.join(words)}; it is {word!r}."
            raise MethodError(msg)
    if replicates < 1:
        msg = f"`replicates` must be at least 1, better 9,999; it is {replicates}."
        raise MethodError(msg)


def _words(table: gpd.GeoDataFrame, how: str) -> str:
    hot = table["hot"]
    share = table["length_m"][hot].sum() / table["length_m"].sum()
    return (
        f"{int(hot.sum()):,} of {len(table):,} stretches are hot ({how}); they hold "
        f"{int(table['incidents'][hot].sum()):,} records in {share:.1%} of the length."
    )


def _least_words(stretches: int, replicates: int, q: float) -> str:
    """Say so where there are too few draws for one stretch alone to be called hot."""
    least = stretches / (replicates + 1)
    if least <= q:
        return ""
    return (
        f" With {replicates:,} draws no p-value is below {1 / (replicates + 1):.2g}: at least "
        f"{int(np.ceil(least / q)):,} stretches must be as strong before any is called hot."
    )
