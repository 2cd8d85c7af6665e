"""How does the command line ask who looked, what was done, and what an assessment needs?

``csgeo review``, ``csgeo journal`` and ``csgeo dpia``. The journal's key file and its anchor are
named by the variables CSGEO_JOURNAL_KEY and CSGEO_JOURNAL_ANCHOR; the clock is read here.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csgeo.answering import JOURNAL_ANCHOR as ANCHOR
from csgeo.answering import JOURNAL_KEY as KEY
from csgeo.answering import SECURE as _SECURE
from csgeo.errors import RecipeError, StoreError

if TYPE_CHECKING:
    from csgeo.recipe import Recipe
    from csgeo.store.journal import Journal


review = typer.Typer(
    no_args_is_help=True,
    help="Look at each place before it leaves: keep, nudge, leave out, undo.",
)
journal = typer.Typer(
    no_args_is_help=True,
    help="The sealed record of who did what: is it whole?",
)

Named = Annotated[Path, typer.Option("--recipe", help="The recipe.")]
Place = Annotated[str, typer.Argument(help="The id of the place, from `csgeo review list`.")]
Reviewer = Annotated[str, typer.Option(help="Who decides: name or initials.")]
Reason = Annotated[
    str,
    typer.Option(
        help="prison, hospital, police station, default address, one-off event, other.",
    ),
]
Words = Annotated[str, typer.Option(help="In your own words; they stay on the secure side.")]
RECIPE = Path("csgeo.toml")


@review.command("list")
def list_places(recipe: Named = RECIPE) -> None:
    """Say of each place of the last run what was decided, or why it waits.

    Example: csgeo review list
    """
    from csgeo.store.reviews import REVIEWS, read_decisions, read_places, review_list  # noqa: PLC0415

    secure = _secure(_loaded(recipe))
    listed = review_list(read_places(secure), read_decisions(secure / REVIEWS))
    columns = ["name", "decided", "reason", "reviewer"]
    for place, row in listed[columns].astype(str).to_dict("index").items():
        name, decided, why, who = row.values()
        why, who = f": {why}" if why else "", f" ({who})" if who else ""
        typer.echo(f"{place}  {name:<50}  {decided}{why}{who}")
    waiting = int((listed["decided"] == "waiting").sum())
    typer.echo(
        f"\n{waiting} of {len(listed)} places have not been checked by someone who knows them."
    )


@review.command()
def keep(place: Place, reviewer: Reviewer, recipe: Named = RECIPE, words: Words = "") -> None:
    """Let a place leave as it is.

    Example: csgeo review keep P125mE375250N164250 --reviewer AB
    """
    _decide(recipe, place, "keep", reviewer, words=words)


@review.command("leave-out")
def leave_out(
    place: Place, reviewer: Reviewer, reason: Reason, recipe: Named = RECIPE, words: Words = ""
) -> None:
    """Leave a place out, and say why.

    Example: csgeo review leave-out P125mE375250N164250 --reviewer AB --reason hospital
    """
    _decide(recipe, place, "leave out", reviewer, reason=reason, words=words)


@review.command()
def nudge(  # noqa: PLR0917  (typer gives them by name)
    place: Place,
    reviewer: Reviewer,
    reason: Reason,
    east: Annotated[int, typer.Option(help="By how many cells to the east.")] = 0,
    north: Annotated[int, typer.Option(help="By how many cells to the north.")] = 0,
    recipe: Named = RECIPE,
    words: Words = "",
) -> None:
    """Move a place by whole cells; it is counted again in the next run.

    Example: csgeo review nudge P125mE375250N164250 --east 1 --reviewer AB --reason prison
    """
    _decide(
        recipe, place, "nudge", reviewer, reason=reason, words=words, steps=(east, north)
    )  # fmt: skip


@review.command()
def undo(place: Place, reviewer: Reviewer, recipe: Named = RECIPE) -> None:
    """Take the last decision on a place back.

    Example: csgeo review undo P125mE375250N164250 --reviewer AB
    """
    from csgeo.store.reviews import REVIEWS, add_decision, read_decisions, undone  # noqa: PLC0415

    secure = _secure(_loaded(recipe))
    path = secure / REVIEWS
    back = undone(place, read_decisions(path), who=reviewer, at=_now())
    add_decision(path, back, journal=_journal(secure))
    typer.echo(f"{place}: undone")


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
    if not verdict.whole:
        msg = f"{kept.path.name} is not what was written: {'; '.join(verdict.faults)}."
        raise StoreError(msg)
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
    from csgeo.store.journal import mend_journal  # noqa: PLC0415

    aside = mend_journal(_asked_journal(recipe), who=who, at=_now())
    typer.echo(f"Moved to {aside}" if aside else "Its last line is whole: nothing to mend.")


@journal.command()
def key(file: Annotated[Path, typer.Argument(help="A new file, away from the data.")]) -> None:
    """Make a key for a journal, in a file that only you may read.

    Example: csgeo journal key ~/keys/journal.key
    """
    from csgeo.store.journal import new_key_file  # noqa: PLC0415

    made = new_key_file(file)
    typer.echo(f"Made the key {made.ids[0]} in {file}. Set {KEY} to it; keep a copy elsewhere.")


def dpia(
    recipe: Annotated[Path, typer.Argument(help="The recipe.")] = RECIPE,
    read: Annotated[
        bool, typer.Option(help="Read the files too, to say which columns are kept and dropped.")
    ] = True,
) -> None:
    """Print the data inventory for a data protection impact assessment, as Markdown.

    Example: csgeo dpia csgeo.toml > inventory.md
    """
    from csgeo.inventory import data_inventory  # noqa: PLC0415

    loaded = _loaded(recipe)
    reports = []
    if read:
        from csgeo.intake import take_in  # noqa: PLC0415

        taken = take_in(loaded, lambda what, _done, _of: typer.echo(what, err=True))
        reports = [report for _, report in taken.readings]
    typer.echo(data_inventory(loaded, reports=reports, on=_now().date()), nl=False)


def _decide(
    recipe: Path,
    place: str,
    decided: str,
    reviewer: str,
    *,
    reason: str = "",
    words: str = "",
    steps: tuple[int, int] | None = None,
) -> None:
    from csgeo.store import reviews  # noqa: PLC0415

    loaded = _loaded(recipe)
    secure = _secure(loaded)
    places = reviews.read_places(secure)
    if place not in places.index:
        msg = f"There must be a place {place} in the last run; there is none. See `csgeo review list`."
        raise RecipeError(msg)
    decision = reviews.decided_on(
        places, place, decided, reviewer, _now(),
        reason=reason, words=words, steps=steps, most_km2=loaded.hotspots.most_km2,
    )  # fmt: skip
    reviews.add_decision(secure / reviews.REVIEWS, decision, journal=_journal(secure))
    typer.echo(f"{place}: {decided}. It counts from the next run.")


def _loaded(recipe: Path) -> Recipe:
    from csgeo.recipe import load_recipe  # noqa: PLC0415

    return load_recipe(recipe, folders=os.environ)


def _secure(recipe: Recipe) -> Path:
    return recipe.path(recipe.folder) / _SECURE


def _journal(secure: Path) -> Journal | None:
    """Find the journal; say so where there is none."""
    from csgeo.store.journal import journal_at  # noqa: PLC0415

    found = journal_at(secure, key=os.environ.get(KEY), anchor=os.environ.get(ANCHOR))
    if found is None:
        typer.echo(f"Not written to a journal: {KEY} is not set (`csgeo journal key`).", err=True)
    return found


def _asked_journal(recipe: Path) -> Journal:
    found = _journal(_secure(_loaded(recipe)))
    if found is None:
        msg = f"The journal needs its key: set {KEY} to the key file that seals it."
        raise RecipeError(msg)
    return found


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
