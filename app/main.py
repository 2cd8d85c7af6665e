"""Which release is shown, and which page of it?

Run it with ``serve.serve(release)``, which sets the switches; this script only
needs the environment variable ``CSGEO_RELEASE`` to name a release folder.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_APP = str(Path(__file__).resolve().parent)
if _APP not in sys.path:  # `app/` in a checkout, `csgeo/_app/` in a wheel: the same imports
    sys.path.insert(0, _APP)

import streamlit as st  # noqa: E402
from components import opened, page_frame  # noqa: E402
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
    try:
        shown = opened.open_shown(os.environ.get("CSGEO_RELEASE", ""))
    except CsgeoError as refused:
        page_frame.refused(str(refused))
        return
    pages = {
        "Places": st.Page(
            lambda: places.show(shown), title="Places", url_path="places", default=True
        ),
        "Method": st.Page(lambda: method.show(shown), title="Method", url_path="method"),
    }
    here = st.navigation(list(pages.values()), position="hidden")
    st.set_page_config(page_title=f"{here.title} · {shown.release.title}")
    page_frame.top(shown.release, pages, here)
    here.run()


main()
