"""Which release is shown, and which page of it?

Run it with ``serve.serve(release)``, which sets the switches; this script only
needs the environment variable ``CSGEO_RELEASE`` to name a release folder. Where
``CSGEO_RECIPE`` names a recipe too, the Method page can try other choices, and
``?try=ID`` in the link shows the release of a try on every page.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_APP = str(Path(__file__).resolve().parent)
if _APP not in sys.path:  # `app/` in a checkout, `csgeo/_app/` in a wheel: the same imports
    sys.path.insert(0, _APP)

import streamlit as st  # noqa: E402
from components import opened, page_frame, shown_try, tries  # noqa: E402
from screens import method, places  # noqa: E402

from csgeo.errors import CsgeoError  # noqa: E402


def main() -> None:
    """Show the frame, and the chosen page within it."""
    st.set_page_config(
        page_title="csgeo",
        page_icon=str(Path(_APP) / "static" / "icon.png"),  # a name would be fetched from afar
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    page_frame.style()
    named, recipe = os.environ.get("CSGEO_RELEASE", ""), tries.recipe_file()
    try:
        base = opened.open_shown(named)
    except CsgeoError as refused:
        page_frame.refused(tries.without_paths(str(refused), Path(named)))
        return
    trying = shown_try.asked(recipe, st.query_params.get("try"))
    shown = trying.shown or base
    pages = {
        "Places": st.Page(
            lambda: places.show(shown), title="Places", url_path="places", default=True
        ),
        "Method": st.Page(
            lambda: method.show(shown, base, recipe), title="Method", url_path="method"
        ),
    }
    here = st.navigation(list(pages.values()), position="hidden")
    st.set_page_config(page_title=f"{here.title} · {shown.release.title}")
    page_frame.top(shown.release, pages, here, trying=trying.id)
    shown_try.say(trying)
    here.run()


main()
