"""How is a change said in words that are neither too sure nor too timid?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

NOT_COVERED = "not known: one of the periods is not covered"
TOO_FEW = "too few to say"
CHANCE = "could be chance"
#: From this ratio on, people say "times as many" rather than per cent.
_TIMES = 3.0


def verdicts(comparison: pd.DataFrame, *, q: float, level: float) -> pd.Series:
    """Say each row of a comparison in words.

    Parameters
    ----------
    comparison
        ``ratio``, ``lower``, ``upper``, ``least_p``, ``q_value``.
    q
        A change is spoken of where the q-value is at most this and the interval leaves out 1.
    level
        Of the interval. Where no split of so few records could have had a p-value of at most
        1 - level, it is "too few to say".

    Returns
    -------
    verdict
        Such as "probably fewer (likely 10 % to 35 % fewer)", "could be chance", "too few to say".
    """
    words = np.full(len(comparison), CHANCE, dtype=object)
    low, high = comparison["lower"].to_numpy(), comparison["upper"].to_numpy()
    clear = (comparison["q_value"] <= q).to_numpy() & ((high < 1) | (low > 1))
    words[(comparison["least_p"] > 1 - level).to_numpy() & ~clear] = TOO_FEW
    words[comparison["least_p"].isna().to_numpy()] = NOT_COVERED
    words[clear] = [_said(*ends) for ends in zip(low[clear], high[clear], strict=True)]
    return pd.Series(words, index=comparison.index, name="verdict", dtype="str")


def _said(lower: float, upper: float) -> str:
    if upper < 1:
        least, most = _percent(1 - upper), _percent(1 - lower)
        span = f"{least} % to {most} %" if least and least != most else f"up to {most} %"
        return f"probably fewer (likely {span} fewer)"
    if not math.isfinite(upper):
        return f"probably more (likely at least {_at_least(lower)})"
    if upper >= _TIMES:
        return f"probably more (likely {lower:.1f} to {upper:.1f} times as many)"
    least, most = _percent(lower - 1), _percent(upper - 1)
    span = f"{least} % to {most} %" if least and least != most else f"up to {most} %"
    return f"probably more (likely {span} more)"


def _at_least(lower: float) -> str:
    return f"{lower:.1f} times as many" if lower >= _TIMES else f"{_percent(lower - 1)} % more"


def _percent(share: float) -> int:
    return round(100 * share)
