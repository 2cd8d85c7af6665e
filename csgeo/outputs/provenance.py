"""How can somebody else check where a result came from?"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from csgeo.disclosure.release import require_release
from csgeo.outputs import words
from csgeo.outputs.exports import said_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from csgeo.disclosure.release import Release

FORMAT = "csgeo provenance 1"
_CARRIED = ("hidden", "given_for", "given_to")


def provenance(release: Release, outputs: Mapping[str, Path] | None = None) -> dict[str, Any]:
    """Tell how a release came to be: inputs, recipe, steps, versions, what is hidden.

    Parameters
    ----------
    release
        What may be shown.
    outputs
        Files written from it: name to path; their checksums are told too.

    Returns
    -------
    provenance
        Plain values, ready for JSON. No time of day and no machine is in it.

    Raises
    ------
    NotReleased
        If `release` is anything but a release.
    """
    require_release(release)
    told = {
        "format": FORMAT,
        "title": release.title,
        "marking": release.marking,
        "audience": release.audience,
        "area": release.area_name,
        "harms": list(release.harms),
        "records_used_about": release.records_used,
        "records_without_place_about": release.records_without_place,
        "sentence": words.sentence(release),
        "choices": dict(release.choices),
        "set_aside": release.set_aside.to_dict("records"),
        "caveats": list(release.caveats),
        **{name: text for name, text in said_of(release).items() if name in _CARRIED},
        "attribution": list(release.attribution),
        **release.provenance,
    }
    if outputs is not None:
        told["outputs"] = {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in sorted(outputs.items())
        }
    return told


def write_provenance(
    release: Release, folder: Path, outputs: Mapping[str, Path]
) -> dict[str, Path]:
    """Write `provenance` as ``provenance.json`` beside the files that it speaks of."""
    path = folder / "provenance.json"
    path.write_text(as_json(provenance(release, outputs)), encoding="utf-8", newline="\n")
    return {path.name: path}


def as_json(told: Mapping[str, Any]) -> str:
    """Write JSON that people can read, the same for the same content."""
    return json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n"
