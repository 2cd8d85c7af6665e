"""What may leave the secure side?

A :class:`Release` is the only thing that a map, a file or a dashboard is made
from. It is sealed: only :func:`make_release` and the store make one.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex
from weakref import WeakSet

from csgeo.disclosure.audiences import check_period, rule_for
from csgeo.errors import NothingToReport, NotReleased, RecipeError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from csgeo.disclosure.keys import Key
    from csgeo.disclosure.study_tables import StudyTables

    Record = Callable[[Mapping[str, str]], None]

#: The audience whose releases hold exact counts.
EXACT = "analysts"
_SEAL = object()
#: The very objects that came through the door: a copy, or one put together around it, is none.
_SEALED: WeakSet[Release] = WeakSet()


@dataclass(frozen=True, eq=False)
class Release:
    """A frozen, protected snapshot of a study; safe to hand on by construction.

    Every number about a place is rounded to `round_to` and describes at least
    `least_people` people; whatever is derived is derived from those numbers.
    ``hotspots`` keeps ``RELEASED_HOTSPOTS`` and ``cells`` ``RELEASED_CELLS``
    (:mod:`csgeo.disclosure.released`). Areas are in EPSG:27700.
    """

    title: str
    marking: str
    audience: str
    area_name: str
    period_start: dt.date
    period_end: dt.date
    harms: tuple[str, ...]
    records_used: int
    records_without_place: int
    least_people: int
    round_to: int
    purpose: str
    recipient: str
    people_known: bool
    area: gpd.GeoDataFrame
    hotspots: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    views: pd.DataFrame
    services: gpd.GeoDataFrame
    services_near: pd.DataFrame
    basemap: gpd.GeoDataFrame
    set_aside: pd.DataFrame
    share_of_records: float
    share_of_area: float
    hidden: Mapping[str, int]
    choices: Mapping[str, Any]
    caveats: tuple[str, ...]
    attribution: tuple[str, ...]
    provenance: Mapping[str, Any]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            msg = (
                "A Release must come through the release door; this one was put together by hand. "
                "Make it with `csgeo.make_release(study)`, or open a saved one with "
                "`csgeo.open_release(folder)`."
            )
            raise NotReleased(msg)
        _SEALED.add(self)

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        """Refuse to be copied or pickled: on the way it could be changed."""
        msg = (
            "A Release must be kept with `csgeo.save_release` and opened with `csgeo.open_release`, "
            "which sees any change; this one was to be copied or pickled. Hand on the release itself."
        )
        raise NotReleased(msg)


def seal_release(**parts: Any) -> Release:
    """Seal parts that were protected before; for the door and the store only."""
    return Release(**parts, seal=_SEAL)


def require_release(found: object) -> Release:
    """Return `found` if it is a release; refuse anything else with words.

    Raises
    ------
    NotReleased
        If `found` is a study, a table or anything else than a release.
    """
    # first what it is: anything else may not even be looked for among what was sealed
    if type(found) is not Release or found not in _SEALED:
        msg = (
            f"Only a Release can be mapped or exported; this is a {type(found).__name__} that did not "
            "come through the release door, which may hold exact numbers. Pass it through "
            "`csgeo.make_release(study)` first."
        )
        raise NotReleased(msg)
    return found


def period_before(release: Release) -> tuple[dt.date, dt.date]:
    """Give the first and the last day of the period before, which its views may tell of."""
    from csgeo.disclosure.successive import days_before  # noqa: PLC0415  (needs pandas)

    return days_before((release.period_start, release.period_end))


def require_viewable(found: object) -> Release:
    """Return a release that viewers may see; refuse one with exact counts.

    Raises
    ------
    NotReleased
        If `found` is no release, or one for analysts.
    """
    release = require_release(found)
    if release.audience == EXACT:
        msg = (
            "This release holds exact counts, for analysts on the secure side "
            f"({release.recipient}: {release.purpose}). Make one for `partnership`, which the "
            "dashboard may show."
        )
        raise NotReleased(msg)
    return release


def make_release(
    study: StudyTables,
    *,
    audience: str = "partnership",
    least_people: int | None = None,
    round_to: int | None = None,
    key: Key | None = None,
    on: dt.date | None = None,
    former: Sequence[Release] = (),
    purpose: str = "",
    recipient: str = "",
    record: Record | None = None,
) -> Release:
    """Make the protected snapshot of a study that others may see.

    Each place and each piece of ground around the places is counted once, in people and in
    records. What describes too few distinct people (records, where people are not known), or
    mostly one, is not shown; every other count is rounded up or down by a secret key; rank, band,
    strength, shares and totals are worked out from the rounded counts.

    Parameters
    ----------
    study
        A study, or any object with the attributes of :class:`csgeo.disclosure.study_tables.StudyTables`.
    audience
        ``panel``, ``partnership`` or ``public``; or ``analysts``, which gets exact counts (never
        records) for work on the secure side.
    least_people
        The fewest distinct people that may be shown; the audience's own if not given, and never
        fewer.
    round_to
        The step to which counts are rounded, in records; as for `least_people`.
    key
        The secret of rounding, from :mod:`csgeo.disclosure.keys`. Without one it is made from the
        records: then a cell answers anew as soon as a record is added.
    on
        The day of the release, to check that it comes late enough for its audience.
    former
        The releases of the same study that were published before, from
        :func:`csgeo.store.former.former_releases`: this one is refused where it could be taken
        from them.
    purpose, recipient
        What it is for and who gets it; asked of ``analysts``.
    record
        Called with what is about to leave, to whom and why, before anything is given back; if it
        fails, nothing leaves. Asked of ``analysts``.

    Returns
    -------
    release
        Sealed: it cannot be put together in any other way.

    Raises
    ------
    RecipeError
        If a choice is below what the audience may see, something that it asks is missing, or a
        former release would tell what this one hides.
    TableError
        If the records do not add up to the study's cells and places.
    NothingToReport
        If no hotspot can be shown.

    References
    ----------
    OpenSAFELY, statistical disclosure control (2026): redact first, then round,
    then derive.

    Examples
    --------
    >>> release = csgeo.make_release(study)  # doctest: +SKIP
    """
    from csgeo.disclosure.protect import protected_parts  # noqa: PLC0415  (the rule needs pandas)

    rule = rule_for(audience, least_people=least_people, round_to=round_to)
    check_period(rule, study.period, on=on)
    if rule.exact:
        _check_asked(purpose, recipient, record)
    parts = protected_parts(study, rule, key, former=former)
    if parts["hotspots"].empty:
        found, aside = len(study.hotspots), len(study.set_aside)
        also = f" {aside} more set aside as likely made by how records are kept." if aside else ""
        msg = (
            f"No place can be shown: {found} found, {parts['hidden'].get('hotspots', 0)} of them "
            f"hidden: they describe fewer than {rule.least_people} people, or mostly one.{also} "
            "Take a longer period, a larger area or larger cells."
        )
        raise NothingToReport(msg)
    marking = study.marking
    if rule.exact:
        marking = f"{marking} · EXACT COUNTS, ANALYSTS ONLY · for {recipient}: {purpose}"
        for name in ("hotspots", "cells", "views"):
            parts[name] = parts[name].assign(marking=marking)
    if record is not None:
        record(
            {
                "what": f"release: {study.title}",
                "period": f"{study.period[0]} to {study.period[1]}",
                "audience": audience,
                "purpose": purpose,
                "recipient": recipient,
            }
        )
    return seal_release(
        **parts, marking=marking, audience=audience, least_people=rule.least_people,
        round_to=rule.round_to, purpose=purpose, recipient=recipient,
    )  # fmt: skip


def _check_asked(purpose: str, recipient: str, record: Record | None) -> None:
    """Refuse exact counts that nobody asked for, or that nobody writes down."""
    missing = [
        name for name, said in (("purpose", purpose), ("recipient", recipient)) if not said.strip()
    ]
    missing += [] if record else ["record"]
    if missing:
        msg = (
            "A release for analysts holds exact counts, so it must say its purpose and recipient, and "
            f"be written to the audit log; missing: {', '.join(missing)}. Give them, or make a "
            "release for `partnership`."
        )
        raise RecipeError(msg)
