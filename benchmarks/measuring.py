"""How long does one side of a comparison take, and how much memory?

Each side is asked in a process of its own, one after the other, on as many threads as the machine
has cores. It is asked once to load and to compile what it needs, then timed: the best of three
unless said otherwise. Its memory is the most that the process held while it was timed, Python, its
libraries and the data included: what a machine must have. Linux tells; elsewhere it is missing.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import re
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = os.cpu_count() or 1
for _library in ("NUMBA", "OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", str(THREADS))


class Side(NamedTuple):
    """What one side took: the first call, the best of the timed ones, MB, and what it answered."""

    first_s: float
    seconds: float
    mb: float
    answer: Any


class Row(NamedTuple):
    """One line of the table; ``ratio`` and ``most_s`` are what was asked, None where nothing was."""

    work: str
    peer: str
    ours: Side
    theirs: Side | None
    equal: str
    ratio: float | None = None
    most_s: float | None = None
    most_mb: float | None = None

    @property
    def times(self) -> float:
        """How many times as long the peer takes."""
        return self.theirs.seconds / self.ours.seconds if self.theirs else float("nan")

    @property
    def met(self) -> bool:
        """Whether all that was asked is so."""
        slow = self.ratio is not None and not self.times >= self.ratio
        long = self.most_s is not None and self.ours.seconds > self.most_s
        large = self.most_mb is not None and self.ours.mb > self.most_mb
        return not (slow or long or large)


def alone(
    make: Callable[..., Callable[[], Any]],
    *arguments: object,
    times: int = 3,
    small: tuple[object, ...] | None = None,
) -> Side:
    """Time the question that `make` makes of `arguments`, in a fresh process.

    ``small`` are the arguments of a lesser question with which to load and compile, where the
    question itself takes minutes.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(here, make, arguments, times, small).result()


def here(
    make: Callable[..., Callable[[], Any]],
    arguments: tuple[object, ...],
    times: int,
    small: tuple[object, ...] | None = None,
) -> Side:
    """Time a question in this process."""
    question = make(*arguments)
    lesser = question if small is None else make(*small)
    start = time.perf_counter()
    answer = lesser()
    first = time.perf_counter() - start
    forget_the_most()
    best = float("inf")
    for _ in range(times):
        answer = None  # so that two answers are never held at once
        start = time.perf_counter()
        answer = question()
        best = min(best, time.perf_counter() - start)
    return Side(first, best, most_mb(), answer)


def forget_the_most() -> None:
    """Let Linux forget the most memory that this process has held so far."""
    path = Path("/proc/self/clear_refs")
    if path.exists():
        path.write_text("5")


def most_mb() -> float:
    """Read from Linux the most that this process held."""
    path = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", path.read_text()) if path.exists() else None
    return int(found[1]) / 1024 if found else float("nan")


def machine() -> str:
    """Say on what this runs, and how busy it is."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    memory = held_in_all_gb()
    return (
        f"{platform.system()} {platform.machine()}, {THREADS} cores{memory}, "
        f"Python {platform.python_version()}{load}"
    )


def held_in_all_gb() -> str:
    """Read from Linux how much memory the machine has."""
    path = Path("/proc/meminfo")
    found = re.search(r"MemTotal:\s+(\d+) kB", path.read_text()) if path.exists() else None
    return f", {int(found[1]) / 2**20:.0f} GiB" if found else ""
