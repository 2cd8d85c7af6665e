"""Which rows does a layer of a GIS file hold?

GeoPackage, Shapefile (zipped too), GeoJSON, GeoParquet and Parquet. None of
them is opened in this process: a process of its own does it, closed off from
other files and from the network (:mod:`csgeo.sources.apart`). What comes back
is plain columns, and shapes as well-known binary.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from csgeo.errors import UnreadableFile
from csgeo.sources.apart.ask import ask, private_folder
from csgeo.sources.limits import LIMITS, in_bytes
from csgeo.sources.zipped import open_zip, unpack_to

if TYPE_CHECKING:
    import zipfile
    from pathlib import Path

    import geopandas as gpd

    from csgeo.sources.limits import Limits

_SHP = b"\x00\x00\x27\x0a"
#: The parts of a Shapefile that are read.
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
#: Beside a GeoPackage that another program has open, or left in the middle of a change.
_UNFINISHED = ("-wal", "-journal")
_CODE = re.compile(r"[A-Za-z_]{2,20}:[A-Za-z0-9_.-]{1,24}")
#: In the text of a system: what makes PROJ open a grid of corrections, by name or address.
_GRIDS = re.compile(r"PARAMETERFILE|grids|pipeline|\bEXTENSION\b|://|\.\./|BoundCRS", re.IGNORECASE)
_LONGEST_SYSTEM = 20_000


class Layer(NamedTuple):
    """The attributes of a layer, its shapes (None for a table without any) and notes."""

    frame: pd.DataFrame
    geometry: gpd.GeoSeries | None
    notes: tuple[str, ...]


def read_layer(
    file: Path, holds: str, *, layer: str | None = None, limits: Limits = LIMITS
) -> Layer:
    """Read one layer of a GeoPackage, Shapefile (zipped too) or GeoJSON.

    Raises
    ------
    UnreadableFile
        If there is no such layer, more than one to choose from, or the file
        cannot be read within `limits`.
    """
    if holds == "zipped Shapefile":
        with private_folder() as folder:
            path = _unpacked_shapefile(file, layer, folder, limits)
            beside = sorted(folder.iterdir())
            return _layer(file, "Shapefile", path=path, files=beside, limits=limits, said=holds)
    if holds == "Shapefile":
        return _layer(file, holds, files=_beside(file), limits=limits, layer=_own_name(file, layer))
    unfinished = [file.with_name(file.name + ending) for ending in _UNFINISHED]
    if holds == "GeoPackage" and any(u.exists() and u.stat().st_size for u in unfinished):
        with private_folder() as folder:
            path = _copied(file, unfinished, folder, limits)
            return _layer(file, holds, path=path, private=folder, limits=limits, layer=layer)
    return _layer(file, holds, limits=limits, layer=layer)


def read_parquet(file: Path, *, limits: Limits = LIMITS) -> Layer:
    """Read a Parquet file, with its shapes if it is GeoParquet.

    Raises
    ------
    UnreadableFile
        If the file is damaged, or takes more than `limits`.
    """
    return _layer(file, "Parquet", limits=limits)


def _layer(file: Path, holds: str, *, limits: Limits, **asked: Any) -> Layer:
    found = ask(file, holds, limits=limits, **({"layer": None} | asked))
    said = found.said
    if found.table is None:
        return Layer(pd.DataFrame(), None, tuple(said["notes"]))
    _refuse_twice(found.table.column_names, file)
    name = said["geometry"]
    shapes = None if name is None else _shapes(found.table, name, said["crs"], file)
    table = found.table if name is None else found.table.drop_columns([name])
    return Layer(_frame(table), shapes, tuple(said["notes"]))


def _refuse_twice(names: list[str], file: Path) -> None:
    again = [name for place, name in enumerate(names) if name in names[:place]]
    if again:
        msg = f"{file.name} must have a name of its own for each column; {len(again)} stand there twice (the first is {again[0]!r}). Rename them, or export it again."
        raise UnreadableFile(msg)


def _frame(table: Any) -> pd.DataFrame:
    """Give a table of Arrow's as pandas'; a category is only a way of storing words."""
    import pyarrow as pa  # noqa: PLC0415  heavy

    for place, field in enumerate(table.schema):
        kind = field.type
        if pa.types.is_dictionary(kind):
            table = table.set_column(place, field.name, table.column(place).cast(kind.value_type))
        elif pa.types.is_time(kind):
            table = table.set_column(place, field.name, table.column(place).cast(pa.string()))
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame


def _shapes(table: Any, name: str, crs: str | None, file: Path) -> gpd.GeoSeries:
    import geopandas as gpd  # noqa: PLC0415  heavy
    import shapely  # noqa: PLC0415

    try:
        shapes = shapely.force_2d(shapely.from_wkb(table.column(name).to_numpy()))
    except (shapely.errors.ShapelyError, TypeError, ValueError) as error:
        words = str(error).splitlines()[0][:120]
        msg = f"{file.name} has a shape that cannot be read ({words}). Repair it in QGIS (Fix geometries), or export it again."
        raise UnreadableFile(msg) from error
    return gpd.GeoSeries(shapes, crs=_system(crs, file), name="geometry")


def _system(crs: str | None, file: Path) -> Any:
    """Give the system that a file says, unless its text would make PROJ open something."""
    from pyproj import CRS  # noqa: PLC0415  heavy
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    if crs is None:
        return None
    sound = _CODE.fullmatch(crs) or (len(crs) <= _LONGEST_SYSTEM and not _GRIDS.search(crs))
    try:
        if sound and crs.lstrip()[:1] != "+":
            return CRS.from_user_input(crs)
    except CRSError:
        pass
    msg = f"{file.name} describes its coordinate reference system in a way that is not followed ({' '.join(crs.split())[:60]!r}). Export it in EPSG:27700 or EPSG:4326."
    raise UnreadableFile(msg)


def _own_name(file: Path, layer: str | None) -> str | None:
    if layer is not None and layer != file.stem:
        msg = f"{file.name} has no layer {layer!r}; it has {file.stem}. Name one of them with `layer`."
        raise UnreadableFile(msg)
    return None


def _beside(file: Path) -> list[Path]:
    """Name the other parts of a Shapefile; a part that is a link to elsewhere is refused."""
    parts = [
        p
        for p in file.parent.glob(f"{_no_pattern(file.stem)}.*")
        if p.suffix.lower() in _PARTS and p.stem == file.stem
    ]
    home = file.resolve().parent
    for part in parts:
        if part.is_symlink() and part.resolve().parent != home:
            msg = f"{part.name} is a link to a file in another folder, which is not followed. Put the file itself beside {file.name}."
            raise UnreadableFile(msg)
    return parts


def _no_pattern(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def _copied(file: Path, unfinished: list[Path], folder: Path, limits: Limits) -> Path:
    """Copy a GeoPackage with what another program has not yet written into it."""
    for part in [file, *unfinished]:
        if part.exists():
            if part.stat().st_size > in_bytes(limits.file_mb):
                msg = f"{part.name} must be at most {limits.file_mb:,} MB. Close {file.name} in QGIS and try again."
                raise UnreadableFile(msg)
            shutil.copyfile(part, folder / part.name)
    return folder / file.name


def _unpacked_shapefile(file: Path, layer: str | None, folder: Path, limits: Limits) -> Path:
    """Unpack the parts of one Shapefile under names of our own."""
    left = in_bytes(limits.unpacked_mb)
    with open_zip(file) as archive:
        names = [n for n in archive.namelist() if not n.startswith("__MACOSX/")]
        chosen = _shapefile_in(archive, names, file, layer)
        for name in names:
            ending = name[-4:].lower()
            if name[:-4] == chosen[:-4] and ending in _PARTS:
                with (folder / f"layer{ending}").open("wb") as to:
                    left -= unpack_to(archive, name, to, called=file.name, most=left)
    return folder / "layer.shp"


def _shapefile_in(archive: zipfile.ZipFile, names: list[str], file: Path, layer: str | None) -> str:
    shapes = [n for n in names if n.lower().endswith(".shp")]
    if not shapes:
        found = ", ".join(n[:60] for n in names[:6]) or "nothing"
        police = any(n.lower().endswith("-street.csv") for n in names)
        remedy = (
            "Read it with `csgeo.read_police`."
            if police
            else "Zip the .shp with its .shx, .dbf and .prj, or unpack the zip and name the table inside."
        )
        msg = f"{file.name} is a zip without a shapefile: it holds {found}. {remedy}"
        raise UnreadableFile(msg)
    stems = {n.rsplit("/", 1)[-1][:-4]: n for n in shapes}
    if layer is None and len(shapes) > 1:
        msg = f"{file.name} has {len(shapes)} layers: {', '.join(list(stems)[:30])}. Say which one to read with `layer`."
        raise UnreadableFile(msg)
    if layer is not None and layer not in stems:
        msg = f"{file.name} has no layer {layer!r}; it has {', '.join(list(stems)[:30])}. Name one of them with `layer`."
        raise UnreadableFile(msg)
    chosen = stems[layer] if layer is not None else shapes[0]
    if not _begins_as_shapefile(archive, chosen, file):
        msg = f"{chosen} in {file.name} is not what its name says: it is no Shapefile. Export it again."
        raise UnreadableFile(msg)
    return chosen


def _begins_as_shapefile(archive: zipfile.ZipFile, part: str, file: Path) -> bool:
    try:
        with archive.open(part) as opened:
            return opened.read(4) == _SHP
    except Exception as error:  # a broken zip fails in a dozen ways
        msg = f"{file.name} is a broken zip ({part!r}: {type(error).__name__}). Download it again, without a password."
        raise UnreadableFile(msg) from error
