"""Do the server's switches stand as they must, whatever else this machine says?

Streamlit reads switches from variables and from files in several places. One that
is not ours could open the server to others, show errors with paths, or trust a
header; so such a one is named, and the server does not start.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Parts whose switches decide what the server does; colours and the like may differ.
_DECIDING = ("server", "client", "browser", "global", "runner", "secrets", "mapbox", "logger")
_PREFIX = "STREAMLIT_"


def safe_switches() -> dict[str, Any]:
    """Give those that protect, the same for every address."""
    return {
        "browser.gatherUsageStats": False,
        "client.allowedOrigins": [],
        "client.disableDataExport": True,
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "viewer",
        "global.developmentMode": False,
        "logger.hideWelcomeMessage": True,
        "logger.level": "error",
        "runner.magicEnabled": False,
        "server.allowRunOnSave": False,
        "server.baseUrlPath": "",
        "server.enableAgentApi": False,
        "server.enableCORS": True,
        "server.enableStaticServing": False,
        "server.enableXsrfProtection": True,
        "server.fileWatcherType": "none",
        "server.headless": True,
        "server.runOnSave": False,
        "server.scriptHealthCheckEnabled": False,
        "server.trustedUserHeaders": {},
        "server.xsrfCookieSameSite": "strict",
        "theme.base": "light",
        "theme.primaryColor": "#12436d",
    }


def refuse_others(
    ours: Mapping[str, Any], *, variables: Mapping[str, str], files: Iterable[Path]
) -> None:
    """Refuse every switch from outside that decides something and is not ours.

    Parameters
    ----------
    ours
        What the server will run with.
    variables
        Of the environment.
    files
        Where Streamlit looks for its configuration; those that are not there say nothing.

    Raises
    ------
    RecipeError
        With each such switch and where it stands.
    """
    found = [
        f"{name} in the environment"
        for name, value in sorted(variables.items())
        if name.startswith(_PREFIX) and not _agrees_as_text(name, value, ours)
    ]
    for file in files:
        found += [
            f"{key} in {file.parent.name}/{file.name} of {_place(file)}"
            for key, value in _switches_in(file).items()
            if not _may_differ(key) and not (key in ours and ours[key] == value)
        ]
    if found:
        msg = (
            "The dashboard sets Streamlit's switches itself, and others would contradict them. Take "
            f"these away: {'; '.join(found)}."
        )
        raise RecipeError(msg)


def refuse_others_here(ours: Mapping[str, Any]) -> None:
    """Refuse those of this machine's variables and files."""
    from streamlit.config import get_config_files  # noqa: PLC0415

    files = [Path(f) for f in dict.fromkeys(get_config_files("config.toml"))]
    refuse_others(ours, variables=os.environ, files=files)


def _agrees_as_text(name: str, value: str, ours: Mapping[str, Any]) -> bool:
    """Say whether a variable says what we say, or decides nothing."""
    by_variable = {_variable(key): said for key, said in ours.items() if not _may_differ(key)}
    if name in by_variable:
        return value.strip().lower() == str(by_variable[name]).lower()
    return not name.startswith(tuple(f"{_PREFIX}{part.upper()}_" for part in _DECIDING))


def _may_differ(key: str) -> bool:
    return key.split(".", maxsplit=1)[0] not in _DECIDING


def _variable(key: str) -> str:
    """Give the variable of a switch: ``server.runOnSave`` is ``STREAMLIT_SERVER_RUN_ON_SAVE``."""
    from streamlit import config  # noqa: PLC0415

    return str(config._config_options_template[key].env_var)  # noqa: SLF001


def _switches_in(file: Path) -> dict[str, Any]:
    """Read a configuration file flat; one that cannot be read is refused."""
    if not file.is_file():
        return {}
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failed:
        msg = f"Streamlit's file {file.name} of {_place(file)} cannot be read; take it away: {failed}."
        raise RecipeError(msg) from failed
    return {
        f"{part}.{name}": value
        for part, content in told.items()
        if isinstance(content, dict)
        for name, value in content.items()
    }


def _place(file: Path) -> str:
    return "your home folder" if file.parent.parent == Path.home() else file.parent.parent.name
