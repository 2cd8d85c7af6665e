"""How is a recipe run, apart from the page that waits for it?

The dashboard starts this as a process of its own, so that no record is ever in the
memory of the server. It asks on standard input (``recipe``, ``seen``, ``who``) and is
told on standard output, a line of JSON each: how far it is, and how it ended. What was
found is in the recipe's folder of answers: the pages open its release.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components import process_apart, tries

from csgeo.answering import answer
from csgeo.errors import CsgeoError, NothingToReport
from csgeo.loading import refuse_changed
from csgeo.store.turns import alone

if TYPE_CHECKING:
    from collections.abc import Callable

#: Where a refusal stands whole, with what it quotes from a file, for analysts alone.
SAID = "last_run.txt"
_WAITING = "No place may leave yet"


def main() -> None:
    """Run what is asked, and say how it went."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr  # nothing but our own lines goes to the server

    def tell(**words: Any) -> None:
        print(json.dumps(words), file=out, flush=True)

    asked = json.loads(sys.stdin.read())
    file = Path(asked["recipe"])
    os.environ["CSGEO_USER"] = asked["who"]  # whom the journal names
    try:
        run(file, asked["seen"], tell)
    except BrokenPipeError:
        sys.exit(1)  # the server has gone: nobody waits for the answer
    except CsgeoError as refused:
        tell(**refusal(refused, file))
    else:
        tell(ended=True)


def run(file: Path, seen: str, tell: Callable[..., None]) -> None:
    """Run the recipe that was looked at, alone."""
    recipe = tries.loaded(file)
    folder = recipe.path(recipe.folder)
    tell(what="Waiting for another run to end")
    with alone(folder / tries.SECURE / "run"):
        process_apart.say_to(folder / tries.SECURE / SAID)
        refuse_changed(file, seen)
        answer(recipe, folder, progress=lambda what, done, of: tell(what=what, done=done, of=of))


def refusal(refused: CsgeoError, file: Path) -> dict[str, Any]:
    """Say why there is no release, without a path or a value; the whole is for analysts."""
    print(f"csgeo: {refused}", file=sys.stderr)  # noqa: T201  where `say_to` has it go
    if isinstance(refused, NothingToReport) and str(refused).startswith(_WAITING):
        return {"waiting": True}
    return {"refused": tries.in_plain_words(refused, file).replace(tries.SAID, SAID)}


if __name__ == "__main__":
    main()
