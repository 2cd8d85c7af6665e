"""What came in, what was used and what was set aside?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows that were not used for one reason, and what would make them usable."""

    reason: str
    rows: int
    first_row: int
    first_value: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ReadReport:
    """The account of one read: every row of the file is in exactly one of its numbers.

    ``rows_in = rows_used + sum of set_aside``; ``no_place`` of the rows used
    have no point ("no place known"). Row numbers count as a spreadsheet does:
    the header is row 1.
    """

    file: str
    kind: str
    rows_in: int
    rows_used: int
    no_place: int = 0
    set_aside: tuple[SetAside, ...] = ()
    columns: Mapping[str, str] | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain values, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [f"{self.file}: {self.rows_used:,} of {self.rows_in:,} rows used as {self.kind}."]
        if self.no_place:
            lines.append(f"  {self.no_place:,} of them have no place known.")
        if self.columns:
            pairs = ", ".join(f"{ours} from {theirs!r}" for ours, theirs in self.columns.items())
            lines.append(f"  Columns: {pairs}.")
        lines += [
            f"  Set aside: {s.rows:,} {'row' if s.rows == 1 else 'rows'}, {s.reason} (first: row {s.first_row}, {s.first_value}). {s.remedy}"
            for s in self.set_aside
        ]
        lines += [f"  Note: {note}" for note in self.notes]
        return "\n".join(lines)


class Reading(NamedTuple):
    """What a reader gives back.

    ``table`` keeps its contract, ``report`` accounts for every row, and
    ``set_aside`` holds the rows not used, as they stood in the file, with the
    columns ``row`` (number in the file) and ``reason`` added.
    """

    table: gpd.GeoDataFrame
    report: ReadReport
    set_aside: pd.DataFrame
