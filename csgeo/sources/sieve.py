"""Which rows are used, and which are set aside for what reason?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.sources.report import SetAside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    import pandas as pd

    Flags = npt.NDArray[np.bool_]
    Positions = npt.NDArray[np.intp]

#: Why a row could not be cut into the columns of its file.
BROKEN = "more fields than the header names"
_REMEDY = "Put the field that holds the delimiter into quotes, or export the file again."


class Doubt(NamedTuple):
    """Rows that cannot be used for one reason.

    ``not_asked_for`` marks rows that are sound but that the caller left out:
    they are counted, and not kept in the frame of rows set aside.
    """

    reason: str
    flags: Flags
    value: Callable[[int], object]
    remedy: str
    not_asked_for: bool = False


class Sifted(NamedTuple):
    """Rows used, the account of the others, and those others that are kept."""

    used: Flags
    account: tuple[SetAside, ...]
    kept: Positions
    reasons: npt.NDArray[np.object_]


def sift(doubts: Sequence[Doubt], *, rows: npt.NDArray[np.integer] | None = None) -> Sifted:
    """Put each row in exactly one place: used, or set aside for the first reason that holds.

    Parameters
    ----------
    doubts
        In the order in which they are asked; each with n flags.
    rows
        n row numbers in the file; counted from 2 (the header is row 1) if not given.

    Returns
    -------
    sifted
        n flags of use, one :class:`SetAside` for each reason that held, and
        the positions and reasons of the rows that are to be kept beside the result.
    """
    n = len(doubts[0].flags)
    verdict = np.full(n, -1, dtype=np.int16)
    for number, doubt in enumerate(doubts):
        verdict[doubt.flags & (verdict < 0)] = number
    account = []
    for number, doubt in enumerate(doubts):
        count = int(np.count_nonzero(verdict == number))
        if count:
            first = int(np.argmax(verdict == number))
            row = first + 2 if rows is None else int(rows[first])
            value = str(doubt.value(first))
            account.append(SetAside(doubt.reason, count, row, value, doubt.remedy))
    bad = np.array([number for number, d in enumerate(doubts) if not d.not_asked_for], dtype=int)
    kept = np.flatnonzero(np.isin(verdict, bad))
    words = np.array([d.reason for d in doubts], dtype=object)
    return Sifted(verdict < 0, tuple(account), kept, words[verdict[kept]])


def broken_rows(broken: pd.DataFrame) -> tuple[SetAside, ...]:
    """Account for rows with more fields than the header names.

    Parameters
    ----------
    broken
        Such rows of a file, with ``row``, their number in it.
    """
    if broken.empty:
        return ()
    return (SetAside(BROKEN, len(broken), int(broken["row"].iloc[0]), "see the file", _REMEDY),)
