"""Do records lie nearer to each other, or to services, along the streets than by chance?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import pandas as pd

from csgeo.errors import MethodError
from csgeo.hotspots.repeats.shuffles import checked_replicates, in_batches, share_at_least

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from csgeo.hotspots.on_streets.placing import Placed
    from csgeo.streets import Network

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.intp]
    Spots: TypeAlias = tuple[Integers, Numbers]

Correction: TypeAlias = Literal["none", "ang"]
By: TypeAlias = Literal["moved", "labels"]


class NetworkK(NamedTuple):
    """The K function, with what chance would make of it.

    ``table`` is indexed by ``r_m``: ``k`` (metres of street), ``mean``, ``low`` and ``high`` of the
    replicates, ``p_value`` (of as much or more, at this distance alone). ``p_overall`` allows
    for all the distances looked at. ``n`` records (pairs of n and ``others`` for the cross
    function) on ``length_m`` metres of street.
    """

    table: pd.DataFrame
    p_overall: float
    n: int
    others: int
    length_m: float
    words: str


def network_k(
    placed: Placed,
    network: Network,
    *,
    r_m: npt.ArrayLike,
    correction: Correction = "none",
    replicates: int = 99,
    seed: int = 0,
    envelope: float = 0.95,
    progress: Callable[[int, int], None] | None = None,
) -> NetworkK:
    """Count the other records within r metres along the streets of each, over their density.

    K(r) = L / (n (n - 1)) x the ordered pairs at most r apart, L metres of street.

    Parameters
    ----------
    placed
        Records on the streets, from :mod:`csgeo.hotspots.on_streets.placing`; those on no
        street are left out.
    network
        The streets that they were placed on.
    r_m
        k distances in metres, ascending, 0 or more.
    correction
        "none": Okabe and Yamada; compare with the replicates, as what chance gives depends on
        the network. "ang": each pair counts 1 / m, m the number of spots exactly as far off;
        then chance gives r on any network.
    replicates
        How often as many records are put anywhere on the streets; 0 for none.
    seed
        Fixes the draws, whatever the number of threads.
    envelope
        The share of replicates between ``low`` and ``high`` at each distance.
    progress
        Called with the replicates done and all.

    Returns
    -------
    network_k
        See :class:`NetworkK`. Pairs on one spot are at 0 m.

    Raises
    ------
    MethodError
        If there are fewer than two records on streets, or a choice cannot be used.

    References
    ----------
    Okabe and Yamada (2001), https://doi.org/10.1111/j.1538-4632.2001.tb00448.x; Ang, Baddeley and
    Nair (2012), https://doi.org/10.1111/j.1467-9469.2011.00752.x
    """
    r = _checked(r_m, correction, envelope, replicates)
    spots = _on(placed, "placed", least=2)
    n, metres = len(spots[0]), float(network.length_m[network.joinable].sum())
    count = _counter(network, r, correction)

    def k_of(spots: Spots) -> Numbers:
        near = count(spots, spots)
        # each record is 0 m from itself: that is no pair
        return (near - n) * (metres / (n * (n - 1)))

    def draw(rng: np.random.Generator) -> Numbers:
        return k_of(_anywhere(network, n, rng))

    found = k_of(spots)
    drawn = _replicates(draw, len(r), replicates, seed, progress)
    table, p_overall = _compared(r, found, drawn, envelope)
    words = (
        f"{n:,} records on {metres / 1000:,.1f} km of street; "
        f"{_against(f'put anywhere on the streets {replicates:,} times', seed, replicates, p_overall)}"
    )
    return NetworkK(table, p_overall, n, n, metres, words)


def network_cross_k(
    placed: Placed,
    others: Placed,
    network: Network,
    *,
    r_m: npt.ArrayLike,
    chance: By = "moved",
    correction: Correction = "none",
    replicates: int = 99,
    seed: int = 0,
    envelope: float = 0.95,
    progress: Callable[[int, int], None] | None = None,
) -> NetworkK:
    """Count the others (such as bus stops) within r metres along the streets of each record.

    K(r) = L / (n m) x the pairs of a record and another at most r apart.

    Parameters
    ----------
    placed, others
        n records and m others on the streets.
    network, r_m, correction, replicates, seed, envelope, progress
        As for :func:`network_k`.
    chance
        "moved": the others are put anywhere on the streets, the records stay; asks whether records
        lie near them. "labels": all n + m stay, and which are records is drawn; asks whether
        records lie near the others more than near each other, wherever both are.

    Returns
    -------
    network_k
        See :class:`NetworkK`.

    Raises
    ------
    MethodError
        If one of the sets has nothing on the streets, or a choice cannot be used.

    References
    ----------
    Okabe and Yamada (2001), https://doi.org/10.1111/j.1538-4632.2001.tb00448.x
    """
    r = _checked(r_m, correction, envelope, replicates)
    if chance not in get_args(By):
        msg = f"`chance` must be one of {', '.join(get_args(By))}; it is {chance!r}."
        raise MethodError(msg)
    one, other = _on(placed, "placed", least=1), _on(others, "others", least=1)
    n, m, metres = len(one[0]), len(other[0]), float(network.length_m[network.joinable].sum())
    count = _counter(network, r, correction)
    both = np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]])

    def draw(rng: np.random.Generator) -> Numbers:
        if chance == "moved":
            return count(one, _anywhere(network, m, rng))
        dealt = rng.permutation(n + m)
        piece, along = both[0][dealt], both[1][dealt]
        return count((piece[:n], along[:n]), (piece[n:], along[n:]))

    per_pair = metres / (n * m)
    found = count(one, other) * per_pair
    drawn = _replicates(draw, len(r), replicates, seed, progress) * per_pair
    table, p_overall = _compared(r, found, drawn, envelope)
    how = "others put anywhere on the streets" if chance == "moved" else "labels dealt out"
    words = (
        f"{n:,} records and {m:,} others on {metres / 1000:,.1f} km of street; "
        f"{_against(f'{how} {replicates:,} times', seed, replicates, p_overall)}"
    )
    return NetworkK(table, p_overall, n, m, metres, words)


def _checked(r_m: npt.ArrayLike, correction: str, envelope: float, replicates: int) -> Numbers:
    r = np.atleast_1d(np.asarray(r_m, dtype=float))
    if not len(r) or not (np.isfinite(r).all() and r[0] >= 0 and (np.diff(r) > 0).all()):
        msg = f"`r_m` must be ascending distances of at least 0 m; it is {r_m!r}."
        raise MethodError(msg)
    if correction not in get_args(Correction):
        msg = (
            f"`correction` must be one of {', '.join(get_args(Correction))}; it is {correction!r}."
        )
        raise MethodError(msg)
    if not 0 < envelope < 1:
        msg = f"`envelope` must be a share between 0 and 1; it is {envelope}."
        raise MethodError(msg)
    if replicates != 0:
        checked_replicates(replicates)
    return r


def _on(placed: Placed, called: str, *, least: int) -> Spots:
    on = placed.on
    if on.sum() < least:
        msg = (
            f"`{called}` must have at least {least} on the streets; it has {int(on.sum())}. Give more, or place "
            "them with a greater `to_street_m`."
        )
        raise MethodError(msg)
    return placed.piece[on], placed.along_m[on]


def _anywhere(network: Network, n: int, rng: np.random.Generator) -> Spots:
    usable = np.flatnonzero(network.joinable)
    beyond = np.cumsum(network.length_m[usable])
    metres = rng.random(n) * beyond[-1]
    row = np.searchsorted(beyond, metres, side="right")
    piece = usable[np.minimum(row, len(usable) - 1)]
    return piece, np.clip(
        metres - (beyond - network.length_m[usable])[row], 0, network.length_m[piece]
    )


def _counter(network: Network, r: Numbers, correction: str) -> Callable[[Spots, Spots], Numbers]:
    from csgeo.hotspots.on_streets import pairs, walks  # noqa: PLC0415  (numba is heavy)

    graph = walks.as_graph(network)
    # a hair more, so that a walk of exactly r is not lost to rounding
    edges = r * (1 + 1e-12)
    pieces = len(network.pieces)
    # distances that differ by less than a thousandth of the shortest street are the same, as in spatstat
    same_m = max(0.001 * network.length_m.min(), 1e-6) if correction == "ang" else 0.0

    def count(one: Spots, other: Spots) -> Numbers:
        order = np.lexsort((other[1], other[0]))
        other_first = np.searchsorted(other[0][order], np.arange(pieces + 1))
        own = np.lexsort((one[1], one[0]))
        ones = np.ones(max(len(own), len(order)))
        near = np.zeros(len(r))
        pairs.count_near(
            *graph, one[0][own], one[1][own], ones, other_first, other[1][order], ones,
            edges, same_m, near,
        )  # fmt: skip
        return np.cumsum(near)

    return count


def _replicates(
    draw: Callable[[np.random.Generator], Numbers],
    distances: int,
    replicates: int,
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> Numbers:
    drawn = np.empty((replicates, distances))

    def run(first: int, last: int) -> None:
        for k in range(first, last):
            drawn[k] = draw(np.random.default_rng([seed, k]))

    if replicates:
        in_batches(run, replicates, progress=progress)
    return drawn


def _compared(
    r: Numbers, found: Numbers, drawn: Numbers, envelope: float
) -> tuple[pd.DataFrame, float]:
    table = pd.DataFrame({"k": found}, index=pd.Index(r, name="r_m"))
    if not len(drawn):
        return table, float("nan")
    ranked = np.sort(drawn, axis=0)
    out = max(int((1 - envelope) / 2 * (len(drawn) + 1) + 1e-9), 1)
    table["mean"], table["low"], table["high"] = drawn.mean(axis=0), ranked[out - 1], ranked[-out]
    table["p_value"] = share_at_least(found, drawn)
    # the data are one of the replicates, also in the mean and the spread that all are measured by
    every = np.vstack([found, drawn])
    spread = every.std(axis=0)
    excess = np.divide(
        every - every.mean(axis=0), spread, out=np.zeros_like(every), where=spread > 0
    )
    most = excess.max(axis=1)
    return table, float(share_at_least(most[0], most[1:]))


def _against(how: str, seed: int, replicates: int, p_overall: float) -> str:
    if not replicates:
        return "not compared with chance."
    return f"{how} (seed {seed}): p = {p_overall:.3g} over all distances."
