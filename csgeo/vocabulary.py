"""Which words stand for which code?

Vocabularies are data, not code: the CSV files beside this module, each of which
a partnership can replace or extend with a file of its own (same columns).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

Name: TypeAlias = Literal["harm", "context", "origin", "location", "service", "method"]
_FOLDER = Path(__file__).parent / "vocabularies"


@dataclass(frozen=True)
class Vocabulary:
    """Codes, their plain labels and every other column of their file."""

    name: str
    rows: Mapping[str, Mapping[str, str]]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, in the order of the file."""
        return tuple(self.rows)

    def label(self, code: str) -> str:
        """Return the plain label of `code`, or the code itself if it has none."""
        return self.rows.get(code, {}).get("label") or code

    def where(self, column: str, value: str) -> tuple[str, ...]:
        """Return the codes whose `column` holds `value`."""
        return tuple(code for code, row in self.rows.items() if row.get(column) == value)

    @property
    def words(self) -> dict[str, str]:
        """Map each known word (code, label or alias; folded) to its code."""
        known: dict[str, str] = {}
        for code, row in self.rows.items():
            for word in (code, row.get("label", ""), *row.get("aliases", "").split("|")):
                if word.strip():
                    known.setdefault(_folded(word), code)
        return known

    def translate(self, words: pd.Series, extra: Mapping[str, str] | None = None) -> pd.Series:
        """Give the code for each word; missing where no entry knows it.

        Parameters
        ----------
        words
            n labels, as a file has them; case, spaces and hyphens do not matter.
        extra
            Further words and their codes, which go first.

        Returns
        -------
        code
            n codes on the index of `words`.
        """
        known = self.words | {_folded(k): v for k, v in (extra or {}).items()}
        found = {w: known.get(_folded(str(w))) for w in words.dropna().unique()}
        return words.astype("object").map(found).astype("str").rename("code")


def load_vocabulary(name: Name, extra: Path | None = None) -> Vocabulary:
    """Load a shipped vocabulary, with a partnership's own file laid over it.

    Parameters
    ----------
    name
        One of ``harm``, ``context``, ``origin``, ``location``, ``service``, ``method``.
    extra
        A CSV with at least ``code`` and ``label``; rows of a known code replace it.

    Raises
    ------
    RecipeError
        If `extra` is missing or lacks a column.
    """
    rows = dict(_shipped(name))
    if extra is not None:
        rows |= _read(extra)
    return Vocabulary(name, rows)


@lru_cache
def _shipped(name: str) -> Mapping[str, Mapping[str, str]]:
    return _read(_FOLDER / f"{name}.csv")


def _read(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        msg = f"The vocabulary {path} does not exist. Name an existing CSV file in the recipe."
        raise RecipeError(msg)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        lacking = {"code", "label"} - set(reader.fieldnames or ())
        if lacking:
            msg = f"The vocabulary {path.name} must have the columns code and label; it lacks {', '.join(sorted(lacking))}."
            raise RecipeError(msg)
        return {row["code"]: {k: v or "" for k, v in row.items()} for row in reader}


def _folded(word: str) -> str:
    return " ".join(word.casefold().replace("-", " ").replace("_", " ").split())
