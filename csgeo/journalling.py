"""How does the command line show who did what, and whether the journal is as it was written?

``csgeo journal``. The variables CSGEO_JOURNAL_KEY and CSGEO_JOURNAL_ANCHOR name its key file and
its anchor; CSGEO_JOURNAL names the journal where it is not in the secure folder of the recipe.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csgeo.answering import SECURE
from csgeo.errors import RecipeError, StoreError
from csgeo.noting import JOURNAL, JOURNAL_KEY, journal_of, now

if TYPE_CHECKING:
    from csgeo.disclosure.journal import Verdict
    from csgeo.store.journal import Journal

journal = typer.Typer(
    no_args_is_help=True,
    help="The sealed record of who did what: read it, and see that it is whole.",
)
Named = Annotated[Path, typer.Option("--recipe", help="The recipe.")]
RECIPE = Path("csgeo.toml")


@journal.command()
def show(
    since: Annotated[str, typer.Option(help="From this day on, as 2026-03-31.")] = "",
    who: Annotated[str, typer.Option(help="What this person did.")] = "",
    action: Annotated[str, typer.Option(help="What was done: load, look, export ...")] = "",
    recipe: Named = RECIPE,
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Show what was done, by whom, when, why and for whom; refuse to call it whole if it is not.

    Example: csgeo journal show --since 2026-03-01 --action export
    """
    from csgeo.store.journal import journal_entries, verify_journal  # noqa: PLC0415

    chosen = _chosen(since, who, action)
    kept = _asked_journal(recipe)
    entries = [one for one in journal_entries(kept) if chosen(one)]
    if as_json:
        typer.echo(json.dumps(entries, indent=2))
    else:
        for one in entries:
            typer.echo(_line(one))
        typer.echo(f"{len(entries)} entries.", err=True)
    _refuse_broken(kept, verify_journal(kept))


@journal.command()
def verify(
    recipe: Named = RECIPE,
    anchor: Annotated[str, typer.Option(help="An anchor that was kept elsewhere.")] = "",
) -> None:
    """Say whether the journal is what was written, and print its anchor.

    Example: csgeo journal verify --recipe csgeo.toml
    """
    from csgeo.store.journal import anchor_from, verify_journal  # noqa: PLC0415

    kept = _asked_journal(recipe)
    verdict = verify_journal(kept, anchor=anchor_from(anchor) if anchor else None)
    _refuse_broken(kept, verdict)
    if not anchor and kept.anchor is None:
        typer.echo(
            "No anchor was given: entries that were cut off the end cannot be seen.", err=True
        )
    typer.echo(verdict.anchor)


@journal.command()
def mend(who: Annotated[str, typer.Option(help="Who mends it.")], recipe: Named = RECIPE) -> None:
    """Move a last line that was cut short into a file of its own, and write that down.

    Example: csgeo journal mend --who AB
    """
    from csgeo.store.mending import mend_journal  # noqa: PLC0415

    aside = mend_journal(_asked_journal(recipe), who=who, at=now())
    typer.echo(f"Moved to {aside}" if aside else "Its last line is whole: nothing to mend.")


@journal.command("anchor")
def begin(who: Annotated[str, typer.Option(help="Who begins it.")], recipe: Named = RECIPE) -> None:
    """Begin an anchor for a journal that has entries and never had one, and write that down.

    Example: csgeo journal anchor --who AB
    """
    from csgeo.store.mending import begin_anchor  # noqa: PLC0415

    typer.echo(begin_anchor(_asked_journal(recipe), who=who, at=now()))


@journal.command()
def key(file: Annotated[Path, typer.Argument(help="A new file, away from the data.")]) -> None:
    """Make a key for a journal, in a file that only you may read.

    Example: csgeo journal key ~/keys/journal.key
    """
    from csgeo.store.journal import new_key_file  # noqa: PLC0415

    made = new_key_file(file)
    typer.echo(
        f"Made the key {made.ids[0]} in {file}. Set {JOURNAL_KEY} to it; keep a copy elsewhere."
    )


def _chosen(since: str, who: str, action: str) -> Any:
    """Give what says whether an entry was asked for."""
    from csgeo.disclosure.journal import ACTIONS, ACTS  # noqa: PLC0415

    did = ACTIONS.get(action, action)
    if did and did not in ACTS:
        msg = f"`--action` must be one of {', '.join(ACTIONS)}; it is {action!r}."
        raise RecipeError(msg)
    try:
        first = dt.date.fromisoformat(since) if since else dt.date.min
    except ValueError as error:
        msg = f"`--since` must be a day, as 2026-03-31; it is {since!r}."
        raise RecipeError(msg) from error

    def asked(one: dict[str, Any]) -> bool:
        day = dt.datetime.fromisoformat(one["at"]).astimezone(dt.UTC).date()
        named = not who or one["who"].casefold() == who.casefold()
        return day >= first and named and (not did or one["did"] == did)

    return asked


def _line(one: dict[str, Any]) -> str:
    moment = one["at"][:16].replace("T", " ")
    told = f"{one['number']:>6}  {moment}  {one['did']:<16}  {one['who']}: {one['what']}"
    told += f"; why: {one['why']}" if one["why"] else ""
    told += f"; for {one['for_whom']}" if one["for_whom"] else ""
    return "".join(sign if sign.isprintable() else "?" for sign in told)


def _refuse_broken(kept: Journal, verdict: Verdict) -> None:
    if not verdict.whole:
        msg = f"{kept.path.name} is not what was written: {'; '.join(verdict.faults)}."
        raise StoreError(msg)


def _asked_journal(recipe: Path) -> Journal:
    """Find the journal that is named, or that of the recipe."""
    from csgeo.recipe import load_recipe  # noqa: PLC0415

    secure = None
    if not os.environ.get(JOURNAL) or recipe.is_file():
        loaded = load_recipe(recipe, folders=os.environ)
        secure = loaded.path(loaded.folder) / SECURE
    found = journal_of(secure)
    if found is None:
        msg = f"The journal needs its key: set {JOURNAL_KEY} to the key file that seals it."
        raise RecipeError(msg)
    return found
