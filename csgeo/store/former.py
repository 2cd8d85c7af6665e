"""Which releases of this study were published before?

They are kept on the secure side, beside the study, so that the next one can be
held against all of them: whoever was sent one may have kept it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from csgeo.disclosure.release import EXACT, require_release
from csgeo.errors import StoreError
from csgeo.store.releases import MANIFEST, open_release, save_release
from csgeo.store.turns import alone, put_whole

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.disclosure.release import Release

#: Where they are kept, within the secure folder of a study; and what says which one was made last.
PUBLISHED, MADE = "published", "made.json"
_NUMBERED = re.compile(r"release-(\d{4,})")


def former_releases(kept: Path) -> tuple[Release, ...]:
    """Open the releases of a study that were published, in their order.

    Parameters
    ----------
    kept
        The folder that :func:`remember_release` keeps them in.

    Returns
    -------
    former
        None if nothing was published yet.

    Raises
    ------
    StoreError
        If one of them is missing or was changed: without it the next release cannot be checked.
    """
    numbers = _numbers(kept)
    missing = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
    if missing:
        msg = (
            f"{kept.name} must hold every release that was published; release-{missing[0]:04d} is "
            "missing. Bring it back: the next one is checked against all of them."
        )
        raise StoreError(msg)
    return tuple(open_release(kept / f"release-{n:04d}") for n in numbers)


def remember_release(release: Release, kept: Path) -> Path:
    """Keep a release that is published, so that the next one is checked against it.

    Call it when a release goes out, not each time that one is tried. A release that is kept
    already is not kept twice.

    Parameters
    ----------
    release
        As it goes out.
    kept
        A folder on the secure side; made if it is not there.

    Returns
    -------
    folder
        Where it is kept.

    Raises
    ------
    NotReleased
        If it is no release.
    StoreError
        If it holds exact counts, which are never published.
    """
    require_release(release)
    if release.audience == EXACT:
        msg = "A release with exact counts is never published; make one for `partnership`."
        raise StoreError(msg)
    with alone(kept / "numbers"):  # two at once would take the same number, and one be forgotten
        return _kept_once(release, kept)


def _kept_once(release: Release, kept: Path) -> Path:
    """Keep a release under the next number, unless it is there already."""
    numbers = _numbers(kept)
    folder = kept / f"release-{max(numbers, default=0) + 1:04d}"
    save_release(release, folder)
    mark = _mark(folder)
    for n in numbers:
        before = kept / f"release-{n:04d}"
        if _mark(before) == mark:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
            return before
    return folder


def how_many_published(secure: Path) -> int:
    """Count the releases of a study that were published."""
    return len(_numbers(secure / PUBLISHED))


def note_made(folder: Path, secure: Path, *, held_against: int) -> None:
    """Write down which release was made, and how many that were published it was held against.

    Parameters
    ----------
    folder
        Where the release was saved.
    secure
        The secure folder of its study.
    held_against
        Counted before the release was made: one that went out meanwhile is not among them.
    """
    secure.mkdir(parents=True, exist_ok=True)
    held = {"release": _mark(folder), "held_against": held_against}
    put_whole(secure / MADE, f"{json.dumps(held)}\n".encode())


def require_held(folder: Path, secure: Path) -> None:
    """Refuse a release that was not made here, or not held against all that were published since.

    Parameters
    ----------
    folder, secure
        As for :func:`note_made`.

    Raises
    ------
    StoreError
        With the remedy: to run the recipe again.
    """
    try:
        held = json.loads((secure / MADE).read_text(encoding="utf-8"))
        same = held["release"] == _mark(folder)
        against = int(held["held_against"])
    except (OSError, ValueError, KeyError, TypeError):
        same, against = False, 0
    if not same:
        msg = (
            f"The release in {folder.name} must be the one that the last run made; it is another. "
            "Run the recipe again: `csgeo run`, then publish."
        )
        raise StoreError(msg)
    kept = secure / PUBLISHED
    marks = [_mark(kept / f"release-{n:04d}") for n in _numbers(kept)]
    published = len(marks)
    if against != published and held["release"] not in marks:
        msg = (
            f"The release in {folder.name} was held against {against} published ones; there are "
            f"{published} by now. Run the recipe again: `csgeo run`, then publish."
        )
        raise StoreError(msg)


def _numbers(kept: Path) -> list[int]:
    if not kept.is_dir():
        return []
    found = (_NUMBERED.fullmatch(path.name) for path in kept.iterdir())
    return sorted(int(one[1]) for one in found if one)


def _mark(folder: Path) -> str:
    return str(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["sha256"])
