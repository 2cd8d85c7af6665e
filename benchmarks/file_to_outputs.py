"""How long does one command take, from the files to all outputs, and how much memory?

Runs ``csgeo run`` on the two shipped recipes as a user would, several times,
in fresh processes, and prints the median of wall seconds and of peak memory.
The asked numbers stand beside; nothing is asserted.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 3
ASKED = {"bath_ne_somerset": "<= 4 s", "avon_and_somerset": "<= 10 s and <= 1,500 MB"}


def one_run(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak MB of one process and those it starts."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command} ended with status {status}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def main() -> None:
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    recipes = Path(__file__).parents[1] / "data" / "recipes"
    with tempfile.TemporaryDirectory() as folder:
        for name, asked in ASKED.items():
            command = [sys.executable, "-m", "csgeo.cli", "run", str(recipes / f"{name}.toml")]
            command += ["--out", folder, "--quiet"]
            one_run(command)  # the first compiles the kernels of a new machine
            runs = [one_run(command) for _ in range(RUNS)]
            seconds, memory = (statistics.median(x) for x in zip(*runs, strict=True))
            print(f"{name:<20} {seconds:6.2f} s  {memory:7.0f} MB   asked: {asked}")
        command = [sys.executable, "-c", "import csgeo"]
        bare = [sys.executable, "-c", "pass"]
        loaded = statistics.median(one_run(command)[0] for _ in range(9))
        empty = statistics.median(one_run(bare)[0] for _ in range(9))
        print(
            f"{'import csgeo':<20} {loaded - empty:6.3f} s  above an empty Python   asked: <= 0.4 s"
        )


if __name__ == "__main__":
    main()
