"""Who may do what, on which page, in which detail?

One table; what does not stand in it is refused. ``exact`` covers ``protected``:
who may see exact counts may see protected ones there. Admin keeps the server and
sees nothing exact: to run a machine one need not see children's data.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES = ("viewer", "planner", "analyst", "admin")
PAGES = ("places", "method", "data", "review", "take_away", "access")
ACTIONS = ("see", "try", "load", "run", "decide", "export", "revoke", "verify")
DETAILS = ("protected", "exact")

_ANY = {("places", "see"): "protected", ("method", "see"): "protected"}
_PLAN = {("take_away", "see"): "protected", ("take_away", "export"): "protected"}
_ANALYSE = {
    ("method", "try"): "protected",
    ("data", "see"): "exact",
    ("data", "load"): "exact",
    ("data", "run"): "exact",
    ("review", "see"): "exact",
    ("review", "decide"): "exact",
    ("take_away", "export"): "exact",
}
_KEEP = {
    ("access", "see"): "protected",
    ("access", "revoke"): "protected",
    ("access", "verify"): "protected",
}
#: Role, then page and action, then the greatest detail.
MATRIX: Mapping[str, Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        "viewer": MappingProxyType(_ANY),
        "planner": MappingProxyType(_ANY | _PLAN),
        "analyst": MappingProxyType(_ANY | _PLAN | _ANALYSE),
        "admin": MappingProxyType(_ANY | _KEEP),
    }
)


def may(role: str, page: str, action: str, detail: str = "protected") -> bool:
    """Say whether the table allows it; a word that it does not know is refused."""
    most = MATRIX.get(role, {}).get((page, action))
    return most is not None and detail in DETAILS and (detail == "protected" or most == "exact")
