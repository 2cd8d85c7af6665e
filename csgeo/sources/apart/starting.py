"""Who starts the process that reads a file, and waits for its end?

On Linux a nursery (:mod:`csgeo.sources.apart.nursery`) that has the libraries
loaded makes it; elsewhere, or where files and network cannot be closed off, a
new Python is started. Both get one request, one place for the answer, and
nothing else.
"""

from __future__ import annotations

import atexit
import os
import socket
import struct
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from csgeo.sources.apart import fence
from csgeo.sources.apart.child import SETTINGS
from csgeo.sources.limits import LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = str(Path(__file__).parents[3])
_PATH = "import sys; sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True\n"
_READER = _PATH + "from csgeo.sources.apart.child import main; main()"
_NURSERY = _PATH + "from csgeo.sources.apart.nursery import main; main()"
#: What most recipes name.
_USUAL = ("Parquet", "GeoPackage")
#: Memory that all readers of this process may take together; one that may take more reads alone.
_MOST_MB = 2 * LIMITS.memory_mb
#: How long a nursery may take to end a reader, or to end itself.
_PATIENCE_S = 5.0


def prepare() -> None:
    """Let the libraries that read files be loaded by a process of their own, while this one goes on."""
    if offered() and (nursery := _nursery()):
        for holds in _USUAL:
            nursery.load(holds)


def run(holds: str, request: BinaryIO, answer: BinaryIO, limits: Limits) -> int | str:
    """Start the process that reads, wait for it, and say how it ended.

    Parameters
    ----------
    holds
        The format of the file.
    request, answer
        Open files without a name: what is asked, and where the answer is to stand.
    limits
        Its seconds by the clock (the process itself sees to the others), and the
        memory that it counts for: readers wait while others take what there is.

    Returns
    -------
    int or str
        As :attr:`subprocess.Popen.returncode`, or ``"wall"`` if it was ended for want of time.
    """
    with _room(limits.memory_mb):
        for _ in range(2 if offered() else 0):  # one that is found dead costs a second try
            if nursery := _nursery():
                code = nursery.run(holds, request, answer, limits.wall_s)
                if code is not None:
                    return code
                _forget(nursery)
            answer.truncate(0)
        return _spawned(request, answer, limits.wall_s)


@cache
def offered() -> bool:
    """Say whether this system can copy a process that is then wholly fenced in."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and fence.is_whole()


class _Nursery:
    """Our end of a nursery."""

    def __init__(self) -> None:
        self.asked, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = _start([_NURSERY, _ROOT, str(os.getpid())], theirs.fileno())
        self.asked.settimeout(_PATIENCE_S)

    def load(self, holds: str) -> None:
        with suppress(OSError):  # whoever reads finds it dead
            self.asked.send(holds.encode())

    def run(
        self, holds: str, request: BinaryIO, answer: BinaryIO, wall_s: float
    ) -> int | str | None:
        """Say how a reader ended; None if the nursery is no more."""
        request.seek(0)
        answer.seek(0)
        told, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with told:
            try:
                with theirs:
                    given = [request.fileno(), answer.fileno(), theirs.fileno()]
                    socket.send_fds(self.asked, [holds.encode()], given)
                told.settimeout(wall_s)
                return _code(told.recv(4))
            except TimeoutError:
                return self._ended(told)
            except OSError:
                return None

    def _ended(self, told: socket.socket) -> str:
        """Have a reader ended that takes too long, and see that it is."""
        try:
            told.shutdown(socket.SHUT_WR)
            told.settimeout(_PATIENCE_S)
            told.recv(4)
        except OSError:
            _forget(self)  # readers end with it
        return "wall"

    def close(self) -> None:
        self.asked.close()
        try:
            self.process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _code(told: bytes) -> int | None:
    return int(struct.unpack("<i", told)[0]) if told else None


_lock = threading.Lock()
_made: list[_Nursery] = []


def _nursery() -> _Nursery | None:
    """Give the nursery of this process; start one if there is none."""
    with _lock:
        if not _made:
            _made.append(_Nursery())
        return _made[0]


def _forget(nursery: _Nursery) -> None:
    """Leave nothing of a nursery that does not answer."""
    with _lock:
        if nursery in _made:
            _made.remove(nursery)
    nursery.process.kill()
    nursery.close()


def _close() -> None:
    with _lock:
        while _made:
            _made.pop().close()


def _not_ours() -> None:
    """In a copy of this process: the nursery is another's."""
    global _lock, _free  # another thread may have held them
    _lock, _free = threading.Lock(), threading.Condition()
    _taken.clear()
    for nursery in _made:
        nursery.asked.close()
        nursery.process.returncode = 0  # it is not for us to wait for it
    _made.clear()


atexit.register(_close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_not_ours)

_free = threading.Condition()
_taken: list[int] = []


@contextmanager
def _room(memory_mb: int) -> Iterator[None]:
    """Wait until there is room for a reader beside those that read."""
    with _free:
        _free.wait_for(lambda: not _taken or sum(_taken) + memory_mb <= _MOST_MB)
        _taken.append(memory_mb)
    try:
        yield
    finally:
        with _free:
            _taken.remove(memory_mb)
            _free.notify_all()


def _spawned(request: BinaryIO, answer: BinaryIO, wall_s: float) -> int | str:
    """Let a new Python read."""
    request.seek(0)
    answer.seek(0)
    started = _start([_READER, _ROOT], request.fileno(), answer.fileno())
    try:
        return started.wait(wall_s)
    except subprocess.TimeoutExpired:
        return "wall"
    finally:
        if started.poll() is None:
            started.kill()
        started.wait()  # nothing is left that is dead and not counted


def _start(
    code: list[str], asked: int, answer: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  our own interpreter, our own module
        [sys.executable, "-I", "-c", *code],
        stdin=asked,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        env=_environment() | SETTINGS,
        cwd=_ROOT,
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    """Give it no more than a process needs to start: no key, no proxy, no setting of GDAL's."""
    needed = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "TEMP", "TMP", "LANG", "LC_ALL")
    return {name: os.environ[name] for name in needed if name in os.environ}
