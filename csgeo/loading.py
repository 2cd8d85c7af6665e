"""How does a file of records come into a recipe, and nothing else with it?

A file that somebody hands over is kept as it is, under a name made of words that
describe files, never of its own: that may name a child. It is read elsewhere,
by a process apart. The recipe keeps its comments, and its old text beside it.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from typing import TYPE_CHECKING, Any

from csgeo.errors import RecipeError, StoreError
from csgeo.recipe import parse_recipe
from csgeo.store.turns import alone, put_whole

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from csgeo.recipe import Recipe

#: Endings of the files that csgeo reads as records.
ENDINGS = (
    ".csv", ".txt", ".tsv", ".tab", ".xlsx", ".xlsm", ".geojson", ".json", ".gpkg", ".zip",
    ".parquet", ".geoparquet", ".pq",
)  # fmt: skip
#: The largest file that may be handed over in the dashboard (megabytes).
MOST_MB = 200
#: Words that may stand in a file's name: they say what it holds, and nobody's name.
_WORDS = frozenset(
    "a ambulance and anonymised asb bath care cases cce children childrens clean concerns contacts council county crime crimes cse cumbria cyp data december devon district dorset e education eh emergency episodes events exclusions exploitation export extract february force found from gang health hospital in incident incidents intelligence january july kent knife lines march messy missing month nhs november nspcc october offences out partnership police pseudonymised q1 q2 q3 q4 quarter records referrals report return returns robbery safeguarding sample school schools september services social somerset street transport vru violence weapons week year yjs yot youth".split()  # noqa: SIM905  one word a line would be two pages
)
_NUMBER = re.compile(r"(?:19|20)\d\d|\d{1,2}")
_HEADER = re.compile(r"\s*\[\[?\s*([\w.\-]+)\s*\]?\]\s*(?:#.*)?")
_NO_ROOM = (
    "The file could not be kept ({why}). Nothing of it is left. Make room on the disk, or ask for "
    "the right to write there, and hand it over again."
)


def safe_name(named: str) -> str:
    r"""Give a file the name under which it is kept.

    Parameters
    ----------
    named
        Its name as the browser says it: folders, and all words that do not describe a file of
        records, are left out.

    Raises
    ------
    RecipeError
        If it ends in a way that no file of records does.

    Examples
    --------
    >>> safe_name("C:\\Users\\ann\\Anna Smith incidents 2024.CSV")
    'incidents-2024.csv'
    >>> safe_name("../../etc/passwd.zip")
    'records.zip'
    """
    last = re.split(r"[\\/]", named)[-1].casefold()
    ending = next((e for e in ENDINGS if last.endswith((e, f"{e}.gz"))), None)
    if ending is None:
        msg = (
            f"A file of records must end in one of {', '.join(ENDINGS)}; this one does not. Save it "
            "as CSV or XLSX; put all parts of a Shapefile into one zip."
        )
        raise RecipeError(msg)
    ending += ".gz" if last.endswith(".gz") else ""
    words = re.findall(r"[a-z]+\d?|\d+", last.removesuffix(ending))
    kept = [w for w in words if w in _WORDS or _NUMBER.fullmatch(w)]
    if not any(w in _WORDS for w in kept):
        kept = ["records", *kept]
    return "-".join(kept[:6]) + ending


def folder_of_records(recipe: Recipe, file: Path) -> Path:
    """Say where files that are handed over are kept: with the recipe's own records, if they lie beneath it."""
    home = file.resolve().parent
    folder = recipe.path(recipe.incidents[0].file).parent
    return folder if folder.is_relative_to(home) else home / "data"


def keep_file(folder: Path, named: str, content: bytes) -> Path:
    """Write a file that was handed over, never over another.

    Parameters
    ----------
    folder
        Made if it is not there; only this user may read what is written.
    named
        As for :func:`safe_name`.
    content
        Its bytes, which are not looked at.

    Returns
    -------
    file
        Where it is now; the one that is there already if it holds the same bytes.

    Raises
    ------
    RecipeError
        If its name ends in another way, or it is larger than may be handed over.
    StoreError
        If it cannot be written; nothing is left of it then.
    """
    name = safe_name(named)
    if len(content) > MOST_MB << 20:
        msg = f"A file that is handed over must be at most {MOST_MB} MB; this one has {len(content) >> 20:,}. Split it by year, or save it as Parquet."
        raise RecipeError(msg)
    stem, ending = name.split(".", 1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            file = folder / (name if number == 1 else f"{stem}-no{number}.{ending}")
            if file.is_symlink() or file.exists():
                if _same(file, content):
                    return file
                continue
            _write_new(file, content)
            return file
    except OSError as error:
        raise StoreError(_NO_ROOM.format(why=error.strerror or type(error).__name__)) from error
    raise StoreError(_NO_ROOM.format(why="a thousand files have that name"))


def stamp(file: Path) -> str:
    """Say which text a file holds now, so that a later change is seen (SHA-256)."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def table_of(recipe_text: str, number: int) -> dict[str, Any]:
    """Give what the recipe says of its records number `number`, counted from 0."""
    found: dict[str, Any] = tomllib.loads(recipe_text)["incidents"][number]
    return found


def with_records(text: str, one: Mapping[str, Any], *, instead: int | None, note: str = "") -> str:
    """Give the recipe's text with another file of records, all else as it was written.

    Parameters
    ----------
    text
        The recipe.
    one
        What stands under ``[[incidents]]``; what is None or empty is left out.
    instead
        Which of the recipe's files of records it takes the place of, counted from 0; None adds it.
    note
        A comment above it.

    Raises
    ------
    RecipeError
        If the recipe is written in a way that cannot be changed without losing something.
    """
    given = {k: v for k, v in one.items() if v not in (None, "", {}, ())}
    wanted = tomllib.loads(text)
    listed = list(wanted.get("incidents", []))
    if instead is None:
        listed.append(given)
    else:
        listed[instead] = given
    lines = text.rstrip().splitlines()
    start, end = (len(lines), len(lines)) if instead is None else _block(lines, instead)
    new = [*([f"# {note}"] if note else []), *_as_toml(given)]
    changed = "\n".join([*lines[:start], *([""] if instead is None else []), *new, *lines[end:]])
    try:
        same = tomllib.loads(changed + "\n") == wanted | {"incidents": listed}
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        msg = (
            "The recipe must name its records in tables of their own, each under [[incidents]]; it "
            "is written in another way, so nothing was changed. Add the file by hand."
        )
        raise RecipeError(msg)
    return changed + "\n"


def keep_recipe(file: Path, text: str, *, seen: str, secure: Path, on: dt.date) -> str:
    """Put a new text into the recipe, and keep the old one beside it.

    Parameters
    ----------
    file
        The recipe.
    text
        Its new text.
    seen
        The :func:`stamp` of the text that was looked at.
    secure
        The recipe's secure folder, where those who change it take turns.
    on
        Today.

    Returns
    -------
    name
        Of the copy, ``NAME-before-DATE.toml``.

    Raises
    ------
    RecipeError
        If the new text is no recipe, or the old one was changed since it was looked at.
    StoreError
        If it cannot be written; the recipe is as it was then.
    """
    parse_recipe(tomllib.loads(text), beside=file.parent, folders=os.environ)
    with alone(secure / "recipe"):
        refuse_changed(file, seen)
        old = file.read_bytes()
        copy = _beside(file, old, on)
        mode = file.stat().st_mode & 0o777
        put_whole(file, text.encode("utf-8"))
        file.chmod(mode)
    return copy


def refuse_changed(file: Path, seen: str) -> None:
    """Refuse to go on with a recipe that is not the one that was looked at.

    Raises
    ------
    RecipeError
        If it was changed or taken away.
    """
    if not file.is_file() or stamp(file) != seen:
        msg = (
            "The recipe must be the one that this page shows; it was changed meanwhile, by you in "
            "another window or by somebody else. Nothing was done. Look at it again, then go on."
        )
        raise RecipeError(msg)


def forget_file(recipe: Recipe, file: Path) -> bool:
    """Erase a file that was handed over, unless the recipe names it.

    Returns
    -------
    gone
        Whether there was such a file, and it is gone.
    """
    named = {recipe.path(one.file) for one in recipe.incidents}
    if file.resolve() in named or not file.is_file():
        return False
    file.unlink()
    return True


def _as_toml(one: Mapping[str, Any]) -> list[str]:
    """Write one file of records as a table of its own, with the tables beneath it."""
    import tomli_w  # noqa: PLC0415  only needed to write

    beneath = {k: v for k, v in one.items() if isinstance(v, dict)}
    text = "[[incidents]]\n" + tomli_w.dumps({k: v for k, v in one.items() if k not in beneath})
    for name, values in beneath.items():
        text += f"\n[incidents.{name}]\n{tomli_w.dumps(values)}"
    return text.splitlines()


def _write_new(file: Path, content: bytes) -> None:
    fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(fd, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _same(file: Path, content: bytes) -> bool:
    if file.is_symlink() or not file.is_file() or file.stat().st_size != len(content):
        return False
    return stamp(file) == hashlib.sha256(content).hexdigest()


def _block(lines: list[str], number: int) -> tuple[int, int]:
    """Find the lines of one ``[[incidents]]`` with the tables beneath it."""
    heads = [(i, m[1]) for i, line in enumerate(lines) if (m := _HEADER.fullmatch(line))]
    own = [i for i, name in heads if name == "incidents" and lines[i].lstrip().startswith("[[")]
    if number >= len(own):
        return len(lines), len(lines)  # written in another way: the comparison sees it
    start = own[number]
    after = [
        i for i, name in heads if i > start and (i in own or not name.startswith("incidents."))
    ]
    end = after[0] if after else len(lines)
    while end > start + 1 and not re.match(r"\s*[\w\"'\[\]}]", lines[end - 1]):
        end -= 1  # blank lines and comments above a header belong to what follows
    return start, end


def _beside(file: Path, old: bytes, on: dt.date) -> str:
    for number in range(1, 1000):
        more = "" if number == 1 else f"-{number}"
        copy = file.with_name(f"{file.stem}-before-{on.isoformat()}{more}.toml")
        try:
            _write_new(copy, old)
        except FileExistsError:
            continue
        return copy.name
    msg = f"{file.name} has a thousand copies of today. Take some away."
    raise StoreError(msg)
