"""Which login does this server ask for, and by which rules?

A small TOML file, told to ``csgeo app --login``. What it does not know it
refuses, and so are secrets that stand in it.
"""

from __future__ import annotations

import ipaddress
import tomllib
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from access import matrix
from access.confidential import secret
from csgeo.errors import RecipeError

KINDS = ("one machine", "oidc", "proxy")
_KNOWN: dict[str, set[str]] = {
    "": {"kind", "public", "address", "port", "session", "oidc", "proxy", "journal"},
    "session": {"idle_minutes", "hours"},
    "oidc": {
        "issuer", "client_id", "client_secret_file", "client_secret_variable", "scopes", "claim",
        "name_claim", "roles",
    },
    "proxy": {"secret_file", "secret_variable", "peers", "roles", "sign_out"},
    "journal": {"folder", "key_file", "anchor"},
}  # fmt: skip
_LEAST_SECRET = 32


class Oidc(NamedTuple):
    """What is agreed with the identity provider; ``roles`` from the claim's values."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    claim: str
    name_claim: str
    roles: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return f"Oidc({self.issuer}, {self.client_id})"


class Proxy(NamedTuple):
    """What is agreed with the server in front of this one."""

    secret: str
    peers: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    roles: tuple[tuple[str, str], ...]
    sign_out: str

    def __repr__(self) -> str:
        return f"Proxy({', '.join(map(str, self.peers))})"


class KeptIn(NamedTuple):
    """Where the journal is kept."""

    folder: Path
    key_file: Path
    anchor: Path | None


class Settings(NamedTuple):
    """All that a settings file says."""

    kind: str = "one machine"
    public: str = ""
    address: str = "127.0.0.1"
    port: int = 8501
    idle_minutes: float = 15.0
    hours: float = 8.0
    oidc: Oidc | None = None
    proxy: Proxy | None = None
    journal: KeptIn | None = None


def read_settings(path: Path | str) -> Settings:
    """Read a settings file, with the secrets that it points to.

    Raises
    ------
    RecipeError
        If the file cannot be read, says something unknown, holds a secret itself, names one that
        others may read, or lacks what its kind of login needs.
    """
    path = Path(path)
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failed:
        msg = f"The settings file {path.name} cannot be read: {failed}."
        raise RecipeError(msg) from failed
    _refuse_unknown(told)
    kind = told.get("kind", "one machine")
    if kind not in KINDS:
        msg = f"`kind` must be one of {', '.join(KINDS)}; it is {kind!r}."
        raise RecipeError(msg)
    session = told.get("session", {})
    folder = path.resolve().parent
    read = Settings(
        kind=kind,
        public=_text(told, "public"),
        address=_text(told, "address") or "127.0.0.1",
        port=_number(told, "port", 8501),
        idle_minutes=_number(session, "idle_minutes", 15.0),
        hours=_number(session, "hours", 8.0),
        oidc=_oidc(told, folder) if kind == "oidc" else None,
        proxy=_proxy(told, folder) if kind == "proxy" else None,
        journal=_journal(told, folder),
    )
    _refuse_incomplete(read)
    return read


def _refuse_unknown(told: dict[str, Any]) -> None:
    tables = {"": told, **{k: v for k, v in told.items() if k in _KNOWN}}
    for table, content in tables.items():
        if not isinstance(content, dict):
            msg = f"`{table}` of the settings must be a table, [{table}]; it is {content!r}."
            raise RecipeError(msg)
        unknown = sorted(set(content) - _KNOWN[table])
        where = f"[{table}] of the settings" if table else "the settings"
        if any(word in name for name in unknown for word in ("secret", "password", "token")):
            msg = (
                f"A secret must not stand in {where} ({', '.join(unknown)}): they are copied and "
                "sent about. Put it into a file that only this account may read, name that as "
                "`..._file`, and make a new secret: this one is known now."
            )
            raise RecipeError(msg)
        if unknown:
            msg = f"{where} may say {', '.join(sorted(_KNOWN[table]))}; found {', '.join(unknown)}."
            raise RecipeError(msg)


def _refuse_incomplete(read: Settings) -> None:
    if read.kind == "one machine":
        return
    if not read.public:
        msg = (
            f"With the login `{read.kind}` the settings must say `public`, the address by which "
            "browsers call this server, such as https://places.example.gov.uk."
        )
        raise RecipeError(msg)
    if read.journal is None:
        msg = (
            f"With the login `{read.kind}` there must be a journal of who came in and what they did: "
            "[journal] with `folder` and `key_file` (made by `csgeo journal key`)."
        )
        raise RecipeError(msg)


def _oidc(told: dict[str, Any], folder: Path) -> Oidc:
    table = told.get("oidc", {})
    issuer = _needed(table, "issuer", "oidc")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        msg = (
            "`issuer` of [oidc] must be an https address: over http anybody in between could sign "
            f"people in. It is {issuer!r}."
        )
        raise RecipeError(msg)
    scopes = _text(table, "scopes") or "openid profile"
    if "openid" not in scopes.split():
        msg = f"`scopes` of [oidc] must hold `openid`; they are {scopes!r}."
        raise RecipeError(msg)
    return Oidc(
        issuer,
        _needed(table, "client_id", "oidc"),
        secret(table, "client_secret", folder, least=_LEAST_SECRET),
        scopes,
        _text(table, "claim") or "roles",
        _text(table, "name_claim") or "name",
        _roles(table, "oidc"),
    )


def _proxy(told: dict[str, Any], folder: Path) -> Proxy:
    table = told.get("proxy", {})
    peers = table.get("peers", ["127.0.0.1"])
    try:
        networks = tuple(ipaddress.ip_network(peer) for peer in peers)
    except (ValueError, TypeError) as failed:
        msg = f"`peers` of [proxy] must be a list of addresses or networks; {failed}."
        raise RecipeError(msg) from failed
    if not networks or any(n.prefixlen == 0 for n in networks):
        msg = (
            "`peers` of [proxy] must name who may speak for people; it names nobody, or everybody."
        )
        raise RecipeError(msg)
    key = secret(table, "secret", folder, least=_LEAST_SECRET)
    return Proxy(key, networks, _roles(table, "proxy"), _text(table, "sign_out"))


def _roles(table: dict[str, Any], name: str) -> tuple[tuple[str, str], ...]:
    """Read which value gives which role; the first line of the table that matches decides."""
    roles = table.get("roles", {})
    if not isinstance(roles, dict) or not roles or not set(roles.values()) <= set(matrix.ROLES):
        msg = (
            f"[{name}.roles] must say which value gives which role ({', '.join(matrix.ROLES)}), such "
            f'as `"sg-analysts" = "analyst"`; it says {roles!r}.'
        )
        raise RecipeError(msg)
    return tuple(roles.items())


def _journal(told: dict[str, Any], folder: Path) -> KeptIn | None:
    table = told.get("journal")
    if table is None:
        return None
    anchor = _text(table, "anchor")
    return KeptIn(
        folder / _needed(table, "folder", "journal"),
        folder / _needed(table, "key_file", "journal"),
        folder / anchor if anchor else None,
    )


def is_loopback(host: str | None) -> bool:
    """Say whether a host is this machine."""
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _needed(table: dict[str, Any], name: str, where: str) -> str:
    found = _text(table, name)
    if not found:
        msg = f"[{where}] of the settings must say `{name}`; it does not."
        raise RecipeError(msg)
    return found


def _text(table: dict[str, Any], name: str) -> str:
    found = table.get(name, "")
    if not isinstance(found, str):
        msg = f"`{name}` of the settings must be a text in quotation marks; it is {found!r}."
        raise RecipeError(msg)
    return found.strip()


def _number(table: dict[str, Any], name: str, by_itself: float) -> Any:
    found = table.get(name, by_itself)
    if isinstance(found, bool) or not isinstance(found, int | float):
        msg = f"`{name}` of the settings must be a number; it is {found!r}."
        raise RecipeError(msg)
    return type(by_itself)(found)
