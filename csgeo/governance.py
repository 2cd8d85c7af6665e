"""By which right is a file used, what for, whose is it, and until when?

Each file of a recipe may say so in a table of its own, ``[incidents.governance]``
under its ``[[incidents]]``. Nothing is assumed: what is not said is reported as open.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csgeo.recipe import Input, Recipe

#: Processing in general (UK GDPR), or by competent authorities (Data Protection Act 2018, part 3).
REGIMES = ("general", "law enforcement")


@dataclass(frozen=True)
class Governance:
    """What is agreed about one file.

    ``lawful_basis`` in the partnership's own words, such as "UK GDPR article 6(1)(e) and schedule
    1, paragraph 18"; ``retention_until`` is the last day on which the file may be kept;
    ``sharing_agreement`` names the agreement and its version.
    """

    lawful_basis: str | None = None
    purpose: str | None = None
    controller: str | None = None
    retention_until: dt.date | None = None
    sharing_agreement: str | None = None
    regime: str | None = None

    @property
    def open_questions(self) -> tuple[str, ...]:
        """What is not said yet, in the order of the table."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) is None)


def read_governance(given: Any, called: str) -> Governance:
    """Read one ``governance`` table of a recipe.

    Parameters
    ----------
    given
        As ``tomllib`` gives it.
    called
        Where it stands, for messages, such as ``[[incidents]] number 1``.

    Raises
    ------
    RecipeError
        If it is no table, has a key that is not known, or a value of another kind.
    """
    if not isinstance(given, dict):
        msg = f"`governance` in {called} must be a table; it is {given!r}. Write it as [incidents.governance]."
        raise RecipeError(msg)
    known = [f.name for f in fields(Governance)]
    for key, value in given.items():
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            msg = f"`governance` in {called} has no `{key}`.{hint} It knows {', '.join(known)}."
            raise RecipeError(msg)
        wanted = dt.date if key == "retention_until" else str
        if not isinstance(value, wanted) or isinstance(value, dt.datetime) or value == "":
            words = "a day, as 2027-03-31" if wanted is dt.date else "text in quotes"
            msg = f"`{key}` in the governance of {called} must be {words}; it is {value!r}."
            raise RecipeError(msg)
    made = Governance(**given)
    if made.regime is not None and made.regime not in REGIMES:
        msg = f"`regime` in the governance of {called} must be one of {', '.join(REGIMES)}; it is {made.regime!r}."
        raise RecipeError(msg)
    return made


def governance_of(one: Input) -> Governance:
    """Give what the recipe says about a file; nothing, where it says nothing."""
    return getattr(one, "governance", None) or Governance()


def inputs_of(recipe: Recipe) -> list[tuple[str, Input]]:
    """List the files of a recipe with what each is read as."""
    several = ("incidents", "services", "places", "streets", "basemap")
    found = [("study area", recipe.area)]
    found += [(name, one) for name in several for one in getattr(recipe, name)]
    found += [("residents", recipe.residents)] if recipe.residents else []
    found += [("exposure", recipe.exposure)] if recipe.exposure else []
    return found + ([("strata", recipe.strata)] if recipe.strata else [])


def agreed_of(recipe: Recipe) -> dict[str, Governance]:
    """Give what is agreed about each file of a recipe, by its name; of two, the one that ends first.

    Parameters
    ----------
    recipe
        A file that it names twice, such as for two layers, may be kept until the earlier day.
    """
    found: dict[str, Governance] = {}
    for _, one in inputs_of(recipe):
        agreed, before = governance_of(one), found.get(one.file)
        if before is None or _last_day(agreed) < _last_day(before):
            found[one.file] = agreed
    return found


def _last_day(agreed: Governance) -> dt.date:
    return agreed.retention_until or dt.date.max


def check_retention(of_files: Mapping[str, Governance], *, on: dt.date) -> None:
    """Refuse files that should have been erased by now.

    Parameters
    ----------
    of_files
        What is agreed, by the file's name in the recipe.
    on
        Today, as the door gives it.

    Raises
    ------
    RecipeError
        With how many files, the first one, and its last day.
    """
    late = [
        (name, agreed.retention_until)
        for name, agreed in of_files.items()
        if agreed.retention_until is not None and agreed.retention_until < on
    ]
    if late:
        msg = (
            f"Files must not be used after the day until which they may be kept; {len(late)} of "
            f"{len(of_files)} are past it on {on} (the first is {late[0][0]}: {late[0][1]}). Erase "
            "them and take them out of the recipe, or agree on a later day and write it there."
        )
        raise RecipeError(msg)
