"""Which tables do the files of a recipe hold?"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import pandas as pd

from csgeo.disclosure.pseudonyms import keys_for_this_run, pseudonyms, read_keys
from csgeo.errors import RecipeError
from csgeo.sources.apart.starting import prepare
from csgeo.sources.areas import read_areas
from csgeo.sources.attach import attach
from csgeo.sources.incidents import read_incidents
from csgeo.sources.places import read_places
from csgeo.sources.police import read_police
from csgeo.sources.population import read_population
from csgeo.sources.schools import read_schools
from csgeo.sources.services import read_services
from csgeo.sources.stops import read_stops
from csgeo.sources.strata import read_strata
from csgeo.sources.streets import read_streets

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

    from csgeo.disclosure.pseudonyms import Keys
    from csgeo.recipe import Input, Recipe
    from csgeo.sources.report import Reading, ReadReport

    Progress = Callable[[str, int, int], None]


#: Files that are read at a time: while one is read by its own process, another's rows are understood.
_AT_ONCE = 2


@dataclass
class Intake:
    """The tables that came in, and the account of each file."""

    area: gpd.GeoDataFrame
    incidents: gpd.GeoDataFrame
    services: gpd.GeoDataFrame | None = None
    places: gpd.GeoDataFrame | None = None
    streets: gpd.GeoDataFrame | None = None
    residents: gpd.GeoDataFrame | None = None
    exposure: gpd.GeoDataFrame | None = None
    strata: gpd.GeoDataFrame | None = None
    lines: gpd.GeoDataFrame | None = None
    readings: list[tuple[Input, ReadReport]] = field(default_factory=list)
    set_aside: dict[str, pd.DataFrame] = field(default_factory=dict)
    checksums: dict[str, str] = field(default_factory=dict)
    #: How people are known, in words; empty where no record names any.
    people: str = ""


def be_ready() -> None:
    """Let what reads files be loaded, beside this process, before any is asked for."""
    prepare()


def take_in(recipe: Recipe, progress: Progress) -> Intake:
    """Read every file that a recipe names.

    Parameters
    ----------
    recipe
        Which files, and what their columns do not say themselves.
    progress
        Called with what is being read, how many files are done, and of how many.

    Returns
    -------
    intake
        Tables in the recipe's words, with a read report for each file and the
        rows that were set aside.

    Raises
    ------
    SourceError
        If a file cannot be read as what the recipe says it is; if several
        cannot, the first as they stand in :class:`Intake`.
    """
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reading") as pool:
        try:
            return _taken(recipe, _Clerk(recipe, progress, pool))
        except BaseException:
            pool.shutdown(
                wait=False, cancel_futures=True
            )  # what was refused is said without reading the rest
            raise


def _taken(recipe: Recipe, clerk: _Clerk) -> Intake:
    """Ask for every file, then take them in the order in which they were asked for."""
    (area,) = clerk.ask("area", _area, recipe.area)
    keys = _people_keys(recipe)
    records = clerk.ask(
        "records",
        lambda r, i: _incidents(r, i, area.reading.result().table, keys),
        *recipe.incidents,
    )
    services = clerk.ask("services", _services, *recipe.services)
    places = clerk.ask("places", _places, *recipe.places)
    streets = clerk.ask("streets", _streets, *recipe.streets)
    lines = clerk.ask("base map", _places, *recipe.basemap)
    residents = clerk.ask("residents", _area, recipe.residents)
    exposure = clerk.ask("exposure", _area, recipe.exposure)
    strata = clerk.ask("strata", _area, recipe.strata)
    clerk.ask_checksums()
    taken_area, incidents = clerk.take([area]), clerk.take(records)
    named = (
        incidents is not None
        and "person_key" in incidents
        and incidents["person_key"].notna().any()
    )
    return Intake(
        area=taken_area,
        incidents=incidents,
        people=keys.said if named else "",
        services=clerk.take(services),
        places=clerk.take(places),
        streets=clerk.take(streets),
        lines=clerk.take(lines),
        residents=clerk.take(residents),
        exposure=clerk.take(exposure),
        strata=clerk.take(strata),
        readings=clerk.readings,
        set_aside=clerk.set_aside,
        checksums=clerk.checksums,
    )


class _Asked(NamedTuple):
    """A file that is being read, or will be."""

    called: str
    one: Input
    reading: Future[Reading]


class _Clerk:
    """Has files read side by side, takes them one after another and keeps the account."""

    def __init__(self, recipe: Recipe, progress: Progress, pool: Executor) -> None:
        self.recipe, self.progress, self.pool = recipe, progress, pool
        self.asked: list[_Asked] = []
        self.summed: dict[str, Future[str]] = {}
        self.readings: list[tuple[Input, ReadReport]] = []
        self.set_aside: dict[str, pd.DataFrame] = {}
        self.checksums: dict[str, str] = {}

    def ask(
        self, called: str, how: Callable[[Recipe, Input], Reading], *several: Input | None
    ) -> list[_Asked]:
        asked = [
            _Asked(called, one, self.pool.submit(how, self.recipe, one))
            for one in several
            if one is not None
        ]
        self.asked += asked
        return asked

    def ask_checksums(self) -> None:
        for name in (name for asked in self.asked for name in _files(asked.one)):
            if name not in self.summed:
                self.summed[name] = self.pool.submit(checksum, self.recipe.path(name))

    def take(self, several: list[_Asked]) -> Any:
        tables = [self._take(asked) for asked in several]
        return _stacked(tables) if tables else None

    def _take(self, asked: _Asked) -> gpd.GeoDataFrame:
        self.progress(f"Reading {asked.called}", len(self.readings), len(self.asked))
        reading = asked.reading.result()
        self.readings.append((asked.one, reading.report))
        if len(reading.set_aside):
            name = f"{len(self.readings):02d}_{asked.called.replace(' ', '_')}"
            self.set_aside[name] = reading.set_aside
        for name in _files(asked.one):
            self.checksums[name] = self.summed[name].result()
        return reading.table


def _files(one: Input) -> list[str]:
    return [name for name in (one.file, one.table, one.postcodes) if name]


def _stacked(tables: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Lay tables of one kind under each other; ids that repeat between files get the file's number."""
    if len(tables) == 1:
        return tables[0]
    index = pd.concat([t.index.to_series() for t in tables])
    if not index.is_unique:
        tables = [t.set_axis(f"{n}-" + t.index.astype(str)) for n, t in enumerate(tables, start=1)]
    name = index.index.name
    filled = [t.dropna(axis="columns", how="all") for t in tables]
    stacked = pd.concat(filled).reindex(columns=list(dict.fromkeys(c for t in tables for c in t)))
    for column in stacked.columns.difference(["geometry"]):
        kinds = [t[column].dtype for t in tables if column in t]
        stacked[column] = stacked[column].astype(kinds[0])
    return gpd.GeoDataFrame(stacked, geometry="geometry", crs=tables[0].crs).rename_axis(name)


def _area(recipe: Recipe, one: Input) -> Reading:
    from_table = {"stratum"} if one.table else set()
    reading = read_areas(
        recipe.path(one.file),
        columns={k: v for k, v in one.columns.items() if k not in from_table} or None,
        layer=one.layer,
        crs=one.crs,
        level=one.level,
        where=one.where or None,
    )
    if one.table is None:
        return reading
    table = _by_area(recipe.path(one.table), one)
    return reading._replace(table=attach(reading.table, table))


def _by_area(path: Path, one: Input) -> pd.DataFrame:
    """Read a table that goes with areas: residents, or a class to rank within."""
    if "stratum" in one.columns:
        reading = read_strata(path, column=one.columns["stratum"])
    else:
        reading = read_population(path)
    table: pd.DataFrame = reading.table
    return table


def _people_keys(recipe: Recipe) -> Keys:
    """Give the key by which people are known: the recipe's own, or one for this run alone."""
    if recipe.people_key is None:
        return keys_for_this_run()
    path = recipe.path(recipe.people_key)
    data = {Path(p).parent for name, p in recipe.located.items() if name != recipe.people_key}
    return read_keys(path, apart_from=sorted(data))


def _incidents(recipe: Recipe, one: Input, area: gpd.GeoDataFrame, keys: Keys) -> Reading:
    if one.format == "police":
        period = (recipe.period.start, recipe.period.end)
        return read_police(
            recipe.path(one.file),
            harms=recipe.harms or None,
            period=period,
            where=one.where or None,
            areas=area,
            harm_words=one.words or None,
        )
    _only(one, "table", "police")
    return read_incidents(
        recipe.path(one.file),
        columns=one.columns or None,
        layer=one.layer,
        crs=one.crs,
        postcodes=recipe.path(one.postcodes) if one.postcodes else None,
        areas=area,
        source=one.source,
        harm=one.harm,
        harm_words=one.words or None,
        origin=one.origin,
        precision_m=one.precision_m,
        pseudonyms=partial(pseudonyms, keys=keys, domain=recipe.title),
    )


def _services(recipe: Recipe, one: Input) -> Reading:
    if one.format == "gias":
        return read_schools(recipe.path(one.file))
    _only(one, "table", "gias")
    return read_services(
        recipe.path(one.file),
        kind=one.kind,
        columns=one.columns or None,
        layer=one.layer,
        crs=one.crs,
        words=one.words or None,
        postcodes=recipe.path(one.postcodes) if one.postcodes else None,
    )


def _places(recipe: Recipe, one: Input) -> Reading:
    if one.format == "naptan":
        return read_stops(recipe.path(one.file))
    _only(one, "table", "naptan")
    return read_places(
        recipe.path(one.file),
        kind=one.kind,
        columns=one.columns or None,
        layer=one.layer,
        crs=one.crs,
        words=one.words or None,
        where=one.where or None,
    )


def _streets(recipe: Recipe, one: Input) -> Reading:
    return read_streets(
        recipe.path(one.file), columns=one.columns or None, layer=one.layer, crs=one.crs
    )


def _only(one: Input, *formats: str) -> None:
    if one.format not in formats:
        msg = f"`format` of {one.file} must be one of {', '.join(formats)}; it is {one.format!r}."
        raise RecipeError(msg)


def checksum(path: Path) -> str:
    """Give the SHA-256 of a file, or of the files of a folder in order of name."""
    if path.is_dir():
        parts = [checksum(p) for p in sorted(path.rglob("*")) if p.is_file()]
        return hashlib.sha256("".join(parts).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
