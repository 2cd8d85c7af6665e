"""How is a whole secure folder sealed, looked into, and its key of rounding kept?"""

from __future__ import annotations

import re
import secrets
import shutil
from typing import TYPE_CHECKING

from csgeo.disclosure.keys import LEAST_BYTES, Key, key_from_text
from csgeo.disclosure.keys import key_of_study as key_in_plain
from csgeo.errors import StoreError
from csgeo.store.former import MADE, PUBLISHED
from csgeo.store.journal import JOURNAL_FILE
from csgeo.store.purging import MADE_FROM
from csgeo.store.sealed import (
    SEALING_KEY,
    SUFFIX,
    keep,
    kept,
    parts_of,
    sealing_keys,
    unseal,
)
from csgeo.store.turns import alone, put_whole, words_for

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.disclosure.pseudonyms import Keys

#: Folders within a secure folder that hold protected releases alone.
_PROTECTED = (PUBLISHED,)
#: What a write that was cut short leaves.
_REMAINS = re.compile(r"\..+-[0-9a-f]{8}")
_ROUNDING = "rounding.key"


def seal_folder(folder: Path) -> list[str]:
    """Seal all that lies in plain in a secure folder, and anew what an older key sealed.

    Nobody else may write to it meanwhile. What is taken away here is not wiped off the disk, and
    copies made before are as they were.

    Parameters
    ----------
    folder
        The secure folder; its journal, which holds no record, and releases that were published
        stay as they are.

    Returns
    -------
    sealed
        The names of the files, in order, as they were.

    Raises
    ------
    StoreError
        If no sealing key is named, a file was changed or cannot be written, or a folder holds
        exact counts.
    """
    keys = _asked_keys(folder)
    _refuse_folders(folder)
    done = []
    for path in sorted(p for p in folder.iterdir() if p.is_file() or p.is_symlink()):
        if _REMAINS.fullmatch(path.name):
            path.unlink()
        elif _stays(path.name):
            continue
        elif path.is_symlink():
            msg = f"{path.name} in the secure folder must be a file of its own; it leads elsewhere. Take it away, then seal again."
            raise StoreError(msg)
        elif not path.name.endswith(SUFFIX):
            with words_for(path):
                keep(path, path.read_bytes())
            done.append(path.name)
        elif parts_of(path.read_bytes(), path.name).key != keys.ids[0]:
            name = path.name.removesuffix(SUFFIX)
            keep(path.with_name(name), unseal(path.read_bytes(), name, keys))
            done.append(name)
    return done


def unseal_folder(folder: Path, to: Path) -> list[Path]:
    """Write the files of a sealed folder in plain into a new folder, which only you may read.

    Parameters
    ----------
    folder
        The secure folder; it stays sealed.
    to
        A folder that does not exist yet, outside `folder`. It is for you to take away again.

    Returns
    -------
    written
        The files, in order. All or none: the folder is taken away again if one cannot be opened.

    Raises
    ------
    StoreError
        If `to` exists or lies within, no key is named, or a file is not as it was sealed.
    """
    keys = _asked_keys(folder)
    if to.exists() or folder.resolve() in (to.resolve(), *to.resolve().parents):
        msg = f"What is unsealed must go to a new folder apart from the secure one; {to} is there already, or within. Name another."
        raise StoreError(msg)
    sealed = sorted(folder.glob(f"*{SUFFIX}"))
    if not sealed:
        msg = f"There is nothing sealed in {folder.name}."
        raise StoreError(msg)
    with words_for(to):
        to.mkdir(parents=True, mode=0o700)
    try:
        for path in sealed:
            name = path.name.removesuffix(SUFFIX)
            with words_for(to / name):
                put_whole(to / name, unseal(path.read_bytes(), name, keys))
    except BaseException:
        shutil.rmtree(to)
        raise
    return [to / path.name.removesuffix(SUFFIX) for path in sealed]


def key_of_study(folder: Path) -> Key:
    """Give the key of rounding of a study; sealed where a sealing key is named.

    Parameters
    ----------
    folder
        The recipe's secure folder; made if it is not there, with a key the first time.

    Raises
    ------
    StoreError
        If it is sealed and cannot be opened, or lies in plain although all is to be sealed.
    """
    path = folder / _ROUNDING
    if sealing_keys(folder) is None:
        kept(path)  # refuses one that is sealed
        return key_in_plain(folder)
    with alone(path):
        content = kept(path)
        if content is None:
            content = f"{secrets.token_hex(LEAST_BYTES)}\n".encode("ascii")
            keep(path, content)
    text = content.decode("ascii", errors="replace")
    return key_from_text(text, origin="the secure folder of the study")


def refuse_exact_folder(folder: Path) -> None:
    """Refuse to write exact counts as a folder of map and tables, where all is to be sealed.

    Raises
    ------
    StoreError
        If a sealing key is named: such files cannot be sealed one by one, and would lie in plain.
    """
    if sealing_keys(folder) is not None:
        msg = (
            f"Exact counts for analysts are written in plain, as maps and tables; {SEALING_KEY} is "
            "set, so nothing of the secure side may be. Ask for a protected audience, or take the "
            "variable away for this run and keep the files on a disk that is encrypted as a whole."
        )
        raise StoreError(msg)


def is_sealed(folder: Path) -> bool:
    """Say whether a secure folder holds a sealed file."""
    return folder.is_dir() and any(folder.glob(f"*{SUFFIX}"))


def _asked_keys(folder: Path) -> Keys:
    keys = sealing_keys(folder)
    if keys is None:
        msg = f"To seal or unseal, name a key: make one with `csgeo key new FILE`, away from the data, and set {SEALING_KEY} to it."
        raise StoreError(msg)
    if not folder.is_dir():
        msg = f"There is no folder {folder.name} to seal or unseal yet. Run the recipe first: `csgeo run`."
        raise StoreError(msg)
    return keys


def _refuse_folders(folder: Path) -> None:
    others = sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name not in _PROTECTED)
    if others:
        msg = (
            f"A secure folder that is sealed holds files only; {folder.name} holds {len(others)} folders "
            f"(the first is {others[0]}), such as exact counts for analysts. Move them to an "
            "encrypted disk, or erase them, then seal again."
        )
        raise StoreError(msg)


def _stays(name: str) -> bool:
    """Say whether a file is left as it is: it holds no record, and others read it as it lies."""
    return (
        name in {MADE, MADE_FROM}
        or name.startswith(JOURNAL_FILE.partition(".")[0])
        or name.endswith(".lock")
    )
