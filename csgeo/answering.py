"""Where do the answers of a recipe go?

One way for the command line and for the dashboard's tries: exact numbers to a
folder of the analysts, what may be seen through the door, what can be taken
away made from that alone.
"""

from __future__ import annotations

import datetime as dt
import gc
from contextlib import contextmanager
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from csgeo.disclosure.release import EXACT
from csgeo.governance import agreed_of, check_retention
from csgeo.noting import journal_of, note_run, who_asks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from csgeo.disclosure.release import Release
    from csgeo.recipe import Recipe

    Progress = Callable[[str, int, int], None]

#: What stands in the folder of answers: for analysts, for the dashboard, for everyone.
SECURE, RELEASE, SHARE = "secure", "release", "share"
#: Modules that a run needs after its files are read.
_NEEDED_LATER = ("csgeo.hotspots.chance", "folium", "openpyxl", "scipy.ndimage")


def answer(
    recipe: Recipe, folder: Path, *, progress: Progress | None = None, share: bool = True
) -> Release:
    """Run a recipe; keep the secure side and the shareable side in folders of their own.

    Parameters
    ----------
    recipe
        As :func:`csgeo.load_recipe` gives it.
    folder
        Gets ``secure`` (exact numbers and the account of every row), ``release``
        (what the dashboard shows) and ``share`` (maps and files made from the release).
    progress
        Called with what is being done, how many parts are done, and of how many.
    share
        Whether to write what can be taken away; a try needs only its release.

    Returns
    -------
    release
        As it was saved. One with exact counts, for analysts, stays in ``secure`` with its files.

    Raises
    ------
    CsgeoError
        Whatever :func:`csgeo.run_study`, :func:`csgeo.make_release` and
        :func:`csgeo.save_release` refuse; a file past its last day; a journal that cannot be
        written. A release that was there stays as it is then.
    """
    # heavy: a slip in the recipe is to be said before any of it loads
    from csgeo.intake import be_ready  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC)
    home = recipe.path(recipe.folder) / SECURE
    check_retention(agreed_of(recipe), on=now.date())
    note_run(recipe, home, trial=not share)
    be_ready()
    from csgeo.outputs.write import write_outputs  # noqa: PLC0415
    from csgeo.releasing import for_its_audience, release_of  # noqa: PLC0415
    from csgeo.secure_side import write_secure_side  # noqa: PLC0415
    from csgeo.store.former import how_many_published, note_made  # noqa: PLC0415
    from csgeo.store.purging import note_made_from  # noqa: PLC0415
    from csgeo.store.releases import save_release  # noqa: PLC0415
    from csgeo.study import run_study  # noqa: PLC0415

    # one core reads files while another loads what comes after them
    Thread(target=_load_ahead, daemon=True).start()
    recipe = for_its_audience(recipe, on=now.date())
    with _no_search_for_cycles():
        study = run_study(recipe, progress=progress)
        note_made_from(recipe, folder / SECURE)
        write_secure_side(study, folder / SECURE)
        published = how_many_published(home)
        release = release_of(
            study, recipe, home=home, on=now.date(), trial=not share,
            record=recorder_of(home, now) if share else None,
        )  # fmt: skip
        # exact counts never lie where a viewer's dashboard or a shared folder would look
        shown = folder / SECURE if release.audience == EXACT else folder
        save_release(release, shown / RELEASE)
        if share:
            note_made(shown / RELEASE, home, held_against=published)
            write_outputs(release, shown / SHARE, progress=progress)
    return release


def recorder_of(home: Path, now: dt.datetime) -> Callable[[Mapping[str, str]], None] | None:
    """Give what writes a release down before it leaves; None where there is no journal.

    Parameters
    ----------
    home
        The secure folder of the recipe.
    now
        The moment that is written down.
    """
    from csgeo.store.journal import recorder  # noqa: PLC0415

    journal = journal_of(home)
    return None if journal is None else recorder(journal, who=who_asks(), at=now)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Let Python's search for unused cycles rest: a run's objects live to its end, and it takes a tenth of the time."""
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()


def _load_ahead() -> None:
    for module in _NEEDED_LATER:
        import_module(module)
