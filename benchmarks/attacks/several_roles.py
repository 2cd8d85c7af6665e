"""How does one dashboard come to have somebody of each role signed in?

``python several_roles.py FOLDER PORT RECIPE`` starts the dashboard as ``app/serve.py`` does, opens
a session for each role as a login would, and prints who has which cookie. For attacks alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "app"))

import serve
from access import matrix, sessions


def sign_in_each_role(_page: str) -> None:
    """Print the cookie of each role, and of one whose session is over, on one line."""
    cookies = {role: sessions.begin(f"one {role}", role, "attack") for role in matrix.ROLES}
    ended = sessions.begin("one who has left", "analyst", "attack")
    session = sessions.behind(ended)
    assert session is not None
    sessions.end(session.id, "ended by an admin")
    ids = {role: sessions.behind(cookie).id for role, cookie in cookies.items()}
    print(json.dumps({"cookies": cookies | {"ended": ended}, "ids": ids}), flush=True)


if __name__ == "__main__":
    serve.serve(sys.argv[1], port=int(sys.argv[2]), recipe=sys.argv[3], on_ready=sign_in_each_role)
