"""What may leave the secure side?

A :class:`Release` is the only thing that a map, a file or a dashboard is made
from. It is sealed: only :func:`make_release` and the store make one.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from csgeo.errors import NothingToReport, NotReleased, RecipeError
from csgeo.recipe import AUDIENCES, LEAST_PEOPLE_EVER

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

#: No setting can show fewer people than this, or round more finely.
LEAST_PEOPLE = LEAST_PEOPLE_EVER
ROUND_TO = LEAST_PEOPLE_EVER

_SEAL = object()


class StudyTables(Protocol):
    """What `make_release` reads of a study; any object with these will do.

    ``choices`` and ``caveats`` go out as they are: they hold settings and
    words, never a count of records at a place. ``cells`` has a row for every
    cell that meets the study area, those with no record included.
    """

    @property
    def title(self) -> str:
        """What the study is about, as a heading."""
        ...

    @property
    def marking(self) -> str:
        """Protective marking, such as OFFICIAL-SENSITIVE."""
        ...

    @property
    def harms(self) -> tuple[str, ...]:
        """Codes of the harm vocabulary."""
        ...

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        """First and last day, both included."""
        ...

    @property
    def area(self) -> gpd.GeoDataFrame:
        """``AREAS``: the study area, one row or more."""
        ...

    @property
    def incidents(self) -> gpd.GeoDataFrame:
        """``INCIDENTS``; never read here, and it never leaves."""
        ...

    @property
    def cells(self) -> gpd.GeoDataFrame:
        """``CELLS`` with ``incidents`` and, if known, ``people``."""
        ...

    @property
    def hotspots(self) -> gpd.GeoDataFrame:
        """``HOTSPOTS``."""
        ...

    @property
    def set_aside(self) -> pd.DataFrame:
        """``SET_ASIDE``."""
        ...

    @property
    def services(self) -> gpd.GeoDataFrame:
        """``SERVICES``; public information."""
        ...

    @property
    def services_near(self) -> pd.DataFrame:
        """What `csgeo.services_around` gives."""
        ...

    @property
    def basemap(self) -> gpd.GeoDataFrame:
        """Lines, areas and names to draw beneath: ``kind``, ``name``."""
        ...

    @property
    def sources(self) -> tuple[Mapping[str, Any], ...]:
        """One mapping a file: ``file``, ``sha256``, ``rows_in``, ..."""
        ...

    @property
    def steps(self) -> tuple[Mapping[str, Any], ...]:
        """One mapping a step: ``step``, ``rows_in``, ``rows_out``, ``note``."""
        ...

    @property
    def choices(self) -> Mapping[str, Any]:
        """Settings that were chosen, in words or numbers."""
        ...

    @property
    def recipe_text(self) -> str:
        """The recipe, as TOML."""
        ...

    @property
    def attribution(self) -> tuple[str, ...]:
        """Whom to credit for the data."""
        ...

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a reader must bear in mind."""
        ...

    @property
    def records_used(self) -> int:
        """Records of harm in the study."""
        ...

    @property
    def records_without_place(self) -> int:
        """Records that name no usable place."""
        ...

    @property
    def people_known(self) -> bool:
        """Whether records carry a pseudonym of the person."""
        ...


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
    people_known: bool
    area: gpd.GeoDataFrame
    hotspots: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
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
    if not isinstance(found, Release):
        msg = (
            f"Only a Release can be mapped or exported; this is a {type(found).__name__}, "
            "which may hold exact numbers. Pass it through `csgeo.make_release(study)` first."
        )
        raise NotReleased(msg)
    return found


def make_release(
    study: StudyTables,
    *,
    least_people: int = LEAST_PEOPLE,
    round_to: int = ROUND_TO,
    audience: str = "partnership",
) -> Release:
    """Make the protected snapshot of a study that others may see.

    Hotspots and cells that describe fewer than `least_people` distinct people
    (fewer than that many records where people are not known) are not shown;
    every other count is rounded to `round_to`; rank, band, strength and shares
    are worked out again from the rounded counts.

    Parameters
    ----------
    study
        A study, or any object with the attributes of :class:`StudyTables`.
    least_people
        The fewest distinct people that may be shown; at least 5.
    round_to
        The step to which counts are rounded, in records; at least 5.
    audience
        For whom it is: ``partnership``. Nothing is protected well enough for the public yet.

    Returns
    -------
    release
        Sealed: it cannot be put together in any other way.

    Raises
    ------
    RecipeError
        If `least_people` or `round_to` is below 5, or `audience` is not known.
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

    _check_choices(least_people, round_to, audience)
    parts = protected_parts(study, least_people=least_people, round_to=round_to)
    if parts["hotspots"].empty:
        found, aside = len(study.hotspots), len(study.set_aside)
        also = f" {aside} more set aside as likely made by how records are kept." if aside else ""
        msg = (
            f"No place can be shown: {found} found, {parts['hidden'].get('hotspots', 0)} of them "
            f"hidden because they describe fewer than {least_people} people.{also} "
            "Take a longer period, a larger area or larger cells."
        )
        raise NothingToReport(msg)
    return seal_release(**parts, least_people=least_people, round_to=round_to, audience=audience)


def _check_choices(least_people: int, round_to: int, audience: str) -> None:
    if least_people < LEAST_PEOPLE:
        msg = (
            f"`least_people` must be at least {LEAST_PEOPLE}; it is {least_people}. "
            "Fewer people could be recognised, so no setting allows it."
        )
        raise RecipeError(msg)
    if round_to < ROUND_TO:
        msg = (
            f"`round_to` must be at least {ROUND_TO}; it is {round_to}. "
            "Finer counts would let two releases be taken from each other."
        )
        raise RecipeError(msg)
    if audience not in AUDIENCES:
        msg = f"`audience` must be one of {', '.join(AUDIENCES)}; it is {audience!r}."
        raise RecipeError(msg)
