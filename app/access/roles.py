"""Which role has somebody, by what their organisation says of them?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def role_of(told: Any, roles: Sequence[tuple[str, str]]) -> str | None:
    """Give the role of the first line of the table whose value somebody has; None if none has.

    Parameters
    ----------
    told
        A text, or a list of texts. Anything else counts as nothing.
    roles
        Value and role. Values must agree in every letter.
    """
    values = {told} if isinstance(told, str) else set()
    if isinstance(told, list | tuple):
        values = {v for v in told if isinstance(v, str)}
    return next((role for value, role in roles if value in values), None)
