"""Which study and which releases are attacked?"""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

import csgeo
from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.release import make_release
from csgeo.recipe import load_recipe
from csgeo.samples import write_county
from csgeo.study import run_study

if TYPE_CHECKING:
    from csgeo.disclosure.release import Release
    from csgeo.study import Study

#: Ten keys of rounding: what is found must not hang on one.
KEYS = [f"{sign}" * 64 for sign in "0123456789"]


@lru_cache(maxsize=1)
def county_folder() -> Path:
    """Write the invented county (seed 1) with its recipe; it is gone when the program ends."""
    home = Path(tempfile.mkdtemp(prefix="county-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    write_county(home, seed=1)
    shutil.copy(Path(csgeo.__file__).parent / "samples" / "county.toml", home / "csgeo.toml")
    return home


@lru_cache(maxsize=1)
def county_study() -> Study:
    """Run its study."""
    return run_study(load_recipe(county_folder() / "csgeo.toml"))


@lru_cache(maxsize=16)
def county_release(key: str = KEYS[0]) -> Release:
    """Release it for a partnership."""
    return make_release(county_study(), key=key_from_text(key))
