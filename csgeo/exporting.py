"""How does something leave, and is it written down first?

Whoever takes a file away says what for and who gets it. That is written into the journal before
anything is made, and into every file. What is made appears whole, under a name that nobody can
guess, or not at all.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from csgeo.disclosure.release import EXACT, require_release, seal_release
from csgeo.disclosure.sparing import says_too_much
from csgeo.errors import NothingToReport, NotReleased, RecipeError
from csgeo.outputs.exports import said_of, seen_only
from csgeo.outputs.exports_kinds import KINDS
from csgeo.outputs.write import write_outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from csgeo.disclosure.release import Release

    Progress = Callable[[str, int, int], None]
    Record = Callable[[Mapping[str, str]], None]

#: Fewest and most signs of the words that are asked.
PURPOSE_SIGNS, RECIPIENT_SIGNS = (5, 200), (2, 120)
_ASKED = {
    "purpose": (PURPOSE_SIGNS, "what it is for, such as: planning detached youth work"),
    "recipient": (RECIPIENT_SIGNS, "an organisation, a meeting or a role, not a person's name"),
}
_WAITING = re.compile(r"(\d+) places? waits? ")
_READ_FIRST = "READ-FIRST.txt"
#: The first moment that a zip can name.
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)


def export(
    release: Release,
    folder: Path,
    *,
    kinds: Collection[str],
    purpose: str,
    recipient: str,
    record: Record | None,
    exact: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Make one file of a release for somebody, once it is written down who gets it and why.

    Parameters
    ----------
    release
        What may be shown; nothing else is accepted.
    folder
        Where the file goes; made if it is not there.
    kinds
        Of :data:`csgeo.outputs.exports_kinds.KINDS`.
    purpose, recipient
        What it is for (5 to 200 signs), and which organisation, meeting or role gets it (2 to 120).
        Both stand in the journal and in each file.
    record
        Called with what is about to leave, before anything is written; if it fails, nothing is.
        None where there is no journal.
    exact
        The door has seen that an analyst asks, for exact counts on the secure side.
    progress
        Called with what is being written, how many are done, and of how many.

    Returns
    -------
    path
        ``csgeo-`` and 128 random bits: the file itself where it is one (a workbook, a map, a
        GeoPackage), else a zip with ``READ-FIRST.txt`` and ``provenance.json``.

    Raises
    ------
    NotReleased
        If `release` is no release, or holds exact counts and no analyst asks, nobody writes it
        down, or it was made for another recipient.
    NothingToReport
        If places of it have not been looked at, where the recipe asks for that.
    RecipeError
        If a kind is not known, or the purpose or recipient is missing, too long, or says more
        than a journal may hold.

    Examples
    --------
    >>> export(release, Path("out"), kinds=["workbook"], purpose="planning youth work",
    ...        recipient="community safety partnership", record=None)  # doctest: +SKIP
    """
    require_release(release)
    parts = _parts(kinds)
    purpose, recipient = in_words("purpose", purpose), in_words("recipient", recipient)
    _refuse_exact(release, recipient, record, exact=exact)
    refuse_unchecked(release)
    if record is not None:
        record(_told(release, kinds, purpose, recipient))
    given = _given(release, purpose, recipient)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".csgeo-", dir=folder) as unfinished:
        written = write_outputs(given, Path(unfinished), parts=parts, progress=progress)
        made = _one_file(given, written, Path(unfinished))
        path = folder / f"csgeo-{secrets.token_urlsafe(16)}{made.suffix}"
        os.replace(made, path)  # noqa: PTH105  (the same on every platform)
    return path


def in_words(name: str, text: str) -> str:
    """Give a purpose or a recipient as it will be written, or refuse it in words.

    Parameters
    ----------
    name
        ``purpose`` or ``recipient``.
    text
        As somebody typed it.

    Raises
    ------
    RecipeError
        If it is empty, too long, or holds what would identify somebody.
    """
    (fewest, most), wanted = _ASKED[name]
    plain = " ".join(seen_only(text).split())
    if len(plain) < fewest or len(plain) > most or not any(c.isalpha() for c in plain):
        found = "nothing is said" if not plain else f"it has {len(plain)} signs"
        msg = f"The {name} must say {wanted} ({fewest} to {most} signs); {found}."
        raise RecipeError(msg)
    too_much = says_too_much(plain)
    if too_much:
        msg = (
            f"The {name} must not hold {too_much}; it looks as if it did. It stands in every file and "
            f"in the journal: say {wanted}."
        )
        raise RecipeError(msg)
    return plain


def unchecked(release: Release) -> int:
    """Count the places that nobody who knows them has looked at, where the recipe asks for it."""
    said = _WAITING.match(str(require_release(release).choices.get("review") or ""))
    return int(said[1]) if said else 0


def refuse_unchecked(release: Release) -> None:
    """Refuse to let go of a release while places of its study wait to be looked at.

    Raises
    ------
    NothingToReport
        With how many wait.
    """
    waiting = unchecked(release)
    if waiting:
        have = "place has" if waiting == 1 else "places have"
        msg = (
            f"{waiting} {have} not been checked by someone who knows them. Nothing is taken away "
            "before each has been kept, moved or left out: see them with `csgeo review list`, decide, "
            "and run again."
        )
        raise NothingToReport(msg)


def _parts(kinds: Collection[str]) -> tuple[str, ...]:
    wrong = [kind for kind in kinds if kind not in KINDS]
    if wrong or not kinds or isinstance(kinds, str):
        found = f"{kinds!r}" if isinstance(kinds, str) else ", ".join(map(repr, wrong)) or "nothing"
        msg = f"`kinds` must name what to take away, of {', '.join(KINDS)}; it names {found}."
        raise RecipeError(msg)
    return tuple(dict.fromkeys(part for kind in kinds for part in KINDS[kind].parts))


def _refuse_exact(release: Release, recipient: str, record: Record | None, *, exact: bool) -> None:
    if release.audience != EXACT:
        return
    if not exact or record is None:
        why = "nobody writes it down" if exact else "no analyst asks"
        msg = (
            f"This release holds exact counts, which leave for an analyst alone and only where it is "
            f"written down; here {why}. Take away one for `partnership`, or ask as analyst with a journal."
        )
        raise NotReleased(msg)
    if recipient.casefold() != " ".join(release.recipient.split()).casefold():
        msg = (
            f"This release holds exact counts and was made for {release.recipient}; it may not be given "
            "to another. Make one for them with `csgeo.make_release(study, audience='analysts')`."
        )
        raise NotReleased(msg)


def _told(release: Release, kinds: Collection[str], purpose: str, recipient: str) -> dict[str, str]:
    what = ", ".join(KINDS[kind].label for kind in kinds)
    return {
        "what": f"{what} of {release.title}"[:300],
        "period": f"{release.period_start} to {release.period_end}",
        "audience": release.audience,
        "purpose": purpose,
        "recipient": recipient,
    }


def _given(release: Release, purpose: str, recipient: str) -> Release:
    """Give the same release with the words of this export in it: each writer puts them in."""
    parts = {f.name: getattr(release, f.name) for f in fields(release)}
    return seal_release(**(parts | {"purpose": purpose, "recipient": recipient}))


def _one_file(release: Release, written: Mapping[str, Path], folder: Path) -> Path:
    """Give the one file that was made, or all of them in a zip that tells no moment."""
    made = [path for name, path in written.items() if name != "provenance.json"]
    if len(made) == 1:
        return made[0]
    packed = folder / "all.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as together:
        first = {_READ_FIRST: read_first(release).encode()}
        for name, content in (*first.items(), *((n, p.read_bytes()) for n, p in written.items())):
            entry = zipfile.ZipInfo(name, _NO_MOMENT)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            together.writestr(entry, content)
    return packed


def read_first(release: Release) -> str:
    """Say in plain text what a zip holds, to whom it was given, and what to bear in mind."""
    said = said_of(release)
    asked = ("given_to", "Given to"), ("given_for", "For")
    lines = [
        said["marking"],
        "",
        said["title"],
        f"{said['area']}, records from {said['period']}.",
        *(f"{words}: {said[name]}." for name, words in asked if name in said),
        "",
        said["hidden"],
        *said["caveats"],
        "",
        "provenance.json says how it was worked out, with the checksum of each file.",
        said["marking"],
    ]
    return "\r\n".join(map(seen_only, lines)) + "\r\n"
