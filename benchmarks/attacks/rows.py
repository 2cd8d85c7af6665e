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
