"""What does each written value stand for?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

#: What people and programs write where there is nothing to write.
BLANKS = frozenset(
    {"", "-", "--", "n/a", "na", "n.a.", "nan", "none", "null", "nil", "#n/a", "<na>", "\\n", "nat"}
)
_LONGEST = max(map(len, BLANKS))


def distinct(values: pd.Series) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Give each distinct value once, as text, and its number for each row; -1 where missing."""
    codes, words = pd.factorize(values, use_na_sentinel=True)
    return codes, [str(w) for w in np.asarray(words, dtype=object)]


def spread(words: Sequence[str | None], codes: npt.NDArray[np.intp], index: pd.Index) -> pd.Series:
    """Give each row its word by number; missing where the number is -1."""
    return pd.Series(pd.array([*words, None], dtype="str").take(codes), index=index)


def constant(word: str | None, index: pd.Index) -> pd.Series:
    """Give each row the same word, or none."""
    return spread([word], np.zeros(len(index), dtype=np.intp), index)


def is_blank(values: pd.Series) -> pd.Series:
    """Say which values hold nothing: missing, blank, or a word such as ``n/a`` or ``NULL``."""
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return values.isna()
    codes, words = distinct(values)
    empty = np.array([w.strip().casefold() in BLANKS for w in words] + [True])
    return pd.Series(empty[codes], index=values.index)  # code -1, missing, is the last


def to_text(values: pd.Series) -> pd.Series:
    """Give each value as trimmed text, missing where it holds nothing; 12.0 is ``12``."""
    if pd.api.types.is_float_dtype(values):
        known = values.dropna()
        if len(known) and np.isfinite(known).all() and (known % 1 == 0).all():
            values = values.astype("Int64")
    if pd.api.types.is_integer_dtype(values):
        return values.astype("str")
    codes, words = distinct(values)
    texts = [w.strip() for w in words]
    kept = [None if len(t) <= _LONGEST and t.casefold() in BLANKS else t for t in texts]
    return pd.Series(spread(kept, codes, values.index), name=values.name)


#: Commas between groups of three digits, the first of one to three.
_THOUSANDS = r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?"


def to_numbers(values: pd.Series, *, comma: str = "decimal") -> pd.Series:
    """Read numbers; missing where a value is blank or is no number.

    Parameters
    ----------
    values
        n values, numbers or text. ``1,234`` and ``51,38`` are both written with
        a comma: what it means depends on the column.
    comma
        ``decimal`` (51,38 is 51.38) or ``thousands`` (375,123 is 375123). A comma that
        cannot part thousands, as in 375123,5, is decimal in either.

    Returns
    -------
    number
        n floats on the index of `values`; infinite where so written.
    """
    if pd.api.types.is_numeric_dtype(values):
        return values.astype("Float64").astype(float) if values.dtype != float else values
    codes, words = distinct(values)
    texts = pd.Series([w.strip() for w in words], dtype="str")
    if comma == "thousands":
        texts = texts.where(~texts.str.fullmatch(_THOUSANDS), texts.str.replace(",", ""))
    texts = texts.str.replace(",", ".", regex=False)
    read = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float)
    return pd.Series(np.append(read, np.nan)[codes], index=values.index, name=values.name)
