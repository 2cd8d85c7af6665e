"""Where is a secret, and can nobody else read it?

A secret stands in a file of its own that only this account may read, or in a
variable; never in the settings, which are copied, printed and sent about.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def secret(told: Mapping[str, Any], name: str, folder: Path, *, least: int = 1) -> str:
    """Read a secret from the file or the variable that the settings name.

    Parameters
    ----------
    told
        A table of the settings, with ``<name>_file`` or ``<name>_variable``.
    name
        Of the secret.
    folder
        Against which the file is named.
    least
        How many signs it has at least.

    Raises
    ------
    RecipeError
        If neither or both are named, others may read the file, or the secret is too short. The
        message never holds it.
    """
    file, variable = told.get(f"{name}_file"), told.get(f"{name}_variable")
    if bool(file) == bool(variable):
        msg = (
            f"A secret needs one of `{name}_file` or `{name}_variable`; "
            f"{'both' if file else 'neither'} stand in the settings. Name the file or the variable "
            "that holds it."
        )
        raise RecipeError(msg)
    found = _in_file(folder / str(file), name) if file else os.environ.get(str(variable), "")
    found = found.strip()
    if len(found) < least:
        where = f"the file of `{name}_file`" if file else f"the variable {variable}"
        msg = f"The secret in {where} must have at least {least} signs; it has {len(found)}."
        raise RecipeError(msg)
    return found


def _in_file(path: Path, name: str) -> str:
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and mode & _OTHERS:
            msg = (
                f"Only this account may read the file {path.name} of `{name}_file`; others may too "
                f"(its rights are {stat.S_IMODE(mode):o}). Run `chmod 600` on it, and make a new "
                "secret if it has lain open."
            )
            raise RecipeError(msg)
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failed:
        why = getattr(failed, "strerror", None) or "it is no text"
        msg = f"The file {path.name} of `{name}_file` cannot be read: {why}."
        raise RecipeError(msg) from failed
