"""Which area of 2011 is which area of 2021?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import MethodError
from csgeo.sources.area_tables import find_columns, need_columns
from csgeo.sources.files import read_rows
from csgeo.sources.report import Reading, ReadReport
from csgeo.sources.sieve import Doubt, broken_rows, sift
from csgeo.sources.values import to_text

if TYPE_CHECKING:
    from pathlib import Path


#: What the Office for National Statistics calls the change of an area, and what it means.
CHANGES = {"U": "unchanged", "S": "split", "M": "merged", "X": "irregular"}
_PATTERNS = {
    "lsoa11": r"lsoa11(cd|_code)",
    "lsoa21": r"lsoa21(cd|_code)",
    "change": r"ch(a)?ngind|change_code|chgind",
    "district": r"lad\d\d(cd|_code)|ltla\d\d_code",
    "district_name": r"lad\d\dnm|ltla\d\d_name",
}
_REMEDY = (
    "Use the exact-fit lookup LSOA (2011) to LSOA (2021) to local authority district of the "
    "Open Geography Portal."
)


def read_area_lookup(path: str | Path) -> Reading:
    """Read which LSOA of 2011 is which of 2021.

    Parameters
    ----------
    path
        The exact-fit lookup (with CHGIND or ``change_code``) or the best-fit one, as CSV
        or any other format.

    Returns
    -------
    reading
        ``table``: one row for each pair, columns ``lsoa11``, ``lsoa21``, ``change``
        (U unchanged, S split, M merged, X irregular), ``exact`` (False for best fit:
        then a split area is given to one of its parts, and the change is worked out
        from the pairs), and ``district`` and ``district_name`` where the file has them.

    Raises
    ------
    UnreadableFile, UnknownColumns
        If the file has not both codes.

    Examples
    --------
    >>> from csgeo.sources.lookups import read_area_lookup
    >>> read_area_lookup("LSOA11_LSOA21_LAD22_EW_LU.csv").report  # doctest: +SKIP
    """
    rows = read_rows(path)
    found = find_columns(rows, _PATTERNS)
    needed = {"lsoa11": "the LSOA code of 2011", "lsoa21": "the LSOA code of 2021"}
    need_columns(rows, found, needed, _REMEDY)
    table = pd.DataFrame({ours: to_text(rows.frame[theirs]) for ours, theirs in found.items()})
    exact = "change" in table
    sifted = sift(_doubts(table), rows=rows.numbers)
    kept = table[sifted.used]
    if not exact:
        kept = kept.assign(change=_worked_out(kept))
    kept = kept.assign(exact=exact).sort_values(["lsoa11", "lsoa21"], ignore_index=True)
    frame = rows.frame.iloc[sifted.kept].reset_index(drop=True)
    frame = frame.assign(
        row=rows.numbers[sifted.kept], reason=pd.Series(sifted.reasons, dtype="str")
    )
    counts = kept["change"].value_counts()
    said = ", ".join(f"{counts.get(c, 0):,} {word}" for c, word in CHANGES.items())
    fit = (
        "exact fit" if exact else "best fit: where an area was split its other parts are not named"
    )
    report = ReadReport(
        file=rows.file,
        kind="pairs of areas of 2011 and 2021",
        rows_in=rows.rows_in,
        rows_used=len(kept),
        set_aside=(*sifted.account, *broken_rows(rows.broken)),
        columns=found,
        notes=(*rows.notes, f"Pairs: {said} ({fit})."),
    )
    return Reading(kept, report, frame)


def _doubts(table: pd.DataFrame) -> list[Doubt]:
    codes = table[["lsoa11", "lsoa21"]]
    lacking = codes.isna().any(axis=1).to_numpy()
    doubts = [
        Doubt(
            "one of the two codes is missing",
            lacking,
            lambda i: " ".join(map(str, codes.iloc[i])),
            "Download the lookup again.",
        ),
        Doubt(
            "the pair stands on an earlier row",
            codes.duplicated().to_numpy(),
            lambda i: " ".join(map(str, codes.iloc[i])),
            "Keep one row for each pair.",
        ),
    ]
    if "change" in table:
        doubts.append(
            Doubt(
                "the change is none of U, S, M and X",
                ~table["change"].isin(CHANGES).to_numpy(),
                lambda i: str(table["change"].iloc[i]),
                "Download the lookup again.",
            )
        )
    return doubts


def _worked_out(pairs: pd.DataFrame) -> pd.Series:
    """Tell unchanged, split, merged and irregular apart by the pairs alone."""
    parts = pairs.groupby("lsoa11")["lsoa21"].transform("size").to_numpy()
    wholes = pairs.groupby("lsoa21")["lsoa11"].transform("size").to_numpy()
    same = (pairs["lsoa11"] == pairs["lsoa21"]).to_numpy(dtype=bool)
    codes = np.select(
        [same & (parts == 1) & (wholes == 1), (wholes > 1) & (parts == 1), wholes == 1],
        ["U", "M", "S"],
        default="X",
    )
    return pd.Series(codes, index=pairs.index, dtype="str")


def refuse_best_fit(pairs: pd.DataFrame) -> None:
    """Refuse pairs that do not say how a split area was divided.

    Raises
    ------
    MethodError
        If a split pair comes from a best-fit lookup.
    """
    split = pairs[~pairs["exact"] & pairs["change"].isin(["S", "X"])]
    if len(split):
        msg = (
            f"The lookup must say every part of an area that was split; {len(split)} pairs are best fit, "
            f"the first is {split['lsoa11'].iloc[0]} to {split['lsoa21'].iloc[0]}. {_REMEDY}"
        )
        raise MethodError(msg)
