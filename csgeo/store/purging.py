"""What was made from files that may be kept no longer, and is it gone?

Answers are made from all files of a recipe together: if one of them is past its last day, so is
everything exact that was made with it. What holds no record stays: the journal, decisions about
ground, the key of rounding, and protected releases.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from typing import TYPE_CHECKING, NamedTuple

from csgeo.errors import StoreError
from csgeo.governance import agreed_of
from csgeo.store.former import MADE, PUBLISHED
from csgeo.store.journal import JOURNAL_FILE
from csgeo.store.reviews import REVIEWS
from csgeo.store.sealed import SUFFIX
from csgeo.store.turns import put_whole, words_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from csgeo.recipe import Recipe

#: In a secure folder: until when the files may be kept that its answers were made from.
MADE_FROM = "made_from.json"
_STAY = {MADE, PUBLISHED, REVIEWS, "rounding.key"}
SECURE, TRIES = "secure", "tries"


class Purge(NamedTuple):
    """What is past its last day, and what goes.

    ``late`` are files of records with their last day; ``answers`` the files and folders made from
    them; ``sources`` the files themselves, if they were asked for.
    """

    late: tuple[tuple[str, dt.date], ...]
    answers: tuple[Path, ...]
    sources: tuple[Path, ...]


def note_made_from(recipe: Recipe, secure: Path) -> None:
    """Write beside the answers until when the files may be kept that they are made from.

    A file that is taken out of the recipe later is still known to be in them.

    Parameters
    ----------
    recipe
        That is run.
    secure
        The folder that its exact answers go to; made if it is not there.
    """
    days = {name: day.isoformat() for name, day in _last_days(recipe).items()}
    with words_for(secure / MADE_FROM):
        secure.mkdir(parents=True, exist_ok=True)
        put_whole(secure / MADE_FROM, f"{json.dumps(days, indent=2)}\n".encode())


def to_purge(recipe: Recipe, *, on: dt.date, sources: bool = False) -> Purge:
    """Say what is past its last day, and what was made from it; nothing is touched.

    Parameters
    ----------
    recipe
        Its files and its folder of answers, with all tries.
    on
        The day that is asked about.
    sources
        Whether the files themselves are to go too.

    Returns
    -------
    purge
        Empty where nothing is past its last day.

    Raises
    ------
    StoreError
        If it cannot be read what earlier answers were made from.
    """
    home = recipe.path(recipe.folder)
    agreed = _last_days(recipe)
    late: dict[str, dt.date] = {}
    answers: list[Path] = []
    tries = sorted((home / TRIES).iterdir()) if (home / TRIES).is_dir() else []
    for folder in (home, *tries):
        days = _past(_made_from(folder / SECURE) | agreed, on)
        late |= days
        if days and folder == home:
            answers += _exact_in(home / SECURE)
        elif days:
            answers.append(folder)
    files = (recipe.path(name) for name in sorted(_past(agreed, on)))
    gone = tuple(f for f in files if sources and (f.exists() or f.is_symlink()))
    return Purge(tuple(sorted(late.items())), tuple(answers), gone)


def purge(found: Purge) -> int:
    """Erase what :func:`to_purge` has found; it must be in the journal before.

    Copies, backups and what the disk still holds of erased files are not reached.

    Returns
    -------
    erased
        How many files and folders.

    Raises
    ------
    StoreError
        If some could not be erased, with how many and the first.
    """
    left = []
    for path in (*found.answers, *found.sources):
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            left.append(f"{path.name}: {error.strerror or error}")
    n = len(found.answers) + len(found.sources)
    if left:
        msg = (
            f"All {n} files must go; {len(left)} could not be erased (the first is {left[0]}). Give "
            "the right to erase them, and purge again."
        )
        raise StoreError(msg)
    return n


def _last_days(recipe: Recipe) -> dict[str, dt.date]:
    agreed = agreed_of(recipe)
    return {n: a.retention_until for n, a in agreed.items() if a.retention_until is not None}


def _past(days: Mapping[str, dt.date], on: dt.date) -> dict[str, dt.date]:
    return {name: day for name, day in days.items() if day < on}


def _made_from(secure: Path) -> dict[str, dt.date]:
    path = secure / MADE_FROM
    if not path.is_file():
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): dt.date.fromisoformat(day) for name, day in told.items()}
    except (ValueError, TypeError, AttributeError) as error:
        msg = (
            f"{path.name} must say until when the files of these answers may be kept; it cannot be read. "
            f"Run the recipe again, or erase the folder {secure.name} yourself."
        )
        raise StoreError(msg) from error


def _exact_in(secure: Path) -> list[Path]:
    """List what of a secure folder is made from records, remains of cut writes included."""
    if not secure.is_dir():
        return []
    journal = JOURNAL_FILE.partition(".")[0]
    return [
        path
        for path in sorted(secure.iterdir())
        if path.name.removesuffix(SUFFIX) not in _STAY
        and not path.name.startswith(journal)
        and not path.name.endswith(".lock")
    ]
