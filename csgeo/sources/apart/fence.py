"""What may the process that reads a file do?

Before it looks at the first byte it gives away, for good, the right to more
memory and time, to any file but those it was told of, and to the network. All
of it needs no special rights: limits of POSIX, and on Linux Landlock (files,
TCP) and a seccomp filter (any socket, any other program). What a system does
not offer is left out, and said.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from csgeo.sources.limits import Limits

_NO_NEW_PRIVILEGES, _DIE_WITH_PARENT, _SECCOMP = 38, 1, 22
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ = 1 << 2 | 1 << 3  # files, folders
_WRITE = 1 << 1
_ALL_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_MAKE_AND_REMOVE = 1 << 5 | 1 << 8 | 1 << 14  # remove file, make file, truncate
#: What is denied to it: sockets, other programs, other processes and their files, new name spaces.
_DENIED = {
    "x86_64": (0xC000003E, (41, 42, 49, 53, 57, 58, 59, 62, 101, 165, 248, 250, 272, 298, 308, 310, 311, 321, 322, 323, 425, 438)),
    "aarch64": (0xC00000B7, (40, 97, 117, 129, 198, 199, 200, 203, 217, 219, 221, 241, 268, 270, 271, 280, 281, 282, 425, 438)),
}  # fmt: skip
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _NOT_PERMITTED, _KILL = 0x7FFF0000, 0x00050001, 0x80000000


def fence(limits: Limits, files: Iterable[str], private: str | None) -> list[str]:
    """Give up what reading does not need.

    Parameters
    ----------
    limits
        Memory, time and size of the answer.
    files
        The only files outside of Python itself that may be read.
    private
        A folder of its own, which may be written to; or none.

    Returns
    -------
    list of str
        What could not be closed on this system, in words.
    """
    open_still = []
    if not _limit(limits):
        open_still.append("memory and processor time")
    if sys.platform != "linux":
        return [*open_still, "other files", "the network"]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if not _close_files(libc, files, private):
        open_still.append("other files")
    if not _close_calls(libc):
        open_still.append("the network")
    return open_still


def is_whole() -> bool:
    """Say whether this system can close off both other files and the network."""
    if sys.platform != "linux" or platform.machine() not in _DENIED:
        return False
    return bool(ctypes.CDLL(None, use_errno=True).syscall(_CREATE_RULESET, None, 0, 1) >= 1)


def _limit(limits: Limits) -> bool:
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return False
    most = limits.memory_mb << 20
    wanted = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, most),
        (resource.RLIMIT_AS, most + (1 << 30)),
        (resource.RLIMIT_FSIZE, max(limits.answer_mb, 1) << 20),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CPU, limits.cpu_s),
    )
    for which, value in wanted:
        _, hard = resource.getrlimit(which)
        top = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(which, (top, top))
        except (ValueError, OSError):
            return False
    return True


def _close_files(libc: ctypes.CDLL, files: Iterable[str], private: str | None) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    handled = _ALL_FILE_RIGHTS.get(version, (1 << 16) - 1)
    network = 3 if version >= 4 else 0
    ruleset = struct.pack("<QQ", handled, network)[: 16 if network else 8]
    fd = libc.syscall(_CREATE_RULESET, ruleset, len(ruleset), 0)
    if fd < 0:
        return False
    for path in {*python_itself(), *files}:
        _allow(libc, fd, path, _READ)
    _allow(libc, fd, "/dev/null", 1 << 2 | _WRITE)
    if private is not None:
        _allow(libc, fd, private, (_READ | _WRITE | _MAKE_AND_REMOVE) & handled)
    closed = bool(libc.syscall(_RESTRICT_SELF, fd, 0) == 0)
    os.close(fd)
    return closed


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, 0o10000000 | os.O_CLOEXEC)  # O_PATH
    except OSError:
        return
    if not Path(path).is_dir():
        rights &= ~(1 << 3 | _MAKE_AND_REMOVE) | 1 << 14 & rights
    libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("<Qi", rights, fd), 0)
    os.close(fd)


@cache
def python_itself() -> frozenset[str]:
    """Name the folders of Python, its packages and the system's libraries."""
    paths = sysconfig.get_paths()
    ours = {paths[k] for k in ("stdlib", "platstdlib", "purelib", "platlib")}
    system = {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/dev/urandom", "/etc/ld.so.cache"}
    return frozenset(ours | system | {str(Path(__file__).parents[2])})


def _close_calls(libc: ctypes.CDLL) -> bool:
    """Let the system refuse every call that opens a socket or starts a program."""
    machine = platform.machine()
    if machine not in _DENIED:
        return False
    kind, denied = _DENIED[machine]
    program = [
        struct.pack("<HBBI", _LOAD, 0, 0, 4),
        struct.pack("<HBBI", _EQUAL, 1, 0, kind),
        struct.pack("<HBBI", _RETURN, 0, 0, _KILL),
        struct.pack("<HBBI", _LOAD, 0, 0, 0),
    ]
    left = len(denied) + 1  # jumps to the refusal at the end
    if machine == "x86_64":  # its second table of calls
        program.append(struct.pack("<HBBI", _AT_LEAST, left, 0, 0x40000000))
    for place, number in enumerate(denied):
        program.append(struct.pack("<HBBI", _EQUAL, left - 1 - place, 0, number))
    program.append(struct.pack("<HBBI", _RETURN, 0, 0, _ALLOW))
    program.append(struct.pack("<HBBI", _RETURN, 0, 0, _NOT_PERMITTED))
    code = ctypes.create_string_buffer(b"".join(program))
    head = struct.pack("@HP", len(program), ctypes.addressof(code))
    return bool(libc.prctl(_SECCOMP, 2, head, 0, 0) == 0)
