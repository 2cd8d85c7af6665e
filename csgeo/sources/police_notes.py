"""What must be known about a police download before its numbers are believed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import UnreadableFile
from csgeo.sources.police_choices import MONTH
from csgeo.sources.police_names import force_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from csgeo.sources.police_choices import Asked
    from csgeo.sources.police_fields import Fields
    from csgeo.sources.police_files import PoliceRows

    Flags = npt.NDArray[np.bool_]


def notes_on(rows: PoliceRows, fields: Fields, used: Flags, asked: Asked) -> Iterator[str]:
    """Say gaps, repeats, twins and what stands behind the points of the rows used."""
    yield from _gaps(fields, asked.months)
    yield from _repeats(rows, used)
    yield from _twins(rows, fields, used)
    without = int(np.count_nonzero(fields.no_place & used))
    odd = int(np.count_nonzero(fields.written & used))
    if odd:
        yield (
            f"{odd:,} of the records with no place known have zeros, words or half a place "
            "where the coordinates should be."
        )
    if without and asked.areas is not None:
        yield (
            f"The {without:,} records with no place known are those of the whole file: "
            "which of them lie in the study area is not known."
        )
    placed = used & ~fields.no_place
    points = len(np.unique(fields.point[placed]))
    if points:
        most = int(np.bincount(fields.point[placed]).max())
        yield (
            f"The {int(np.count_nonzero(placed)):,} located records stand on {points:,} map points "
            f"(up to {most:,} on one): a point is the nearest map point, not an address."
        )
    yield "Only the month is known: questions about days and hours cannot be asked of these records."


def refuse_months_twice(rows: PoliceRows, fields: Fields) -> None:
    """Refuse two files that hold the same month of the same force: records would count twice.

    Raises
    ------
    UnreadableFile
        Naming the first such pair.
    """
    if len(rows.files) == 1:
        return
    group = pd.DataFrame({"force": fields.force, "month": fields.month, "file": rows.file})
    group = group.drop_duplicates()
    again = group[group.duplicated(["force", "month"])]
    if len(again):
        second = again.iloc[0]
        same = group[(group["force"] == second["force"]) & (group["month"] == second["month"])]
        first, other = (rows.files[i] for i in same["file"].iloc[:2])
        msg = (
            f"{first} and {other} hold the same month of the same force, and every record "
            f"would count twice; {len(again)} months do so. Take one of the two files away."
        )
        raise UnreadableFile(msg)


def _gaps(fields: Fields, asked: tuple[str, str]) -> Iterator[str]:
    """Say the months that are missing for a force between the first and the last that are there."""
    there = pd.DataFrame({"force": fields.force, "month": fields.month}).drop_duplicates()
    there = there[(there["force"] >= 0) & (there["month"] >= 0)]
    months = [m for m in fields.months if MONTH.fullmatch(m)]
    if not months:
        return
    first, last = max(min(months), asked[0]), min(max(months), asked[1])
    wanted: list[str] = []
    if first <= last:
        wanted = [str(m) for m in pd.period_range(first, last, freq="M")]
    for force in np.unique(there["force"]):
        held = {fields.months[m] for m in there["month"][there["force"] == force]}
        missing = [m for m in wanted if m not in held]
        if missing:
            name = force_name(fields.forces[force])
            verb = "is" if len(missing) == 1 else "are"
            yield f"{_runs(missing)} {verb} missing for {name}: a gap is not a fall."
    if asked[0] != "0001-01" and asked[0] < min(months):
        yield f"The period asked for begins in {asked[0]}; the first month in the file is {min(months)}."
    if asked[1] != "9999-12" and asked[1] > max(months):
        yield f"The period asked for ends in {asked[1]}; the last month in the file is {max(months)}."


def _runs(months: Sequence[str]) -> str:
    """Write months that follow each other as one stretch: ``2019-07, 2020-01 to 2020-03``."""
    number = pd.PeriodIndex(list(months), freq="M").astype("int64").to_numpy()
    starts = np.flatnonzero(np.diff(number, prepend=number[0] - 2) != 1).tolist()
    ends = [s - 1 for s in starts[1:]] + [len(number) - 1]
    return ", ".join(
        months[a] if a == b else f"{months[a]} to {months[b]}"
        for a, b in zip(starts, ends, strict=True)
    )


def _repeats(rows: PoliceRows, used: Flags) -> Iterator[str]:
    if "crime_id" not in rows.columns:
        return
    ids = rows.table[rows.columns["crime_id"]].to_pandas()[used]
    blank = int(ids.isna().sum())
    counts = ids.value_counts()
    several = counts[counts > 1]
    if len(several):
        yield (
            f"{len(several):,} Crime IDs stand on more than one row ({int(several.sum()):,} rows): "
            "all are kept, since some name different places."
        )
    if blank:
        yield f"{blank:,} records have no Crime ID, as is usual for anti-social behaviour."


def _twins(rows: PoliceRows, fields: Fields, used: Flags) -> Iterator[str]:
    """Count rows without an id that are alike in each thing that the file says."""
    if "crime_id" not in rows.columns:
        return
    anonymous = used & rows.table[rows.columns["crime_id"]].is_null().to_numpy()
    key = np.zeros(int(anonymous.sum()), dtype=np.int64)
    for codes in (
        fields.force,
        fields.month,
        fields.kind,
        fields.outcome,
        fields.location,
        fields.point,
    ):
        part = codes[anonymous]
        key = pd.factorize(key * (part.max(initial=0) + 2) + part + 1)[0]
    alike = np.bincount(key)[key] > 1 if len(key) else key.astype(bool)
    if alike.any():
        yield (
            f"{int(alike.sum()):,} of them have an identical twin: separate incidents "
            "at one map point, all kept."
        )
