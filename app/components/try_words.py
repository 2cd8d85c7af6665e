"""What does each choice of a try mean, and why does it have the value that it has?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csgeo.recipe import HotspotChoices
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csgeo.recipe import Recipe

#: A format of files that tell the month of a record, never the day.
_MONTHS_ONLY = "police"

#: Each choice that can be tried: what it is called, and why it has its value.
CHOICES: Mapping[str, tuple[str, str]] = {
    "method": (
        "Method",
        (
            "Compact places is what csgeo takes by itself: on real and on invented data it finds small, "
            "separate places. Another method shows which of them hang on that choice."
        ),
    ),
    "expectation": (
        "What records are compared with",
        (
            "A place is listed for holding more than this gives it. Streets suit most areas; the records "
            "around need no further file and bring up villages; residents suit harm near homes."
        ),
    ),
    "cell_m": (
        "Side of the squares",
        (
            "By itself, csgeo takes the smallest square that is no smaller than what is known of the "
            "records' places. Smaller ones would draw what nobody knows."
        ),
    ),
    "most_places": (
        "Most places on the list",
        "Ten is what one meeting can work through. The list has never more than 20.",
    ),
    "least_people": (
        "Least people in a place",
        (
            "A place made by one or two children asks for help for them, not for a plan for a place. It "
            "is set aside with that reason. Used where records tell people apart."
        ),
    ),
    "least_in_stratum": (
        "Least places in each district",
        (
            "0 ranks the whole area as one. 1 or 2 gives each district or kind of area its own list, so "
            "that the city does not drown the villages."
        ),
    ),
    "enforcement": (
        "Records that enforcement made",
        (
            "Searches and patrols make records where they are sent. Left out, as csgeo does by itself, "
            "the list shows where harm was, not where somebody looked."
        ),
    ),
    "reruns": (
        "Re-runs",
        (
            "How often the search is run again on records drawn anew. 100 lets the list say 'found in 97 "
            "of 100 re-runs' and takes the longest; 0 is enough for a first look."
        ),
    ),
}
_EXPECTATIONS = {
    "surroundings": "the records around",
    "streets": "metres of street",
    "residents": "residents",
}
_ENFORCEMENT = {"left_out": "left out", "kept": "kept"}
#: What a method may need, and how to say that it is not there.
_LACKS = {
    "streets": "The recipe names no file of streets.",
    "days": "The recipe's records are police.uk files, which tell the month of a record, not the day.",
}
BY_ITSELF = "by itself"


def method_named(code: str) -> str:
    """Give a method's name and its question in one line, with what it needs."""
    row = load_vocabulary("method").rows.get(code, {})
    needs = f" (needs {row['needs']})" if row.get("needs") else ""
    return f"{row.get('label') or code}{needs} · {row.get('question', '')}".rstrip(" ·")


def label(code: str) -> str:
    """Give a method's name alone."""
    return load_vocabulary("method").label(code)


def question(code: str) -> str:
    """Give the one sentence that says what a method asks."""
    return load_vocabulary("method").rows.get(code, {}).get("question", "")


def page_of(code: str) -> str:
    """Give the name of a method's page in the documentation; empty if it has none."""
    return load_vocabulary("method").rows.get(code, {}).get("page", "")


def needed(code: str) -> str:
    """Give what a method needs of the records, in one word; empty if nothing."""
    return load_vocabulary("method").rows.get(code, {}).get("needs", "")


def lacking(code: str, recipe: Recipe) -> str:
    """Say what a method needs and the recipe is known to lack; empty if nothing."""
    months_only = all(one.format == _MONTHS_ONLY for one in recipe.incidents)
    lacks = {"streets": not recipe.streets, "days": months_only}
    return _LACKS[needed(code)] if lacks.get(needed(code)) else ""


def without(name: str, recipe: Recipe) -> str:
    """Say which file a choice would need that the recipe does not name; empty if none."""
    if name == "least_in_stratum" and recipe.strata is None:
        return "The recipe names no districts, so this changes nothing."
    if name == "expectation":
        lacks = [n for n in ("streets", "residents") if not getattr(recipe, n)]
        return f"The recipe names no file of {' or '.join(lacks)}." if lacks else ""
    return ""


def expectation_named(code: str) -> str:
    """Say what records are compared with."""
    return _EXPECTATIONS.get(code, code)


def enforcement_named(code: str) -> str:
    """Say what becomes of the records that enforcement made."""
    return _ENFORCEMENT.get(code, code)


def cells_named(cell_m: int | None) -> str:
    """Say a side of squares, or that csgeo chooses it."""
    return BY_ITSELF if cell_m is None else f"{cell_m} m"


def as_on_the_page(words: str) -> str:
    """Call each choice in a message of the recipe's check as the page calls it."""
    for name, (called, _) in CHOICES.items():
        words = words.replace(f"`hotspots.{name}`", f"\u201c{called}\u201d")
    return words


def said(section: Mapping[str, Any], of: Recipe) -> str:
    """Say a try in one line: its method, and each choice that is not the recipe's."""
    own = HotspotChoices(**section)
    parts = [label(own.method)]
    for name, (called, _) in CHOICES.items():
        value = getattr(own, name)
        if name != "method" and value != getattr(of.hotspots, name):
            parts.append(f"{called[:1].lower()}{called[1:]}: {_value(name, value)}")
    return "; ".join(parts)


def _value(name: str, value: Any) -> str:
    named = {
        "expectation": expectation_named,
        "cell_m": cells_named,
        "enforcement": enforcement_named,
    }
    return str(named.get(name, str)(value))
