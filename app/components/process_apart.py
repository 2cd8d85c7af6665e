"""What is a process told that works with records beside the server, and what does it leave?"""

from __future__ import annotations

import atexit
import os
import re
import sys
from typing import TYPE_CHECKING

from csgeo.store.sealed import SEALING_KEY, keep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Names of variables that hold, or lead to, a secret of the server's.
_SECRET = re.compile(r"JOURNAL|SECRET|TOKEN|PASSWORD|COOKIE|CREDENTIAL|OIDC", re.IGNORECASE)


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the variables that a process apart gets: all that the server has, but no secret.

    Parameters
    ----------
    given
        The server's own variables, if not those of this process.
    """
    return {
        n: v for n, v in (os.environ if given is None else given).items() if not _SECRET.search(n)
    }


def say_to(file: Path) -> None:
    """Let all that this process and its libraries say go to a file that only its owner may read.

    A message about a file holds values of it, and so may a crash: neither is for a server's log.
    Nothing is left of the memory when it crashes.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.unlink(missing_ok=True)  # never through a link that somebody has laid
    handle = _in_memory(file) if os.environ.get(SEALING_KEY) else _in_plain(file)
    sys.stderr.flush()
    for stream in (1, 2):
        os.dup2(handle, stream)
    os.close(handle)
    os.umask(0o077)  # nor what it writes is for others
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  only there

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _in_plain(file: Path) -> int:
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)


def _in_memory(file: Path) -> int:
    """Keep what is said in memory and seal it at the end: where all is sealed, none of it is in plain."""
    if sys.platform == "win32":
        return os.open(os.devnull, os.O_WRONLY)
    handle = os.memfd_create("said")

    def seal_it(said: int = os.dup(handle)) -> None:
        with os.fdopen(said, "rb") as memory:
            memory.seek(0)
            keep(file, memory.read())

    atexit.register(seal_it)
    return handle
