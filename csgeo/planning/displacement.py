"""Did harm fall where something was done, or did it move next door?

Counts before and after, where something was done, in comparison places, and in rings around both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import MissingColumns, RecipeError, WrongValues

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

#: What each row of counts can be, and with which sign its change counts.
ROLES = {"treated": 1, "comparison": -1, "buffer": 1, "buffer_comparison": -1}


def weighted_displacement_difference(
    counts: pd.DataFrame, *, lengths: tuple[float, float] = (1.0, 1.0), level: float = 0.95
) -> pd.DataFrame:
    """Say how many records fewer (or more) there are than the comparison places lead one to expect.

    The change where something was done less the change in the comparison, and the same of the rings
    around both: below 0 is fewer. The records are taken as independent (Poisson); where they come in
    series the true error is larger.

    Parameters
    ----------
    counts
        One row for each place or kind of harm: ``role`` (``treated``, ``comparison``, ``buffer``,
        ``buffer_comparison``), ``before`` and ``after`` (records), and, if rows do not count alike,
        ``weight`` (the harm of a record, or 1 / area; no unit, above 0). The rings may be left out.
    lengths
        How long was counted before and after, in any one unit: the answer is in records per unit.
    level
        Of the interval, 0 to 1.

    Returns
    -------
    differences
        ``place`` (without the rings), ``rings`` (only them, if there are any) and ``total``, with
        ``estimate``, ``standard_error``, ``z``, ``p_value`` (two-sided, normal), ``lower`` and
        ``upper``. Missing z and p-value where no record at all was counted.

    Raises
    ------
    MissingColumns, WrongValues
        If the counts cannot be meant; there must be treated and comparison rows.
    RecipeError
        If a length or the level cannot be meant.

    References
    ----------
    Wheeler and Ratcliffe (2018), https://doi.org/10.1186/s40163-018-0085-5

    Examples
    --------
    >>> counts = pd.DataFrame(
    ...     {
    ...         "role": ["comparison", "treated", "buffer_comparison", "buffer"],
    ...         "before": [308, 207, 150, 178],
    ...         "after": [318, 110, 140, 157],
    ...     }
    ... )
    >>> weighted_displacement_difference(counts).loc["total", ["estimate", "z"]].round(2).tolist()
    [-118.0, -2.98]
    """
    from scipy.stats import norm  # noqa: PLC0415  (heavy, and used only here)

    checked = check_counts(counts)
    _check_lengths(lengths)
    if not 0 < level < 1:
        msg = f"`level` must be between 0 and 1; it is {level}."
        raise RecipeError(msg)
    weight = checked.weight
    change = weight * (checked.after / lengths[1] - checked.before / lengths[0])
    variance = weight**2 * (checked.after / lengths[1] ** 2 + checked.before / lengths[0] ** 2)
    ring = np.isin(checked.role, ("buffer", "buffer_comparison"))
    parts = {"place": ~ring, "rings": ring, "total": np.ones(len(ring), dtype=bool)}
    if not ring.any():
        del parts["rings"]
    sign = np.array([ROLES[role] for role in checked.role], dtype=float)
    estimate = np.array([(sign * change)[rows].sum() for rows in parts.values()])
    error = np.sqrt([variance[rows].sum() for rows in parts.values()])
    z = np.divide(estimate, error, out=np.full(len(error), np.nan), where=error > 0)
    reach = norm.ppf((1 + level) / 2) * error
    return pd.DataFrame(
        {
            "estimate": estimate,
            "standard_error": error,
            "z": z,
            "p_value": 2 * norm.sf(np.abs(z)),
            "lower": estimate - reach,
            "upper": estimate + reach,
        },
        index=pd.Index(list(parts), name="part"),
    )


class Quotient(NamedTuple):
    """Bowers and Johnson's measures of one evaluation.

    ``gross_effect``: records fewer where something was done. ``net_effect``: by how much its share of
    the comparison fell. ``total_net_effect``: records fewer there and in the ring, had both
    gone as the comparison did. ``quotient``: the ring's change in shares of the place's; missing
    where there was no success to set it against. ``words``: what the quotient says.
    """

    gross_effect: float
    net_effect: float
    total_net_effect: float
    quotient: float
    words: str


def weighted_displacement_quotient(counts: pd.DataFrame) -> Quotient:
    """Say how the change in the ring compares with the change in the place.

    It has no error and no test: read it beside :func:`weighted_displacement_difference`, which has.

    Parameters
    ----------
    counts
        As there; needs ``treated``, ``comparison`` and ``buffer``. Ring comparisons are not used.

    Returns
    -------
    quotient
        With words. Above 1 the good spread further than it reached in the place itself; 0 to 1 some
        of it spread; -1 to 0 some harm moved, less than was gained; below -1 more moved than was
        gained.

    Raises
    ------
    MissingColumns, WrongValues
        If the counts cannot be meant, a needed role is missing, or the comparison has no record
        before or after: then nothing can be set in proportion to it.

    References
    ----------
    Bowers and Johnson (2003), https://doi.org/10.1023/A:1024909009240; Guerette (2009), Analyzing
    Crime Displacement and Diffusion, appendix B.
    """
    checked = check_counts(counts, needed=("treated", "comparison", "buffer"))
    sums = {
        role: [
            float((checked.weight * values)[checked.role == role].sum())
            for values in (checked.before, checked.after)
        ]
        for role in ("treated", "comparison", "buffer")
    }
    (r_before, r_after), (c_before, c_after), (d_before, d_after) = sums.values()
    if not (c_before and c_after):
        msg = (
            "The comparison must have records before and after; it has "
            f"{c_before:g} and {c_after:g}. Take more comparison places, or a longer time."
        )
        raise WrongValues(msg)
    success = r_after / c_after - r_before / c_before
    moved = d_after / c_after - d_before / c_before
    expected = c_after / c_before
    quotient = moved / success if success < 0 else float("nan")
    return Quotient(
        r_before - r_after,
        r_before / c_before - r_after / c_after,
        (r_before * expected - r_after) + (d_before * expected - d_after),
        quotient,
        _words(quotient),
    )


def _words(quotient: float) -> str:
    if np.isnan(quotient):
        return "There was no fall against the comparison, so nothing could have moved or spread."
    if quotient >= 1:
        return "The ring gained as much as the place, or more: the good spread."
    if quotient > 0:
        return "The ring gained too, less than the place."
    if quotient == 0:
        return "The ring went as the comparison did."
    if quotient >= -1:
        return "Some harm moved into the ring, not more than the place gained."
    return "More harm moved into the ring than the place gained."


class Counts(NamedTuple):
    """Checked counts: n roles, and n numbers of each kind."""

    role: npt.NDArray[np.object_]
    before: Numbers
    after: Numbers
    weight: Numbers


def check_counts(
    counts: pd.DataFrame, *, needed: tuple[str, ...] = ("treated", "comparison")
) -> Counts:
    """Refuse counts that cannot be meant.

    Parameters
    ----------
    counts
        ``role``, ``before``, ``after`` and, if it has it, ``weight``.
    needed
        Roles that must be there.

    Raises
    ------
    MissingColumns, WrongValues
        With the rows and the remedy.
    """
    lacking = [name for name in ("role", "before", "after") if name not in counts.columns]
    if lacking:
        msg = (
            f"Counts must have role, before and after; {', '.join(lacking)} is missing. One row is "
            "one place in one of four roles."
        )
        raise MissingColumns(msg)
    role = counts["role"].to_numpy(dtype=object)
    _refuse(~np.isin(role, list(ROLES)), counts, "role", f"one of {', '.join(ROLES)}")
    numbers = {}
    for name in ("before", "after"):
        values = pd.to_numeric(counts[name], errors="coerce").to_numpy(dtype=float)
        whole = np.isfinite(values) & (values >= 0) & (values % 1 == 0)
        _refuse(~whole, counts, name, "a whole number of records, 0 or more")
        numbers[name] = values
    weight = np.ones(len(counts))
    if "weight" in counts.columns:
        weight = pd.to_numeric(counts["weight"], errors="coerce").to_numpy(dtype=float)
        _refuse(~(np.isfinite(weight) & (weight > 0)), counts, "weight", "a number above 0")
    missing = [name for name in needed if not (role == name).any()]
    if missing:
        msg = (
            f"Counts must have rows of {', '.join(needed)}; there is none of {', '.join(missing)}. "
            "Without a place to compare with, a change cannot be told from what happened everywhere."
        )
        raise WrongValues(msg)
    return Counts(role, numbers["before"], numbers["after"], weight)


def _refuse(wrong: npt.NDArray[np.bool_], counts: pd.DataFrame, name: str, wanted: str) -> None:
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        msg = (
            f"`{name}` must be {wanted}; {int(wrong.sum())} of {len(counts)} rows are not (the first "
            f"is {counts.index.tolist()[at]!r}: {counts[name].tolist()[at]!r}). Mend those rows."
        )
        raise WrongValues(msg)


def _check_lengths(lengths: tuple[float, float]) -> None:
    if len(lengths) != 2 or not all(np.isfinite(n) and n > 0 for n in lengths):
        msg = f"`lengths` must be two times above 0, before and after; they are {lengths}."
        raise RecipeError(msg)
