"""Which choices shape an answer?

A recipe is the file ``csgeo.toml`` read into a frozen :class:`Recipe`. The
same recipe, files and version of csgeo give the same answer, byte for byte.
Each choice has a default; none is hidden.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args

from csgeo.errors import RecipeError
from csgeo.governance import Governance, read_governance

if TYPE_CHECKING:
    from collections.abc import Mapping

Method: TypeAlias = Literal[
    "compact_places",
    "getis_ord",
    "local_moran",
    "scan",
    "space_time_scan",
    "kernel_density",
    "network_density",
    "hot_streets",
    "dbscan",
    "optics",
    "hdbscan",
    "st_dbscan",
    "nearest_neighbour_hierarchy",
    "stac",
    "emerging",
    "near_repeat",
]
Enforcement: TypeAlias = Literal["left_out", "kept"]
Expectation: TypeAlias = Literal["surroundings", "streets", "residents", "exposure"]
METHODS: tuple[str, ...] = get_args(Method)
ENFORCEMENT: tuple[str, ...] = get_args(Enforcement)
EXPECTATIONS: tuple[str, ...] = get_args(Expectation)
AUDIENCES = ("analysts", "panel", "partnership", "public")
#: The protection that no recipe can go below.
LEAST_PEOPLE_EVER = 5


@dataclass(frozen=True)
class Input:
    """One file to read, and what its columns do not say themselves."""

    file: str
    format: str = "table"
    layer: str | None = None
    crs: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, Any] = field(default_factory=dict)
    kind: str | None = None
    level: str | None = None
    source: str | None = None
    origin: str | None = None
    harm: str | None = None
    precision_m: float | None = None
    postcodes: str | None = None
    table: str | None = None
    attribution: str | None = None
    governance: Governance = field(default_factory=Governance)


@dataclass(frozen=True)
class Period:
    """The days that are looked at, both included; open where not given."""

    start: dt.date | None = None
    end: dt.date | None = None


@dataclass(frozen=True)
class HotspotChoices:
    """How places are found; see ``docs/methods`` for what each number does."""

    method: Method = "compact_places"
    expectation: Expectation = "surroundings"
    enforcement: Enforcement = "left_out"
    cell_m: int | None = None
    most_places: int = 10
    most_km2: float = 0.25
    most_share_of_area: float = 0.05
    least_in_stratum: int = 0
    least_people: int = 3
    least_sources: int = 1
    replicates: int = 999
    reruns: int = 0
    q: float = 0.05


@dataclass(frozen=True)
class SurfaceChoices:
    """The lattice that is drawn lightly behind the places."""

    cell_m: int = 250


@dataclass(frozen=True)
class ContextChoices:
    """What counts as near a place."""

    reach_m: float = 800.0
    expected_kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReleaseChoices:
    """What may be seen outside the secure side."""

    audience: str = "partnership"
    #: The audience's own where not given; never below it.
    least_people: int | None = None
    round_to: int | None = None
    review: str = "not required"
    rounding_key: str = "study"
    #: What exact counts are for and who gets them; asked of ``analysts``.
    purpose: str = ""
    recipient: str = ""


@dataclass(frozen=True)
class Recipe:
    """Every choice that shapes an answer."""

    title: str
    area: Input
    incidents: tuple[Input, ...]
    marking: str = "OFFICIAL-SENSITIVE"
    seed: int = 1
    folder: str = "out"
    #: The file with the key by which people are known: secret, apart from the data.
    people_key: str | None = None
    harms: tuple[str, ...] = ()
    period: Period = Period()
    services: tuple[Input, ...] = ()
    places: tuple[Input, ...] = ()
    streets: tuple[Input, ...] = ()
    basemap: tuple[Input, ...] = ()
    residents: Input | None = None
    exposure: Input | None = None
    strata: Input | None = None
    hotspots: HotspotChoices = HotspotChoices()
    surface: SurfaceChoices = SurfaceChoices()
    context: ContextChoices = ContextChoices()
    release: ReleaseChoices = ReleaseChoices()
    #: Where each file is on this machine, by its name in the recipe; never written out.
    located: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def path(self, name: str) -> Path:
        """Give the place on this machine of a file that the recipe names."""
        return Path(self.located.get(name, name))


def load_recipe(path: str | Path, *, folders: Mapping[str, str] | None = None) -> Recipe:
    """Read ``csgeo.toml`` and refuse what cannot be meant.

    Parameters
    ----------
    path
        The recipe. Files that it names are looked for beside it.
    folders
        Words that may stand as ``${WORD}`` in a file's name, such as
        ``{"CSGEO_OPEN_DATA": "..."}``: so that a recipe can be shared
        without anybody's folders in it.

    Returns
    -------
    recipe
        With the files named as they are written; ``recipe.path(name)`` finds them.

    Raises
    ------
    RecipeError
        If the recipe is missing, is not TOML, or has a key or value that
        cannot be used; the message names the key and the remedy.
    """
    path = Path(path)
    if not path.is_file():
        msg = f"There is no recipe {path}. Write one with `csgeo init`, or name the file: `csgeo run my.toml`."
        raise RecipeError(msg)
    try:
        choices = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{path.name} is not a TOML file in UTF-8: {error}. Compare it with one from `csgeo init`."
        raise RecipeError(msg) from error
    return parse_recipe(choices, beside=path.parent, folders=folders or {})


def parse_recipe(choices: Mapping[str, Any], *, beside: Path, folders: Mapping[str, str]) -> Recipe:
    """Turn the tables of a TOML file into a :class:`Recipe`.

    Parameters
    ----------
    choices
        As ``tomllib`` gives them.
    beside
        The folder that relative files are looked for in.
    folders
        Words that may stand as ``${WORD}`` in a file's name.

    Raises
    ------
    RecipeError
        As for :func:`load_recipe`.
    """
    given = dict(choices)
    for section in ("incidents", "services", "places", "streets", "basemap"):
        rows = given.get(section, [])
        if not isinstance(rows, list):
            msg = f"`{section}` must be tables under [[{section}]]; it is {rows!r}."
            raise RecipeError(msg)
        given[section] = tuple(
            _input(row, f"[[{section}]] number {n}") for n, row in enumerate(rows, start=1)
        )
    for section in ("area", "residents", "exposure", "strata"):
        if section in given:
            given[section] = _input(given[section], f"[{section}]")
    for section, of in _SECTIONS.items():
        if section in given:
            given[section] = _section(of, given[section], f"[{section}]")
    recipe = _section(Recipe, given, "the recipe")
    _check(recipe)
    located = {name: str(_locate(name, beside, folders)) for name in _named_files(recipe)}
    return replace(recipe, located=located)


def recipe_toml(recipe: Recipe) -> str:
    """Write a recipe as TOML: what :func:`load_recipe` reads back as the same recipe."""
    import tomli_w  # noqa: PLC0415  only needed to write

    choices = asdict(replace(recipe, located={}))
    return tomli_w.dumps(_bare(choices))


def shareable(recipe: Recipe) -> Recipe:
    """Leave out where files and the key of people are, and what was agreed about each: that stays inside."""

    def bare(one: Input | None) -> Input | None:
        if one is None:
            return None
        beside: dict[str, Any] = {
            n: _last(v) for n in ("postcodes", "table") if (v := getattr(one, n))
        }
        return replace(one, file=_last(one.file), governance=Governance(), **beside)

    several = ("incidents", "services", "places", "streets", "basemap")
    singly = ("area", "residents", "exposure", "strata")
    files: dict[str, Any] = {n: tuple(bare(i) for i in getattr(recipe, n)) for n in several}
    files |= {n: bare(getattr(recipe, n)) for n in singly}
    return replace(recipe, people_key=None, folder=_last(recipe.folder), **files)


def _last(name: str) -> str:
    """Give a file's own name: its folders may say whose it is, and on which machine."""
    return re.split(r"[\\/]", name.rstrip("/\\"))[-1]


_SECTIONS: dict[str, type] = {
    "period": Period,
    "hotspots": HotspotChoices,
    "surface": SurfaceChoices,
    "context": ContextChoices,
    "release": ReleaseChoices,
}
_KINDS: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "int | None": (int,),
    "float": (int, float),
    "float | None": (int, float),
    "str": (str,),
    "str | None": (str,),
    "Method": (str,),
    "Expectation": (str,),
    "Enforcement": (str,),
    "dt.date | None": (dt.date,),
    "tuple[str, ...]": (list,),
    "Mapping[str, str]": (dict,),
    "Mapping[str, Any]": (dict,),
}
_KIND_WORDS: dict[type, str] = {
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    dt.date: "a day, as 2027-03-31",
    list: "a list of texts in quotes",
    dict: "a table of names and texts",
}
#: Kinds that hold text alone.
_OF_TEXT = ("tuple[str, ...]", "Mapping[str, str]")
T = TypeVar("T")


def _section(of: type[T], given: Mapping[str, Any], called: str) -> T:
    """Build one frozen part, refusing keys that it does not have."""
    known = {f.name: f for f in fields(of)}  # type: ignore[arg-type]
    if not isinstance(given, dict):
        msg = f"{called} must be a table of choices; it is {given!r}. Compare it with a recipe from `csgeo init`."
        raise RecipeError(msg)
    for key in given:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            msg = f"{called} has no choice `{key}`.{hint} It knows {', '.join(known)}."
            raise RecipeError(msg)
    for name, rule in known.items():
        if name not in given and rule.default is MISSING and rule.default_factory is MISSING:
            msg = f"{called} must say `{name}`. Compare it with a recipe from `csgeo init`."
            raise RecipeError(msg)
    values = {}
    for key, value in given.items():
        kind = str(known[key].type)
        wanted = _KINDS.get(kind)
        if wanted and not _is_of(value, wanted, text=kind in _OF_TEXT):
            msg = f"`{key}` in {called} must be {_KIND_WORDS[wanted[-1]]}; it is {value!r}."
            raise RecipeError(msg)
        values[key] = tuple(value) if isinstance(value, list) else value
    return of(**values)


def _is_of(value: Any, wanted: tuple[type, ...], *, text: bool) -> bool:
    """Say whether a value is of one of these kinds, and, where asked, holds nothing but text."""
    if not isinstance(value, wanted) or isinstance(value, bool | dt.datetime):
        return False
    held: Any = value.values() if isinstance(value, dict) else value
    return not text or all(isinstance(v, str) for v in held)


def _input(given: Mapping[str, Any], called: str) -> Input:
    if not isinstance(given, dict):
        msg = f'{called} must be a table with at least a file: `file = "..."`; it is {given!r}.'
        raise RecipeError(msg)
    agreed = read_governance(given.get("governance", {}), called)
    return _section(Input, {**given, "governance": agreed}, called)


def _named_files(recipe: Recipe) -> list[str]:
    inputs = [recipe.area, recipe.residents, recipe.exposure, recipe.strata]
    inputs += [*recipe.incidents, *recipe.services]
    inputs += [*recipe.places, *recipe.streets, *recipe.basemap]
    names = [n for i in inputs if i for n in (i.file, i.postcodes, i.table) if n]
    return [*names, recipe.folder, *([recipe.people_key] if recipe.people_key else [])]


def _locate(name: str, beside: Path, folders: Mapping[str, str]) -> Path:
    file = name
    for word in re.findall(r"\$\{(\w+)\}", name):
        # a folder alone: another value, such as a secret, would be shown by a message about the file
        if not folders.get(word) or not Path(folders[word]).is_dir():
            msg = (
                f"The recipe names {name}, but {word} is not set to a folder that is there. "
                f"Set the environment variable {word} to the folder that holds the file."
            )
            raise RecipeError(msg)
        file = file.replace(f"${{{word}}}", folders[word])
    if "\0" in file:
        msg = f"A file that the recipe names must have a name that can be; {name!r} cannot. Correct it."
        raise RecipeError(msg)
    return (beside / file).resolve()


def _check(recipe: Recipe) -> None:
    """Refuse numbers that would give a list nobody should act on."""
    hot, shown, days = recipe.hotspots, recipe.release, recipe.period
    one_of = {
        ("hotspots.method", hot.method): METHODS,
        ("hotspots.expectation", hot.expectation): EXPECTATIONS,
        ("hotspots.enforcement", hot.enforcement): ENFORCEMENT,
        ("release.review", shown.review): ("required", "not required"),
        ("release.rounding_key", shown.rounding_key): ("study", "records"),
        ("release.audience", shown.audience): AUDIENCES,
    }
    for (name, value), allowed in one_of.items():
        if value not in allowed:
            msg = f"`{name}` must be one of {', '.join(allowed)}; it is {value!r}."
            raise RecipeError(msg)
    between: dict[str, tuple[float, float, float]] = {
        "hotspots.cell_m": (hot.cell_m or 125, 125, 4000),
        "hotspots.least_people": (hot.least_people, 1, 100),
        "hotspots.least_sources": (hot.least_sources, 1, 20),
        "hotspots.most_places": (hot.most_places, 1, 20),
        "hotspots.most_km2": (hot.most_km2, 0.015625, 4),
        "hotspots.most_share_of_area": (hot.most_share_of_area, 1e-6, 0.05),
        "hotspots.least_in_stratum": (hot.least_in_stratum, 0, 20),
        "hotspots.replicates": (hot.replicates, 19, 99_999),
        "hotspots.reruns": (hot.reruns, 0, 1000),
        "hotspots.q": (hot.q, 1e-6, 0.5),
        "surface.cell_m": (recipe.surface.cell_m, 125, 4000),
        "context.reach_m": (recipe.context.reach_m, 100, 5000),
    }
    for name in ("least_people", "round_to"):
        if (asked := getattr(shown, name)) is not None:
            between[f"release.{name}"] = (asked, LEAST_PEOPLE_EVER, 1000)
    for name, (number, least, most) in between.items():
        if not least <= number <= most:
            msg = f"`{name}` must be from {least:g} to {most:g}; it is {number:g}."
            raise RecipeError(msg)
    if days.start and days.end and days.start > days.end:
        msg = f"`period.start` ({days.start}) must not be after `period.end` ({days.end})."
        raise RecipeError(msg)
    needs = {"streets": recipe.streets, "residents": recipe.residents, "exposure": recipe.exposure}
    if hot.expectation in needs and not needs[hot.expectation]:
        msg = (
            f'`hotspots.expectation = "{hot.expectation}"` needs a [{hot.expectation}] table '
            f"with a file; the recipe has none. Add it, or choose another expectation."
        )
        raise RecipeError(msg)
    if not recipe.incidents:
        msg = "The recipe must name at least one file of records: add [[incidents]] with a `file`."
        raise RecipeError(msg)


def _bare(value: Any) -> Any:
    """Leave out what is empty: TOML has no word for it."""
    if isinstance(value, dict):
        return {k: _bare(v) for k, v in value.items() if v is not None and v not in ((), {}, [])}
    if isinstance(value, list | tuple):
        return [_bare(v) for v in value]
    return value
