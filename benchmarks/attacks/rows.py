"""What does one row of the table of attacks say?"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One attack: what it finds with usual tools, what is asked of csgeo, what was reached.

    ``met`` is false where what was reached is not what was asked: it is never rounded into it.
    """

    attack: str
    usual: str
    asked: str
    reached: str
    met: bool


def print_rows(rows: list[Row]) -> None:
    """Print the rows as a table; what was not reached is marked."""
    head = Row("attack", "usual", "asked", "reached", met=True)
    for row in (head, *rows):
        print(
            f"{'' if row.met else 'NOT MET: '}{row.attack}\n    {row.usual}  |  {row.asked}  |  {row.reached}"
        )
