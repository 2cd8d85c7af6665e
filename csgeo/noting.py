"""Who asks, and is it written down before it happens?

For the doors: the journal's file, key and anchor are named by variables; the clock is read here.
"""

from __future__ import annotations

import datetime as dt
import getpass
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.recipe import Recipe
    from csgeo.store.journal import Journal

#: The variables that name the key file of the journal, the file of its anchor, and the journal
#: itself where it is not in the secure folder of a recipe.
JOURNAL_KEY, JOURNAL_ANCHOR, JOURNAL = (
    "CSGEO_JOURNAL_KEY",
    "CSGEO_JOURNAL_ANCHOR",
    "CSGEO_JOURNAL",
)
#: The variable that names who asks; else it is who is logged in.
USER = "CSGEO_USER"
_MOST = 280


def who_asks() -> str:
    """Give the name under which what is done is written down."""
    return os.environ.get(USER) or getpass.getuser()


def now() -> dt.datetime:
    """Give the moment, with its zone."""
    return dt.datetime.now(dt.UTC)


def journal_of(secure: Path | None) -> Journal | None:
    """Find the journal; None where no key is named, or there is nowhere to keep one.

    Parameters
    ----------
    secure
        The secure folder of a recipe; None where none is named.

    Raises
    ------
    WeakKey
        If the key could be read by others, or lies with the data.
    """
    file = os.environ.get(JOURNAL)
    key, anchor = (os.environ.get(name) for name in (JOURNAL_KEY, JOURNAL_ANCHOR))
    if not key or (secure is None and not file):
        return None
    from csgeo.store.journal import journal_at  # noqa: PLC0415  heavy: only where used

    return journal_at(secure, key=key, anchor=anchor, file=file)


def note(
    secure: Path | None,
    did: str,
    what: str,
    *,
    why: str = "",
    for_whom: str = "",
    who: str | None = None,
) -> bool:
    """Write down what is about to happen; where it raises, it must not happen.

    Parameters
    ----------
    secure
        As in :func:`journal_of`.
    did, what, why, for_whom
        As in :class:`csgeo.disclosure.entries.Entry`.
    who
        Another name than :func:`who_asks` gives.

    Returns
    -------
    written
        False where there is no journal.

    Raises
    ------
    RecipeError
        If the entry is incomplete or says too much.
    StoreError
        If it could not be written.
    """
    journal = journal_of(secure)
    if journal is None:
        return False
    from csgeo.disclosure.entries import Entry  # noqa: PLC0415
    from csgeo.store.journal import write_entry  # noqa: PLC0415

    write_entry(journal, Entry(did, what, who or who_asks(), now(), why, for_whom))
    return True


def note_run(recipe: Recipe, secure: Path, *, trial: bool = False) -> bool:
    """Write down that the files of a recipe are read and joined; it must come before they are.

    Parameters
    ----------
    recipe
        Its files of records are named by the words in their names that describe files, and no other.
    secure
        As in :func:`journal_of`.
    trial
        Whether it is a try of other choices.

    Returns
    -------
    written
        False where there is no journal.

    Raises
    ------
    StoreError
        If it could not be written.
    """
    if journal_of(secure) is None:
        return False
    named = ", ".join(dict.fromkeys(_in_general(one.file) for one in recipe.incidents))
    note(secure, "load", f"the recipe's files: {named}"[:_MOST])
    joined = "joined and counted for a try of other choices" if trial else "joined and counted"
    return note(secure, "try" if trial else "run", f"the recipe's records, {joined}")


def _in_general(file: str) -> str:
    """Name a file without a word that could be a person's."""
    from csgeo.errors import RecipeError  # noqa: PLC0415
    from csgeo.loading import safe_name  # noqa: PLC0415

    try:
        return safe_name(file)
    except RecipeError:
        return "a file or folder"
