"""By which name may a person be known, so that nobody can find out who it is?

A keyed pseudonym: HMAC-SHA-256 (RFC 2104, FIPS 198-1) of the person's number
with a secret of 256 bits that is kept outside the data and the repository.
Without a key a hash is no protection: all NHS numbers can be tried in minutes.
Pseudonymised data are still personal data (UK GDPR, article 4(5)).

A key file holds one key a line, ``csgeo-key <id> <base64>``; the first is used,
the others are those that it has replaced and that can still be recognised.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import itertools
import os
import re
import secrets
import stat
import sys
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import CsgeoError
from csgeo.identifying import looks_to_hold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_BYTES = 32
_LINE = re.compile(r"csgeo-key ([0-9a-f]{8}) ([A-Za-z0-9+/=]{1,200})")
_PSEUDONYM = re.compile(r"([0-9a-f]{8})-([0-9a-f]{40})")
_REMEDY = "Let csgeo make one (`new_key_file`), in a folder of its own that only you may read."


class WeakKey(CsgeoError, ValueError):
    """A key that could be guessed, read by others, or lost together with the data."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The key in use, and those that it has replaced. Neither is ever printed."""

    in_use: bytes
    replaced: tuple[bytes, ...] = ()
    lasting: bool = True

    def __post_init__(self) -> None:
        for secret in (self.in_use, *self.replaced):
            _refuse_weak(secret)

    def __repr__(self) -> str:
        return f"Keys({', '.join(self.ids)})"

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of the keys, the one in use first; they say nothing about the keys."""
        return tuple(map(key_id, (self.in_use, *self.replaced)))

    @property
    def said(self) -> str:
        """What the user is told."""
        if self.lasting:
            return f"people are known by pseudonyms of the key {self.ids[0]}"
        return (
            "people are known by pseudonyms of a key made for this run and forgotten after it: "
            "nobody can be followed from one run to another. Give a key file to allow that"
        )


def key_id(secret: bytes) -> str:
    """Give a key the name that follows from it, and from which it cannot be found."""
    return hmac.digest(secret, b"csgeo key id", "sha256").hex()[:8]


def keys_for_this_run() -> Keys:
    """Make a key that is forgotten when the run ends."""
    return Keys(secrets.token_bytes(_BYTES), lasting=False)


def new_key_file(path: Path, *, apart_from: Iterable[Path] = ()) -> Keys:
    """Make a key and write it to a new file that only its owner may read.

    Parameters
    ----------
    path
        A file that does not exist yet.
    apart_from
        Folders of data, which must not hold it.

    Raises
    ------
    WeakKey
        If the file exists, or would lie in a repository or beside the data.
    """
    _refuse_place(path, apart_from)
    keys = Keys(secrets.token_bytes(_BYTES))
    _write(path, keys, os.O_EXCL)
    return keys


def read_keys(path: Path, *, apart_from: Iterable[Path] = ()) -> Keys:
    """Read a key file.

    Parameters
    ----------
    path
        The file.
    apart_from
        Folders of data and of the recipe, which must not hold it.

    Raises
    ------
    WeakKey
        If others may read it, it lies in a repository or beside the data, or a
        key in it is short, made of words or not the one that its name says.
    """
    _refuse_place(path, apart_from)
    if not path.is_file():
        msg = f"The key file {path} does not exist. {_REMEDY}"
        raise WeakKey(msg)
    mode = path.stat().st_mode
    if sys.platform != "win32" and stat.S_IMODE(mode) & 0o077:
        msg = f"The key file {path.name} must be closed to all but its owner; its rights are {stat.S_IMODE(mode):o}. Run `chmod 600` on it, and make a new key if others may have read it."
        raise WeakKey(msg)
    return keys_in(path.read_text(encoding="ascii", errors="replace"), path.name)


def keys_in(text: str, called: str) -> Keys:
    """Read keys from the text of a file, or of a variable that the door has read.

    Parameters
    ----------
    text
        Lines of a key file.
    called
        The name of the file or variable, for messages; the text is never quoted.

    Raises
    ------
    WeakKey
        If a line is no key, or a weak one.
    """
    found = []
    for number, line in enumerate(text.strip().splitlines(), start=1):
        told = _LINE.fullmatch(line.strip())
        secret = _decoded(told.group(2)) if told else None
        if told is None or secret is None or key_id(secret) != told.group(1):
            msg = f"{called} must hold a key a line, `csgeo-key <id> <base64>`; line {number} is none, or was changed. {_REMEDY}"
            raise WeakKey(msg)
        found.append(secret)
    if not found:
        msg = f"{called} holds no key. {_REMEDY}"
        raise WeakKey(msg)
    return Keys(found[0], tuple(found[1:]))


def rotate(path: Path, *, apart_from: Iterable[Path] = ()) -> Keys:
    """Put a new key first in a key file; the ones before it are still recognised."""
    before = read_keys(path, apart_from=apart_from)
    keys = Keys(secrets.token_bytes(_BYTES), (before.in_use, *before.replaced))
    _rewrite(path, keys)
    return keys


def retire(path: Path, which: str, *, apart_from: Iterable[Path] = ()) -> Keys:
    """Take a key that was replaced out of a key file: its pseudonyms are never recognised again.

    Raises
    ------
    WeakKey
        If `which` is the key in use, or none of the file's.
    """
    before = read_keys(path, apart_from=apart_from)
    kept = tuple(k for k in before.replaced if key_id(k) != which)
    if len(kept) == len(before.replaced):
        msg = f"`which` must be a key that was replaced ({', '.join(before.ids[1:]) or 'there is none'}); it is {which!r}."
        raise WeakKey(msg)
    keys = Keys(before.in_use, kept)
    _rewrite(path, keys)
    return keys


def pseudonyms(values: pd.Series, keys: Keys, *, domain: str) -> pd.Series:
    """Give each person the pseudonym of the key in use.

    Parameters
    ----------
    values
        n numbers or other identities of people. Spaces, hyphens and case do not
        matter; missing stays missing.
    keys
        The keys.
    domain
        What the pseudonyms are for, such as the partnership's name: those of
        two domains cannot be joined.

    Returns
    -------
    pseudonym
        n texts, ``<key id>-<40 hexadecimal digits>``, on the index of `values`.

    Source: EDPB, *Guidelines 01/2025 on Pseudonymisation* (domains, keys kept apart).

    Examples
    --------
    >>> keys = keys_for_this_run()
    >>> made = pseudonyms(pd.Series(["943 476 5919", "9434765919", None]), keys, domain="x")
    >>> made[0] == made[1], made.isna().tolist()
    (True, [False, False, True])
    """
    codes, people = pd.factorize(values, use_na_sentinel=True)
    made = [_one(str(p), keys.in_use, domain) for p in np.asarray(people, dtype=object)]
    spread = pd.array([*made, None], dtype="str").take(codes)
    return pd.Series(spread, index=values.index, name=values.name)


def is_of(value: str, pseudonym: str, keys: Keys, *, domain: str) -> bool:
    """Say whether a pseudonym, of any key that is still known, is that of a person.

    Parameters
    ----------
    value, domain
        As for :func:`pseudonyms`.
    pseudonym
        What is asked about; it is compared in constant time.
    keys
        The keys.
    """
    told = _PSEUDONYM.fullmatch(pseudonym)
    for secret in (keys.in_use, *keys.replaced):
        if told is not None and key_id(secret) == told.group(1):
            return hmac.compare_digest(_one(value, secret, domain) or "", pseudonym)
    return False


def rekeyed(values: pd.Series, keys: Keys, *, domain: str) -> pd.Series:
    """Give the pseudonyms of replaced keys, and those that take their place.

    Parameters
    ----------
    values, keys, domain
        As for :func:`pseudonyms`.

    Returns
    -------
    pseudonym
        Of the key in use, indexed ``replaced``: those of each key that it has replaced.
    """
    people = values.dropna().drop_duplicates()
    new = pseudonyms(people, keys, domain=domain)
    parts = [
        pd.Series(new.to_numpy(), index=pseudonyms(people, Keys(k), domain=domain).to_numpy())
        for k in keys.replaced
    ]
    joined = pd.concat(parts) if parts else pd.Series([], dtype="str")
    return joined.rename("pseudonym").rename_axis("replaced")


def looks_pseudonymous(values: pd.Series) -> str | None:
    """Say what identities a column of person keys shows as they are; None if it shows none."""
    return looks_to_hold(values, dates=True)


def _one(value: str, secret: bytes, domain: str) -> str | None:
    plain = re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", value)).casefold()
    if not plain:
        return None
    told = b"csgeo person\x00" + domain.encode() + b"\x00" + plain.encode()
    return f"{key_id(secret)}-{hmac.digest(secret, told, 'sha256').hex()[:40]}"


def _refuse_weak(secret: bytes) -> None:
    """Refuse what is short, or what no random generator would give in the life of the universe."""
    if len(secret) < _BYTES:
        msg = f"A key must have {_BYTES} bytes (256 bits); this one has {len(secret)}. {_REMEDY}"
        raise WeakKey(msg)
    steps = {(b - a) % 256 for a, b in itertools.pairwise(secret)}
    typed = all(32 <= b < 127 for b in secret)
    if len(set(secret)) < 18 or len(steps) < 14 or typed:
        msg = f"A key must be drawn at random; this one repeats itself or is typed text. {_REMEDY}"
        raise WeakKey(msg)


def _refuse_place(path: Path, apart_from: Iterable[Path]) -> None:
    home = path.resolve().parent
    for folder in (home, *home.parents):
        if (folder / ".git").exists() or (folder / ".hg").exists():
            msg = f"The key file {path.name} must not lie in a repository; {folder.name!r} is one. Keep it in a folder that is not shared."
            raise WeakKey(msg)
    for folder in apart_from:
        if folder.resolve() in (home, *home.parents):
            msg = f"The key file {path.name} must not lie with the data ({folder.name!r}): whoever gets one would get both. Keep it elsewhere."
            raise WeakKey(msg)


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def _write(path: Path, keys: Keys, flags: int) -> None:
    secrets_in = zip(keys.ids, (keys.in_use, *keys.replaced), strict=True)
    text = "".join(f"csgeo-key {i} {base64.b64encode(k).decode()}\n" for i, k in secrets_in)
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600)
    except FileExistsError as error:
        msg = f"{path.name} exists: a key is never written over. Name another file, or rotate the key in it."
        raise WeakKey(msg) from error
    with os.fdopen(fd, "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _rewrite(path: Path, keys: Keys) -> None:
    """Replace a key file whole: it is the old one or the new one, whatever happens."""
    beside = path.with_name(f"{path.name}.{hashlib.sha256(os.urandom(8)).hexdigest()[:8]}")
    _write(beside, keys, os.O_EXCL)
    beside.replace(path)
