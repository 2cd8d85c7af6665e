"""What must be arranged before the server listens: names, login, journal, limits?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from access import matrix, oidc, one_machine, proxied, sessions, site, written_down
from access.settings import Settings, is_loopback
from csgeo.errors import CsgeoError, RecipeError
from csgeo.noting import USER, who_asks
from csgeo.store.journal import journal_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from access.logins import Login
    from access.sessions import Session
    from access.site import Site
    from csgeo.store.journal import Journal

_KEY, _ANCHOR, _FILE = "CSGEO_JOURNAL_KEY", "CSGEO_JOURNAL_ANCHOR", "CSGEO_JOURNAL"


class Arranged(NamedTuple):
    """The names of the server, its login, and the address by which people call it."""

    site: Site
    login: Login
    page: str
    by_link: bool


def arrange(
    told: Settings, *, port: int, host: str, role: str, name: str = one_machine.NOBODY
) -> Arranged:
    """Give the login that the settings ask for.

    Parameters
    ----------
    told
        The settings; by themselves, those of one machine.
    port, host
        Where the server listens, as it stands in an address.
    role, name
        Of the one person at this machine.

    Raises
    ------
    RecipeError
        If the address can be reached by others and there is no login or no https.
    """
    sessions.limit(idle_s=told.idle_minutes * 60, longest_s=told.hours * 3600)
    if told.kind == one_machine.KIND:
        names = site.on_this_machine(port)
        login: Login = one_machine.OneMachine(names, role, name)
        return Arranged(names, login, f"http://{host}:{port}", by_link=True)
    names = site.at(told.public)
    if told.oidc is not None:
        login = oidc.ByProvider(names, told.public, told.oidc)
    elif told.proxy is not None:
        login = proxied.Proxied(names, told.proxy)
    else:
        msg = f"[{told.kind}] of the settings says nothing about the login."
        raise RecipeError(msg)
    return Arranged(names, login, told.public.rstrip("/"), by_link=False)


def refuse_open_address(told: Settings, address: str) -> None:
    """Refuse an address that others can reach unless people sign in there, over https.

    Raises
    ------
    RecipeError
        Saying which of the two is missing.
    """
    if is_loopback(address):
        return
    if told.kind == one_machine.KIND:
        msg = (
            "Without a login the dashboard listens on this machine only (127.0.0.1); "
            f"{address} can be reached from others. Name the login in a settings file (--login), "
            "or leave the address out."
        )
        raise RecipeError(msg)
    if not told.public.startswith("https://"):
        msg = (
            f"{address} can be reached from other machines, so `public` of the settings must be an "
            f"https address; it is {told.public!r}. A server in front of this one brings the "
            "certificate."
        )
        raise RecipeError(msg)


def role_of_the_one(role: str | None, *, with_recipe: bool) -> str:
    """Give the role of the one person at this machine.

    Raises
    ------
    RecipeError
        If it is none.
    """
    if role is None:
        return "analyst" if with_recipe else "planner"
    if role not in matrix.ROLES:
        msg = f"A role must be one of {', '.join(matrix.ROLES)}; it is {role!r}."
        raise RecipeError(msg)
    return role


def name_of_the_one(told: Settings, *, variables: Mapping[str, str]) -> str:
    """Give the name by which the one person is written down; where nothing is, there is none."""
    asked = variables.get(USER) or told.journal or variables.get(_KEY)
    return who_asks() if asked else one_machine.NOBODY


def keep_a_journal(told: Settings, *, secure: Path | None, variables: Mapping[str, str]) -> None:
    """Say where the journal is, and write into it that the server has started.

    Parameters
    ----------
    told
        The settings may name one.
    secure
        The secure folder of the recipe, whose journal it is where the settings name none.
    variables
        Of the environment, which may name the key and the anchor.

    Raises
    ------
    StoreError
        If a journal is wanted and cannot be written.
    WeakKey
        If its key could be read by others.
    """
    written_down.keep_in(_journal(told, secure, variables))
    if written_down.kept():
        written_down.started(told.kind)
        sessions.at_each_end(_note_the_end)


def _journal(told: Settings, secure: Path | None, variables: Mapping[str, str]) -> Journal | None:
    if told.journal is not None:
        folder, key, anchor = told.journal
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return journal_at(folder, key=str(key), anchor=str(anchor) if anchor else None)
    file = variables.get(_FILE)
    if secure is None and not file:
        return None
    key, anchor = variables.get(_KEY), variables.get(_ANCHOR)
    return journal_at(secure, key=key, anchor=anchor, file=file)


def _note_the_end(session: Session, why: str) -> None:
    """Write that a session ended; it has ended, whether or not that can be written."""
    try:
        written_down.signed_out(session.name, why)
    except CsgeoError:
        written_down.LOG.exception("the end of a session could not be written into the journal")
