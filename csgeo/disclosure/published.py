"""What does the door read of a release that was published before?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd


class Published(Protocol):
    """A part of :class:`csgeo.disclosure.release.Release`: what others may have kept of it."""

    @property
    def period_start(self) -> dt.date:
        """First day that it is about."""
        ...

    @property
    def period_end(self) -> dt.date:
        """Last day that it is about."""
        ...

    @property
    def harms(self) -> tuple[str, ...]:
        """Kinds of harm, in words."""
        ...

    @property
    def area(self) -> gpd.GeoDataFrame:
        """The study area."""
        ...

    @property
    def hotspots(self) -> gpd.GeoDataFrame:
        """``RELEASED_HOTSPOTS``."""
        ...

    @property
    def cells(self) -> gpd.GeoDataFrame:
        """``RELEASED_CELLS``."""
        ...

    @property
    def views(self) -> pd.DataFrame:
        """What :func:`csgeo.disclosure.views.views_of` gives, of both periods."""
        ...

    @property
    def choices(self) -> Mapping[str, Any]:
        """Settings, in words."""
        ...

    @property
    def provenance(self) -> Mapping[str, Any]:
        """How it was made; ``protection`` says with which key it was rounded."""
        ...
