"""Does a text that many will read say more than it may?"""

from __future__ import annotations

import re

from csgeo.identifying import MARKS

#: Longer texts are not for a journal; a line stays below what a disk writes at once.
MOST_SIGNS = 500
_EMAIL = "an e-mail address"
_SMALL = re.compile(
    r"\b(?:[1-9]|one|two|three|four|five|six|seven|eight|nine)\s+(?:\w+\s+)?"
    r"(?:people|persons?|child(?:ren)?|girls?|boys?|victims?|records?|incidents?|cases?)\b",
    re.IGNORECASE,
)
_PSEUDONYM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{40}")
_POINT = re.compile(r"\d{5,7}\s*[,;]\s*\d{5,7}|-?\d{1,2}\.\d{4,}\s*[,;]\s*-?\d{1,2}\.\d{4,}")


def says_too_much(text: str, *, staff: bool = False) -> str | None:
    """Say what a text holds that no journal may; None if nothing is seen.

    Parameters
    ----------
    text
        One field of an entry.
    staff
        Whether it names staff, who may be named by their e-mail address.

    Returns
    -------
    what
        In words, such as ``an NHS number``; never a part of the text. What is written in another
        way passes: the rule is to write nothing about anybody.
    """
    if len(text) > MOST_SIGNS:
        return f"more than {MOST_SIGNS} signs"
    for mark in MARKS:
        if staff and mark.what == _EMAIL:
            continue
        if any(mark.holds(found.group()) for found in mark.pattern.finditer(text)):
            return mark.what
    for what, pattern in {
        "a person's pseudonym": _PSEUDONYM,
        "a point": _POINT,
        "an exact small count": _SMALL,
    }.items():
        if pattern.search(text):
            return what
    return None
