"""What does each file that leaves say about itself?

The same words in every format: the marking, whom it is for, what it is about, what is hidden in
it, and what must be borne in mind.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from csgeo.disclosure.release import EXACT, require_release
from csgeo.outputs import words

if TYPE_CHECKING:
    from csgeo.disclosure.release import Release

#: What makes a spreadsheet take a text for a formula (OWASP, CSV injection), also in the wide
#: signs of East Asian keyboards, and after signs that nobody sees.
_FORMULA = re.compile(
    "[\\s\0\u200b-\u200f\u2060\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20|%]|[\t\r\n\0]"
)
#: Signs that no page shows, that turn the order of others round, or that XML and UTF-8 cannot hold.
_UNSEEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ud800-\\udfff\\ufeff\\ufffe\\uffff]+"
)


def said_of(release: Release) -> dict[str, Any]:
    """Give what a file made from a release must carry with it.

    Parameters
    ----------
    release
        What may be shown.

    Returns
    -------
    said
        ``marking``, ``title``, ``area``, ``period``, ``audience``, ``hidden`` and ``caveats`` (a
        list); ``given_for`` and ``given_to`` where somebody asked for the file, by
        :func:`csgeo.exporting.export`.

    Raises
    ------
    NotReleased
        If `release` is anything but a release.

    Examples
    --------
    >>> said_of(release)["marking"]  # doctest: +SKIP
    'OFFICIAL-SENSITIVE'
    """
    require_release(release)
    asked = {"given_for": release.purpose, "given_to": release.recipient}
    return {
        "marking": release.marking,
        "title": release.title,
        "area": release.area_name,
        "period": words.period(release),
        "audience": release.audience,
        "hidden": hidden_in_words(release),
        "caveats": [words.caption(release), *release.caveats],
        **{name: text for name, text in asked.items() if text},
    }


def hidden_in_words(release: Release) -> str:
    """Say what was set aside and what is hidden, and that hidden is not none."""
    require_release(release)
    if release.audience == EXACT:
        return "Nothing is hidden: counts are exact, for analysts only."
    pieces = int(release.cells["hidden"].sum()) if len(release.cells) else 0
    squares = f"{pieces:,} pieces of ground are hidden ({words.hidden_label(release)})."
    said = [words.left_out(release), squares if pieces else "", "What is hidden is not zero."]
    return " ".join(filter(None, said))


def in_one_line(release: Release) -> str:
    """Say the marking, the caveats and whom it is for in one paragraph, for a layer of a GIS."""
    said = said_of(release)
    asked = f"Given to {said['given_to']} for: {said['given_for']}" if "given_to" in said else ""
    parts = [said["marking"], asked, *said["caveats"], said["hidden"]]
    return " ".join(
        part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part
    )


def on_the_page(release: Release) -> str:
    """Give what stands at the foot of the map's page, and on each sheet when it is printed."""
    said = said_of(release)
    asked = (
        f'<p class="given">Given to {escape(said["given_to"])}, for: {escape(said["given_for"])}.</p>'
        if "given_to" in said
        else ""
    )
    short = f"{said['marking']} · {said['title']} · records from {said['period']}"
    in_the_margin = (
        f"@page{{@bottom-center{{content:{_in_a_sheet(short)};font:bold 11px Arial,sans-serif}}}}"
    )
    return (
        f'<style>{in_the_margin}</style><footer class="foot"><b>{escape(said["marking"])}</b> <span>{escape(said["hidden"])}</span>'
        f'{asked}</footer><p class="each-sheet" aria-hidden="true">{escape(short)}</p>'
    )


def _in_a_sheet(text: str) -> str:
    """Write a text for a style sheet: each sign but letters and digits by its number."""
    plain = (c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in seen_only(text)[:200])
    return f'"{"".join(plain)}"'


def neutral_text(text: str) -> str:
    """Put a quote before a text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> neutral_text("=1+1"), neutral_text("Mill Lane")
    ("'=1+1", 'Mill Lane')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def seen_only(text: str) -> str:
    """Give a text in one line, without signs that a page cannot show."""
    return _UNSEEN.sub(" ", text).strip()
