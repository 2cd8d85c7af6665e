"""What share of the mutants was killed, and how sure is that where only some were run?"""

from __future__ import annotations

import math
from typing import Any


def wilson(killed: int, run: int, *, of: int) -> tuple[float, float]:
    """Give the 95 % interval of a share (Wilson 1927), narrowed where `run` is much of all `of`."""
    if run == 0:
        return 0.0, 1.0
    # a sample without putting back: as if more had been drawn (none is left out: no doubt)
    left = (of - run) / max(of - 1, 1)
    if left == 0:
        return killed / run, killed / run
    n, share, z = run / left, killed / run, 1.959964
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def table(rows: list[dict[str, Any]], sizes: dict[str, int], *, day: str) -> str:
    """Write a table of modules, in Markdown."""
    lines = [
        "| module | mutants | run | killed | equivalent | survived | share killed | 95 % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for module, size in sizes.items():
        own = [r for r in rows if r["module"] == module]
        if own:
            lines.append(_line(f"`{module.rpartition('/')[2]}`", own, size))
    lines.append(_line(f"all ({day})", rows, sum(sizes.values())))
    return "\n".join(lines)


def _line(name: str, rows: list[dict[str, Any]], size: int) -> str:
    killed = sum(r["state"] in ("killed", "too slow") for r in rows)
    same = sum(r["state"] == "equivalent" for r in rows)
    asked = len(rows) - same
    low, high = wilson(killed, asked, of=size - same)
    doubt = f"{low:.1%} to {high:.1%}" if len(rows) < size else "all were run"
    share = f"{killed / asked:.1%}" if asked else "–"
    return f"| {name} | {size} | {len(rows)} | {killed} | {same} | {asked - killed} | {share} | {doubt} |"
