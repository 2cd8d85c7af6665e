"""What the attacks are run on."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def county_study(county_folder):
    """Run the study of the invented county once."""
    from csgeo.recipe import load_recipe
    from csgeo.study import run_study

    return run_study(load_recipe(county_folder / "csgeo.toml"))


@pytest.fixture(scope="session")
def county_release(county_study):
    """Release it for a partnership, with a key of its own."""
    from csgeo.disclosure.keys import key_from_text
    from csgeo.disclosure.release import make_release

    return make_release(county_study, key=key_from_text("5a" * 32))
