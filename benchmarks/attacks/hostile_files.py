"""What does a hostile file achieve?

Builds every file of ``tests/sources/hostile_files.py``, opens each in a fresh
process as the readers do, and prints what came of it: time, memory of that
process and of those it started, packets that reached a listener, words of a
secret file that came to light, exceptions that were not foreseen. With
``--fuzz SECONDS`` each parser is also fed with mangled files, by atheris if it
is installed.
"""

from __future__ import annotations

import json
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.attacks.rows import Row, print_rows

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]

_ONE = """
import json, resource, sys, time
sys.path.insert(0, sys.argv[2])
from csgeo.errors import SourceError
from csgeo.sources.files import read_rows
import geopandas, pyarrow.csv
def held(): return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
before, began = held(), time.perf_counter()
try:
    rows = read_rows(sys.argv[1]); said = "READ"
    brought = rows.frame.head(1000).to_csv() + str(rows.notes)
except SourceError as refused:
    said = brought = str(refused)
except BaseException as error:
    said = brought = "UNCAUGHT " + repr(error)[:200]
seconds = time.perf_counter() - began
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps([said, brought, seconds, max(held(), child)]))
"""


def listen(came: list[bytes]) -> str:
    opened = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            called, _ = opened.accept()
            came.append(called.recv(200))
            called.close()

    threading.Thread(target=answer, daemon=True).start()
    return f"127.0.0.1:{opened.getsockname()[1]}"


def attack(name: str, target: object, folder: Path) -> tuple[str, str, float, float]:
    from tests.sources.hostile_inside import HOSTILE

    path = HOSTILE[name][0](folder, target)
    ran = subprocess.run(
        [sys.executable, "-c", _ONE, str(path), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        return f"DIED {ran.returncode}", "", 0.0, 0.0
    said, brought, seconds, memory = json.loads(ran.stdout.splitlines()[-1])
    return said, brought, seconds, memory


def fuzz(seconds: float, folder: Path) -> tuple[int, int]:
    """Mangle sound files at random and read them; say how many, and how many surprises."""
    from csgeo.errors import CsgeoError
    from csgeo.sources.files import read_rows
    from tests.sources.hostile_files import _geopackage, _points, _shapefile_parts, _workbook, _zip

    sound = folder / "sound"
    sound.mkdir()
    _points().to_parquet(sound / "a.parquet")
    (sound / "a.geojson").write_text(_points().to_crs(4326).to_json())
    (sound / "a.csv").write_text('id,type,"a b"\n1,CSE,"x ""y"""\n2,CCE,\n' * 20)
    _geopackage(sound)
    _workbook(sound)
    _zip(sound, {f"a{e}": c for e, c in _shapefile_parts(sound).items()})
    chance, tried, surprises = random.Random(1), 0, 0
    files = sorted(p for p in sound.iterdir() if p.is_file())
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        file = chance.choice(files)
        content = bytearray(file.read_bytes())
        for _ in range(chance.randint(1, 30)):
            at = chance.randrange(len(content))
            content[at : at + chance.choice((0, 1, 1, 4))] = chance.randbytes(
                chance.choice((0, 1, 1, 4))
            )
        mangled = folder / file.name
        mangled.write_bytes(bytes(content))
        tried += 1
        try:
            read_rows(mangled)
        except CsgeoError:
            pass
        except Exception as error:  # noqa: BLE001  counting them is the point
            surprises += 1
            print("surprise:", file.name, repr(error)[:200])
    return tried, surprises


def fuzz_with_atheris(seconds: int) -> str:
    """Let atheris look for new ways through the parsers that are written here."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        return "atheris is not installed"
    script = Path(__file__).with_name("fuzz_text.py")
    ran = subprocess.run(
        [sys.executable, str(script), f"-max_total_time={seconds}", "-print_final_stats=1"],
        capture_output=True, text=True, check=False, cwd=tempfile.gettempdir(),
    )  # fmt: skip
    runs = re.search(r"number_of_executed_units: (\d+)", ran.stderr)
    ended = "no surprise" if ran.returncode == 0 else ran.stderr[-600:]
    return f"atheris: {runs.group(1) if runs else '?'} runs, {ended}"


def opened(say: Callable[[str], None]) -> tuple[int, dict[str, int], float, float]:
    """Open every file; count what each achieved, with the longest time and the most memory."""
    from tests.sources.hostile_files import CANARY, Target
    from tests.sources.hostile_inside import HOSTILE

    came: list[bytes] = []
    address = listen(came)
    told = {"local reads": 0, "packets": 0, "uncaught": 0, "> 1 GB": 0, "> 30 s": 0}
    longest = most = 0.0
    for name in HOSTILE:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "in").mkdir()
            secret = Path(folder) / "secret.csv"
            secret.write_text(f"id,type\n1,{CANARY}\n")
            before = len(came)
            said, brought, seconds, memory = attack(
                name, Target(secret, address), Path(folder) / "in"
            )
        told["local reads"] += CANARY in brought
        told["packets"] += len(came) - before
        told["uncaught"] += said.startswith(("UNCAUGHT", "DIED"))
        told["> 1 GB"] += memory > 1024
        told["> 30 s"] += seconds > 30
        longest, most = max(longest, seconds), max(most, memory)
        say(f"{name:<42} {seconds:6.2f} s {memory:6.0f} MB  {said[:90]}")
    return len(HOSTILE), told, longest, most


def rows(*, say: Callable[[str], None] = lambda _: None) -> list[Row]:
    """Give the row of the table."""
    many, told, longest, most = opened(say)
    reached = ", ".join(f"{count} {what}" for what, count in told.items())
    return [
        Row(
            f"{many} hostile files: local reads, packets, uncaught exceptions, > 1 GB or > 30 s",
            "many: files, packets, 1.3 GB (GDAL with its own settings)",
            "0",
            f"{reached} (longest {longest:.1f} s, most {most:.0f} MB)",
            met=not any(told.values()),
        )
    ]


def main() -> None:
    print_rows(rows(say=lambda line: print(line, flush=True)))
    if "--fuzz" in sys.argv:
        seconds = int(sys.argv[sys.argv.index("--fuzz") + 1])
        with tempfile.TemporaryDirectory() as folder:
            tried, surprises = fuzz(seconds, Path(folder))
        print(f"{tried} mangled files in {seconds} s: {surprises} surprises")
        print(fuzz_with_atheris(seconds))


if __name__ == "__main__":
    main()
