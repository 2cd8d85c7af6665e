"""Is every row of the file accounted for?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import SourceError
from csgeo.identifying import looks_to_hold
from csgeo.sources.codes import check_codes
from csgeo.sources.columns import personal_columns
from csgeo.sources.report import Reading, ReadReport
from csgeo.sources.sieve import BROKEN, Doubt, broken_rows, sift
from csgeo.sources.values import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.sources.files import Rows
    from csgeo.tables import Table

    Flags = npt.NDArray[np.bool_]


def account(
    rows: Rows,
    make: Callable[[Flags], gpd.GeoDataFrame],
    doubts: Sequence[Doubt],
    *,
    contract: Table,
    matched: Mapping[str, str],
    notes: Sequence[str],
    no_place: Flags | None = None,
    personal: Mapping[str, str] | None = None,
) -> Reading:
    """Put each row into the table or among those set aside, and report.

    Parameters
    ----------
    rows
        The file's rows.
    make
        Makes the table from the flags of the rows that are used.
    doubts
        Why rows cannot be used, in the order in which they are asked.
    contract
        The table's contract.
    matched, notes
        Columns found, and what was chosen for the user.
    no_place
        n flags of rows without a point.
    personal
        Columns that identify a person, which are kept nowhere.

    Raises
    ------
    SourceError
        If no row can be used.
    """
    n = len(rows.frame)
    nothing = Doubt("", np.zeros(n, dtype=bool), str, "")
    sifted = sift([*doubts, nothing], rows=rows.numbers)
    set_aside = (*sifted.account, *broken_rows(rows.broken))
    kind = contract.name.lower()
    if not sifted.used.any():
        reasons = "; ".join(
            f"{s.rows:,} rows: {s.reason} (first: row {s.first_row}, {s.first_value}). {s.remedy}"
            for s in set_aside
        )
        msg = f"{rows.file} has no row that can be used as {kind}; all {rows.rows_in:,} were set aside. {reasons}"
        raise SourceError(msg)
    table = contract.check(make(sifted.used), kind)
    dropped = personal or {}
    said = [
        f"column {name!r} was not read: it looks to hold {what}" for name, what in dropped.items()
    ]
    report = ReadReport(
        file=rows.file,
        kind=kind,
        rows_in=rows.rows_in,
        rows_used=int(sifted.used.sum()),
        no_place=0 if no_place is None else int((no_place & sifted.used).sum()),
        set_aside=set_aside,
        columns=dict(matched),
        notes=tuple(dict.fromkeys([*rows.notes, *notes, *said])),
    )
    return Reading(table, report, _set_aside_rows(rows, sifted.kept, sifted.reasons, dropped))


def look_for_personal(rows: Rows, table: str, matched: Mapping[str, str]) -> dict[str, str]:
    """Name the columns that identify a person, by their names and by what stands in them.

    Parameters
    ----------
    rows
        The file's rows.
    table
        ``incidents``, ``services`` or ``places``.
    matched
        Our columns -> the file's.

    Returns
    -------
    dict
        Columns that are used for nothing, and so read for nothing -> what they look to hold.

    Raises
    ------
    SourceError
        If ``person_key``, ``incident_id`` or ``source`` is taken from such a column.
    """
    found = [str(c) for c in rows.frame]
    for ours in ("person_key", "incident_id", "source"):
        if ours not in matched or table != "incidents":
            continue
        name = matched[ours]
        what = personal_columns([name], table, kept=set()).get(name) or _shown(rows, name, ours)
        if what:
            msg = (
                f"{rows.file} must not give {what} as {ours}; the column {name!r} looks to hold that. "
                "Replace it by a keyed pseudonym before the file is read, or map another column."
            )
            raise SourceError(msg)
    used = set(matched.values())
    by_name = personal_columns(found, table, kept=used)
    rest = [c for c in found if c not in used and c not in by_name]
    seen = {c: looks_to_hold(rows.frame[c], names=table == "incidents") for c in rest}
    return by_name | {name: what for name, what in seen.items() if what}


def _shown(rows: Rows, name: str, ours: str) -> str | None:
    """Say what the values of an id show; agencies have names, and numbers of records look like telephones."""
    people = ours == "person_key"
    what = looks_to_hold(rows.frame[name], names=ours != "source", dates=people)
    return None if what == "a telephone number" and not people else what


def own_ids(rows: Rows, column: str | None) -> tuple[pd.Index, tuple[str, ...]]:
    """Give each row an id of its own: the file's where it is unique.

    Parameters
    ----------
    rows
        The file's rows.
    column
        The file's column of ids; if None each row is named by file and row number.

    Returns
    -------
    ids, notes
        n unique ids; a repeated one gets ``~2``, ``~3`` in the order of the
        file: repeats may be separate records and are all kept.
    """
    if column is None:
        return pd.Index(_made(rows, rows.numbers)), ()
    given = to_text(rows.frame[column])
    notes = list(check_codes(given, column)[1])
    absent = given.isna().to_numpy()
    ids = np.array(given, dtype=object)
    if absent.any():
        notes.append(
            f"{int(absent.sum()):,} rows without an id in {column!r} were named by their row number"
        )
        ids[absent] = _made(rows, rows.numbers[absent])
    again = pd.Index(ids).duplicated()
    if again.any():
        at = int(np.argmax(again))
        notes.append(
            f"{int(again.sum()):,} rows repeat an id in {column!r} (first: {ids[at]!r}, row {rows.numbers[at]}): they were kept as separate records"
        )
        ids = _made_unique(ids, again)
    return pd.Index(ids, dtype="str"), tuple(notes)


def _made(rows: Rows, numbers: npt.NDArray[np.int64]) -> list[str]:
    stem = rows.stem
    return [f"{stem}-{n}" for n in numbers.tolist()]


def _made_unique(
    ids: npt.NDArray[np.object_], again: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    taken = set(ids)
    unique = ids.copy()
    counts: dict[str, int] = {}
    for at in np.flatnonzero(again).tolist():
        plain = ids[at]
        number = counts.get(plain, 1) + 1
        while f"{plain}~{number}" in taken:
            number += 1
        counts[plain] = number
        unique[at] = f"{plain}~{number}"
        taken.add(unique[at])
    return unique


def _set_aside_rows(
    rows: Rows,
    kept: npt.NDArray[np.intp],
    reasons: npt.NDArray[np.object_],
    dropped: Mapping[str, str],
) -> pd.DataFrame:
    """Give the rows not used as they stood in the file, without what identifies a person."""
    frame = rows.frame.drop(columns=list(dropped)).iloc[kept].reset_index(drop=True)
    if rows.geometry is not None:
        shapes = rows.geometry.iloc[kept].to_wkt()
        frame = frame.assign(shape=shapes.to_numpy())
    frame = frame.assign(row=rows.numbers[kept], reason=pd.Series(reasons, dtype="str"))
    if rows.broken.empty:
        return frame
    broken = pd.DataFrame({"row": rows.broken["row"], "reason": BROKEN})
    if not dropped:  # where a name may stand in any field the row is only counted
        broken["text"] = rows.broken["text"]
    return pd.concat([frame, broken], ignore_index=True).sort_values("row", ignore_index=True)
