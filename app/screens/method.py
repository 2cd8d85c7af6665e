"""Can we trust this, and how was it worked out?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import streamlit as st
from components.written import html, table
from screens import method_try

from csgeo.outputs import words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from components.opened import Shown

    from csgeo.disclosure.release import Release

_FILES = (
    "File",
    "What it is",
    "Rows in it",
    "Rows used",
    "Of them without a place",
    "Rows set aside",
    "Checksum begins",
)
_HIDDEN = {
    "hotspots": "places that stood out but describe too few {people}",
    "cells": "areas with nobody, or too few {people}, which the map does not tell apart",
    "set_aside": "places set aside that describe too few {people} to be named",
}


def show(shown: Shown, base: Shown | None = None, recipe: Path | None = None) -> None:
    """Show, in the order of the work, what went in, what was done and what is hidden.

    Parameters
    ----------
    shown
        What all pages show.
    base, recipe
        The release and the recipe that the dashboard was started on, where other choices may be
        tried; a viewer has no recipe.
    """
    release = shown.release
    sections = (
        _went_in(release.provenance.get("inputs", ())),
        _choices(release.choices),
        _steps(release.provenance.get("steps", ())),
        _protection(release),
        _set_aside(release),
        _listed("What to keep in mind", release.caveats),
        _listed("Where the data come from", release.attribution),
        _for_checking(release.provenance),
    )
    st.html(f'<div class="method opening">{_opening(release)}</div>')
    if recipe is not None:
        method_try.show(shown, base or shown, recipe)
    st.html(f'<div class="method">{"".join(sections)}</div>')


def _opening(release: Release) -> str:
    return (
        "<h1>How this was worked out</h1>"
        f"<p>{html(words.answer(release))} {html(words.left_out(release))}</p>"
        f"<p>{html(words.caption(release))}</p>"
        "<p>A place is shown when more records lie close together there than would be expected "
        "by chance. It is a place to look at first; it says nothing about the people who live "
        "there. It must not be used to decide anything about one child or one family.</p>"
    )


def _went_in(inputs: Any) -> str:
    caption = "Files, and what became of their rows; counts of records are rounded"
    told = table(caption, _FILES, [_file(source) for source in inputs], numbers=(2, 3, 4, 5))
    why = "".join(_aside(source) for source in inputs)
    return _section("What went in", told + why if inputs else "", "No file was named.")


def _file(source: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        " · ".join(str(source[key]) for key in ("file", "layer") if source.get(key)),
        source.get("kind", ""),
        _count(source.get("rows_in")),
        _count(source.get("rows_used")),
        _count(source.get("rows_without_place")),
        _count(sum(one["rows"] for one in source.get("rows_set_aside", ()))),
        str(source.get("sha256") or source.get("keyed_sha256", ""))[:12],
    )


def _aside(source: Mapping[str, Any]) -> str:
    """Say why rows of a file were set aside: folded away, as a big file has many reasons."""
    reasons = source.get("rows_set_aside", ())
    if not reasons:
        return ""
    items = "".join(f"<li>{html(one['reason'])}: {_count(one['rows'])}</li>" for one in reasons)
    said = f"Why rows of {source.get('file', 'a file')} were set aside"
    return f"<details><summary>{html(said)}</summary><ul>{items}</ul></details>"


def _choices(choices: Mapping[str, Any]) -> str:
    rows = [(_in_words(name), _value(value)) for name, value in choices.items()]
    return _section(
        "Choices that shape the answer",
        table("Choices, with the value each had", ("Choice", "Value"), rows) if rows else "",
        "No choice was recorded.",
    )


def _steps(steps: Any) -> str:
    rows = [
        (s.get("step"), _count(s.get("rows_in")), _count(s.get("rows_out")), s.get("note") or "")
        for s in steps
    ]
    head = ("Step", "Rows in", "Rows out", "Note")
    return _section(
        "Steps",
        table("Steps in their order, counts rounded", head, rows, numbers=(1, 2)) if rows else "",
        "No step was recorded.",
    )


def _protection(release: Release) -> str:
    people = "people" if release.people_known else "records"
    counted = (
        "distinct people"
        if release.people_known
        else "records, since these data do not tell who is who"
    )
    hidden = "".join(
        f"<li>{n:,} {html(_HIDDEN.get(what, _in_words(what)).format(people=people))}</li>"
        for what, n in release.hidden.items()
        if n
    )
    said = (
        f"<p>Nothing is shown that describes fewer than {release.least_people} {people} (counted "
        f"in {counted}), or mostly one. Counts are rounded to {release.round_to}, up or down by a secret key; shares, bands and the order of "
        f"the list are worked out from the rounded counts. This release is for: "
        f"{html(release.audience)}.</p>"
        f"<p>Hidden to protect people:</p><ul>{hidden or '<li>nothing had to be hidden</li>'}</ul>"
    )
    return _section("How people are protected", said)


def _set_aside(release: Release) -> str:
    rows = list(release.set_aside[["name", "reason"]].itertuples(index=False))
    return _section(
        "Places set aside",
        "<p>These stood out too, but most likely because of how records are kept. They are not "
        "in the list.</p>" + table("Places set aside, and why", ("Place", "Reason"), rows)
        if rows
        else "",
        "None was set aside.",
    )


def _for_checking(provenance: Mapping[str, Any]) -> str:
    recipe = html(provenance.get("recipe", ""))
    versions = html(json.dumps(provenance.get("versions", {}), indent=2))
    return _section(
        "For those who check",
        f"<details><summary>The recipe: every choice, as it was run</summary><pre>{recipe}</pre>"
        f"</details><details><summary>Versions of the programs</summary><pre>{versions}</pre>"
        "</details>",
    )


def _listed(heading: str, lines: tuple[str, ...]) -> str:
    items = "".join(f"<li>{html(line)}</li>" for line in lines)
    return _section(heading, f"<ul>{items}</ul>" if items else "", "Nothing was recorded.")


def _section(heading: str, body: str, if_empty: str = "") -> str:
    inside = f'<div class="scroll">{body}</div>' if body else f"<p>{html(if_empty)}</p>"
    return f"<h2>{html(heading)}</h2>{inside}"


def _in_words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    return str(value)


def _count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else ""
