"""Who may write a file of the secure side now, and is it written whole?"""

from __future__ import annotations

import os
import secrets
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from csgeo.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STEP_S, _TRIES = 0.002, 5000


def put_whole(path: Path, content: bytes) -> None:
    """Write a small file whole: it is the old one or the new one, whatever happens."""
    beside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    hold_name(path)


def hold_name(path: Path) -> None:
    """Wait until the disk has a file's name too, so that a crash leaves neither none nor the old one."""
    if sys.platform == "win32":
        return  # a folder cannot be opened there
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def words_for(path: Path) -> Iterator[None]:
    """Turn what the disk says into words that stop the export."""
    try:
        yield
    except OSError as error:
        msg = (
            f"{path.name} could not be written ({error.strerror or error}), so nothing may "
            "leave. Make room, or give the right to write to it, and try again."
        )
        raise StoreError(msg) from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a file alone; give up, in words, when another process keeps it or the disk refuses.

    Parameters
    ----------
    path
        The file; a lock of its name stands beside it.

    Raises
    ------
    StoreError
        If another process holds it for ten seconds, or it cannot be written.
    """
    with words_for(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for _ in range(_TRIES):
            if _taken(fd):
                break
            time.sleep(_STEP_S)
        else:
            msg = (
                f"{path.name} is held by another process for {_STEP_S * _TRIES:.0f} "
                "seconds, so nothing may leave. Wait for that one, or end it, and try again."
            )
            raise StoreError(msg)
        with words_for(path):
            yield
    finally:
        os.close(fd)  # which gives the lock back
        # whoever waits looks every two milliseconds: one who writes again at once would starve them
        time.sleep(_STEP_S * 1.5)


def _taken(fd: int) -> bool:
    """Try to take the lock; it is given back when the process ends, however it ends."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415  only there

            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415  only there

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
