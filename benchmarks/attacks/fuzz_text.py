"""Which bytes surprise the readers that run in our own process?

``fuzz_text.py TARGET SECONDS FOLDER``: atheris (libFuzzer, guided by coverage) makes up bytes for one
target of ``tests/sources/fuzzed.py``. Each failure that is not foreseen is kept once, by where it
arose, as a file in the folder, and the search goes on; at its end one line tells what was found.
"""

import contextlib
import json
import resource
import sys
import time
import traceback
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
with atheris.instrument_imports(include=["csgeo"]):
    from tests.sources.fuzzed import TARGETS

#: No input of 4 kB should take longer (s); the processor is shared with others.
SLOW_S = 5.0
MOST_BYTES = 4096


class Told:
    """What came of all inputs so far."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.runs, self.longest = folder, 0, 0.0
        self.surprises: dict[str, str] = {}

    def keep(self, where: str, words: str, data: bytes) -> None:
        """Keep the first input that fails in one place."""
        if where not in self.surprises:
            self.surprises[where] = words
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"surprise-{len(self.surprises):02d}").write_bytes(data)
            print(f"SURPRISE {where}: {words}", flush=True)


def where_it_arose(error: BaseException) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if str(ROOT) in f.filename]
    last = frames[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def main(name: str, seconds: int, folder: Path) -> None:
    target, told = TARGETS[name], Told(folder)
    seeds = folder / "corpus"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (seeds / f"seed-{number}").write_bytes(seed)
        with contextlib.suppress(Exception):  # what is loaded at first is not counted
            target.call(seed)
    words = folder / "words"
    quoted = ("".join(f"\\x{b:02x}" for b in w) for w in target.words)
    words.write_text("".join(f'"{q}"\n' for q in quoted))
    end = time.monotonic() + seconds

    def one(data: bytes) -> None:
        began = time.perf_counter()
        try:
            target.call(data)
        except Exception as error:  # noqa: BLE001  counting them is the point
            told.keep(where_it_arose(error), str(error)[:160], data)
        took = time.perf_counter() - began
        told.runs += 1
        told.longest = max(told.longest, took)
        if took > SLOW_S:
            told.keep(f"took more than {SLOW_S:.0f} s", f"{took:.1f} s", data)
        if time.monotonic() > end:  # libFuzzer looks at the clock between rounds only
            finish(name, told)

    options = [
        sys.argv[0], str(seeds), f"-max_total_time={seconds}", f"-max_len={MOST_BYTES}",
        f"-dict={words}", "-timeout=60", "-rss_limit_mb=2048", f"-artifact_prefix={folder}/", "-verbosity=0",
    ]  # fmt: skip
    atheris.Setup(options, one)
    atheris.Fuzz()


def finish(name: str, told: Told) -> None:
    import os

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said = {"target": name, "runs": told.runs, "surprises": len(told.surprises)}
    print(json.dumps(said | {"longest_s": round(told.longest, 2), "most_mb": round(most)}))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
