"""Are records on fewer places than chance alone would put them?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import RecipeError, WrongIndex, WrongValues
from csgeo.hotspots.concentration.counts import known_amounts, known_counts, known_shares
from csgeo.hotspots.concentration.gini import generalise, gini_of_rows
from csgeo.hotspots.concentration.shares import fewest_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Counts: TypeAlias = npt.NDArray[np.int64]

#: Replicates drawn at once, so that memory stays small.
_BATCH = 50


class AgainstChance(NamedTuple):
    """How concentrated records are, beside what chance alone would make of as many.

    ``table`` has the rows ``gini``, ``generalised_gini`` and one for each share of the records,
    and the columns ``observed``, ``by_chance`` (mean of the replicates), ``least``, ``most``
    (95 % of the replicates lie between) and ``p_value`` (that chance concentrates as much).
    """

    table: pd.DataFrame
    records: int
    places: int
    words: str


def concentration_against_chance(
    counts: pd.Series,
    *,
    exposure: pd.Series | None = None,
    shares: Sequence[float] = (0.25, 0.5, 0.8),
    replicates: int = 999,
    seed: int = 0,
) -> AgainstChance:
    """Compare concentration with as many records thrown on the places by chance.

    Chance alone concentrates: 100 records on 1,000 places leave at least 900 empty. Each replicate
    gives every record a place of its own accord (Poisson counts, given their sum), with chances
    that are equal or proportional to `exposure`.

    Parameters
    ----------
    counts
        n whole numbers of records, one per place, zeros included.
    exposure
        On the same ids: street length, residents, ...; none for equal chances. With it, the
        question is whether records are more concentrated than the exposure.
    shares
        Shares of the records for which the fewest places are compared.
    replicates, seed
        How many times, and from which seed.

    Returns
    -------
    against_chance
        See :class:`AgainstChance`. For places the p-value asks for as few, else for as high.

    Raises
    ------
    TableError, MethodError, RecipeError
        If the counts, the exposure or the choices cannot be used: among them records at a place
        without exposure.

    References
    ----------
    Bernasco and Steenbeek (2017), https://doi.org/10.1007/s10940-016-9324-7; Hipp and Kim (2017),
    https://doi.org/10.1007/s10940-016-9328-3

    Examples
    --------
    >>> import pandas as pd
    >>> found = concentration_against_chance(pd.Series([5, 2, 1] + [0] * 7), replicates=99)
    >>> found.table.loc["generalised_gini", "observed"].round(6).item()
    0.75
    """
    values = known_counts(counts, whole=True)
    wanted = known_shares(shares)
    chances = _chances(counts, values, exposure)
    if replicates < 1:
        msg = f"`replicates` must be at least 1, better 99 or more; it is {replicates}."
        raise RecipeError(msg)
    rng, total = np.random.default_rng(seed), int(values.sum())
    drawn = [
        _measures(
            np.sort(_thrown(rng, chances, total, min(_BATCH, replicates - k)), axis=1), wanted
        )
        for k in range(0, replicates, _BATCH)
    ]
    by_chance, observed = np.concatenate(drawn), _measures(np.sort(values)[None, :], wanted)[0]
    # fewer places is more concentrated, a higher Gini is; the last bits of a sum must not decide
    sign = np.where(np.arange(len(observed)) < 2, 1.0, -1.0)
    as_much = (sign * by_chance >= sign * observed - 1e-12).sum(axis=0)
    low, high = np.quantile(by_chance, [0.025, 0.975], axis=0)
    table = pd.DataFrame(
        {
            "observed": observed,
            "by_chance": by_chance.mean(axis=0),
            "least": low,
            "most": high,
            "p_value": (1 + as_much) / (1 + replicates),
        },
        index=pd.Index(
            ["gini", "generalised_gini", *(f"places holding {s:.0%} of records" for s in wanted)],
            name="measure",
        ),
    )
    how = "equal chances" if exposure is None else "chances by exposure"
    words = f"{total:,} records on {len(values):,} places; {replicates:,} replicates with {how} (seed {seed})."
    return AgainstChance(table, total, len(values), words)


def _measures(ordered: Numbers | Counts, shares: Numbers) -> Numbers:
    """Give Gini, generalised Gini and the fewest places per share, for each sorted row."""
    value = gini_of_rows(ordered)
    general = generalise(value, ordered.shape[1], ordered[0].sum())
    fewest = fewest_places(ordered[:, ::-1], shares)
    return np.column_stack([value, general, fewest])


def _thrown(rng: np.random.Generator, chances: Numbers, total: int, rows: int) -> Counts:
    """Throw `total` records on the places, `rows` times."""
    n = len(chances)
    if total < 4 * n and (chances == chances[0]).all():
        place = rng.integers(0, n, (rows, total)) + n * np.arange(rows)[:, None]
        held = np.bincount(place.ravel(), minlength=rows * n)
        return np.asarray(held.reshape(rows, n))
    return np.asarray(rng.multinomial(total, chances, size=rows))


def _chances(counts: pd.Series, values: Numbers, exposure: pd.Series | None) -> Numbers:
    n = len(values)
    if exposure is None:
        return np.full(n, 1 / n)
    if not exposure.index.equals(counts.index):
        msg = "`exposure` must be on the ids of `counts`, in the same order; their indexes differ."
        raise WrongIndex(msg)
    given = known_amounts(exposure, "exposure")
    bare = (given == 0) & (values > 0)
    if bare.any():
        msg = (
            f"`exposure` must be above 0 where there are records; {int(bare.sum()):,} of {n:,} places have "
            f"records and none (the first is {counts.index[bare][0]!r}). Add what is missing, or ask "
            "without exposure."
        )
        raise WrongValues(msg)
    return np.asarray(given / given.sum())
