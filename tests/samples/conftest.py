"""One invented county for all tests of this room: making it takes a second."""

from __future__ import annotations

import pytest

from csgeo.samples import County, county


@pytest.fixture(scope="session")
def made() -> County:
    """Give the county of seed 1."""
    return county(seed=1)
