"""What is known of each place of the last run, said apart from the page that shows it?

The dashboard starts this as a process of its own. It asks on standard input and is told
one line of JSON: the places with their exact numbers and decisions, or what is around
them. A decision is written here too.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Any

from components import process_apart, tries

from csgeo import reviewing
from csgeo.errors import CsgeoError

#: What it and its libraries say, which may quote a record.
SAID = "last_review.txt"


def main() -> None:
    """Do what is asked, and say what there is now."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr  # nothing but our own line goes to the server
    asked = json.loads(sys.stdin.read())
    try:
        told = answered(asked)
    except CsgeoError as refused:
        told = {"failed": tries.without_paths(str(refused), Path(asked["recipe"]))}
    print(json.dumps(told), file=out, flush=True)


def answered(asked: dict[str, Any]) -> dict[str, Any]:
    """Give the places, or what is around them; write a decision down first if there is one."""
    recipe = tries.loaded(Path(asked["recipe"]))
    secure = recipe.path(recipe.folder) / tries.SECURE
    process_apart.say_to(secure / SAID)
    if decision := asked.get("decision"):
        steps = decision.pop("steps", None)
        reviewing.decide(
            recipe,
            secure,
            **decision,
            at=dt.datetime.now(dt.UTC),
            steps=tuple(steps) if steps else None,
        )
    places = reviewing.to_review(secure)
    told: dict[str, Any] = {"places": places}
    if asked.get("around"):
        told["around"] = reviewing.around(recipe, places)
    return told


if __name__ == "__main__":
    main()
