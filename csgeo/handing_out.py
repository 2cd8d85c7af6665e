"""How does the command line let something go out?

``csgeo publish``. Who asks is the user of the machine, or the one that CSGEO_USER names.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import typer

Purpose = Annotated[str, typer.Option(help="What it is for: a meeting, a decision, a plan.")]
Recipient = Annotated[str, typer.Option(help="Who gets it: an organisation or a meeting.")]


def publish(
    recipe: Annotated[Path, typer.Argument(help="The recipe.")] = Path("csgeo.toml"),
    *,
    purpose: Purpose = "",
    recipient: Recipient = "",
    out: Annotated[Path | None, typer.Option(help="Where its answers are, if elsewhere.")] = None,
    to: Annotated[
        Path | None, typer.Option(help="A folder for a copy, such as the viewers' server shows.")
    ] = None,
) -> None:
    """Let the release of the last run go out: every later run is held against it.

    Example: csgeo publish --purpose "meeting of 3 March" --recipient "safeguarding partnership"
    """
    from csgeo.answering import SECURE, recorder_of  # noqa: PLC0415  heavy: only where used
    from csgeo.publishing import publish as let_go  # noqa: PLC0415
    from csgeo.recipe import load_recipe  # noqa: PLC0415

    loaded = load_recipe(recipe, folders=os.environ)
    home = loaded.path(loaded.folder) / SECURE
    record = recorder_of(home, dt.datetime.now(dt.UTC))
    release = let_go(
        loaded, purpose=purpose, recipient=recipient, record=record, made_in=out, to=to
    )  # fmt: skip
    typer.echo(f"Published for {recipient} ({purpose}): {release.title}")
    if record is None:
        typer.echo(
            "Not written down: there is no journal. Make a key with `csgeo key new`, and name it in "
            "CSGEO_JOURNAL_KEY."
        )
    typer.echo("Every later run of this recipe is held against it.")
    if to is not None:
        typer.echo(f"A copy for viewers: {to}  (csgeo app {to})")
