"""What is wrong in the invented county's files, as in any real one?

A little in ``incidents.csv``, so that its read report has something to say; a
lot in the small ``incidents_messy.csv``, for the notebook and the check command.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

#: Rows of ``incidents.csv`` that cannot be placed or dated: what, how many.
ODD_ROWS = {"zero coordinates": 28, "digits too many": 22, "no date": 26, "beyond the border": 24}
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
    odd.loc[beyond, "easting"] = (599_600 + rng.integers(0, 350, int(beyond.sum()))).astype(str)
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


def _spoilt(extract: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Put the faults in, each into a row of its own."""
    place, day, harm = ["Eastings", "Northings"], "Date of incident", "Type of harm"
    swapped = dict(enumerate(extract[place[::-1]].to_numpy().tolist()))
    rows = rng.permutation(np.arange(5, len(extract)))[:40]
    at = iter(rows.tolist())
    out = extract.copy()
    for wrong in [["0", "0"]] * 4 + [["", ""]] * 5 + [["560120", "1e308"], ["99.999999", "0.0"]]:
        out.loc[next(at), place] = wrong
    for _ in range(3):
        row = next(at)
        out.loc[row, place] = swapped[row]
    for word in ("56012", "5.60E+05"):
        out.loc[next(at), "Eastings"] = word
    for word in ("31/02/2025", "", "last Tuesday", "2025-10-14", "10/31/2025", "45950"):
        out.loc[next(at), day] = word
    for word in ("Concern about peers (see form)", "", "  county LINES "):
        out.loc[next(at), harm] = word
    row = next(at)
    out.loc[row, "Ref"] = out.loc[row - 1, "Ref"]
    return out
