"""Which run of the recipe is going on, who started it, and how far is it?

One at a time in this server, whoever asks. It runs in a process of its own; all that
comes from there is how far it is and, if there is no release, why, in plain words.
"""

from __future__ import annotations

import atexit
import datetime as dt
import json
import os
import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from components import load_asking, tries

from csgeo.errors import StoreError

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

_LOCK = threading.Lock()
#: A run writes into the journal what leaves; a try and a look do not.
_JOURNAL = ("CSGEO_JOURNAL_KEY", "CSGEO_JOURNAL_ANCHOR")
_CRASHED = (
    "The run ended before it was done, for instance because the machine had no memory left or "
    "somebody stopped it there. The release that was shown before is still shown. Run it again; "
    "what was said last stands in last_run.txt in the folder secure of the answers."
)


@dataclass
class Running:
    """A run that was started: by whom, how far it is, and how it ended."""

    who: str
    began: dt.datetime
    what: str = "Starting"
    done: int = 0
    of: int = 0
    refused: str = ""
    stopped: bool = False
    waiting: bool = False
    succeeded: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def share(self) -> float:
        """How much of the present step is done, 0 to 1."""
        return min(self.done / self.of, 1.0) if self.of else 0.0

    @property
    def goes_on(self) -> bool:
        """Whether it has not ended."""
        return not self.ended.is_set()


_now: Running | None = None
_process: subprocess.Popen[str] | None = None


def now() -> Running | None:
    """Give the run that is going on, or else the one that ended last."""
    return _now


def start(file: Path, *, seen: str, who: str) -> Running:
    """Start a run in a process of its own.

    Parameters
    ----------
    file
        The recipe.
    seen
        Its stamp, as the page showed it: a recipe that was changed since is not run.
    who
        Who asks for it.

    Raises
    ------
    RecipeError
        If the recipe cannot be used.
    StoreError
        If another one is going on.
    """
    global _now, _process  # noqa: PLW0603  one for the whole server: that is the point
    recipe = tries.loaded(file)
    with _LOCK:
        if _now is not None and _now.goes_on:
            msg = (
                f"Only one run can go on at a time; {_now.who} started one at "
                f"{_now.began:%H:%M}. Wait for its end, or stop it."
            )
            raise StoreError(msg)
        private = tempfile.mkdtemp(prefix="csgeo-page-")
        told = {name: os.environ[name] for name in _JOURNAL if name in os.environ}
        _process = load_asking.started("run_apart.py", private, told)
        _now = Running(who, dt.datetime.now().astimezone())
    asked = {"recipe": str(file), "seen": seen, "who": who}
    folder = recipe.path(recipe.folder)
    threading.Thread(
        target=_follow, args=(_now, _process, asked, folder, private), daemon=True
    ).start()
    return _now


def stop() -> None:
    """End the run before it is done."""
    run, process = _now, _process
    if run is not None and process is not None and run.goes_on:
        run.stopped = True
        load_asking.end_all(process)


atexit.register(stop)


def _follow(
    run: Running, process: subprocess.Popen[str], asked: dict[str, str], folder: Path, private: str
) -> None:
    """Hand over what is asked, take in how far it is, and tidy up what it leaves half done."""
    try:
        if process.stdin is not None:
            process.stdin.write(json.dumps(asked))
            process.stdin.close()
        for line in process.stdout or ():
            _take(run, line)
    except (OSError, ValueError):
        pass  # it ended before it read what is asked: said below
    finally:
        load_asking.ended(process)
        shutil.rmtree(private, ignore_errors=True)
        if not run.succeeded:
            _tidy(folder)
            if not (run.stopped or run.waiting):
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
    run.waiting = bool(told.get("waiting", run.waiting))
    run.succeeded = bool(told.get("ended", run.succeeded))


def _tidy(folder: Path) -> None:
    """Leave no half of a release: the one that was there stays."""
    for half in folder.glob(f".{tries.RELEASE}-*"):
        if half.name != f".{tries.RELEASE}-old":
            shutil.rmtree(half, ignore_errors=True)
