"""What may be told about how a release came to be?"""

from __future__ import annotations

import hmac
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from csgeo import RESULTS_CHANGED, __version__
from csgeo.disclosure.rounding import round_total

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csgeo.disclosure.audiences import Rule
    from csgeo.disclosure.keys import Key
    from csgeo.disclosure.study_tables import StudyTables

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
    study: StudyTables, *, rule: Rule, key: Key, hidden: Mapping[str, int]
) -> dict[str, Any]:
    """Tell inputs, recipe, steps and versions, with protected numbers only.

    Every count of a public file is exact. How many rows a file of records has, and how many of
    them were used or set aside, is rounded; and its checksum is given as a keyed one, which only
    the keeper of the key can compare: a bare one would tell somebody who knows all records but
    one whether a guess of that one is right.

    Parameters
    ----------
    study
        What :class:`csgeo.disclosure.study_tables.StudyTables` describes.
    rule
        Of the audience.
    key
        The secret of rounding.
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
        "inputs": [_source(source, rule, key) for source in study.sources],
        "steps": [_step(step, rule, key) for step in study.steps],
        "recipe": study.recipe_text,
        "protection": {
            "audience": rule.audience,
            "least_people": rule.least_people,
            "round_to": rule.round_to,
            "rounded_with": f"key {key.name} (from {key.origin})",
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


def _source(source: Mapping[str, Any], rule: Rule, key: Key) -> dict[str, Any]:
    public = _is_public(str(source.get("kind", "")))
    keyed = None if public or rule.exact else key
    told = _file(source, keyed)
    if beside := source.get("read_with"):  # a directory of postcodes, a table of residents
        told["read_with"] = [_file(one, keyed) for one in beside]
    for name in ("rows_in", "rows_used", "rows_without_place"):
        if name in told and not public:
            told[name] = _rounded(told[name], name, rule, key)
    # the first row, its value and any word quoted from the file stay behind: they may be a person's
    told["rows_set_aside"] = [
        {
            "reason": str(a["reason"]) if public else _QUOTED.sub("(withheld)", str(a["reason"])),
            "rows": a["rows"] if public else _rounded(a["rows"], "rows set aside", rule, key),
        }
        for a in source.get("rows_set_aside", ())
    ]
    return told


def _file(source: Mapping[str, Any], key: Key | None) -> dict[str, Any]:
    """Tell of a file what may be told; its checksum is keyed if a key is given."""
    told = {name: _plain(source[name]) for name in _SOURCE_KEYS if name in source}
    if "file" in told:
        told["file"] = PurePath(str(told["file"]).replace("\\", "/")).name
    if key is not None:
        told.pop("bytes", None)
        if "sha256" in told:
            checksum = str(told.pop("sha256")).encode()
            told["keyed_sha256"] = hmac.digest(key.secret, checksum, "sha256").hex()
    return told


def _rounded(count: float, what: str, rule: Rule, key: Key) -> int:
    return round_total(count, what, secret=key.secret, step=rule.round_to)


def _is_public(kind: str) -> bool:
    """Tell whether a kind of file is public; what is not known to be is not."""
    kind = kind.casefold()
    return "harm" not in kind and any(word in kind for word in _PUBLIC_KINDS)


def _step(step: Mapping[str, Any], rule: Rule, key: Key) -> dict[str, Any]:
    told = {name: _plain(step[name]) for name in _STEP_KEYS if name in step}
    # how many places were found is no count of people; it stays as it is
    records = ("rows_in",) if "places" in str(step.get("step")) else ("rows_in", "rows_out")
    for name in records:
        if isinstance(told.get(name), int | float):
            told[name] = _rounded(told[name], "records in a step", rule, key)
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
