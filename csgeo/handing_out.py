"""How does the command line let something go out?

``csgeo publish`` and ``csgeo export``. Who asks is the user of the machine, or the one that
CSGEO_USER names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csgeo.noting import journal_of, note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from csgeo.recipe import Recipe

Purpose = Annotated[str, typer.Option(help="What it is for: a meeting, a decision, a plan.")]
Recipient = Annotated[str, typer.Option(help="Who gets it: an organisation, a meeting or a role.")]
_UNWRITTEN = (
    "Not written down: there is no journal. Make a key with `csgeo journal key FILE`, and name it in "
    "CSGEO_JOURNAL_KEY."
)


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
    from csgeo.publishing import publish as let_go  # noqa: PLC0415  heavy: only where used

    record = _recorder(_secure(recipe), "publish")
    release = let_go(
        _loaded(recipe), purpose=purpose, recipient=recipient, record=record, made_in=out, to=to
    )  # fmt: skip
    typer.echo(f"Published for {recipient} ({purpose}): {release.title}")
    if record is None:
        typer.echo(_UNWRITTEN)
    typer.echo("Every later run of this recipe is held against it.")
    if to is not None:
        typer.echo(f"A copy for viewers: {to}  (csgeo app {to})")


def export(
    release: Annotated[Path, typer.Argument(help="The folder of a release.")],
    *,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            help="geopackage, geoparquet, geojson, workbook, csv, map or everything; several times."
        ),
    ] = None,
    purpose: Purpose = "",
    recipient: Recipient = "",
    to: Annotated[Path, typer.Option(help="The folder for it.")] = Path(),
    exact: Annotated[
        bool, typer.Option("--exact", help="Exact counts, for the analyst that they were made for.")
    ] = False,
    recipe: Annotated[
        Path | None, typer.Option(help="Its recipe, in whose secure folder the journal is.")
    ] = None,
) -> None:
    """Take something away: one file, under a name that nobody can guess, with its marking in it.

    Example: csgeo export out/release --kind workbook --purpose "planning youth work" --recipient "VRU"
    """
    from csgeo.exporting import export as take_away  # noqa: PLC0415  heavy: only where used
    from csgeo.store.releases import open_release  # noqa: PLC0415

    record = _recorder(_secure(recipe) if recipe else None, "export")
    made = take_away(
        open_release(release), to, kinds=kind or ["everything"],
        purpose=purpose, recipient=recipient, record=record, exact=exact,
    )  # fmt: skip
    typer.echo(made)
    if record is None:
        typer.echo(_UNWRITTEN, err=True)


def _recorder(secure: Path | None, did: str) -> Callable[[Mapping[str, str]], None] | None:
    """Give what writes down who gets what, and why, before it goes; None without a journal."""
    if journal_of(secure) is None:
        return None

    def record(said: Mapping[str, str]) -> None:
        what = f"{said['what']}; {said['period']}; for {said['audience']}"
        note(secure, did, what, why=said["purpose"], for_whom=said["recipient"])

    return record


def _secure(recipe: Path) -> Path:
    from csgeo.answering import SECURE  # noqa: PLC0415

    loaded = _loaded(recipe)
    return loaded.path(loaded.folder) / SECURE


def _loaded(recipe: Path) -> Recipe:
    from csgeo.recipe import load_recipe  # noqa: PLC0415

    return load_recipe(recipe, folders=os.environ)
