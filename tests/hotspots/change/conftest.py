"""Records in months, for the tests of change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd


@pytest.fixture(scope="session")
def records_in(incidents_at: Callable[..., gpd.GeoDataFrame]) -> Callable[..., gpd.GeoDataFrame]:
    """Make INCIDENTS at coordinates and in months."""

    def make(x, y, months, *, source="police"):
        table = incidents_at(x, y, source=source)
        moments = pd.to_datetime([f"{month}-01" for month in months])
        return table.assign(occurred_from=moments)

    return make
