"""Fixtures that more than one room's tests stand on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def open_data() -> Path:
    """Give the folder of real open data, or say why the test cannot run."""
    named = os.environ.get("CSGEO_OPEN_DATA")
    if not named:
        pytest.skip("CSGEO_OPEN_DATA is not set: the real open data are not on this machine")
    folder = Path(named)
    assert folder.is_dir(), f"CSGEO_OPEN_DATA names {folder}, which is not a folder"
    return folder
