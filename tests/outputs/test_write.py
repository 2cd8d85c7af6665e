"""Is what can be taken away complete, the same each time, and free of what must stay?"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from csgeo.disclosure.release import make_release
from csgeo.errors import NotReleased
from csgeo.outputs.geojson import write_geojson
from csgeo.outputs.geopackage import write_geopackage
from csgeo.outputs.layers import layers
from csgeo.outputs.map import map_html, write_map
from csgeo.outputs.parquet import write_parquet
from csgeo.outputs.provenance import provenance
from csgeo.outputs.qml import styles
from csgeo.outputs.tables import write_tables
from csgeo.outputs.write import write_outputs
from csgeo.store.releases import open_release, save_release
from tests.outputs.invented import PLANTED, invented_study

NAMES = {
    "cells.geojson",
    "cells.parquet",
    "hotspots.csv",
    "hotspots.geojson",
    "hotspots.gpkg",
    "hotspots.parquet",
    "map.html",
    "places.xlsx",
    "provenance.json",
    "services.geojson",
    "services.parquet",
    "services_near.csv",
    "views.csv",
    "styles/area.qml",
    "styles/basemap.qml",
    "styles/basemap_areas.qml",
    "styles/basemap_names.qml",
    "styles/cells.qml",
    "styles/hotspots.qml",
    "styles/services.qml",
}


@pytest.fixture(scope="module")
def release():
    return make_release(invented_study())


@pytest.fixture(scope="module")
def written(release, tmp_path_factory):
    return write_outputs(release, tmp_path_factory.mktemp("share"))


def checksums(written):
    return {name: hashlib.sha256(p.read_bytes()).hexdigest() for name, p in written.items()}


def test_everything_is_written_and_nothing_else_is_left(written):
    assert set(written) == NAMES
    folder = written["map.html"].parent
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} == NAMES


def test_the_same_release_gives_the_same_bytes(written, tmp_path):
    again = write_outputs(make_release(invented_study()), tmp_path / "again")
    assert checksums(again) == checksums(written)
    over = write_outputs(make_release(invented_study()), tmp_path / "again")
    assert checksums(over) == checksums(written)


def test_no_file_holds_a_record_a_person_or_an_exact_score(written):
    for name, path in written.items():
        content = path.read_bytes()
        for secret in ("person", "incident", "easting", "score"):
            assert PLANTED[secret].encode() not in content, (name, secret)


def test_no_text_holds_an_exact_count(written):
    for name in NAMES - {"map.html"}:  # its Leaflet holds every number there is
        if not name.endswith((".gpkg", ".parquet", ".xlsx")):
            text = written[name].read_text(encoding="utf-8")
            for exact in ("791", "366", "31.7", "2384", "people,"):
                assert f'"{exact}' not in text, (name, exact)
                assert f",{exact}," not in text, (name, exact)
                assert f":{exact}," not in text, (name, exact)


def test_progress_is_told_from_none_to_all(release, tmp_path):
    told = []
    write_outputs(release, tmp_path, progress=lambda *step: told.append(step))
    assert told[0] == ("Drawing the map", 0, 7)
    assert told[-1] == ("Done", 7, 7)
    assert [done for _, done, _ in told] == list(range(8))


def test_provenance_names_the_checksum_of_every_other_file(written):
    told = json.loads(written["provenance.json"].read_text(encoding="utf-8"))
    sums = checksums(written)
    assert told["outputs"] == {n: s for n, s in sums.items() if n != "provenance.json"}
    assert told["inputs"][0]["rows_in"] in (2410, 2415)
    assert told["recipe"].startswith("[study]")
    assert told["protection"]["hidden"]["hotspots"] == 2
    assert told["sentence"].startswith("6 places hold 95% of recorded")
    assert told["versions"]["results_changed"]
    assert "/somewhere" not in written["provenance.json"].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "write",
    [write_outputs, write_geopackage, write_geojson, write_parquet, write_tables, write_map],
)
def test_a_study_or_a_table_cannot_be_written(write, tmp_path):
    for wrong in (invented_study(), invented_study().hotspots):
        with pytest.raises(NotReleased, match=r"Only a Release can be mapped or exported"):
            write(wrong, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("say", [layers, map_html, provenance, styles])
def test_a_study_or_a_table_cannot_be_drawn(say):
    for wrong in (invented_study(), invented_study().hotspots):
        with pytest.raises(NotReleased, match=r"Only a Release can be mapped or exported"):
            say(wrong)


def test_a_release_that_was_kept_gives_the_same_bytes_as_one_just_made(release, written, tmp_path):
    kept = open_release(save_release(release, tmp_path / "release"))
    assert checksums(write_outputs(kept, tmp_path / "share")) == checksums(written)


def test_another_process_with_another_hash_seed_gives_the_same_bytes(written, tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from csgeo.disclosure.release import make_release\n"
        "from csgeo.outputs.write import write_outputs\n"
        "from tests.outputs.invented import invented_study\n"
        "write_outputs(make_release(invented_study()), Path(sys.argv[1]))\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        check=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"},
    )
    again = {name: tmp_path / name for name in written}
    assert checksums(again) == checksums(written)
