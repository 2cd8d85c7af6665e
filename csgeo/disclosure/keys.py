"""With which secret are counts rounded?

Whoever knows the key can undo the rounding. It stays on the secure side, apart
from the data and from the repository; a release says only which key it was.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from typing import TYPE_CHECKING, NamedTuple

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from pathlib import Path

#: Shorter keys could be tried one by one.
LEAST_BYTES = 32


class Key(NamedTuple):
    """A secret, and in words where it is from; its text shows neither."""

    secret: bytes
    origin: str

    @property
    def name(self) -> str:
        """Which key it is: eight signs that tell two keys apart and give neither away."""
        return hmac.digest(self.secret, b"csgeo: which key is it", "sha256").hex()[:8]

    def __repr__(self) -> str:
        """Tell which key it is, never the secret itself."""
        return f"Key({self.name}, {self.origin})"


def key_from_text(text: str, *, origin: str = "a variable") -> Key:
    """Read a key of at least 32 bytes, written as 64 or more hexadecimal digits.

    Raises
    ------
    RecipeError
        If it is shorter, or not hexadecimal; the message holds no part of it.
    """
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        secret = b""
    if len(secret) < LEAST_BYTES:
        msg = (
            f"The key of rounding (from {origin}) must be at least {2 * LEAST_BYTES} hexadecimal "
            "digits; it is shorter, or holds other signs. Make one with: "
            'python -c "import secrets; print(secrets.token_hex(32))"'
        )
        raise RecipeError(msg)
    return Key(secret, origin)


def key_from_file(path: Path) -> Key:
    """Read a key from a file that holds it as hexadecimal digits.

    Raises
    ------
    RecipeError
        If the file is not there, others may read it, or it holds no key.
    """
    if not path.is_file():
        msg = f"There is no key of rounding in {path.name}. Name the file that holds it."
        raise RecipeError(msg)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        msg = f"Others may read the key of rounding in {path.name}. Run: chmod 600 {path.name}"
        raise RecipeError(msg)
    return key_from_text(path.read_text(encoding="ascii", errors="replace"), origin="a file")


def key_of_study(folder: Path) -> Key:
    """Give the key of a study, kept in its secure folder; make one the first time.

    The same study keeps its key, so that a cell answers the same in every release of it. Without
    the folder the releases of a study cannot be repeated: keep it with the study.

    Parameters
    ----------
    folder
        On the secure side; made if it is not there.

    Returns
    -------
    key
        From ``rounding.key`` in `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rounding.key"
    if not path.exists():
        unfinished = folder / f".rounding-{secrets.token_hex(4)}"
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(LEAST_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)  # never over one that is there
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
    return key_from_file(path)._replace(origin="the secure folder of the study")


def key_from_records(content: bytes) -> Key:
    """Make a key from the records themselves, where no other was given.

    Nobody has it who does not have every record; but it is another one as soon as a record is
    added, and then the same cell answers anew.
    """
    return Key(hashlib.sha256(b"csgeo: key from records" + content).digest(), "the records")
