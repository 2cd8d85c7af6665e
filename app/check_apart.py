"""What would be used of a file, said apart from the page that shows it?

The dashboard starts this as a process of its own, so that no record is ever in the
memory of the server. It asks on standard input and is told one line of JSON: counts and
sentences of ours. The reader's own account goes into the recipe's secure folder.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Any

from components import process_apart, tries

from csgeo.errors import CsgeoError
from csgeo.intake import be_ready
from csgeo.plain_account import KEPT_IN
from csgeo.recipe import Input


def main() -> None:
    """Read what is asked, and say what became of its rows."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr  # nothing but our own line goes to the server
    asked = json.loads(sys.stdin.read())
    try:
        told = looked(asked)
    except CsgeoError as refused:
        told = {"failed": tries.in_plain_words(refused, Path(asked["recipe"]))}
    print(json.dumps(told), file=out, flush=True)


def looked(asked: dict[str, Any]) -> dict[str, Any]:
    """Give what the page shows, and keep the reader's own account where analysts find it."""
    from csgeo.first_look import look_at  # noqa: PLC0415  heavy: a slip in the recipe comes first

    recipe = tries.loaded(Path(asked["recipe"]))
    process_apart.say_to(recipe.path(recipe.folder) / KEPT_IN)
    be_ready()
    one, file = Input(**asked["one"]), Path(asked["file"])
    found, whole = look_at(recipe, one, file, on=dt.datetime.now(dt.UTC).date())
    print(whole, file=sys.stderr)  # noqa: T201  with values, for analysts
    return {
        **found._asdict(),
        "asides": [a._asdict() for a in found.asides],
        "findings": [f._asdict() for f in found.findings],
        "usable": found.usable,
    }


if __name__ == "__main__":
    main()
