"""Which tries of a recipe are kept, and which recipe would give each of them?

A try is the recipe with other choices under ``[hotspots]``. Its release is kept
in ``tries/ID/release`` in the folder of the recipe's answers, its exact numbers
in ``tries/ID/secure`` beside it. An ID is short, made from the choices alone, and
is all that a link holds.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from csgeo.errors import CsgeoError, MethodError, NothingToReport, RecipeError, StoreError
from csgeo.recipe import HotspotChoices, load_recipe, parse_recipe, recipe_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csgeo.recipe import Recipe

#: Names in the folder of answers. `csgeo.answering` says them too, and may not be loaded here: it
#: leads to what reads records.
RELEASE, SECURE = "release", "secure"
#: Where it stands what was wrong in a file, with its row and value: for analysts, and no log of a server.
SAID = "last_try.txt"
_ID = re.compile(r"[0-9a-f]{8}")
_CHOICES = "choices.toml"
_PATH = re.compile(r"(?<![\w.])(?:[A-Za-z]:)?[\\/](?:[^\\/\s'\"]+[\\/])*([^\\/\s'\"`,;:)]+)")
#: What may be a value from a file: text in single quotes that stands apart.
_QUOTED = re.compile(r"(?<=[\s(])'[^']*'(?!\w)")
_HEADER = re.compile(r"\s*\[hotspots\]\s*(#.*)?")


def recipe_file() -> Path | None:
    """Give the recipe that the dashboard was started with; None for a viewer."""
    named = os.environ.get("CSGEO_RECIPE")
    return Path(named) if named else None


def loaded(file: Path) -> Recipe:
    """Read the recipe.

    Raises
    ------
    RecipeError
        If it cannot be used.
    """
    return load_recipe(file, folders=os.environ)


def with_choices(file: Path, section: Mapping[str, Any]) -> Recipe:
    """Give the recipe with another ``[hotspots]`` section.

    Raises
    ------
    RecipeError
        If a choice cannot be used; the message says which values can.
    """
    given = tomllib.loads(file.read_text(encoding="utf-8"))
    return parse_recipe(given | {"hotspots": dict(section)}, beside=file.parent, folders=os.environ)


def section(file: Path, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Give the ``[hotspots]`` section that says the choices: what the recipe says, and what differs.

    Parameters
    ----------
    file
        The recipe.
    chosen
        Name to value; None stands for what csgeo chooses by itself.
    """
    written = tomllib.loads(file.read_text(encoding="utf-8")).get("hotspots", {})
    default = asdict(HotspotChoices())
    return {
        name: value
        for name, value in (written | dict(chosen)).items()
        if value is not None and (name in written or value != default.get(name))
    }


def as_toml(section: Mapping[str, Any]) -> str:
    """Write a section as it stands in a recipe."""
    return tomli_w.dumps({"hotspots": dict(section)})


def id_of(recipe: Recipe) -> str:
    """Give the short id of a try: the same choices, the same id."""
    return hashlib.sha256(recipe_toml(recipe).encode()).hexdigest()[:8]


def folder_of(recipe: Recipe, id_: str) -> Path:
    """Give the folder of a try.

    Raises
    ------
    StoreError
        If `id_` is no id of a try.
    """
    if not _ID.fullmatch(id_):
        msg = (
            "A try is named by eight signs of 0 to 9 and a to f. Choose one from the list of tries."
        )
        raise StoreError(msg)
    return recipe.path(recipe.folder) / "tries" / id_


def kept(recipe: Recipe) -> dict[str, dict[str, Any]]:
    """List the tries that have a release, the newest first: id to ``[hotspots]`` section."""
    folder = recipe.path(recipe.folder) / "tries"
    found = [p for p in folder.glob(f"*/{_CHOICES}") if _ID.fullmatch(p.parent.name)]
    found = [p for p in found if (p.parent / RELEASE / "manifest.json").is_file()]
    newest = sorted(found, key=lambda p: (-p.stat().st_mtime_ns, p.parent.name))
    sections = {p.parent.name: _read(p) for p in newest}
    return {id_: section for id_, section in sections.items() if section is not None}


def _read(choices: Path) -> dict[str, Any] | None:
    """Read what a try chose; None where the file was changed into something else."""
    try:
        section: dict[str, Any] = tomllib.loads(choices.read_text(encoding="utf-8"))["hotspots"]
        HotspotChoices(**section)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError):
        return None
    return section


def keep(folder: Path, section: Mapping[str, Any]) -> None:
    """Write beside the release of a try which choices gave it."""
    (folder / _CHOICES).write_text(as_toml(section), encoding="utf-8", newline="\n")


def write_recipe(file: Path, section: Mapping[str, Any], id_: str) -> str:
    """Write the recipe with these choices beside it, never over a file that says something else.

    Returns
    -------
    name
        ``NAME.try.toml``, or ``NAME.try-ID.toml`` where the first is taken.
    """
    text = recipe_text(file, section)
    for name in (f"{file.stem}.try.toml", f"{file.stem}.try-{id_}.toml"):
        path = file.with_name(name)
        if not path.exists() or path.read_text(encoding="utf-8") == text:
            break
    path.write_text(text, encoding="utf-8", newline="\n")
    return name


def recipe_text(file: Path, section: Mapping[str, Any]) -> str:
    """Give the recipe's text with another ``[hotspots]`` section, all else as it was written."""
    text = file.read_text(encoding="utf-8")
    wanted = tomllib.loads(text) | {"hotspots": dict(section)}
    lines = text.splitlines()
    at = [i for i, line in enumerate(lines) if _HEADER.fullmatch(line)]
    start = at[0] if at else len(lines)
    end = next(
        (i for i in range(start + 1, len(lines)) if lines[i].lstrip().startswith("[")), len(lines)
    )
    while end > start + 1 and not re.match(r"\s*\w", lines[end - 1]):
        end -= 1  # blank lines and comments above a header belong to what follows
    new = as_toml(section).rstrip().splitlines()
    before = lines[:start] if at else [*text.rstrip().splitlines(), ""]
    changed = "\n".join([*before, *new, *lines[end:]]) + "\n"
    try:
        same = tomllib.loads(changed) == wanted
    except tomllib.TOMLDecodeError:
        same = False
    return changed if same else tomli_w.dumps(wanted)


def in_plain_words(error: CsgeoError, *known: Path) -> str:
    """Say why a try failed, without a path and without a value from a file.

    What is wrong in a file is said with its row and value; that is for the secure folder, not for a page.
    """
    if not isinstance(error, RecipeError | MethodError | NothingToReport | StoreError):
        return (
            "A file could not be used as the recipe says. Which one, with the row and the remedy, is "
            f"said in {SAID} in the folder {SECURE} of the answers: a page shows nothing of a record."
        )
    words = without_paths(str(error), *known)
    return words if isinstance(error, RecipeError) else _QUOTED.sub("(a value)", words)


def without_paths(words: str, *known: Path) -> str:
    """Leave of each path in a message its last part only."""
    for path in known:
        for folder in (path, *path.parents):
            if folder.name:
                words = words.replace(f"{folder}{os.sep}", "").replace(str(folder), folder.name)
    return _PATH.sub(r"\1", words)
