"""What happens when a release goes out?

It is written down who gets it and why, then it is kept, so that every later one is held against
it: whoever was sent it may have kept it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.answering import RELEASE, SECURE
from csgeo.exporting import in_words
from csgeo.store.former import PUBLISHED, remember_release, require_held
from csgeo.store.releases import open_release, save_release
from csgeo.store.turns import alone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from csgeo.disclosure.release import Release
    from csgeo.recipe import Recipe


def publish(
    recipe: Recipe,
    *,
    purpose: str,
    recipient: str,
    record: Callable[[Mapping[str, str]], None] | None,
    made_in: Path | None = None,
    to: Path | None = None,
) -> Release:
    """Let the release of the last run go out, and remember that it did.

    Parameters
    ----------
    recipe
        The one that made it.
    purpose, recipient
        What it is for, and who gets it: an organisation or a meeting, not a person.
    record
        Called before anything else happens; if it fails, nothing is published. None where there
        is no journal.
    made_in
        The folder of answers, where it is not the recipe's own.
    to
        A folder that gets a copy, such as the one that a viewers' dashboard shows.

    Returns
    -------
    release
        As it went out.

    Raises
    ------
    RecipeError
        If purpose or recipient is missing, too long, or would identify somebody.
    StoreError
        If there is no release, it holds exact counts, is not the one that the last run made, or
        another was published since or is being published now.
    """
    purpose, recipient = in_words("purpose", purpose), in_words("recipient", recipient)
    secure = recipe.path(recipe.folder) / SECURE
    made = (made_in or recipe.path(recipe.folder)) / RELEASE
    with alone(secure / "publish"):  # or of two at once, neither would be held against the other
        release = open_release(made)
        require_held(made, secure)
        if record is not None:
            period = f"{release.period_start} to {release.period_end}"
            record(
                {
                    "what": f"published: {release.title}",
                    "period": period,
                    "audience": release.audience,
                    "purpose": purpose,
                    "recipient": recipient,
                }
            )
        remember_release(release, secure / PUBLISHED)
    if to is not None:
        save_release(release, to)
    return release
