"""A saved release of the invented study, and a dashboard that shows it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from csgeo.disclosure.release import make_release
from csgeo.store.releases import save_release
from tests.outputs.invented import invented_study

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
PAYLOAD = (
    "Around <img src=x onerror='window.pwned=1'><script>window.pwned=1</script> "
    "![x](http://example.org/x.png) `Row` :red[a] **b** $c$"
)


@pytest.fixture(scope="session")
def release_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("shown") / "release"
    save_release(make_release(invented_study()), folder)
    return folder


@pytest.fixture(scope="session")
def hostile_folder(tmp_path_factory) -> Path:
    """Save a release in which every text that comes from a file tries to be a script."""
    study = invented_study()
    hotspots, services, near = study.hotspots, study.services, study.services_near
    basemap = study.basemap.assign(
        name=study.basemap["name"].where(study.basemap["name"].isna(), PAYLOAD)
    )
    hostile = invented_study(
        title=PAYLOAD,
        marking=PAYLOAD,
        hotspots=hotspots.assign(
            name=[f"{PAYLOAD} {i}" for i in range(len(hotspots))], stratum=PAYLOAD
        ),
        services=services.assign(name=PAYLOAD),
        services_near=near.assign(nearest_name=PAYLOAD),
        basemap=basemap,
        set_aside=study.set_aside.assign(name=PAYLOAD, reason=PAYLOAD),
        caveats=(PAYLOAD,),
        attribution=(PAYLOAD,),
        choices={PAYLOAD: PAYLOAD},
        recipe_text=PAYLOAD,
    )
    folder = tmp_path_factory.mktemp("hostile") / "release"
    save_release(make_release(hostile), folder)
    return folder


@pytest.fixture(scope="session")
def start():
    """Give a function that starts the dashboard on a folder and returns its address."""
    running = []

    def start_on(folder: Path, *more: Path) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, str(APP / "serve.py"), str(folder), str(port), *map(str, more)]
        server = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder.parent,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        running.append(server)
        address = server.stdout.readline().strip()
        assert address == f"http://127.0.0.1:{port}", "the dashboard did not start"
        return address

    yield start_on
    for server in running:
        server.terminate()
        server.wait(timeout=20)
        server.stdout.close()


@pytest.fixture(scope="session")
def address(start, release_folder) -> str:
    return start(release_folder)


@pytest.fixture(scope="session")
def small_project(tmp_path_factory) -> Path:
    """Write a recipe of a few streets' width, with its release: a try of it takes seconds."""
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from shapely import box

    from csgeo.answering import answer
    from csgeo.recipe import load_recipe

    folder = tmp_path_factory.mktemp("small")
    west, south, side = 400_000, 200_000, 4_000
    gpd.GeoDataFrame(
        {"name": ["Smallham"]},
        geometry=[box(west, south, west + side, south + side)],
        crs="EPSG:27700",
    ).to_file(folder / "area.gpkg")
    chance = np.random.default_rng(7)
    scattered = chance.uniform(0, side, (300, 2))
    around = [(900, 900, 90), (2_900, 1_100, 60), (2_000, 3_000, 45)]
    gathered = [chance.normal((x, y), 60, (n, 2)) for x, y, n in around]
    at = np.vstack([scattered, *gathered]) + np.array([west, south])
    n = len(at)
    pd.DataFrame(
        {
            "record_id": [f"R{i:04}" for i in range(n)],
            "harm_type": "Robbery",
            "occurred_from": pd.Timestamp("2024-01-01 10:00")
            + pd.to_timedelta(np.arange(n) * 29, unit="h"),
            "person_key": [f"secret-person-{i % 211}" for i in range(n)],
            "easting": at[:, 0].round(),
            "northing": at[:, 1].round(),
            "precision_m": 10,
        }
    ).to_csv(folder / "incidents.csv", index=False)
    recipe = folder / "my.toml"
    recipe.write_text(SMALL_RECIPE, encoding="utf-8")
    read = load_recipe(recipe)
    answer(read, read.path(read.folder), share=False)
    return folder


SMALL_RECIPE = """\
title = "Robbery in Smallham (invented)"
seed = 3

[area]
file = "area.gpkg"

[[incidents]]
file = "incidents.csv"

# how places are found
[hotspots]
cell_m = 125   # the smallest
least_people = 3
replicates = 99

# what may be seen
[release]
round_to = 5
"""
