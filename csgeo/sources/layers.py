"""Which rows does a layer of a GIS file hold?

GeoPackage, Shapefile and GeoJSON through pyogrio, GeoParquet and Parquet
through Arrow. GDAL can follow a file to other files and to the network; the
drivers that do so are switched off before pyogrio is loaded, the content of a
file is looked at first (:mod:`csgeo.sources.formats`), and what GDAL says it
opened must be what was expected.
"""

from __future__ import annotations

import os
import warnings
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

from csgeo.errors import UnreadableFile

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

#: GDAL drivers that open something else than the file they are given.
_INDIRECT = (
    "OGR_VRT,GDALG,WFS,OAPIF,OGCAPI,HTTP,CSW,Carto,Elasticsearch,AmigoCloud,PLSCENES,NGW,EEDA,ADBC,"
    "MapML,GeoRSS,PDF,OSM,GPSBabel,VDV,GTFS"
)
_DRIVERS = {
    "GeoJSON": {"GeoJSON"},
    "GeoPackage": {"GPKG"},
    "Shapefile": {"ESRI Shapefile"},
    "zipped Shapefile": {"ESRI Shapefile"},
}
_SHP = b"\x00\x00\x27\x0a"
#: Layers that GIS programs keep beside the data.
_NOT_DATA = {"layer_styles", "qgis_projects"}


class Layer(NamedTuple):
    """The attributes of a layer, its shapes (None for a table without any) and notes."""

    frame: pd.DataFrame
    geometry: gpd.GeoSeries | None
    notes: tuple[str, ...]


def read_layer(file: Path, holds: str, *, layer: str | None = None) -> Layer:
    """Read one layer of a GeoPackage, Shapefile (zipped too) or GeoJSON.

    Raises
    ------
    UnreadableFile
        If there is no such layer, more than one to choose from, or the file
        cannot be read.
    """
    os.environ.setdefault("OGR_SKIP", _INDIRECT)
    os.environ.setdefault("CPL_CURL_ENABLE_VSIMEM", "NO")
    import pyogrio  # noqa: PLC0415  only after the drivers are chosen

    source = str(file.resolve())
    if holds == "zipped Shapefile":
        inner, layer = _shapefile_in(file, layer), None
        source = f"/vsizip/{source}/{inner}"
    options: dict[str, Any] = {"DATE_AS_STRING": "YES"} if holds == "GeoJSON" else {}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            name, info = _layer_and_info(file.name, source, layer)
            if info["driver"] not in _DRIVERS[holds]:
                msg = f"{file.name} is not what its name says: it was to hold {holds}, GDAL finds {info['driver']}. Export it again."
                raise UnreadableFile(msg)
            frame = pyogrio.read_dataframe(
                source, layer=name, force_2d=True, datetime_as_string=True, **options
            )
        except (
            pyogrio.errors.DataSourceError,
            pyogrio.errors.DataLayerError,
            pyogrio.errors.FeatureError,
            pyogrio.errors.GeometryError,
            UnicodeDecodeError,
        ) as error:
            msg = f"{file.name} cannot be read as {holds}: {_plain(error, file)}. It may be damaged or lack a part; export or copy it again."
            raise UnreadableFile(msg) from error
    notes = tuple(dict.fromkeys(_plain(w.message, file) for w in said if _matters(w)))
    return _parted(frame, notes)


def read_parquet(file: Path) -> Layer:
    """Read a Parquet file, with its shapes if it is GeoParquet.

    Raises
    ------
    UnreadableFile
        If the file is damaged.
    """
    import geopandas as gpd  # noqa: PLC0415  heavy
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    try:
        metadata = parquet.read_schema(file).metadata or {}
        if b"geo" in metadata:
            frame = gpd.read_parquet(file)
        else:
            frame = _plain_words(parquet.read_table(file)).to_pandas()
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        msg = f"{file.name} cannot be read as Parquet: {_plain(error, file)}. Copy or download it again."
        raise UnreadableFile(msg) from error
    if frame.index.names != [None]:
        frame = frame.reset_index()
    frame = frame.reset_index(drop=True)
    coded = frame.select_dtypes("category").columns
    return _parted(frame.astype(dict.fromkeys(coded, "str")), ())


def _plain_words(table: Any) -> Any:
    """Undo dictionary encoding: a category is only a way of storing words."""
    import pyarrow as pa  # noqa: PLC0415

    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            words = table.column(place).cast(field.type.value_type)
            table = table.set_column(place, field.name, words)
    return table.replace_schema_metadata(
        {k: v for k, v in (table.schema.metadata or {}).items() if k != b"pandas"}
    )


def _parted(frame: Any, notes: tuple[str, ...]) -> Layer:
    """Part the shapes from the attributes."""
    import geopandas as gpd  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    if not isinstance(frame, gpd.GeoDataFrame):
        return Layer(frame, None, notes)
    shapes = frame.geometry
    others = [c for c in frame if frame[c].dtype == "geometry"]
    return Layer(pd.DataFrame(frame.drop(columns=others)), shapes, notes)


def _layer_and_info(called: str, source: str, layer: str | None) -> tuple[str, dict[str, Any]]:
    """Give the layer's name and what the file says of it; layers are listed only where one must choose."""
    import pyogrio  # noqa: PLC0415  only after the drivers are chosen

    if layer is not None and layer not in _NOT_DATA:
        try:
            return layer, pyogrio.read_info(source, layer=layer)
        except pyogrio.errors.DataLayerError:
            pass  # said below, with the layers that there are
    name = _layer_name(called, pyogrio.list_layers(source), layer)
    return name, pyogrio.read_info(source, layer=name)


def _layer_name(called: str, listed: Any, layer: str | None) -> str:
    names = [str(n) for n, _ in listed if str(n) not in _NOT_DATA]
    if layer is not None and layer in names:
        return layer
    shown = ", ".join(names[:30]) or "none"
    if layer is not None:
        msg = f"{called} has no layer {layer!r}; it has {shown}. Name one of them with `layer`."
        raise UnreadableFile(msg)
    if len(names) != 1:
        msg = f"{called} has {len(names)} layers: {shown}. Say which one to read with `layer`."
        raise UnreadableFile(msg)
    return names[0]


def _shapefile_in(file: Path, layer: str | None) -> str:
    with zipfile.ZipFile(file) as archive:
        names = [n for n in archive.namelist() if not n.startswith("__MACOSX/")]
        shapes = [n for n in names if n.lower().endswith(".shp")]
        if not shapes:
            found = ", ".join(names[:6]) or "nothing"
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
            msg = f"{file.name} has {len(shapes)} layers: {', '.join(stems)}. Say which one to read with `layer`."
            raise UnreadableFile(msg)
        if layer is not None and layer not in stems:
            msg = f"{file.name} has no layer {layer!r}; it has {', '.join(stems)}. Name one of them with `layer`."
            raise UnreadableFile(msg)
        chosen = stems[layer] if layer is not None else shapes[0]
        with archive.open(chosen) as opened:
            if opened.read(4) != _SHP:
                msg = f"{chosen} in {file.name} is not what its name says: it is no Shapefile. Export it again."
                raise UnreadableFile(msg)
    return chosen


def _matters(warning: warnings.WarningMessage) -> bool:
    return issubclass(warning.category, RuntimeWarning)


def _plain(error: object, file: Path) -> str:
    """Give GDAL's words without the folders of this computer."""
    words = (
        str(error).replace(f"/vsizip/{file.resolve()}/", "").replace(str(file.resolve()), file.name)
    )
    return words.splitlines()[0].rstrip(". ") if words else type(error).__name__
