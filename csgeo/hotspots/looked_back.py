"""What do several looks back say together, side by side?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from csgeo.hotspots.held import COLUMNS
from csgeo.hotspots.paired import holm, sign_flip_p

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: The plainest way, and the one to beat.
BUSIEST = "busiest_cells"
#: A difference is called more than chance from here down.
MORE_THAN_CHANCE = 0.05
_MEANS = ("pei", "recapture_rate_index", "recovery_rate_index")


def side_by_side(
    by_split: pd.DataFrame,
    held: Sequence[Mapping[str, Numbers]],
    failed: Mapping[str, str],
    *,
    seed: int,
) -> pd.DataFrame:
    """Put the ways side by side: one row per way, the most held first.

    Parameters
    ----------
    by_split
        One row per way and split, with ``later_records`` (count) and the measures.
    held
        For each split: way -> share of the later records held in each block of ground.
    failed
        Ways that could not be run in each split, and what they said.
    seed
        Where chance starts.

    Returns
    -------
    table
        As :func:`~csgeo.hotspots.choosing.compare_methods` describes it.
    """
    rows = {}
    for way, found in by_split.groupby("way", sort=True):
        whole = way not in failed
        rows[str(way)] = _together(found) | ({} if whole else dict.fromkeys(_NUMBERS, np.nan))
    for way in sorted(set(failed) - set(rows)):
        rows[way] = dict.fromkeys(_NUMBERS, np.nan)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("way")
    order = np.lexsort((table.index.to_numpy(dtype=str), -table["share_of_records"].fillna(-1.0)))
    table = table.iloc[order]
    return table.assign(**_against_the_first(table, by_split, held, seed=seed))


def in_words(
    table: pd.DataFrame, failed: Mapping[str, str], *, later_months: int
) -> tuple[str, ...]:
    """Say what was held, by which way, and whether others held less by more than chance.

    Parameters
    ----------
    table
        From :func:`side_by_side`.
    failed
        Ways that could not be run.
    later_months
        Months in each later part.

    Returns
    -------
    words
        Sentences; the exact shares are for analysts.
    """
    first = _first(table)
    best = table.loc[first]
    known = table["share_of_records"].notna()
    ways = int((known & (table["method"] != BUSIEST)).sum())
    held, least, most = (best[c] for c in ("share_of_records", "least_share", "most_share"))
    said = [
        (
            f"Places found by {first} held {held:.1%} of the records of the following {later_months} "
            f"months in {best['share_of_area']:.2%} of the area (from {least:.1%} to {most:.1%} of a "
            f"split): the most of {ways} ways, all measured on the same ground."
        )
    ]
    for way, row in table[known].drop(index=first).iterrows():
        apart = row["difference"]
        side = "less" if apart < 0 else "more"
        sure = "more" if row["p_value"] <= MORE_THAN_CHANCE else "no more"
        note = ""
        if row["method"] == BUSIEST:
            note = f" ({row['places']:.0f} single cells, nothing set aside: not a list to act on)"
        said.append(
            f"{way}{note}: {abs(apart) * 100:.1f} percentage points {side}, {sure} than chance would "
            f"give (p = {row['p_value']:.2g})."
        )
    said += [f"{way} could not be compared: {why}" for way, why in sorted(failed.items())]
    return tuple(said)


def _together(found: pd.DataFrame) -> dict[str, object]:
    """Join the splits of one way: shares of all records together, indices as means."""
    records = found["later_records"].to_numpy(dtype=float)

    def share(column: str) -> float:
        values = found[column].to_numpy(dtype=float)
        return float(values @ records / records.sum()) if records.sum() else float("nan")

    pooled, area = share("share_of_records"), float(found["share_of_area"].mean())
    streets = float(found["share_of_streets"].mean())
    one = found.iloc[0]
    return {
        "method": one["method"],
        "cell_m": one["cell_m"],
        "expectation": one["expectation"],
        "splits": len(found),
        "places": found["places"].mean(),
        "share_as_listed": share("share_as_listed"),
        "area_as_listed": found["area_as_listed"].mean(),
        "share_of_records": pooled,
        "least_share": found["share_of_records"].min(),
        "most_share": found["share_of_records"].max(),
        "share_of_area": area,
        "pai": pooled / area if area > 0 else np.nan,
        "share_of_streets": streets,
        "pai_streets": pooled / streets if streets > 0 else np.nan,
        **{name: found[name].mean() for name in _MEANS},
    }


_NUMBERS = ("places", "share_as_listed", "area_as_listed", "least_share", "most_share", *COLUMNS)


def _first(table: pd.DataFrame) -> str:
    """Name the way of ``find_hotspots`` that held most; the busiest cells are no list of places."""
    listed = table[(table["method"] != BUSIEST) & table["share_of_records"].notna()]
    return str(listed.index[0])


def _against_the_first(
    table: pd.DataFrame, by_split: pd.DataFrame, held: Sequence[Mapping[str, Numbers]], *, seed: int
) -> dict[str, pd.Series]:
    """Compare each way with the first, block by block over all splits together."""
    first = _first(table)
    records = by_split.drop_duplicates("split")["later_records"].to_numpy(dtype=float)
    weight = records / records.sum() if records.sum() else records
    known = [way for way in table.index[table["share_of_records"].notna()] if way != first]
    raw = []
    for way in known:
        apart = sum(w * (look[way] - look[first]) for w, look in zip(weight, held, strict=True))
        raw.append(sign_flip_p(np.round(apart, 12), seed=seed))
    p = pd.Series(holm(raw), index=known, dtype=float).reindex(table.index)
    held_by_first = table["share_of_records"].to_numpy(dtype=float)[table.index.get_loc(first)]
    difference = table["share_of_records"] - held_by_first
    return {"difference": difference, "p_value": p}
