"""What of a free text may be kept, if it must be kept at all?

Free text is not stored. Where a recipe asks for it, what identifies people is
taken out first, by pattern and by the names that the same file gives in other
columns. It is a sieve with holes: a nickname, a misspelt name or "the girl
from number 4" pass through it. Scrubbed text is personal data still.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from csgeo.identifying import FORENAMES, MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIGNS = {
    "an e-mail address": "[e-mail]",
    "a web address": "[web address]",
    "an NHS number": "[NHS number]",
    "a pupil number": "[pupil number]",
    "a national insurance number": "[national insurance number]",
    "a telephone number": "[telephone]",
    "a full postcode": "[postcode]",
    "an account": "[account]",
}
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|PC|PCSO|DC|DS|DI|Sgt|Insp)\.? (?:[A-Z][\w'’-]+)(?: [A-Z][\w'’-]+)?"
)
_BORN = re.compile(
    r"(?i:\b(?:d\.?o\.?b|born(?: on)?|date of birth)\b[ .:,-]*)"
    r"\d{1,4}(?:st|nd|rd|th)?[-/. ](?:of )?\w{1,9}[-/., ]{1,2}\d{2,4}"
)
_WORDS = re.compile(r"\b[A-Z][\w'’-]+(?: (?:[A-Z]\.? )?[A-Z][\w'’-]+)*")
_FEWEST = 3


class Scrubbed(NamedTuple):
    """Texts without what was seen to identify people, and how often each kind was seen."""

    texts: pd.Series
    found: dict[str, int]


def scrub(texts: pd.Series, *, names: Iterable[str] = ()) -> Scrubbed:
    """Take out of free texts what identifies people.

    Parameters
    ----------
    texts
        n texts; missing stays missing.
    names
        Names of people that the same file gives elsewhere; each word of three
        letters or more is taken out wherever it stands, in any case.

    Returns
    -------
    scrubbed
        ``texts`` on the index given, with signs such as ``[telephone]`` in the
        place of what was taken out, and ``found``: how often, by kind.

    Examples
    --------
    >>> scrub(pd.Series(["Ring Mrs Smith on 07700 900123, BA1 1AA"])).texts[0]
    'Ring [name] on [telephone], [postcode]'
    """
    known = {w.casefold() for name in names for w in re.findall(r"[\w'’-]+", str(name))}
    known = {w for w in known if len(w) >= _FEWEST}
    found: dict[str, int] = {}
    kept = [None if pd.isna(t) else _scrubbed(str(t), known, found) for t in texts]
    return Scrubbed(
        pd.Series(pd.array(kept, dtype="str"), index=texts.index, name=texts.name), found
    )


def _scrubbed(text: str, known: set[str], found: dict[str, int]) -> str:
    def seen(what: str, sign: str) -> str:
        found[what] = found.get(what, 0) + 1
        return sign

    for mark in MARKS:
        text = mark.pattern.sub(
            lambda m, k=mark: seen(k.what, _SIGNS[k.what]) if k.holds(m.group()) else m.group(),  # type: ignore[misc]
            text,
        )
    text = _BORN.sub(lambda _: seen("a date of birth", "[date of birth]"), text)
    text = _TITLED.sub(lambda _: seen("a person's name", "[name]"), text)
    text = _WORDS.sub(
        lambda m: seen("a person's name", "[name]") if _has_forename(m.group()) else m.group(), text
    )
    if known:
        pattern = r"\b(?:" + "|".join(sorted(map(re.escape, known), key=len, reverse=True)) + r")\b"
        text = re.sub(
            pattern, lambda _: seen("a person's name", "[name]"), text, flags=re.IGNORECASE
        )
    return text


def _has_forename(words: str) -> bool:
    return any(w.casefold() in FORENAMES for w in re.split(r"[ .]", words))
