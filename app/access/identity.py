"""Does an identity token speak of this person, from this provider, to us, now?

Authlib checks the signature and what the standard lets a client skip it skips: it
takes a token made for another client if `azp` names us. So each claim on which a
session stands is checked here again, strictly (OpenID Connect Core 1.0, 3.1.3.7).
"""

from __future__ import annotations

import hmac
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from access.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Signed with a key that the provider alone has; `none` and shared keys are not.
SIGNATURES = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
#: How far two clocks may differ.
LEEWAY_S = 30
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")  # fmt: skip


class NotTrusted(Exception):
    """An answer of a provider on which no session may stand."""


def trusted_metadata(metadata: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    """Give what a provider says of itself, without the signatures that we do not take.

    Raises
    ------
    NotTrusted
        If it is not the issuer that the settings name, or one of its addresses is not https.
    """
    if metadata.get("issuer") != issuer:
        msg = "the provider names another issuer than the settings"
        raise NotTrusted(msg)
    for name in _ENDPOINTS:
        address = urlsplit(str(metadata.get(name, "https://")))
        safe = address.scheme == "https" or is_loopback(address.hostname)
        if not safe:
            msg = f"the provider's {name} is not an https address"
            raise NotTrusted(msg)
    told = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
    return {
        **metadata,
        "id_token_signing_alg_values_supported": [a for a in told if a in SIGNATURES] or ["RS256"],
    }


def trusted_claims(
    claims: Mapping[str, Any] | None, *, issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """Give the claims if each one on which a session stands is right.

    Parameters
    ----------
    claims
        Of a token whose signature was checked; None if there was none.
    issuer, client_id, nonce
        What they must name.

    Raises
    ------
    NotTrusted
        With the first that is not.
    """
    if not claims:
        msg = "the provider sent no identity"
        raise NotTrusted(msg)
    audience = claims.get("aud")
    audience = [audience] if isinstance(audience, str) else audience
    party = claims.get("azp")
    now = time.time()
    checks = (
        ("issuer", claims.get("iss") == issuer),
        ("audience", isinstance(audience, list) and client_id in audience),
        ("party", party == client_id or (party is None and audience == [client_id])),
        ("nonce", bool(nonce) and hmac.compare_digest(str(claims.get("nonce", "")), nonce)),
        ("subject", isinstance(claims.get("sub"), str) and bool(claims["sub"])),
        ("end", _number(claims.get("exp")) > now),
        ("start", _number(claims.get("iat")) <= now + LEEWAY_S),
    )
    for name, right in checks:
        if not right:
            msg = f"the {name} of the identity is not the one that was asked for"
            raise NotTrusted(msg)
    return dict(claims)


def called(claims: Mapping[str, Any], name_claim: str) -> str:
    """Give the name by which somebody is shown and written down: at most 100 printable signs."""
    for claim in (name_claim, "preferred_username", "email", "sub"):
        told = claims.get(claim)
        if isinstance(told, str) and told.strip():
            return "".join(c for c in told.strip() if c.isprintable())[:100] or "somebody"
    return "somebody"


def _number(told: Any) -> float:
    good = isinstance(told, int | float) and not isinstance(told, bool)
    return float(told) if good else float("nan")  # which is neither above nor below anything
