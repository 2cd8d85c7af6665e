"""What does a process apart answer, and is nothing left of it?

For short questions: a file is looked at, a decision is written. The page waits. Nothing
that the process says on its error output is kept: it could quote a record.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components import process_apart

from csgeo.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

_APP = Path(__file__).resolve().parents[1]
#: Longer than the longest that one file's readers may take.
PATIENCE_S = 180.0


def ask(script: str, asked: Mapping[str, Any], *, seconds: float = PATIENCE_S) -> dict[str, Any]:
    """Start a script of ours, hand it what is asked, and give what it tells.

    Parameters
    ----------
    script
        Its file name in ``app/``.
    asked
        Ready for JSON.
    seconds
        How long it may take.

    Raises
    ------
    StoreError
        If it broke, or took too long; what was asked of it has not happened then, or not wholly.
    """
    with tempfile.TemporaryDirectory(prefix="csgeo-page-") as private:
        process = started(script, private)
        try:
            told, _ = process.communicate(json.dumps(asked), timeout=seconds)
        except subprocess.TimeoutExpired:
            ended(process)
            msg = (
                f"It took longer than {seconds:.0f} seconds and was stopped. Nothing was changed. Send "
                "the columns and years that are needed, or run `csgeo check` at the command line."
            )
            raise StoreError(msg) from None
        finally:
            ended(process)
    try:
        answer: dict[str, Any] = json.loads(told)
    except ValueError:
        msg = (
            "The process that reads ended before it was done, for instance because the machine had "
            "no memory left. Nothing was changed, and the dashboard goes on. Try a smaller file."
        )
        raise StoreError(msg) from None
    if failed := answer.get("failed"):
        raise StoreError(str(failed))
    return answer


def started(
    script: str, private: str, more: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a script of ours, with a folder of its own for what it writes on the way.

    It gets the server's variables without the secrets, and `more`.
    """
    own = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), private)
    return subprocess.Popen(  # noqa: S603  our own script, nothing from the page
        [sys.executable, str(_APP / script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=process_apart.environment() | own | dict(more or {}),
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> None:
    """See that a process and all that it started have ended."""
    end_all(process)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def end_all(process: subprocess.Popen[str]) -> None:
    """End a process that still runs, with all that it started."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
