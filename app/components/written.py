"""How is text from the data put on a page without being read as anything else?"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=@/])")


def html(value: object) -> str:
    """Return `value` as text for HTML; empty where it is missing."""
    return "" if is_missing(value) else escape(str(value), quote=True)


def markdown(value: object) -> str:
    """Return `value` as one line of Markdown in which no character has a meaning."""
    return _MARKS.sub(r"\\\1", " ".join(str(value).split()))


def is_missing(value: object) -> bool:
    """Tell whether a value from a table is not known."""
    return value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value))


def first_small(words: str) -> str:
    """Begin `words` with a small letter, unless they begin with an abbreviation."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Sequence[int] = (),
    chosen: int | None = None,
) -> str:
    """Return an HTML table whose first column names its rows.

    Parameters
    ----------
    caption
        What the table says, for those who cannot see where it stands.
    head
        Words over the columns.
    rows
        Values, put in as text.
    numbers
        Columns to align to the right.
    chosen
        Row to mark as chosen, counted from 0.
    """
    side = ['class="number"' if i in numbers else "" for i in range(len(head))]
    heads = "".join(f'<th scope="col" {s}>{html(h)}</th>' for s, h in zip(side, head, strict=True))
    body = []
    for i, row in enumerate(rows):
        cells = [
            f'<th scope="row" {s}>{html(v)}</th>' if j == 0 else f"<td {s}>{html(v)}</td>"
            for j, (s, v) in enumerate(zip(side, row, strict=True))
        ]
        mark = ' class="chosen" aria-current="true"' if i == chosen else ""
        body.append(f"<tr{mark}>{''.join(cells)}</tr>")
    return (
        f'<table class="plain"><caption>{html(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    )
