"""Whose is a file that Streamlit keeps?

Streamlit gives a stored file to whoever knows its name, and the name is made of
the content. Here it is given to those only for whose page it was stored.
"""

from __future__ import annotations

from streamlit.runtime import Runtime

from access import sessions


def is_of(file: str, id_: str) -> bool:
    """Say whether a stored file belongs to the pages of this session."""
    if not Runtime.exists():
        return False
    by_seat = Runtime.instance().media_file_mgr._files_by_session_and_coord  # noqa: SLF001
    wanted = file.rsplit(".", 1)[0]
    return any(
        wanted in files.values() and sessions.whose(seat) == id_
        for seat, files in list(by_seat.items())
    )
