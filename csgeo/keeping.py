"""How does the command line seal, unseal and purge what analysts keep?

``csgeo seal``, ``csgeo unseal`` and ``csgeo purge``; each is written to the journal first, where
there is one. The variable CSGEO_SEALING_KEY names the key that seals.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csgeo.errors import NothingToReport, RecipeError
from csgeo.noting import note, now

if TYPE_CHECKING:
    from csgeo.recipe import Recipe
    from csgeo.store.purging import Purge

Named = Annotated[Path, typer.Argument(help="The recipe.")]
RECIPE = Path("csgeo.toml")


def seal(recipe: Named = RECIPE) -> None:
    """Seal the recipe's secure folder and those of its tries; anew, what an older key sealed.

    Example: CSGEO_SEALING_KEY=~/keys/sealing.key csgeo seal csgeo.toml
    """
    from csgeo.store.sealing import seal_folder  # noqa: PLC0415

    loaded = _loaded(recipe)
    folders = _secure_folders(loaded)
    note(folders[0], "key", "the secure folder is to be sealed")
    n = sum(len(seal_folder(folder)) for folder in folders)
    typer.echo(
        f"Sealed: {n} files. Keep a copy of the key elsewhere: without it nobody can open them."
    )


def unseal(
    to: Annotated[Path, typer.Option(help="A new folder, for you alone.")],
    why: Annotated[str, typer.Option(help="What it is needed for.")],
    recipe: Named = RECIPE,
) -> None:
    """Write the exact files in plain into a new folder, to look at; the secure folder stays sealed.

    Example: csgeo unseal csgeo.toml --to ~/look --why "to check place 3 with the district"
    """
    from csgeo.store.sealing import unseal_folder  # noqa: PLC0415

    secure = _secure_folders(_loaded(recipe))[0]
    note(secure, "look", "the secure folder, unsealed", why=why)
    written = unseal_folder(secure, to)
    typer.echo(
        f"Written in plain: {len(written)} files in {to}. Erase that folder when you are done."
    )


def purge(
    recipe: Named = RECIPE,
    on: Annotated[str, typer.Option(help="The day that is asked about; today by itself.")] = "",
    sources: Annotated[
        bool, typer.Option(help="Erase the files of records themselves too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; else it is only shown.")] = False,
) -> None:
    """Show what was made from files that are past their last day; erase it with --yes.

    Example: csgeo purge csgeo.toml --on 2027-04-01
    """
    from csgeo.store import purging  # noqa: PLC0415

    today = now().date()
    day = _day(on, today)
    if yes and day > today:
        msg = f"What is not past its last day yet must not be erased; {day} is to come. Leave --yes out to see what would go then."
        raise RecipeError(msg)
    loaded = _loaded(recipe)
    found = purging.to_purge(loaded, on=day, sources=sources)
    if not found.late:
        msg = f"Nothing is past its last day on {day}. What has none is kept until somebody says one (`retention_until`)."
        raise NothingToReport(msg)
    _say(found)
    if not yes:
        typer.echo("Nothing was erased. To erase it: --yes.")
        return
    answers, files = len(found.answers), len(found.sources)
    said = f"what was made from files past their last day on {day}: {answers} of answers, {files} of sources"
    note(_secure_folders(loaded)[0], "purge", said)
    typer.echo(f"Erased: {purging.purge(found)}. Backups and copies are yours to erase.")


def _say(found: Purge) -> None:
    for name, day in found.late:
        typer.echo(f"Past its last day, {day}: {name}")
    for path in (*found.answers, *found.sources):
        typer.echo(f"  goes: {path}")


def _day(text: str, today: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else today
    except ValueError as error:
        msg = f"`--on` must be a day, as 2027-03-31; it is {text!r}."
        raise RecipeError(msg) from error


def _loaded(recipe: Path) -> Recipe:
    from csgeo.recipe import load_recipe  # noqa: PLC0415

    return load_recipe(recipe, folders=os.environ)


def _secure_folders(recipe: Recipe) -> list[Path]:
    """Give the recipe's secure folder, and those of its tries."""
    home = recipe.path(recipe.folder)
    return [home / "secure", *sorted(home.glob("tries/*/secure"))]
