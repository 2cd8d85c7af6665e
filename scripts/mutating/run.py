"""How many faults put into a room do its tests notice? See docs/mutation.md.

Works on a copy of the tree in a folder of its own; needs mutmut and coverage.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

from counting import table  # noqa: E402
from making import Mutant, mutants_of  # noqa: E402

#: room -> the tests that may notice a fault in it
ROOMS = {
    "disclosure": ["tests/disclosure", "tests/store", "tests/test_releasing.py", "tests/test_keyring.py"],
    "sources": ["tests/sources", "tests/test_intake.py", "tests/test_identifying.py"],
}  # fmt: skip
#: Loaded before anything forks, so that no child loads them again.
HEAVY = (
    "numpy", "pandas", "geopandas", "shapely", "pyproj", "pyogrio", "scipy.optimize", "scipy.spatial",
    "scipy.stats", "scipy.sparse.csgraph", "sklearn.neighbors", "numba", "pyarrow", "openpyxl",
    "hypothesis", "pytest", "coverage",
)  # fmt: skip


def main() -> None:
    asked = _asked()
    os.nice(19 - os.nice(0))
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        root = Path(folder).resolve() / "tree"
        _copy(root, asked.revision)
        _settle(root)
        chosen, sizes = _chosen(root, asked)
        if asked.list:
            for mutant in chosen:
                print(f"{mutant.module}:{mutant.line}: {mutant.was}  ->  {mutant.becomes}")
            return
        rows = _all(root, asked, chosen)
    _told(asked, rows, sizes)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/mutants", description=__doc__)
    parser.add_argument("room", choices=sorted(ROOMS))
    parser.add_argument(
        "--modules", nargs="+", default=[], help="such as keys scrub; all if left out"
    )
    parser.add_argument(
        "--sample", type=int, help="at most so many mutants of each module, at random"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", help="in place of the room's own tests")
    parser.add_argument("--revision", help="a commit; otherwise the tree as it lies there")
    parser.add_argument(
        "--lines", type=int, nargs="+", default=[], help="only mutants that start on these lines"
    )
    parser.add_argument("--list", action="store_true", help="list the mutants and run nothing")
    parser.add_argument("--out", type=Path, help="write what became of each, as JSON")
    return parser.parse_args()


def _copy(root: Path, revision: str | None) -> None:
    root.mkdir()
    if revision:
        packed = subprocess.run(
            ["git", "archive", revision], cwd=ROOT, check=True, capture_output=True
        )
        subprocess.run(["tar", "x"], cwd=root, check=True, input=packed.stdout)
        return
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, root / name)


def _settle(root: Path) -> None:
    """Make this process, and all that it forks, work in the copy and nowhere else."""
    for file in root.rglob("*.py"):  # older than any mutant: what was compiled before is no mutant
        os.utime(file, (1_000_000_000, 1_000_000_000))
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", "csgeo", "tests"], cwd=root, check=True
    )
    os.chdir(root)
    sys.path.insert(0, str(root))
    sys.dont_write_bytecode = True
    os.environ |= {
        "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    os.environ |= {"PYTEST_PLUGINS": "_hypothesis_pytestplugin"}
    os.environ.pop("CSGEO_OPEN_DATA", None)


def _chosen(root: Path, asked: argparse.Namespace) -> tuple[list[Mutant], dict[str, int]]:
    """Give the mutants to run, and how many each module has."""
    chosen, sizes = [], {}
    for file in sorted((root / "csgeo" / asked.room).rglob("*.py")):
        name = file.relative_to(root).as_posix()
        if asked.modules and file.stem not in asked.modules:
            continue
        made = mutants_of(name, file.read_text(encoding="utf-8"))
        sizes[name] = len(made)
        made = [m for m in made if not asked.lines or m.line in asked.lines]
        if asked.sample and len(made) > asked.sample:
            kept = random.Random(f"{asked.seed} {name}").sample(range(len(made)), asked.sample)
            made = [made[n] for n in sorted(kept)]
        chosen += made
    return chosen, sizes


def _all(root: Path, asked: argparse.Namespace, chosen: list[Mutant]) -> list[dict[str, Any]]:
    """Run the mutants: those inside functions in forks, then those that need a new import."""
    from running import steady

    for name in HEAVY:
        __import__(name)
    steady()
    plan = root.parent / "plan.json"
    sys.stdout.flush()
    if (child := os.fork()) == 0:
        code = 1
        try:
            code = _in_forks(root, asked.tests or ROOMS[asked.room], asked.room, chosen, plan)
        except Exception:  # noqa: BLE001 - said, and the process ends
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        sys.exit("The tests could not be run as they are.")
    told = json.loads(plan.read_text(encoding="utf-8"))
    rows = told["rows"]
    for n in told["anew"]:
        rows[int(n)] = _anew(root, chosen[int(n)], told, n)
    return rows


def _in_forks(root: Path, tests: list[str], room: str, chosen: list[Mutant], plan: Path) -> int:
    import pytest
    from running import Baseline, options

    rows: list[Any] = [None] * len(chosen)
    anew: dict[int, Any] = {}

    def then(base: Baseline) -> None:
        for name in sorted(base.failed):
            print(f"fails without any fault, and is not asked: {name}", flush=True)
        for n, mutant in enumerate(chosen):
            order, fixtures, importing = base.tests_of(mutant)
            outcome = None
            if mutant.function and not importing:
                with _on_disk(root, mutant):
                    outcome = base.forked(mutant, order, fixtures)
            if outcome is None:
                anew[n] = (order, sorted(fixtures))
            else:
                rows[n] = _row(mutant, outcome)
        kept = base.kept_fixtures(root.parent)
        plan.write_text(
            json.dumps({"rows": rows, "anew": anew, "kept": kept, "seconds": base.seconds})
        )
        print("\nbranches that the tests leave out, in this process:")
        files = sorted({str(root / mutant.module) for mutant in chosen})
        base.coverage.report(files, show_missing=True, skip_covered=True)

    base = Baseline(root, root / "csgeo" / room, then)
    code = pytest.main([*tests, *options(root)], plugins=[base])
    return 0 if plan.exists() else int(code) or 1


def _anew(root: Path, mutant: Mutant, told: dict[str, Any], number: str) -> dict[str, Any]:
    from running import anew, judge

    tests, touched = told["anew"][number]
    took = 10 + sum(told["seconds"][t] for t in tests)
    with _on_disk(root, mutant):
        tried = partial(anew, root, tests, told["kept"], touched=set(touched))
        return _row(mutant, judge(None, tests, took, tried))


class _on_disk:  # noqa: N801 - read as a word after `with`
    """Keep a mutant in the copy for a while: processes that a test starts have it too."""

    def __init__(self, root: Path, mutant: Mutant) -> None:
        self.file, self.faulty = root / mutant.module, mutant.source

    def __enter__(self) -> None:
        self.before, self.times = self.file.read_bytes(), self.file.stat()
        self.file.write_text(self.faulty, encoding="utf-8")

    def __exit__(self, *_: object) -> None:
        self.file.write_bytes(self.before)
        os.utime(self.file, ns=(self.times.st_atime_ns, self.times.st_mtime_ns))


def _row(mutant: Mutant, outcome: Any) -> dict[str, Any]:
    mark = {"killed": ".", "too slow": "t", "untouched": "U", "survived": "S"}[outcome.state]
    print(mark, end="", flush=True)
    if mark in "US":
        print(
            f"\n{mutant.module}:{mutant.line} {outcome.state}\n  - {mutant.was}\n  + {mutant.becomes}",
            flush=True,
        )
    return {
        "module": mutant.module, "line": mutant.line, "function": mutant.function,
        "was": mutant.was, "becomes": mutant.becomes, "state": outcome.state, "test": outcome.test,
    }  # fmt: skip


def _told(asked: argparse.Namespace, rows: list[dict[str, Any]], sizes: dict[str, int]) -> None:
    known = HERE / "equivalent" / f"{asked.room}.toml"
    listed = tomllib.loads(known.read_text(encoding="utf-8"))["mutant"] if known.exists() else []
    same = {(e["module"], e["was"], b) for e in listed for b in e["becomes"]}
    for row in rows:
        if row["state"] in ("survived", "untouched") and (
            (Path(row["module"]).stem, row["was"], row["becomes"]) in same
        ):
            row["state"] = "equivalent"
    print()
    for row in rows:
        if row["state"] in ("survived", "untouched"):
            print(
                f"{row['module']}:{row['line']} {row['state']}\n  - {row['was']}\n  + {row['becomes']}"
            )
    print(table(rows, sizes, day=time.strftime("%Y-%m-%d")))
    if asked.out:
        asked.out.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
