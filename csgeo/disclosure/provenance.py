"""What may be told about how a release came to be?"""

from __future__ import annotations

import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from csgeo import RESULTS_CHANGED, __version__
from csgeo.disclosure.rounding import round_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csgeo.disclosure.release import StudyTables

#: What may be said of a file: never a value out of it.
_SOURCE_KEYS = (
    "file",
    "layer",
    "kind",
    "sha256",
    "bytes",
    "rows_in",
    "rows_used",
    "rows_without_place",
    "licence",
    "attribution",
)
#: Kinds of file that are public: how many of their rows were used tells of no person.
_PUBLIC_KINDS = ("area", "place", "postcode", "school", "service", "stop", "street")
_STEP_KEYS = ("step", "rows_in", "rows_out", "note")
_LIBRARIES = ("geopandas", "numba", "numpy", "pandas", "pyproj", "scikit-learn", "scipy", "shapely")


def protected_provenance(
    study: StudyTables, *, least_people: int, round_to: int, hidden: Mapping[str, int]
) -> dict[str, Any]:
    """Tell inputs, recipe, steps and versions, with protected numbers only.

    How many rows a file has is exact, and so is every count of a public file.
    How many records were used or set aside, which a slightly larger area or a
    day more would change by one, is rounded to `round_to`.

    Parameters
    ----------
    study
        What :class:`csgeo.disclosure.release.StudyTables` describes.
    least_people, round_to
        The rule of protection, in people and in records.
    hidden
        How many were hidden, by what they are.

    Returns
    -------
    provenance
        Plain values, ready for JSON; no clock, no machine name, no path.
    """
    return {
        "title": study.title,
        "period": [day.isoformat() for day in study.period],
        "inputs": [_source(source, round_to) for source in study.sources],
        "steps": [_step(step, round_to) for step in study.steps],
        "recipe": study.recipe_text,
        "protection": {
            "least_people": least_people,
            "round_to": round_to,
            "counted": "distinct people" if study.people_known else "records: people are not known",
            "hidden": dict(hidden),
        },
        "versions": {
            "csgeo": __version__,
            "results_changed": RESULTS_CHANGED,
            "python": platform.python_version(),
            **{name: _version(name) for name in _LIBRARIES},
        },
    }


#: Words that a reader quotes from a file, from the first quotation mark to the last.
_QUOTED = re.compile(r"'.*'", re.DOTALL)


def _source(source: Mapping[str, Any], round_to: int) -> dict[str, Any]:
    told = {key: _plain(source[key]) for key in _SOURCE_KEYS if key in source}
    if "file" in told:
        told["file"] = PurePath(str(told["file"]).replace("\\", "/")).name
    step = 1 if _is_public(str(source.get("kind", ""))) else round_to
    for key in ("rows_used", "rows_without_place"):
        if key in told:
            told[key] = round_count(told[key], step=step)
    # the first row, its value and any word quoted from the file stay behind: they may be a person's
    told["rows_set_aside"] = [
        {
            "reason": str(a["reason"])
            if step == 1
            else _QUOTED.sub("(withheld)", str(a["reason"])),
            "rows": round_count(a["rows"], step=step),
        }
        for a in source.get("rows_set_aside", ())
    ]
    return told


def _is_public(kind: str) -> bool:
    """Tell whether a kind of file is public; what is not known to be is not."""
    kind = kind.casefold()
    return "harm" not in kind and any(word in kind for word in _PUBLIC_KINDS)


def _step(step: Mapping[str, Any], round_to: int) -> dict[str, Any]:
    told = {key: _plain(step[key]) for key in _STEP_KEYS if key in step}
    # how many places were found is no count of people; it stays as it is
    records = ("rows_in",) if "places" in str(step.get("step")) else ("rows_in", "rows_out")
    for key in records:
        if isinstance(told.get(key), int | float):
            told[key] = round_count(told[key], step=round_to)
    return told


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
