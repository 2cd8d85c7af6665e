"""Where do young people come to harm outside the home, and what is around those places?

The public names below are loaded when they are first used, so that
``import csgeo`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.3.0"

#: The date of the last change that moves a number; see *Results change* in the changelog.
RESULTS_CHANGED = "2026-11-24"

_HOME = {
    "adaptive_cells": "csgeo.hotspots.adaptive_cells",
    "compare_methods": "csgeo.hotspots.choosing",
    "count_records": "csgeo.hotspots.unit_counts",
    "find_hotspots": "csgeo.hotspots.find",
    "load_recipe": "csgeo.recipe",
    "make_release": "csgeo.disclosure.release",
    "open_release": "csgeo.store.releases",
    "read_areas": "csgeo.sources.areas",
    "read_incidents": "csgeo.sources.incidents",
    "read_places": "csgeo.sources.places",
    "read_police": "csgeo.sources.police",
    "read_services": "csgeo.sources.services",
    "read_streets": "csgeo.sources.streets",
    "run_study": "csgeo.study",
    "save_release": "csgeo.store.releases",
    "services_around": "csgeo.context.services",
    "write_outputs": "csgeo.outputs.write",
}

__all__ = [
    "RESULTS_CHANGED",
    "__version__",
    "adaptive_cells",
    "compare_methods",
    "count_records",
    "find_hotspots",
    "load_recipe",
    "make_release",
    "open_release",
    "read_areas",
    "read_incidents",
    "read_places",
    "read_police",
    "read_services",
    "read_streets",
    "run_study",
    "save_release",
    "services_around",
    "write_outputs",
]

if TYPE_CHECKING:
    from csgeo.context.services import services_around
    from csgeo.disclosure.release import make_release
    from csgeo.hotspots.adaptive_cells import adaptive_cells
    from csgeo.hotspots.choosing import compare_methods
    from csgeo.hotspots.find import find_hotspots
    from csgeo.hotspots.unit_counts import count_records
    from csgeo.outputs.write import write_outputs
    from csgeo.recipe import load_recipe
    from csgeo.sources.areas import read_areas
    from csgeo.sources.incidents import read_incidents
    from csgeo.sources.places import read_places
    from csgeo.sources.police import read_police
    from csgeo.sources.services import read_services
    from csgeo.sources.streets import read_streets
    from csgeo.store.releases import open_release, save_release
    from csgeo.study import run_study


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    msg = f"module 'csgeo' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return __all__
