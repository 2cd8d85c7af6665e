"""Can whoever takes the disk read what analysts keep?

Not where CSGEO_SEALING_KEY names a key file: each file of the secure folder is then written as
``NAME.sealed`` (AES-256-GCM, a key of its own for each file by HKDF-SHA256), and never in plain.
Its name is sealed with it, so that one file cannot stand in for another.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from csgeo.disclosure.pseudonyms import key_id, read_keys
from csgeo.errors import StoreError
from csgeo.store.turns import put_whole, words_for

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from csgeo.disclosure.pseudonyms import Keys

#: The variable that names the key file; without it everything is kept in plain.
SEALING_KEY = "CSGEO_SEALING_KEY"
SUFFIX = ".sealed"
_HEAD = re.compile(rb"csgeo sealed 1 ([0-9a-f]{8})\n")
_HEAD_BYTES, _SALT, _NONCE, _TAG = 24, 16, 12, 16
#: What AES-GCM takes in one piece.
MOST_BYTES = 2**31 - 1 - _TAG


class SealedParts(NamedTuple):
    """A sealed file as it lies on the disk."""

    key: str
    salt: bytes
    nonce: bytes
    hidden: bytes


def sealing_keys(folder: Path) -> Keys | None:
    """Give the keys that seal a folder; None where nothing is sealed.

    Parameters
    ----------
    folder
        The secure folder, which must not hold the key.

    Raises
    ------
    WeakKey
        If the key file is missing, can be read by others, or lies with the data.
    """
    named = os.environ.get(SEALING_KEY)
    return read_keys(Path(named), apart_from=[folder]) if named else None


def keep(path: Path, content: bytes) -> Path:
    """Write a file of the secure side whole: sealed where a sealing key is named, else in plain.

    Parameters
    ----------
    path
        Its name without ``.sealed``.
    content
        Never on the disk in plain where it is sealed.

    Returns
    -------
    path
        As it was written.

    Raises
    ------
    StoreError
        If it cannot be written, or it is sealed already and no key is named.
    """
    keys, closed = sealing_keys(path.parent), sealed_name(path)
    if keys is None:
        _refuse_sealed(closed)
        with words_for(path):
            put_whole(path, content)
        return path
    made = seal(content, path.name, keys)
    with words_for(closed):
        put_whole(closed, made)
        path.unlink(missing_ok=True)
    return closed


def kept(path: Path) -> bytes | None:
    """Read a file of the secure side, sealed or not; None if it is not there.

    Parameters
    ----------
    path
        Its name without ``.sealed``.

    Raises
    ------
    StoreError
        If it is sealed and no key or another one is named, it was changed, or it lies in plain
        although a sealing key is named: then it could be anybody's.
    """
    keys, closed = sealing_keys(path.parent), sealed_name(path)
    if keys is None:
        _refuse_sealed(closed)
        return path.read_bytes() if path.is_file() else None
    if path.is_file():
        msg = (
            f"{path.name} must be sealed, since {SEALING_KEY} is set; it lies in plain. Run "
            "`csgeo seal`, if it is what was written; else bring back its copy."
        )
        raise StoreError(msg)
    return unseal(closed.read_bytes(), path.name, keys) if closed.is_file() else None


def sealed_name(path: Path) -> Path:
    """Give the name of a file when it is sealed."""
    return path.with_name(path.name + SUFFIX)


def seal(content: bytes, name: str, keys: Keys) -> bytes:
    """Hide a content under a name; the same content is never hidden alike twice.

    Raises
    ------
    StoreError
        If it is larger than two gigabytes.
    """
    if len(content) > MOST_BYTES:
        msg = f"{name} must be smaller than 2 GB to be sealed; it has {len(content):,} bytes. Split its records by year."
        raise StoreError(msg)
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    head = f"csgeo sealed 1 {key_id(keys.in_use)}\n".encode("ascii")
    hidden = _cipher(keys.in_use, salt).encrypt(nonce, content, _with(head, name))
    return head + salt + nonce + hidden


def unseal(content: bytes, name: str, keys: Keys) -> bytes:
    """Give what a sealed file holds.

    Raises
    ------
    StoreError
        If it was sealed by a key that is not among these, or not a byte of it may be relied on.
    """
    parts = parts_of(content, name)
    secret = {key_id(k): k for k in (keys.in_use, *keys.replaced)}.get(parts.key)
    if secret is None:
        msg = (
            f"{name} was sealed by the key {parts.key}; {SEALING_KEY} names {', '.join(keys.ids)}. "
            "Name the file of that key: without it nobody can open what it sealed."
        )
        raise StoreError(msg)
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415

    head = content[:_HEAD_BYTES]
    try:
        return _cipher(secret, parts.salt).decrypt(parts.nonce, parts.hidden, _with(head, name))
    except InvalidTag as error:
        raise StoreError(_CHANGED.format(name=name)) from error


def parts_of(content: bytes, name: str) -> SealedParts:
    """Take a sealed file apart, without opening it.

    Raises
    ------
    StoreError
        If it is none.
    """
    found = _HEAD.match(content)
    if found is None or len(content) < _HEAD_BYTES + _SALT + _NONCE + _TAG:
        raise StoreError(_CHANGED.format(name=name))
    rest = content[_HEAD_BYTES:]
    return SealedParts(
        found[1].decode(), rest[:_SALT], rest[_SALT : _SALT + _NONCE], rest[_SALT + _NONCE :]
    )


_CHANGED = (
    "{name} must be as it was sealed; it was changed, cut short, or is another file under its name. "
    "Bring it back from its copy: nothing of it is used."
)


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    try:
        from cryptography.hazmat.primitives.ciphers import aead  # noqa: PLC0415
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415
    except ImportError as error:
        msg = "To seal files, the package `cryptography` is needed; it is not installed. Run: pip install cryptography"
        raise StoreError(msg) from error
    own = HKDF(SHA256(), 32, salt, b"csgeo sealed file").derive(secret)
    return aead.AESGCM(own)


def _with(head: bytes, name: str) -> bytes:
    return head + name.encode("utf-8")


def _refuse_sealed(closed: Path) -> None:
    if closed.is_file():
        msg = (
            f"{closed.name} is sealed, and {SEALING_KEY} is not set. Set it to the key file: nothing is "
            "written in plain beside what is sealed."
        )
        raise StoreError(msg)
