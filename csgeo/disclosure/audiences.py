"""Who may see what, and how long after it happened?

The rules rise with the audience: more people behind each number, larger cells,
a longer wait and a longer period. No setting goes below them.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from csgeo.errors import RecipeError
from csgeo.recipe import LEAST_PEOPLE_EVER

#: No setting can show fewer people than this, or round more finely.
LEAST_PEOPLE = ROUND_TO = LEAST_PEOPLE_EVER


class Rule(NamedTuple):
    """What one audience may see.

    ``least_people`` (distinct people) and ``round_to`` (records) are the least that a release
    for it can choose; ``cell_m`` and ``place_cell_m`` are the smallest cells of the surface and of
    places; the period ends ``lag_days`` before the release and lasts ``window_days`` at least;
    ``exact``: counts leave as they are, for work on the secure side only.
    """

    audience: str
    least_people: int
    round_to: int
    cell_m: int
    place_cell_m: int
    lag_days: int
    window_days: int
    exact: bool = False


RULES = {
    "analysts": Rule("analysts", 1, 1, 125, 125, 0, 1, exact=True),
    "panel": Rule("panel", 5, 5, 125, 125, 0, 28),
    "partnership": Rule("partnership", 5, 5, 250, 125, 28, 84),
    "public": Rule("public", 10, 5, 1000, 500, 84, 365),
}


def rule_for(
    audience: str, *, least_people: int | None = None, round_to: int | None = None
) -> Rule:
    """Give the rule of an audience, raised where the recipe asks for more.

    Parameters
    ----------
    audience
        ``analysts``, ``panel``, ``partnership`` or ``public``.
    least_people
        The fewest distinct people that may be shown; the audience's own if not given.
    round_to
        The step of rounding, in records; the audience's own if not given.

    Raises
    ------
    RecipeError
        If the audience is not known, or a number is below what it may see.
    """
    if audience not in RULES:
        msg = f"`audience` must be one of {', '.join(RULES)}; it is {audience!r}."
        raise RecipeError(msg)
    rule = RULES[audience]
    if rule.exact:
        return rule  # exact counts: there is nothing to raise
    for name, given, least, why in (
        (
            "least_people",
            least_people,
            rule.least_people,
            "Fewer people could be recognised, so no setting allows it.",
        ),
        (
            "round_to",
            round_to,
            rule.round_to,
            "Finer counts would let two releases be taken from each other.",
        ),
    ):
        if given is not None and given < least:
            msg = f"`{name}` must be at least {least} for {audience}; it is {given}. {why}"
            raise RecipeError(msg)
    return rule._replace(
        least_people=least_people or rule.least_people, round_to=round_to or rule.round_to
    )


def check_period(rule: Rule, period: tuple[dt.date, dt.date], *, on: dt.date | None) -> None:
    """Refuse a period that is too short, or too close to the day of the release.

    Parameters
    ----------
    rule
        Of the audience.
    period
        First and last day, both included.
    on
        The day of the release; without it the wait cannot be checked, and nothing leaves for
        the public.

    Raises
    ------
    RecipeError
        With the days that are wanted and the remedy.
    """
    start, end = period
    days = (end - start).days + 1
    if days < rule.window_days:
        msg = (
            f"A release for {rule.audience} must cover at least {rule.window_days} days; the period "
            f"{start} to {end} has {days}. Widen [period] in the recipe: a short period points at "
            "single events."
        )
        raise RecipeError(msg)
    if on is None:
        if rule.audience == "public":
            msg = (
                "A release for the public must say its day, so that the wait of "
                f"{rule.lag_days} days can be checked; none was given. Pass `on`."
            )
            raise RecipeError(msg)
        return
    latest = on - dt.timedelta(days=rule.lag_days)
    if end > latest:
        msg = (
            f"A release for {rule.audience} on {on} must end on {latest} or before ({rule.lag_days} "
            f"days earlier); its period ends on {end}. Set `period.end`, or wait."
        )
        raise RecipeError(msg)


def check_cells(rule: Rule, place_cell_m: int) -> None:
    """Refuse places that are drawn on smaller cells than the audience may see."""
    if place_cell_m < rule.place_cell_m:
        msg = (
            f"Places for {rule.audience} must be made of cells of at least {rule.place_cell_m} m; "
            f"these are of {place_cell_m} m. Set `hotspots.cell_m = {rule.place_cell_m}` in the "
            "recipe and run it again."
        )
        raise RecipeError(msg)
