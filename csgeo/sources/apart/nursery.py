"""How does a process that reads one file come to be at little cost?

What makes a reading process dear is the loading of its libraries. This process
loads them once, has one thread, opens no file that is to be read and keeps
nothing of what it is told. For each file it makes a copy of itself: the copy
gives up all that it does not need (:mod:`csgeo.sources.apart.fence`), reads and
ends. It ends with the process that started it, and when nobody asks for long.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import select
import signal
import socket
import stat
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from csgeo.sources.apart import child, fence

if TYPE_CHECKING:
    from collections.abc import Callable

#: A format to load and the three that go with a request for it: request, answer, where its end is told.
_GIVEN = 3
_LONGEST_NAME = 64
_MOST_OPEN = 256
_IDLE_MS = 120_000
_DIE_WITH_PARENT = 1


class _Child(NamedTuple):
    """A process that reads: its number, what shows its end, and where that is told."""

    pid: int
    ended: int
    told: socket.socket


def main(read: Callable[[], None] = child.main) -> None:
    """Serve the one that holds the other end of standard input, until it is gone."""
    try:
        parent = os.pidfd_open(int(sys.argv[2]))
    except OSError:
        return  # it is gone already
    if os.getppid() != int(sys.argv[2]):
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_MOST_OPEN, hard), hard))
    child.leave_unloaded()
    _Nursery(socket.socket(fileno=os.dup(0)), parent, read).serve()


class _Nursery:
    """Makes readers and tells how they ended."""

    def __init__(self, asked: socket.socket, parent: int, read: Callable[[], None]) -> None:
        self.asked, self.parent, self.read = asked, parent, read
        self.children: dict[int, _Child] = {}
        self.poll = select.poll()
        self.poll.register(asked, select.POLLIN)
        self.poll.register(parent, select.POLLIN)

    def serve(self) -> None:
        try:
            while self._served():
                pass
        finally:
            for one in self.children.values():  # they would end with this process anyway
                signal.pidfd_send_signal(one.ended, signal.SIGKILL)

    def _served(self) -> bool:
        ready = {fd for fd, _ in self.poll.poll(_IDLE_MS)}
        if self.parent in ready or not (ready or self.children):
            return False
        for one in list(self.children.values()):
            if one.ended in ready:
                self._tell(one)
            elif one.told.fileno() in ready:  # nobody waits for it any more
                self.poll.unregister(one.told)
                signal.pidfd_send_signal(one.ended, signal.SIGKILL)
        return self.asked.fileno() not in ready or self._take()

    def _take(self) -> bool:
        """Load what reads a format, and make a reader if a request came with its name."""
        name, given, _, _ = socket.recv_fds(self.asked, _LONGEST_NAME, _GIVEN)
        if not name:
            return False
        _load(name.decode())
        if len(given) == _GIVEN:
            self._make(_of_libraries(self._own() | set(given)), *given)
        for fd in given[:2]:
            os.close(fd)
        return True

    def _own(self) -> set[int]:
        """Name what this process itself has open: nothing of it is for a reader."""
        others = {fd for one in self.children.values() for fd in (one.ended, one.told.fileno())}
        return {0, 1, 2, self.asked.fileno(), self.parent} | others

    def _make(self, kept: set[int], request: int, answer: int, told: int) -> None:
        own = os.getpid()
        pid = os.fork()
        if pid == 0:
            _become_reader(own, kept, request, answer, self.read)
        one = _Child(pid, os.pidfd_open(pid), socket.socket(fileno=told))
        self.children[pid] = one
        self.poll.register(one.ended, select.POLLIN)
        self.poll.register(one.told, select.POLLIN)

    def _tell(self, one: _Child) -> None:
        """Count a reader that has ended, and tell how."""
        _, status = os.waitpid(one.pid, 0)
        self.poll.unregister(one.ended)
        with suppress(KeyError):  # it was ended because nobody waited
            self.poll.unregister(one.told)
        with suppress(OSError):  # whoever asked is gone
            one.told.send(struct.pack("<i", os.waitstatus_to_exitcode(status)))
        one.told.close()
        os.close(one.ended)
        del self.children[one.pid]


def _load(holds: str) -> None:
    """Load what reads a format; what cannot be loaded is said by the reader itself."""
    try:
        child.reader(holds)
        fence.python_itself()
    except Exception:  # noqa: BLE001, S110
        pass
    gc.collect()
    gc.freeze()  # a copy that looks for cycles would copy every page it looks at


def _of_libraries(own: set[int]) -> set[int]:
    """Name the files that libraries keep open: PROJ its own database.

    To close one would let the file that is read take its number, and its place
    in the library. If anything but a file is kept open this process is unfit.
    """
    kept = set()
    for fd in set(range(_MOST_OPEN)) - own:
        with suppress(OSError):
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise SystemExit
            kept.add(fd)
    return kept


def _become_reader(
    nursery: int, kept: set[int], request: int, answer: int, read: Callable[[], None]
) -> None:
    """Hold nothing but the request, the answer and what libraries need, then read; never returns."""
    try:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == nursery:
            os.dup2(request, 0)
            os.dup2(answer, 1)
            for fd in kept:  # anew: an open file that is shared has one place where it is read
                again = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY)
                os.dup2(again, fd)
                os.close(again)
            for fd in set(range(3, _MOST_OPEN)) - kept:
                os.closerange(fd, fd + 1)
            read()
    finally:
        os._exit(1)
