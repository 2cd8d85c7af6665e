"""How fast is csgeo beside its peers, measured in one run?

Run it with ``python benchmarks/table.py [row ...]``, with ``CSGEO_OPEN_DATA`` set where the open data are;
without, records are drawn by chance and the row of all forces is left out. It prints one table in Markdown.
Each row is measured by the module of its name (``measuring.py`` says how); "equal?" is how far the
two answers lie apart, checked in the same run.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import clusters
import density
import emerging
import gi_star
import knox
import local
import scan
from measuring import Row, Side, machine

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = (
    "| work | peer | asked | measured | csgeo | peer took | equal? |\n|---|---|---|---|---|---|---|"
)


#: The rows, those whose peers take minutes last.
ROWS: dict[str, Callable[[], list[Row]]] = {
    "scan": scan.rows,
    "knox": lambda: [knox.row()],
    "gaussian": lambda: [density.gaussian_row()],
    "clusters": lambda: [clusters.row()],
    "emerging": lambda: [emerging.row()] if os.environ.get("CSGEO_OPEN_DATA") else [],
    "local": local.rows,
    "gi_star": lambda: [gi_star.row()],
    "epanechnikov": lambda: [density.epanechnikov_row()],
}


def line(row: Row) -> str:
    asked = [
        f"{row.ratio:g} ×" if row.ratio is not None else "",
        f"≤ {row.most_s:g} s" if row.most_s is not None else "",
        f"≤ {row.most_mb / 1024:g} GB" if row.most_mb is not None else "",
    ]
    measured = f"{row.times:,.{1 if row.times < 10 else 0}f} ×" if row.theirs else "–"
    if not row.met:
        measured += " **below**"
    words = [
        row.work, row.peer, ", ".join(a for a in asked if a) or "–", measured, took(row.ours),
        took(row.theirs) if row.theirs else "–", row.equal,
    ]  # fmt: skip
    return f"| {' | '.join(words)} |"


def took(side: Side) -> str:
    """Write seconds with three figures, and MB where they were seen."""
    seconds = f"{side.seconds:.3g} s" if side.seconds < 100 else f"{side.seconds:,.0f} s"
    return seconds if side.mb != side.mb else f"{seconds}, {side.mb:,.0f} MB"


def main(*wanted: str) -> None:
    print(f"{machine()}\n\n{HEAD}", flush=True)
    missed = 0
    for name in wanted or ROWS:
        for row in ROWS[name]():
            print(line(row), flush=True)
            missed += not row.met
    print(f"\n{machine()}")
    print(f"{missed} rows below what was asked" if missed else "all rows as asked or better")


if __name__ == "__main__":
    main(*sys.argv[1:])
