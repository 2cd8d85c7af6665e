"""By which names is this server called, and is that name asked for?

A page of another site can make a browser ask this machine under that site's own
name (DNS rebinding), or open a websocket to it. So a request must name a host
that is ours, and what changes something or stays open must come from our pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from access.settings import is_loopback
from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN_PORTS = {"http": 80, "https": 443}


class Site(NamedTuple):
    """The hosts (with port) that are asked for, the origins of our pages, the cookie's name."""

    hosts: frozenset[str]
    origins: frozenset[str]
    cookie: str
    secure: bool


def on_this_machine(port: int) -> Site:
    """Give the names of a server that only this machine can reach."""
    hosts = frozenset(f"{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]"))
    # cookies are shared between ports: two dashboards must not take each other's
    return Site(hosts, frozenset(f"http://{h}" for h in hosts), f"csgeo-{port}", secure=False)


def at(public: str) -> Site:
    """Give the names of a server whose address for others is `public`, ``https://...``.

    Raises
    ------
    RecipeError
        If it is no https address of a host alone; over http only this machine is named.
    """
    parts = urlsplit(public)
    bare = parts.path in {"", "/"} and not (parts.query or parts.fragment or parts.username)
    secure = parts.scheme == "https"
    local = parts.scheme == "http" and is_loopback(parts.hostname)
    if not (secure or local) or not parts.hostname or not bare:
        msg = (
            "The public address must be https:// and a host, with nothing behind it, such as "
            f"https://places.example.gov.uk; it is {public!r}."
        )
        raise RecipeError(msg)
    by_itself = _PLAIN_PORTS[parts.scheme]
    port = parts.port or by_itself
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    hosts = {f"{name}:{port}"} | ({name} if port == by_itself else set())
    origins = frozenset(f"{parts.scheme}://{host}" for host in hosts)
    cookie = "__Host-csgeo" if secure else f"csgeo-{port}"
    return Site(frozenset(hosts), origins, cookie, secure)


def named(site: Site, hosts: Iterable[str]) -> bool:
    """Say whether a request names exactly one host, and it is ours."""
    found = [h.lower() for h in hosts]
    return len(found) == 1 and found[0] in site.hosts


def from_our_page(site: Site, origins: Iterable[str]) -> bool:
    """Say whether a request says, once, that one of our own pages makes it."""
    found = [o.lower() for o in origins]
    return len(found) == 1 and found[0] in site.origins
