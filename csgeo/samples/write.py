"""Which files would a partnership in the invented county have?"""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from csgeo.samples.invent import County, county
from csgeo.samples.oddities import messy_extract, with_odd_rows
from csgeo.samples.wording import as_practitioners_write
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

#: Written into every GeoPackage instead of the time of day, so that bytes repeat.
_WRITTEN = "2026-01-01T00:00:00Z"


def write_county(folder: str | Path, *, seed: int = 1) -> dict[str, Path]:
    """Write the invented county as files: the same bytes for the same seed.

    Parameters
    ----------
    folder
        Made if it does not exist; files of the same names are replaced.
    seed
        Chance; ``data/county`` holds seed 1.

    Returns
    -------
    files
        Path by name: ``incidents``, ``incidents_messy``, ``services``,
        ``areas``, ``streets``, ``places``, ``basemap``, ``gazetteer``,
        ``flows``, ``placements``, ``truth`` (JSON) and ``truth_shapes``.

    Examples
    --------
    >>> import tempfile
    >>> from csgeo.samples import write_county
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(write_county(folder, seed=1))[:3]
    ['areas', 'basemap', 'flows']
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    made = county(seed)
    files = {
        "areas": "areas.gpkg",
        "streets": "streets.gpkg",
        "places": "places.gpkg",
        "basemap": "basemap.gpkg",
        "truth_shapes": "truth.gpkg",
        "truth": "truth.json",
        "incidents": "incidents.csv",
        "incidents_messy": "incidents_messy.csv",
        "services": "services.csv",
        "gazetteer": "gazetteer.csv",
        "flows": "flows.csv",
        "placements": "placements.csv",
    }
    paths = {name: folder / file for name, file in files.items()}
    _write_layers(made, paths)
    for name, table in _sheets(made).items():
        table.to_csv(paths[name], lineterminator="\n", encoding="utf-8")
    truth = json.dumps(made.truth.to_dict(), indent=1, ensure_ascii=False)
    paths["truth"].write_text(truth + "\n", encoding="utf-8", newline="\n")
    return paths


def _sheets(made: County) -> dict[str, pd.DataFrame]:
    """Make the tables that are kept as CSV."""
    rng = np.random.default_rng([made.seed, 20])
    records = _as_sheet(made, rng)
    services = made.services.assign(
        kind=_labels(made.services["kind"], "service"),
        easting=made.services.geometry.x.astype(int),
        northing=made.services.geometry.y.astype(int),
    ).drop(columns="geometry")
    return {
        "incidents": with_odd_rows(records, rng),
        "incidents_messy": messy_extract(records, rng).set_index("Ref"),
        "services": services,
        "gazetteer": made.gazetteer.set_index("name"),
        "flows": made.flows,
        "placements": made.placements.set_index("CHILD"),
    }


def _as_sheet(made: County, rng: np.random.Generator) -> pd.DataFrame:
    """Write records with the words and headings that an analyst gets from agencies."""
    table = made.incidents
    harms = as_practitioners_write(
        table["harm"].to_numpy(dtype=object), table["source"].to_numpy(dtype=object), rng
    )
    whole = table["when_precision"] == "day"
    start = table["occurred_from"].dt.strftime("%Y-%m-%dT%H:%M")
    known = table.geometry.notna()
    return pd.DataFrame(
        {
            "harm_type": harms,
            "context": _labels(table["context"], "context"),
            "location_type": _labels(table["location_type"], "location"),
            "occurred_from": start.where(~whole, start.str.slice(0, 10)),
            "occurred_to": table["occurred_to"].dt.strftime("%Y-%m-%dT%H:%M").fillna(""),
            "source_agency": table["source"],
            "origin": _labels(table["origin"], "origin"),
            "person_key": table["person_key"].fillna(""),
            "easting": _whole(table.geometry.x, known),
            "northing": _whole(table.geometry.y, known),
            "precision_m": _whole(table["precision_m"], table["precision_m"].notna()),
            "area_code": table["area_id"].fillna(""),
        },
        index=table.index.rename("record_id"),
    )


def _labels(codes: pd.Series, vocabulary: str) -> pd.Series:
    known = load_vocabulary(vocabulary)  # type: ignore[arg-type]
    return codes.map({c: known.label(c) for c in codes.dropna().unique()})


def _whole(numbers: pd.Series, known: pd.Series) -> pd.Series:
    return numbers.fillna(0).round().astype(int).astype(str).where(known, "")


def _write_layers(made: County, paths: dict[str, Path]) -> None:
    truth = made.truth
    layers: dict[str, dict[str, gpd.GeoDataFrame]] = {
        "areas": made.areas._asdict(),
        "streets": {"streets": made.streets},
        "places": {"places": made.places},
        "basemap": {
            "water": made.basemap[made.basemap["kind"] == "WATERSIDE"],
            "rail": made.basemap[made.basemap["kind"] == "RAIL_LINE"],
        },
        "truth_shapes": {
            "planted": truth.places,
            "artefacts": truth.artefacts,
            "displaced": truth.displaced,
        },
    }
    with _fixed_date():
        for name, tables in layers.items():
            paths[name].unlink(missing_ok=True)
            for layer, table in tables.items():
                _write_layer(table, paths[name], layer)


def _write_layer(table: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """Write one layer; a GeoPackage 1.3 without an index keeps it small and the same."""
    import pyogrio  # noqa: PLC0415  heavy, and only needed to write

    kinds = set(shapely.get_type_id(table.geometry.to_numpy()))
    several = kinds in ({1, 5}, {3, 6})
    pyogrio.write_dataframe(
        table.reset_index(),
        path,
        layer=layer,
        driver="GPKG",
        append=path.exists(),
        promote_to_multi=several,
        layer_options={"SPATIAL_INDEX": "NO"},
        dataset_options={} if path.exists() else {"VERSION": "1.3"},
    )


@contextmanager
def _fixed_date() -> Iterator[None]:
    import pyogrio  # noqa: PLC0415  heavy, and only needed to write

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _WRITTEN})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
