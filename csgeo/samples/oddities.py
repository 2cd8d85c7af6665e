"""What is wrong in the invented county's files, as in any real one?

A little in ``incidents.csv``, so that its read report has something to say; a
lot in the small ``incidents_messy.csv``, for the notebook and the check command.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

#: Rows of ``incidents.csv`` that cannot be placed or dated: what, how many.
ODD_ROWS = {"zero coordinates": 28, "a digit lost": 22, "no date": 26, "beyond the border": 24}
#: Months of the messy extract.
_MESSY_FROM, _MESSY_TO = "2025-09-01", "2025-12-01"


def with_odd_rows(records: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Add about one odd row in a hundred to the records as written.

    Parameters
    ----------
    records
        The rows of ``incidents.csv``, all in order, index ``record_id``.

    Returns
    -------
    records
        With the odd rows among the others; their ids go on from the last.
    """
    n = sum(ODD_ROWS.values())
    placed = records[records["easting"] != ""]
    odd = placed.iloc[np.sort(rng.choice(len(placed), n, replace=False))].copy()
    odd["person_key"] = ""
    kind = np.repeat(list(ODD_ROWS), list(ODD_ROWS.values()))[rng.permutation(n)]
    zero, lost, undated, beyond = (kind == k for k in ODD_ROWS)
    odd.loc[zero, ["easting", "northing"]] = "0"
    odd.loc[lost, "northing"] = odd.loc[lost, "northing"] + "00"
    odd.loc[undated, "occurred_from"] = rng.choice(["", "not known", "summer 2024"], int(undated.sum()))  # fmt: skip
    odd.loc[undated, "occurred_to"] = ""
    odd.loc[beyond, "easting"] = (620_500 + rng.integers(0, 3_000, int(beyond.sum()))).astype(str)
    odd.index = pd.Index([f"R{len(records) + i:06d}" for i in range(1, n + 1)], name="record_id")
    at = np.sort(rng.integers(0, len(records), n)) + np.linspace(0.1, 0.9, n)
    order = np.argsort(np.concatenate([np.arange(len(records)), at]), kind="stable")
    return pd.concat([records, odd]).iloc[order]


def messy_extract(records: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Make a small extract as an agency might send it, with other headings and many faults.

    Returns
    -------
    extract
        Dates as day/month/year, one in American order, coordinates that are
        zero, swapped, lost a digit, are far too large or missing, a word that
        no vocabulary knows, an id that comes twice.
    """
    recent = (records["occurred_from"] >= _MESSY_FROM) & (records["occurred_from"] < _MESSY_TO)
    rows = records[recent & (records["easting"] != "")].iloc[:160]
    when = pd.to_datetime(rows["occurred_from"], format="ISO8601")
    out = pd.DataFrame(
        {
            "Ref": [f"YS/{i:04d}" for i in range(1, len(rows) + 1)],
            "Date of incident": when.dt.strftime("%d/%m/%Y").to_numpy(),
            "Time": when.dt.strftime("%H:%M").to_numpy(),
            "Type of harm": rows["harm_type"].to_numpy(),
            "Place type": rows["location_type"].to_numpy(),
            "Eastings": rows["easting"].to_numpy(),
            "Northings": rows["northing"].to_numpy(),
            "Recorded by": rows["source_agency"].to_numpy(),
        }
    )
    return _spoilt(out, rng)


def _spoilt(out: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    at = iter(rng.permutation(np.arange(5, len(out)))[:40].tolist())
    e, n, day, harm = (out.columns.get_loc(c) for c in ("Eastings", "Northings", "Date of incident", "Type of harm"))  # fmt: skip
    for _ in range(4):  # the machine's word for "no coordinates"
        out.iloc[next(at), [e, n]] = ["0", "0"]
    for _ in range(3):
        row = next(at)
        out.iloc[row, [e, n]] = out.iloc[row, [n, e]].to_list()
    for wrong in ("58512", "5.85E+05", "1e308", "99.999999"):
        out.iloc[next(at), e] = wrong
    for _ in range(5):
        out.iloc[next(at), [e, n]] = ["", ""]
    for wrong in ("31/02/2025", "", "last Tuesday", "2025-10-14", "10/31/2025", "45950"):
        out.iloc[next(at), day] = wrong
    out.iloc[next(at), harm] = "Concern about peers (see form)"
    out.iloc[next(at), harm] = ""
    twice = next(at)
    out.iloc[twice, 0] = out.iloc[twice - 1, 0]
    out.iloc[next(at), harm] = "  county LINES "
    return out
