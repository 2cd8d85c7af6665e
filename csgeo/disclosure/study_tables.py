"""What does the door read of a study?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd


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
        """``INCIDENTS``: counted at the door; no record leaves."""
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
