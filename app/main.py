"""Which release is shown, and which page of it?

Run it with ``serve.serve(release)``, which sets the switches; this script only
needs the environment variable ``CSGEO_RELEASE`` to name a release folder. Where
``CSGEO_RECIPE`` names a recipe too, the Method page can try other choices, and
``?try=ID`` in the link shows the release of a try on every page.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

_APP = str(Path(__file__).resolve().parent)
if _APP not in sys.path:  # `app/` in a checkout, `csgeo/_app/` in a wheel: the same imports
    sys.path.insert(0, _APP)

import streamlit as st  # noqa: E402
from access import here, matrix  # noqa: E402
from components import opened, page_frame, shown_try, tries  # noqa: E402
from screens import method, places  # noqa: E402

from csgeo.errors import CsgeoError  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from access.here import Person
    from components.opened import Shown

    Show = Callable[[], None]


def main() -> None:
    """Show the frame, and the chosen page within it, to somebody who may see it."""
    person = here.who()  # before anything is stored under this person's name
    st.set_page_config(
        page_title="csgeo",
        page_icon=str(Path(_APP) / "static" / "icon.png"),  # a name would be fetched from afar
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    page_frame.style()
    named, recipe = os.environ.get("CSGEO_RELEASE", ""), _recipe_for(person)
    try:
        base = opened.open_shown(named)
    except CsgeoError as refused:
        if recipe is not None and matrix.may(person.role, "data", "see", "exact"):
            _make_the_first(recipe, person)
        else:
            page_frame.refused(tries.without_paths(str(refused), Path(named)))
        return
    trying = shown_try.asked(recipe, st.query_params.get("try"))
    shown = trying.shown or base
    pages = {
        name: st.Page(_guarded(page, show), title=name, url_path=page, default=page == "places")
        for page, (name, show) in _screens(shown, base, recipe).items()
        if matrix.may(person.role, page, "see")
    }
    chosen = st.navigation(list(pages.values()), position="hidden")
    st.set_page_config(page_title=f"{chosen.title} · {shown.release.title}")
    page_frame.top(shown.release, pages, chosen, person=person, trying=trying.id)
    shown_try.say(trying)
    chosen.run()


def _make_the_first(recipe: Path, person: Person) -> None:
    """Let an analyst load, run and review where there is no release yet, or none may be shown."""
    pages = {
        name: st.Page(_guarded(page, show), title=name, url_path=page, default=page == "data")
        for page, (name, show) in _of_analysts(recipe).items()
    }
    chosen = st.navigation(list(pages.values()), position="hidden")
    page_frame.top_without_release(pages, chosen, person=person)
    chosen.run()


def _of_analysts(recipe: Path) -> dict[str, tuple[str, Show]]:
    """Give the pages that ask for records; what they need is loaded only when one is opened."""
    return {
        "data": ("Data", lambda: _later("data").show(recipe)),
        "review": ("Review", lambda: _later("review").show(recipe)),
    }


def _screens(shown: Shown, base: Shown, recipe: Path | None) -> dict[str, tuple[str, Show]]:
    """Give each page that there is: its name, and what shows it."""
    every: dict[str, tuple[str, Show]] = {
        "places": ("Places", lambda: places.show(shown)),
        "method": ("Method", lambda: method.show(shown, base, recipe)),
    }
    # what reads records, or makes files, is loaded only when somebody opens that page
    if recipe is not None:
        every |= _of_analysts(recipe)
    every["take_away"] = ("Take away", lambda: _later("take_away").show(shown))
    every["access"] = ("Access", lambda: _later("access").show())
    return {page: how for page, how in every.items() if find_spec(f"screens.{page}") is not None}


def _later(page: str) -> Any:
    return import_module(f"screens.{page}")


def _recipe_for(person: Person) -> Path | None:
    """Give the recipe to those who may try other choices with it."""
    return tries.recipe_file() if matrix.may(person.role, "method", "try") else None


def _guarded(page: str, show: Show) -> Show:
    def shown_if_allowed() -> None:
        here.require(page, "see")
        show()

    return shown_if_allowed


main()
