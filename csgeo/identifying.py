"""What in a value or a text identifies a person?

Patterns with their check digits, where there are any: NHS number (modulus 11;
NHS Data Dictionary), unique pupil number (check letter, modulus 23; DfE, *UPN
guide*), national insurance number, telephone, e-mail, full postcode, name.
They find what is written as it usually is, and miss what is not: they are a
net under the rule that such columns are not handed over, not the rule.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

_NHS_WEIGHTS = range(10, 1, -1)
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
#: Forenames that are common in Britain (Office for National Statistics, baby names, several decades).
FORENAMES = frozenset(
    "aaliyah aaron abdul abdullah abigail adam aisha alan alex alexander alfie alice alison amanda amelia amina amy andrew angela ann anna anne anthony archie arthur ava barbara ben benjamin beth bethany brian brandon caitlin callum cameron carol caroline catherine charles charlie charlotte chelsea chloe christian christine christopher claire connor craig curtis daisy daniel danielle darren david dean deborah demi derek diane dominic donna dylan edward eleanor elizabeth ella ellie emily emma eric erin ethan evie ezra faith fatima finley florence frank freddie freya gareth gary gavin gemma george georgia gillian grace graham grace hannah harley harriet harrison harry harvey hassan hayley heather helen henry hollie holly hussain ian ibrahim imogen isaac isabel isabella isla ivy jack jackson jacob jade jake james jamie jane janet jasmine jason jayden jean jennifer jeremy jessica jill jo joan joanna joanne joe joel john jonathan jordan joseph joshua jude julia julie karen kate katherine katie kayleigh keith kelly kenneth kerry kevin khadija kian kieran kimberley kirsty kyle laura lauren layla leah lee leo lewis liam libby lily linda lisa logan lola louis louise lucas lucy luke madison maisie malachi marcus margaret maria mark martin mary maryam mason matilda matthew megan melissa mia michael michelle mohamed mohammad mohammed morgan muhammad natalie natasha nathan neil niamh nicholas nicola nicole noah oliver olivia omar oscar owen paige pamela patricia patrick paul pauline penelope peter philip phoebe poppy rachel rebecca reece rhys richard riley robert robin rory rosie ruby ryan sally sam samantha samuel sandra sarah scarlett scott sean sebastian shannon sharon shaun shirley sienna simon skye sophia sophie stacey stanley stephanie stephen steven stuart summer susan suzanne tanya teddy terence theo thomas toby tom tracey trevor tyler valerie vanessa victoria vincent wayne wendy william yasmin yusuf zac zachary zara zoe".split()  # noqa: SIM905  one name a line would be three pages
)  # fmt: skip


class Mark(NamedTuple):
    """One thing that identifies: its name, its pattern inside a text, and what else must hold."""

    what: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]


def is_nhs_number(text: str) -> bool:
    """Say whether ten digits, however spaced, are an NHS number by their check digit.

    Examples
    --------
    >>> is_nhs_number("943 476 5919"), is_nhs_number("943 476 5918")
    (True, False)
    """
    digits = [int(c) for c in text if c in "0123456789"]
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    total = sum(w * d for w, d in zip(_NHS_WEIGHTS, digits, strict=False))
    return (11 - total % 11) % 11 == digits[9]


def is_upn(text: str) -> bool:
    """Say whether a text is a unique pupil number, by its check letter.

    The check letter stands for the sum of the twelve characters behind it, each
    multiplied by its place from 2 to 13, modulo 23.
    """
    plain = text.strip().upper()
    if not re.fullmatch(r"[A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z]", plain):
        return False
    values = [int(c) if c.isdigit() else _UPN_LETTERS.index(c) for c in plain[1:]]
    total = sum(place * value for place, value in enumerate(values, start=2))
    return _UPN_LETTERS[total % 23] == plain[0]


def _always(_: str) -> bool:
    return True


def _is_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", re.sub(r"\(0\)", "", text))
    digits = re.sub(r"^(0044|44(?=\d{10}$))", "0", digits)
    return bool(re.fullmatch(r"0?7[1-9]\d{8}|0[1-389]\d{8,9}", digits))


#: What is looked for, in the order in which it is taken out of a text.
MARKS: tuple[Mark, ...] = (
    Mark("an e-mail address", re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), _always),
    Mark("a web address", re.compile(r"\b(?:https?://|www\.)\S{3,300}", re.IGNORECASE), _always),
    Mark(
        "an NHS number", re.compile(r"(?<![\d-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\d-])"), is_nhs_number
    ),
    Mark("a pupil number", re.compile(r"\b[A-Za-z]\d{11}[0-9A-Za-z]\b"), is_upn),
    Mark(
        "a national insurance number",
        re.compile(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]\b"),
        _always,
    ),
    Mark(
        "a telephone number",
        re.compile(r"(?<![\w.])(?:\+?\d|\(0)(?:[ ().-]{0,2}\d){8,14}(?![\w])"),
        _is_phone,
    ),
    Mark(
        "a full postcode",
        re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE),
        _always,
    ),
    Mark("an account", re.compile(r"(?<![\w@])@[A-Za-z_][\w.]{2,29}"), _always),
)
_DATE = re.compile(
    r"\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{4})(?:[T ]00:00(?::00)?)?\s*"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NAME = re.compile(r"\s*[^\W\d_][\w'’-]*(?:,? [^\W\d_][\w'’.-]*){0,3}\s*")
_LOOKED_AT = 1_000


def looks_to_hold(values: pd.Series, *, names: bool = True, dates: bool = True) -> str | None:
    """Say what a column holds that identifies people, by its values; None if nothing is seen.

    Parameters
    ----------
    values
        n values, of which the first thousand different ones are looked at.
    names
        Whether names of people and free text are looked for.
    dates
        Whether dates that spread over as many years as those of birth are.

    Returns
    -------
    what
        In words, such as ``an NHS number``.
    """
    texts = _sample(values)
    for mark in MARKS:
        if _mostly(texts, lambda t, k=mark: bool(k.pattern.fullmatch(t)) and k.holds(t)):  # type: ignore[misc]
            return mark.what
    if dates and _of_birth(texts):
        return "a date of birth"
    return _words(texts) if names and texts else None


def _words(texts: list[str]) -> str | None:
    """Say whether texts are names, or so long that they may hold some."""
    if _mostly(texts, _is_name):
        return "a person's name"
    words = sum(len(t.split()) for t in texts) / len(texts)
    marked = sum(map(_holds_a_mark, texts)) * 5 > len(texts)
    return "free text that may name people" if words >= 8 or (words >= 3 and marked) else None


def _mostly(texts: list[str], holds: Callable[[str], bool]) -> bool:
    return sum(map(holds, texts)) * 2 > len(texts)


def _sample(values: pd.Series) -> list[str]:
    if pd.api.types.is_float_dtype(values) or pd.api.types.is_bool_dtype(values):
        whole = values.dropna()
        if pd.api.types.is_bool_dtype(values) or not (whole % 1 == 0).all():
            return []
        values = whole.astype("Int64")
    known = values.dropna().head(20 * _LOOKED_AT).drop_duplicates().head(_LOOKED_AT)
    return [t for v in known if (t := str(v).strip())]


def _is_name(text: str) -> bool:
    if len(text) > 60 or not _NAME.fullmatch(text):
        return False
    return any(w.strip(",.'’").casefold() in FORENAMES for w in text.split())


def _holds_a_mark(text: str) -> bool:
    return any(mark.holds(found.group()) for mark in MARKS for found in mark.pattern.finditer(text))


def _of_birth(texts: list[str]) -> bool:
    """Say whether these are days, without a time, that spread over ten years or more."""
    days = [t for t in texts if _DATE.fullmatch(t)]
    if len(days) * 2 <= len(texts) or len(days) < 3:
        return False
    years = sorted(int(found.group()) for t in days if (found := _YEAR.search(t)))
    tenth = len(years) // 10
    return years[-1 - tenth] - years[tenth] >= 8
