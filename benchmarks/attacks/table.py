"""What came of every attack, in one table?

``python benchmarks/attacks/table.py`` runs them all, two at a time, and prints the table; it ends
with 1 if one reached what it may not. ``--write FILE`` also puts the table into a document,
between its two marks. ``--only NAME`` runs one group, which is never written into a document.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.attacks.rows import Row

#: The groups of attacks: the module that runs each, in the order of the table.
GROUPS = (
    *sorted(p.stem for p in Path(__file__).parent.glob("release*.py")),
    "one_person",
    "scripts",
    "hostile_files",
    "roles",
    "planted",
)
BEGIN, END = "<!-- attacks: written by scripts/attack -->", "<!-- attacks: end -->"
_AT_ONCE = 2


def group(name: str) -> tuple[list[Row], float]:
    """Run one group; one that cannot be run has not been withstood."""
    began = time.perf_counter()
    try:
        found = import_module(f"benchmarks.attacks.{name}").rows()
    except Exception:  # noqa: BLE001  said, and counted as not met
        traceback.print_exc()
        found = [Row(f"{name}: could not be run", "", "", "see the messages", met=False)]
    return found, time.perf_counter() - began


def run(names: tuple[str, ...]) -> list[Row]:
    """Run groups beside each other, and give their rows in the order of the table."""
    found: dict[str, list[Row]] = {}
    # processes of their own: what one loads or leaves behind is not another's
    with ProcessPoolExecutor(
        _AT_ONCE, mp_context=multiprocessing.get_context("spawn"), max_tasks_per_child=1
    ) as pool:
        asked = {pool.submit(group, name): name for name in names}
        for done in as_completed(asked):
            found[asked[done]], seconds = done.result()
            print(f"{asked[done]}: {seconds:.0f} s", file=sys.stderr, flush=True)
    return [row for name in names for row in found[name]]


def as_table(rows: list[Row]) -> str:
    """Write the rows as a table of Markdown."""
    lines = ["| attack | today's tools | asked | reached | met |", "|---|---|---|---|---|"]
    lines += [
        "| " + " | ".join(map(_cell, (*row[:4], "yes" if row.met else "**NO**"))) + " |"
        for row in rows
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def put_into(document: Path, table: str) -> None:
    """Put the table between the two marks of a document; refuse one that has none."""
    text = document.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit(f"{document} must hold the lines {BEGIN} and {END} once each.")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    document.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--write", type=Path, metavar="FILE")
    asked.add_argument("--only", choices=GROUPS)
    given = asked.parse_args()
    rows = run((given.only,) if given.only else GROUPS)
    table = as_table(rows)
    print(table)
    failed = [row.attack for row in rows if not row.met]
    if given.write and not given.only:
        put_into(given.write, table)
    if failed:
        print(f"\n{len(failed)} of {len(rows)} not met: {'; '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
