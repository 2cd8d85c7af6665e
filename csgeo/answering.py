"""Where do the answers of a recipe go?

One way for the command line and for the dashboard's tries: exact numbers to a
folder of the analysts, what may be seen through the door, what can be taken
away made from that alone.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from csgeo.disclosure.release import Release
    from csgeo.recipe import Recipe

    Progress = Callable[[str, int, int], None]

#: What stands in the folder of answers: for analysts, for the dashboard, for everyone.
SECURE, RELEASE, SHARE = "secure", "release", "share"
#: Modules that a run needs after its files are read.
_NEEDED_LATER = ("csgeo.hotspots.chance", "folium", "scipy.ndimage")


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
        As it was saved.

    Raises
    ------
    CsgeoError
        Whatever :func:`csgeo.run_study`, :func:`csgeo.make_release` and
        :func:`csgeo.save_release` refuse. A release that was there stays as it is then.
    """
    # heavy: a slip in the recipe is to be said before any of it loads
    from csgeo.intake import be_ready  # noqa: PLC0415

    be_ready()
    from csgeo.disclosure.release import make_release  # noqa: PLC0415
    from csgeo.outputs.write import write_outputs  # noqa: PLC0415
    from csgeo.secure_side import write_secure_side  # noqa: PLC0415
    from csgeo.store.releases import save_release  # noqa: PLC0415
    from csgeo.study import run_study  # noqa: PLC0415

    # one core reads files while another loads what comes after them
    Thread(target=_load_ahead, daemon=True).start()
    with _no_search_for_cycles():
        study = run_study(recipe, progress=progress)
        write_secure_side(study, folder / SECURE)
        release = make_release(
            study,
            least_people=recipe.release.least_people,
            round_to=recipe.release.round_to,
            audience=recipe.release.audience,
        )
        save_release(release, folder / RELEASE)
        if share:
            write_outputs(release, folder / SHARE, progress=progress)
    return release


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
