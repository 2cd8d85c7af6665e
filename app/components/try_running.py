"""Which try is running, and how far is it?

One at a time in this server, whoever asks. It runs in a process of its own; all
that comes from there is how far it is and, if it fails, why, in plain words.
"""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components import process_apart, tries
from components.tries import RELEASE

from csgeo.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCRIPT = Path(__file__).resolve().parents[1] / "try_apart.py"
_LOCK = threading.Lock()
_CRASHED = (
    "The try ended before it was done. Nothing was changed, and what was shown stays. What went "
    f"wrong is said in {tries.SAID} in the folder {tries.SECURE} of the answers."
)


@dataclass
class Running:
    """A try that was started: how far it is, and how it ended."""

    id: str
    folder: Path
    what: str = "Starting"
    done: int = 0
    of: int = 0
    refused: str = ""
    stopped: bool = False
    succeeded: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def share(self) -> float:
        """How much of the present step is done, 0 to 1."""
        return min(self.done / self.of, 1.0) if self.of else 0.0


_now: Running | None = None
_process: subprocess.Popen[str] | None = None


def now() -> Running | None:
    """Give the try that is running, or else the one that ended last."""
    return _now


def start(file: Path, section: Mapping[str, Any]) -> Running:
    """Start a try in a process of its own.

    Raises
    ------
    RecipeError
        If its choices cannot be used.
    StoreError
        If another one is running.
    """
    global _now, _process  # noqa: PLW0603  one for the whole server: that is the point
    recipe = tries.with_choices(file, section)
    id_ = tries.id_of(recipe)
    folder = tries.folder_of(recipe, id_)
    with _LOCK:
        if _now is not None and not _now.ended.is_set():
            msg = "Another try is running. Wait for its end, or stop it first."
            raise StoreError(msg)
        _now = Running(id_, folder)
        _process = subprocess.Popen(  # noqa: S603  our own script, nothing from the page
            [sys.executable, str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=process_apart.environment(),
        )
    asked = {"recipe": str(file), "hotspots": dict(section), "folder": str(folder)}
    threading.Thread(target=_follow, args=(_now, _process, asked), daemon=True).start()
    return _now


def stop() -> None:
    """End the running try before it is done."""
    run, process = _now, _process
    if run is not None and process is not None and not run.ended.is_set():
        run.stopped = True
        process.terminate()


atexit.register(stop)


def _follow(run: Running, process: subprocess.Popen[str], asked: Mapping[str, Any]) -> None:
    """Hand over what is asked, take in how far it is, and tidy up after what did not succeed."""
    try:
        with process:
            if process.stdin is not None:
                process.stdin.write(json.dumps(asked))
                process.stdin.close()
            for line in process.stdout or ():
                _take(run, line)
    except OSError:
        pass  # it ended before it read what is asked: said below
    finally:
        if not run.succeeded:
            _tidy(run.folder)
            if not run.stopped:
                run.refused = run.refused or _CRASHED
        run.ended.set()


def _take(run: Running, line: str) -> None:
    try:
        told = json.loads(line)
    except ValueError:
        return
    run.what, run.done, run.of = (
        str(told.get("what", run.what)),
        int(told.get("done", run.done)),
        int(told.get("of", run.of)),
    )
    run.refused = str(told.get("refused", run.refused))
    run.succeeded = bool(told.get("ended", run.succeeded))


def _tidy(folder: Path) -> None:
    """Leave no exact number of a try that has no release, and no half of a release."""
    if not (folder / RELEASE / "manifest.json").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        return
    for half in folder.glob(f".{RELEASE}-*"):
        if half.name != f".{RELEASE}-old":
            shutil.rmtree(half, ignore_errors=True)
