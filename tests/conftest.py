"""Fixtures that more than one room's tests stand on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def open_data() -> Path:
    """Give the folder of real open data, or say why the test cannot run."""
    named = os.environ.get("CSGEO_OPEN_DATA")
    if not named:
        pytest.skip("CSGEO_OPEN_DATA is not set: the real open data are not on this machine")
    folder = Path(named)
    assert folder.is_dir(), f"CSGEO_OPEN_DATA names {folder}, which is not a folder"
    return folder


@pytest.fixture(scope="session")
def county_folder(tmp_path_factory) -> Path:
    """Write the invented county once for all tests, with its recipe."""
    from csgeo.cli import sample

    folder = tmp_path_factory.mktemp("county")
    sample(folder, seed=1)
    return folder


@pytest.fixture(scope="session")
def county_study(county_folder):
    """Run the whole study of the invented county once."""
    import csgeo

    return csgeo.run_study(csgeo.load_recipe(county_folder / "csgeo.toml"))


@pytest.fixture(scope="session")
def browser():
    """Open a headless browser that knows no address but this machine's, without a GPU.

    The one that CSGEO_BROWSER names, else any Chromium that is installed.
    """
    import shutil

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=os.environ.get("CSGEO_BROWSER")
            or next(filter(None, map(shutil.which, _BROWSERS)), None),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost, EXCLUDE 127.0.0.1",
            ],
        )
        yield opened
        opened.close()
