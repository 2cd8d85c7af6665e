"""How is a try computed, apart from the page that shows it?

The dashboard starts this as a process of its own, so that no record is ever in
the memory of the server. It asks on standard input (``recipe``, ``hotspots``,
``folder``) and is told on standard output, a line of JSON each: how far it is, and
how it ended. What it has found is in the folder: the page opens the release.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from components import process_apart, tries

from csgeo.answering import answer
from csgeo.errors import CsgeoError


def main() -> None:
    """Compute what is asked, and say how it went."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr  # nothing but our own lines goes to the server

    def tell(**words: Any) -> None:
        print(json.dumps(words), file=out, flush=True)

    asked = json.loads(sys.stdin.read())
    file, folder = Path(asked["recipe"]), Path(asked["folder"])
    try:
        recipe = tries.with_choices(file, asked["hotspots"])
        process_apart.say_to(recipe.path(recipe.folder) / tries.SECURE / tries.SAID)
        answer(
            recipe,
            folder,
            share=False,
            progress=lambda what, done, of: tell(what=what, done=done, of=of),
        )
        tries.keep(folder, asked["hotspots"])
    except BrokenPipeError:
        sys.exit(1)  # the server has gone: nobody waits for the answer
    except CsgeoError as refused:
        print(f"csgeo: {refused}", file=sys.stderr)  # noqa: T201  whole, for analysts
        tell(refused=tries.in_plain_words(refused, file, folder))
    else:
        tell(ended=True)


if __name__ == "__main__":
    main()
