"""How is a release said in words?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from csgeo.disclosure.release import EXACT, require_release
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import datetime as dt

    from csgeo.disclosure.release import Release

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
#: Up to this many harms are named in the sentence; more are "recorded harm".
_MOST_HARMS = 2
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def answer(release: Release) -> str:
    """Say the answer in one sentence: how many places hold how much in how little.

    Returns
    -------
    sentence
        Such as "10 places hold 31% of recorded harm in 0.9% of the area."
    """
    require_release(release)
    n = len(release.hotspots)
    place = "1 place holds" if n == 1 else f"{n} places hold"
    return (
        f"{place} {share(release.share_of_records)} of {recorded_harm(release)} "
        f"in {share(release.share_of_area)} of the area."
    )


def sentence(release: Release) -> str:
    """Say the answer, what was set aside and what is hidden, in one line."""
    return f"{answer(release)} {left_out(release)}".rstrip()


def left_out(release: Release) -> str:
    """Say what was set aside and what is hidden; empty if nothing was."""
    require_release(release)
    said = []
    shown, counted = len(release.set_aside), release.hidden.get("set_aside", 0)
    if shown + counted:
        why = _shortly(release.set_aside["reason"].iloc[0]) if shown == 1 and not counted else ""
        said.append(f"{_was(shown + counted)} set aside{why}.")
    hidden = release.hidden.get("hotspots", 0)
    if hidden:
        said.append(f"{_was(hidden)} hidden to protect people.")
    return " ".join(said)


def _shortly(reason: str) -> str:
    """Give a reason's first clause, as the end of a sentence."""
    clause = reason.split(":", maxsplit=1)[0].rstrip(".")
    return f": {clause[:1].lower()}{clause[1:]}"


def caption(release: Release) -> str:
    """Give the small print that stands on every map and in every file.

    Returns
    -------
    caption
        Records used and left out, the caveat, what shapes are, the rule of
        protection, and the sources.
    """
    require_release(release)
    unplaced = (
        f" about {release.records_without_place:,} more in the files have no usable place."
        if release.records_without_place
        else ""
    )
    people = "people" if release.people_known else "records"
    rule = [
        f"Counts are rounded to {release.round_to}.",
        f"Fewer than {release.least_people} {people} are not shown.",
    ]
    if release.audience == EXACT:
        rule = ["Counts are exact: for analysts only."]
    said = [
        f"Based on about {release.records_used:,} records, {period(release)}"
        + (f";{unplaced}" if unplaced else "."),
        "Recorded incidents are not all incidents.",
        "Shapes show areas, not addresses.",
        *rule,
        *release.attribution,
    ]
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in said)


def about(count: int) -> str:
    """Say a rounded count as what it is: "about 790"."""
    return f"about {count:,}"


def compared(incidents: int, expected: int, *, step: int) -> str:
    """Say how many records a place holds, and how many would be expected."""
    less = f"{step} or fewer" if expected <= step else f"about {expected:,}"
    return f"About {incidents:,} records, where {less} would be expected."


def sure(certainty: str, stability: float) -> str:
    """Say how sure a place is: by its re-runs where there were some."""
    if not math.isnan(stability):
        return f"found in {round(100 * stability)} of 100 re-runs"
    return {
        "sure": "very unlikely to be chance",
        "less sure": "unlikely to be chance",
    }.get(certainty, "could be chance")


def sure_shortly(certainty: str, stability: float) -> str:
    """Say `sure` where there is little room: "99 of 100", or one word."""
    return certainty if math.isnan(stability) else f"{round(100 * stability)} of 100"


def certainty_label(release: Release, certainty: str) -> str:
    """Say in the legend what an outline means in this release."""
    require_release(release)
    rerun = bool(release.hotspots["stability"].notna().any())
    return {
        "sure": "sure (found in 95 or more of 100 re-runs)"
        if rerun
        else "very unlikely to be chance",
        "less sure": "less sure (80 to 94 of 100)" if rerun else "unlikely to be chance",
    }.get(certainty, "not enough to say")


def cell_label(release: Release, band: str) -> str:
    """Say in the legend which density a band of the surface stands for; empty if none."""
    require_release(release)
    return density_label(release.cells, band)


def density_label(cells: pd.DataFrame, band: str) -> str:
    """Say the same of the pieces of one view."""
    density = cells.loc[cells["band"] == band, "per_km2"].dropna()
    if density.empty:
        return ""
    least, most = (_two_figures(d) for d in (density.min(), density.max()))
    many = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return f"about {many} records per square kilometre"


def _two_figures(number: float) -> int:
    """Round to two figures: a density is no more exact than the count that it comes from."""
    whole = round(number)
    return round(whole, 2 - len(str(whole)))


def hidden_label(release: Release) -> str:
    """Say in the legend what a hidden cell means: none or few, and nothing tells which."""
    require_release(release)
    few = f"fewer than {release.least_people} {'people' if release.people_known else 'records'}"
    one = ", or mostly one" if release.people_known else ""
    return f"none, or {few}{one}: hidden to protect people"


def recorded_harm(release: Release) -> str:
    """Say which harm it is about, or "recorded harm" if there are many kinds."""
    require_release(release)
    if not release.harms or len(release.harms) > _MOST_HARMS:
        return "recorded harm"
    return "recorded " + " and ".join(map(in_a_sentence, release.harms))


def share(part: float) -> str:
    """Say a share (0 to 1) as a percentage that is no more exact than it deserves."""
    percent = 100 * part
    if 0 < percent < 0.1:
        return "less than 0.1%"
    return f"{percent:.0f}%" if percent >= 10 else f"{percent:.1f}%"


def period(release: Release) -> str:
    """Say the period as months, or as days where it does not begin and end with months."""
    require_release(release)
    return days(release.period_start, release.period_end)


def days(start: dt.date, end: dt.date) -> str:
    """Say two days, both included, as :func:`period` does."""
    whole = start.day == 1 and (end + _ONE_DAY).day == 1
    return f"{_day(start, whole=whole)} to {_day(end, whole=whole)}"


def around(release: Release) -> dict[str, tuple[list[str], list[str]]]:
    """Say what is within reach of each place, nearest first, and what is missing.

    Returns
    -------
    around
        ``hotspot_id`` to (services as "Library: Town library, 4 min walk",
        labels of the expected kinds that have none within reach).
    """
    require_release(release)
    label = load_vocabulary("service").label
    said: dict[str, tuple[list[str], list[str]]] = {id_: ([], []) for id_ in release.hotspots.index}
    near = release.services_near.sort_values("nearest_m", kind="stable")
    for row in near.to_dict("records"):
        services, gaps = said[row["hotspot_id"]]
        if row["gap"]:
            gaps.append(in_a_sentence(label(row["kind"])))
        elif pd.notna(row["within_reach"]) and row["within_reach"] > 0:
            far = walk(row["nearest_m"], row["walk_minutes"], row["measured_by"])
            name = "" if pd.isna(row["nearest_name"]) else f": {row['nearest_name']}"
            services.append(f"{label(row['kind'])}{name}, {far}")
    return said


def walk(metres: float, minutes: float, measured_by: str) -> str:
    """Say how far a service is: "9 min walk", or metres in a straight line."""
    if measured_by != "streets" or pd.isna(minutes):
        return f"{metres:,.0f} m in a straight line"
    return f"{max(1, round(minutes))} min walk"


def day(day: dt.date) -> str:
    """Say a day: "30 September 2026"."""
    return _day(day, whole=False)


def _day(day: dt.date, *, whole: bool) -> str:
    month = f"{_MONTHS[day.month - 1]} {day.year}"
    return month if whole else f"{day.day} {month}"


def in_a_sentence(label: str) -> str:
    """Begin a label with a small letter, but for an abbreviation such as GP."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _was(n: int) -> str:
    word = _NUMBERS[n] if n < len(_NUMBERS) else f"{n}"
    return f"{word.capitalize()} {'was' if n == 1 else 'were'}"


_ONE_DAY = pd.Timedelta(days=1).to_pytimedelta()
