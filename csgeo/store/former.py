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

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.disclosure.release import Release

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


def _numbers(kept: Path) -> list[int]:
    if not kept.is_dir():
        return []
    found = (_NUMBERED.fullmatch(path.name) for path in kept.iterdir())
    return sorted(int(one[1]) for one in found if one)


def _mark(folder: Path) -> str:
    return str(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["sha256"])
