"""Which texts try to run as script, and in which texts of a release do they stand?"""

from __future__ import annotations

import dataclasses
import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from csgeo.disclosure.release import make_release, seal_release
from tests.outputs.invented import invented_study

if TYPE_CHECKING:
    from collections.abc import Iterable

    from csgeo.disclosure.release import Release

#: What each payload runs: it notes its own number and that of the text that it stood in.
RUN = "(top.ran=top.ran||[]).push({n})"
_EACH = 100
_JS = "@@"
PAYLOADS = {
    "image": '<img src=x onerror="@@">',
    "script": "<script>@@</script>",
    "end of script": "</script><script>@@</script>",
    "svg": '<svg onload="@@"></svg>',
    "script in svg": "<svg><script>@@</script></svg>",
    "frame of its own": "<iframe srcdoc='<script>@@</script>'></iframe>",
    "frame with a link": '<iframe src="javascript:@@"></iframe>',
    "details": '<details open ontoggle="@@">x</details>',
    "focus": '<input autofocus onfocus="@@">',
    "video": '<video><source onerror="@@"></video>',
    "end of attribute": '" autofocus tabindex=0 onfocus="@@" onmouseover="@@" x="',
    "end of attribute, single": "' autofocus tabindex=0 onfocus='@@' onmouseover='@@' x='",
    "attribute without quotes": "x onmouseover=@@ onfocus=@@ autofocus ",
    "template literal": "${@@}",
    "end of template literal": "`;@@;`",
    "template literal, split": "`+@@+`",
    "written by number": "\\u003cimg src=x onerror=@@\\u003e",
    "written by name": "&lt;img src=x onerror=@@&gt;",
    "end of text in script": "';@@;'",
    "end of text in script, double": '";@@;"',
    "escaped end of text": "\\\";@@;//",
    "line separator": "\u2028@@\u2029",
    "end of style": "</style><img src=x onerror=@@>",
    "end of comment": "--><img src=x onerror=@@><!--",
    "end of title": "</title></textarea></noscript><img src=x onerror=@@>",
    "link": "[x](javascript:@@) <a href='javascript:@@'>x</a>",
    "changed by cleaning": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=@@&gt;'>",
    "jinja": "{{ '<img src=x onerror=@@>' }}",
}  # fmt: skip

#: The texts of a release, by the numbers that payloads tell.
FIELDS = (
    "title", "marking", "area_name", "harms", "purpose", "recipient", "hotspots.name",
    "hotspots.stratum", "hotspots.peak_slots", "hotspots.id", "services.name", "services.id",
    "services.opening_hours", "services.ages", "services_near.nearest_name",
    "services_near.measured_by", "basemap.name", "area.name", "set_aside.name", "set_aside.reason",
    "caveats", "attribution", "choices (name)", "choices (value)", "recipe", "name of a file",
    "note of a step", "views.harm",
)  # fmt: skip


def written(payload: str, field: str) -> str:
    """Give a payload as it stands in one text."""
    number = _EACH * list(PAYLOADS).index(payload) + FIELDS.index(field)
    return PAYLOADS[payload].replace(_JS, RUN.format(n=number))


def said(numbers: Iterable[int]) -> dict[str, list[str]]:
    """Give, of what ran, each payload with the texts that it ran in."""
    names, found = list(PAYLOADS), sorted(numbers)
    of = {names[n // _EACH]: [] for n in found}
    for n in found:
        of[names[n // _EACH]].append(FIELDS[n % _EACH])
    return of


@lru_cache(maxsize=1)
def harmless_release() -> Release:
    """Give the release that hostile ones are made from."""
    return make_release(invented_study())


def hostile_release(*payloads: str) -> Release:
    """Give a sealed release in which each text is the payload, or several."""
    release = harmless_release()

    def of(field: str) -> str:
        return " ".join(written(payload, field) for payload in payloads)

    def each(table: Any, field: str, column: str) -> Any:
        return table.assign(**{column: pd.array([of(field)] * len(table), dtype="str")})

    places = release.hotspots
    for column in ("name", "stratum", "peak_slots"):
        places = each(places, f"hotspots.{column}", column)
    ids = {id_: f"{id_}{of('hotspots.id')}" for id_ in places.index}
    services = release.services
    for column in ("name", "opening_hours", "ages"):
        services = each(services, f"services.{column}", column)
    near = release.services_near
    for column in ("nearest_name", "measured_by"):
        near = each(near, f"services_near.{column}", column)
    kinds = set(release.views["harm"]) - {"all"}
    assert kinds, "the release has no view by kind of harm to be named by a payload"
    views = release.views.assign(
        id=release.views["id"].map(lambda id_: ids.get(id_, id_)),
        harm=release.views["harm"].replace({min(kinds): of("views.harm")}),
    )
    told = json.loads(json.dumps(release.provenance, default=str))
    told["recipe"] = of("recipe")
    for read in told.get("inputs", ()):
        read["file"] = of("name of a file")
    for step in told.get("steps", ()):
        step["note"] = of("note of a step")
    aside = each(each(release.set_aside, "set_aside.name", "name"), "set_aside.reason", "reason")
    hostile = {
        **{name: of(name) for name in FIELDS[:6]},
        "harms": (of("harms"),),
        "hotspots": places.rename(index=ids),
        "services": services.rename(index=lambda id_: f"{id_}{of('services.id')}"),
        "services_near": near.assign(hotspot_id=near["hotspot_id"].map(ids)),
        "basemap": each(release.basemap, "basemap.name", "name"),
        "area": each(release.area, "area.name", "name"),
        "set_aside": aside,
        "caveats": (of("caveats"),),
        "attribution": (of("attribution"),),
        "choices": {of("choices (name)"): of("choices (value)")},
        "provenance": told,
        "views": views,
    }
    parts = {f.name: getattr(release, f.name) for f in dataclasses.fields(release)}
    return seal_release(**(parts | hostile))
