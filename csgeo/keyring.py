"""How is the key by which people are known made, and changed?

``csgeo key new``, ``rotate`` and ``retire``. The key is secret: it stays apart from the data and
from any repository, readable by its owner alone, and is never printed. Where CSGEO_JOURNAL names a journal
it is written down first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from csgeo.noting import note

key = typer.Typer(
    no_args_is_help=True,
    help="The key by which people are known, so that runs can be joined and nobody is named.",
)
File = Annotated[Path, typer.Argument(help="The key file, apart from the data.")]


@key.command()
def new(file: File) -> None:
    """Make a key. Name its file as `people_key` in the recipe.

    Example: csgeo key new /secure/people.key
    """
    from csgeo.disclosure.pseudonyms import new_key_file  # noqa: PLC0415  heavy: only where used

    note(None, "key", "a key is to be made")
    made = new_key_file(file)
    typer.echo(f"Written: {file} (key {made.ids[0]}). Keep it apart from the data, and keep it:")
    typer.echo("without it nobody can be followed from one run to the next. In the recipe:")
    typer.echo(f'people_key = "{file}"')


@key.command()
def rotate(file: File) -> None:
    """Put a new key in the place of the old one, which still recognises what it made.

    Example: csgeo key rotate /secure/people.key
    """
    from csgeo.disclosure.pseudonyms import rotate as turned  # noqa: PLC0415

    note(None, "key", "a key is to be put in the place of an old one")
    keys = turned(file)
    typer.echo(f"In use: key {keys.ids[0]}. Still recognised: {', '.join(keys.ids[1:])}.")


@key.command()
def retire(
    file: File, which: Annotated[str, typer.Argument(help="The old key's name, eight signs.")]
) -> None:
    """Forget an old key: what it made is recognised no longer.

    Example: csgeo key retire /secure/people.key 1a2b3c4d
    """
    from csgeo.disclosure.pseudonyms import retire as forgotten  # noqa: PLC0415

    note(None, "key", "an old key is to be forgotten")
    keys = forgotten(file, which)
    rest = ", ".join(keys.ids[1:]) or "none"
    typer.echo(f"Forgotten: {which}. In use: key {keys.ids[0]}. Old keys left: {rest}.")
