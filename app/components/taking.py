"""Which file is asked for, what is said about it, and how is it made?"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st
from access import here
from components import downloads
from components.written import html

from csgeo.disclosure.release import EXACT
from csgeo.exporting import export
from csgeo.outputs.exports_kinds import KINDS, holds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from access.here import Person

    from csgeo.disclosure.release import Release

#: The four choices: what is said under each, and the kinds that it offers.
CHOICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "My GIS": (
        "Layers for QGIS, ArcGIS, Python or R",
        ("geopackage", "geoparquet", "geojson"),
    ),
    "The table": ("The list of places for Excel and other programs", ("workbook", "csv")),
    "One offline map": ("One file that opens in any browser, and prints", ("map",)),
    "Everything": ("All formats with their styles, in one zip", ("everything",)),
}
OWN_WORDS = "Something else, in my own words"
PURPOSES = (
    "A multi-agency meeting",
    "Planning where help goes and when",
    "Work in our own map or tables",
    "Checking how it was worked out",
    OWN_WORDS,
)
_READERS = {
    "analysts": "Only analysts on the secure side: it holds exact counts.",
    "panel": "Only the panel that it was made for.",
    "partnership": "Those in the partnership who need it for this purpose. It is not for the public.",
    "public": "Anybody: it was made for the public.",
}


class Made(NamedTuple):
    """A file that waits to be fetched: where, how it is called, how large, what was asked."""

    url: str
    name: str
    size: int
    asked: tuple[str, ...]


def detail_of(release: Release) -> str:
    """Say whether a release holds exact or protected counts, in the words of the table of roles."""
    return "exact" if release.audience == EXACT else "protected"


def said_of_file(release: Release, kind: str) -> str:
    """Return, as HTML, what a file holds, who may see it, and what it carries."""
    lines = "".join(f"<li>{html(line)}</li>" for line in holds(release, kind))
    readers = _READERS.get(release.audience, "Only those whom its marking names.")
    written = (
        "It is written down who takes it, for what, and who gets it."
        if here.journalled()
        else "Nothing is written down: this dashboard keeps no journal."
    )
    return (
        f'<div class="holds"><h2>What this file holds</h2><p>{html(KINDS[kind].good_for)}</p>'
        f"<ul>{lines}</ul><h2>Who may see it</h2><p><b>{html(release.marking)}</b> "
        f"{html(readers)}</p><p>The marking and what to bear in mind go with it, on each sheet and "
        f"layer. {written}</p></div>"
    )


def made(
    release: Release,
    person: Person,
    kind: str,
    purpose: str,
    recipient: str,
    *,
    progress: Callable[[str, int, int], None] | None = None,
) -> Made:
    """Write down who gets a file and why, make it, and offer it to the one who asked.

    Raises
    ------
    CsgeoError
        Whatever :func:`csgeo.exporting.export` refuses, what the journal cannot hold, or if there
        is no room for the file.
    """
    detail = detail_of(release)

    def record(said: Mapping[str, str]) -> None:
        what = f"{said['what']}; {said['period']}; for {said['audience']}"
        here.note("export", what, purpose=said["purpose"], recipient=said["recipient"])

    with tempfile.TemporaryDirectory(prefix="csgeo-") as folder:
        path = export(
            release,
            Path(folder),
            kinds=[kind],
            purpose=purpose,
            recipient=recipient,
            record=record if here.journalled() else None,
            exact=detail == "exact",
            progress=progress,
        )
        content = path.read_bytes()
    url = downloads.offer(person, path.name, content, detail=detail)
    return Made(_at_root(url), path.name, len(content), (kind, purpose, recipient))


def link_to(file: Made) -> str:
    """Return, as HTML, the link that fetches a file."""
    return (
        f'<div class="fetch" role="status"><a href="{html(file.url)}" download>Download '
        f"{html(file.name)}</a><p>{_size(file.size)}. The link works once, within ten minutes, and "
        "for you alone. Keep the file where others cannot open it, and delete it when its purpose "
        "is served.</p></div>"
    )


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{max(1, round(size / 1000))} kB"


def _at_root(url: str) -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}{url}" if base else url
