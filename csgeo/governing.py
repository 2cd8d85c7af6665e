"""How does the command line ask who looked, and what an assessment needs?

``csgeo review`` and ``csgeo dpia``; each decision is written to the journal first.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csgeo.answering import SECURE as _SECURE
from csgeo.errors import RecipeError
from csgeo.journalling import journal
from csgeo.noting import JOURNAL_KEY, journal_of, now

if TYPE_CHECKING:
    from csgeo.recipe import Recipe
    from csgeo.store.journal import Journal

__all__ = ["dpia", "journal", "review"]

review = typer.Typer(
    no_args_is_help=True,
    help="Look at each place before it leaves: keep, nudge, leave out, undo.",
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
    back = undone(place, read_decisions(path), who=reviewer, at=now())
    add_decision(path, back, journal=_journal(secure))
    typer.echo(f"{place}: undone")


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
    typer.echo(data_inventory(loaded, reports=reports, on=now().date()), nl=False)


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
        places, place, decided, reviewer, now(),
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
    found = journal_of(secure)
    if found is None:
        typer.echo(
            f"Not written to a journal: {JOURNAL_KEY} is not set (`csgeo journal key`).", err=True
        )
    return found
