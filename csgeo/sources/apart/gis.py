"""Which rows does a layer of a GeoPackage or Shapefile hold?

GDAL is loaded with these two drivers and no other, and without the network.
"""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from csgeo.sources.apart.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from csgeo.sources.limits import Limits

#: Every driver of GDAL's that reads vectors, but the two that are wanted.
_SKIPPED = (
    "ADBC,AIVector,AVCBin,AVCE00,AmigoCloud,Arrow,CAD,CSV,CSW,Carto,DGN,DWG,DXF,EDIGEO,EEDA,ESRIJSON,"
    "Elasticsearch,FileGDB,FlatGeobuf,GDALG,GML,GMLAS,GPSBabel,GPX,GTFS,GeoJSON,GeoJSONSeq,GeoRSS,HANA,"
    "HTTP,IDB,Idrisi,Interlis 1,Interlis 2,JML,JSONFG,KML,LIBKML,LVBAG,MBTiles,MEM,MSSQLSpatial,MVT,MapInfo File,"
    "MapML,Memory,MiraMonVector,MongoDBv3,MySQL,NAS,NGW,NTF,OAPIF,OCI,ODBC,ODS,OGCAPI,OGDI,OGR_GMT,OGR_PDS,"
    "OGR_VRT,OSM,OpenFileGDB,PCIDSK,PDF,PDS4,PGDUMP,PGDump,PGeo,PLSCENES,PMTiles,Parquet,PostgreSQL,S57,SDTS,SEGUKOOA,"
    "SEGY,SOSI,SQLite,SVG,SXF,Selafin,TIGER,TopoJSON,UK .NTF,VDV,VFK,VICAR,WAsP,WFS,Walk,XLS,XLSX,XODR,netCDF"
)
_WANTED = {"GeoPackage": "GPKG", "Shapefile": "ESRI Shapefile"}
#: Layers that GIS programs keep beside the data.
_NOT_DATA = {"layer_styles", "qgis_projects"}
SETTINGS = {
    "OGR_SKIP": _SKIPPED,
    "CPL_CURL_ENABLE_VSIMEM": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_PYTHON_DRIVER_PATH": "",
    "GDAL_ENABLE_DEPRECATED_DRIVER_ALL": "NO",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": "32",
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "OGR_SQLITE_CACHE": "32",
    "OGR_SQLITE_PRAGMA": "trusted_schema=0,cell_size_check=1",
    "PROJ_NETWORK": "OFF",
}
os.environ.update(SETTINGS)
import pyogrio  # noqa: E402  only after the drivers are chosen

Said = dict[str, Any]


def read(request: Said, _limits: Limits) -> tuple[Iterator[Any], Callable[[], Said]]:
    """Read one layer as batches of Arrow, its shapes as well-known binary."""
    said: Said = {"notes": [], "crs": None, "geometry": None}
    return _batches(request, said), lambda: said


def drivers() -> list[str]:
    """Name the drivers that GDAL has here."""
    return sorted(pyogrio.list_drivers())


def _batches(request: Said, said: Said) -> Iterator[Any]:
    source = request["path"]
    with _in_plain_words(request, said):
        name = _layer_and_driver(request, source)
        with pyogrio.open_arrow(
            source,
            layer=name,
            batch_size=16_384,
            use_pyarrow=True,
            datetime_as_string=True,
        ) as (meta, reader):
            said["crs"] = meta["crs"]
            shapes = meta["geometry_type"] is not None
            name = meta["geometry_name"] or "wkb_geometry"
            said["geometry"] = name if shapes and name in reader.schema.names else None
            yield from (_plain(batch) for batch in reader)


def _plain(batch: Any) -> Any:
    """Give a batch without the names of extension types: its shapes are plain bytes."""
    import pyarrow as pa  # noqa: PLC0415

    columns = [c.storage if isinstance(c, pa.ExtensionArray) else c for c in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


@contextmanager
def _in_plain_words(request: Said, said: Said) -> Iterator[None]:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            yield
        except (
            pyogrio.errors.DataSourceError,
            pyogrio.errors.DataLayerError,
            pyogrio.errors.FeatureError,
            pyogrio.errors.GeometryError,
            UnicodeDecodeError,
            RuntimeError,
            OSError,
        ) as error:
            msg = f"cannot be read as {request['said']}: {_words(error, request)}. It may be damaged or lack a part; export or copy it again."
            raise Refused(msg) from error
        finally:
            words = [
                _words(w.message, request) for w in warned if issubclass(w.category, RuntimeWarning)
            ]
            said["notes"] = list(dict.fromkeys(words))[:20]


def _layer_and_driver(request: Said, source: str) -> str:
    """Give the layer's name; layers are listed only where one must choose."""
    layer, wanted = request["layer"], _WANTED[request["holds"]]
    if layer is not None and layer not in _NOT_DATA:
        try:
            found = pyogrio.read_info(source, layer=layer)["driver"]
        except pyogrio.errors.DataLayerError:
            found = None  # said below, with the layers that there are
        if found is not None:
            return str(_checked(layer, found, wanted, request))
    name = _chosen(pyogrio.list_layers(source), layer)
    return _checked(name, pyogrio.read_info(source, layer=name)["driver"], wanted, request)


def _checked(layer: str, found: str, wanted: str, request: Said) -> str:
    if found != wanted:
        msg = f"is not what its name says: it was to hold {request['said']}, GDAL finds {found}. Export it again."
        raise Refused(msg)
    return layer


def _chosen(listed: Any, layer: str | None) -> str:
    names = [str(n) for n, _ in listed if str(n) not in _NOT_DATA]
    if layer is not None and layer in names:
        return layer
    shown = ", ".join(n[:60] for n in names[:30]) or "none"
    if layer is not None:
        msg = f"has no layer {layer!r}; it has {shown}. Name one of them with `layer`."
        raise Refused(msg)
    if len(names) != 1:
        msg = f"has {len(names)} layers: {shown}. Say which one to read with `layer`."
        raise Refused(msg)
    return names[0]


def _words(error: object, request: Said) -> str:
    """Give GDAL's words without the folders of this computer."""
    words = str(error).replace(request["path"], request["called"])
    return words.splitlines()[0].rstrip(". ")[:300] if words else type(error).__name__
