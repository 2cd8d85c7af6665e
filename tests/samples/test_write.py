"""Are the written files the same each time, and those in data/county?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal

from csgeo.samples import County, write_county
from csgeo.samples.oddities import ODD_ROWS
from csgeo.samples.truth import read_truth
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = Path(__file__).parents[2] / "data" / "county"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return write_county(tmp_path_factory.mktemp("county"), seed=1)


def test_the_kept_county_is_what_the_code_writes(files: Mapping[str, Path]):
    assert {p.name for p in KEPT.iterdir()} == {p.name for p in files.values()}
    for path in files.values():
        kept = KEPT / path.name
        if path.suffix != ".gpkg":
            assert path.read_bytes() == kept.read_bytes(), path.name
            continue
        # another GDAL may lay out the same rows in other bytes
        layers = pyogrio.list_layers(path)[:, 0].tolist()
        assert pyogrio.list_layers(kept)[:, 0].tolist() == layers
        for layer in layers:
            assert_geodataframe_equal(
                gpd.read_file(path, layer=layer), gpd.read_file(kept, layer=layer)
            )


def test_writing_again_gives_the_same_bytes(files: Mapping[str, Path], tmp_path: Path):
    again = write_county(tmp_path, seed=1)
    for name, path in files.items():
        assert path.read_bytes() == again[name].read_bytes(), name


def test_geopackages_say_no_time_and_are_small(files: Mapping[str, Path]):
    assert sum(p.stat().st_size for p in files.values()) < 6_000_000
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_every_word_of_the_main_file_is_known(files: Mapping[str, Path]):
    table = pd.read_csv(files["incidents"], dtype=str, keep_default_na=False)
    for column, vocabulary in (
        ("harm_type", "harm"),
        ("context", "context"),
        ("location_type", "location"),
        ("origin", "origin"),
    ):
        codes = load_vocabulary(vocabulary).translate(table[column])
        assert codes.notna().all(), table[column][codes.isna()].unique()


def test_harms_are_written_in_several_ways_but_mean_the_same(
    files: Mapping[str, Path], made: County
):
    table = pd.read_csv(files["incidents"], dtype=str, keep_default_na=False, index_col=0)
    table = table.loc[made.incidents.index]
    codes = load_vocabulary("harm").translate(table["harm_type"])
    assert codes.tolist() == made.incidents["harm"].tolist()
    missing = table["harm_type"][codes == "MISSING"]
    assert {"10A", "Missing", "Missing episode"} <= set(missing)


def test_one_row_in_a_hundred_is_odd(files: Mapping[str, Path], made: County):
    table = pd.read_csv(files["incidents"], dtype=str, keep_default_na=False, index_col=0)
    assert table.index.is_unique
    assert len(table) == len(made.incidents) + sum(ODD_ROWS.values())
    assert (table["easting"] == "0").sum() == ODD_ROWS["zero coordinates"]
    dated = pd.to_datetime(table["occurred_from"], errors="coerce", format="ISO8601")
    assert dated.isna().sum() == ODD_ROWS["no date"]
    north = pd.to_numeric(table["northing"], errors="coerce")
    assert (north > 1_300_000).sum() == ODD_ROWS["digits too many"]


def test_the_messy_extract_has_every_fault(files: Mapping[str, Path]):
    table = pd.read_csv(files["incidents_messy"], dtype=str, keep_default_na=False)
    assert table["Ref"].duplicated().sum() == 1
    assert (table["Eastings"] == "0").sum() == 4
    assert {"1e308", "0.0"} <= set(table["Northings"])
    assert {"31/02/2025", "10/31/2025", "45950"} <= set(table["Date of incident"])
    east, north = (pd.to_numeric(table[c], errors="coerce") for c in ("Eastings", "Northings"))
    assert ((north > 531_000) & (north < 600_000) & (east < 80_000)).sum() == 3
    codes = load_vocabulary("harm").translate(table["Type of harm"])
    assert set(table["Type of harm"][codes.isna()]) == {"", "Concern about peers (see form)"}


def test_truth_comes_back_as_it_was(files: Mapping[str, Path], made: County):
    back = read_truth(files["truth"].parent)
    assert back.seed == 1
    assert back.places["cells"].tolist() == made.truth.places["cells"].tolist()
    assert back.places.geometry.geom_equals(made.truth.places.geometry).all()
    plain = json.loads(files["truth"].read_text(encoding="utf-8"))
    assert len(plain["planted"]) == 10
    assert plain["intervention"]["fall"] == pytest.approx(0.3)
