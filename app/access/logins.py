"""How does somebody prove who they are?

What a kind of login must answer; the kinds themselves have a room each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Scope

    from access.sessions import Session


class Login(Protocol):
    """A kind of login."""

    async def answer(self, request: Request) -> Any:
        """Answer a request that is part of signing in or out; None if this one is not."""

    def invitation(self, scope: Scope) -> Any:
        """Give what somebody sees who is not signed in: status 401, and how to sign in."""

    def confirmed(self, session: Session | None, scope: Scope) -> Session | None:
        """Give the session if this request may use it."""
