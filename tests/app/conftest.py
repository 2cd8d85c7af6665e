"""A saved release of the invented study, and a dashboard that shows it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "app"
sys.path.insert(0, str(APP))  # as the dashboard's own script does

from access import here, sessions  # noqa: E402

from csgeo.disclosure.release import make_release  # noqa: E402
from csgeo.store.releases import save_release  # noqa: E402
from tests.outputs.invented import invented_study  # noqa: E402

ROOT = APP.parent
PAYLOAD = (
    "Around <img src=x onerror='window.pwned=1'><script>window.pwned=1</script> "
    "![x](http://example.org/x.png) `Row` :red[a] **b** $c$"
)


def awaited(coroutine):
    """Run a coroutine to its end, in a thread: an open browser keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, coroutine).result()


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


class Running(str):
    """The address of a dashboard that runs; ``link()`` gives one that lets somebody in once."""

    __slots__ = ("first", "server")

    def link(self, path: str = "/") -> str:
        self.server.stdin.write("\n")
        self.server.stdin.flush()
        link = self.server.stdout.readline().strip()
        assert link.startswith(f"{self}/?token="), link
        return f"{self}{path}?token={link.rsplit('=', 1)[1]}"


RUNNING: list[Running] = []


def run_dashboard(folder: Path, *more: Path | str, port: int = 0) -> Running:
    """Start ``app/serve.py``, by itself on a free port, and wait until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", port))
        port = free.getsockname()[1]
    command = [sys.executable, str(APP / "serve.py"), str(folder), str(port), *map(str, more)]
    server = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(folder).parent,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    address = Running(f"http://127.0.0.1:{port}")
    address.server = server
    first = address.first = server.stdout.readline().strip()
    if first.startswith(f"{address}/?token="):
        RUNNING.append(address)  # each new browser context signs in there
    else:
        assert first == address, "the dashboard did not start"
    return address


def stop_dashboard(address: Running) -> None:
    if address in RUNNING:
        RUNNING.remove(address)
    address.server.terminate()
    address.server.wait(timeout=20)
    address.server.stdin.close()
    address.server.stdout.close()


@pytest.fixture(scope="session")
def start():
    """Give a function that starts the dashboard on a folder and returns its address.

    What follows the folder is a recipe, or a switch such as ``--role=viewer``.
    """
    running = []

    def start_on(folder: Path, *more: Path | str) -> Running:
        running.append(run_dashboard(folder, *more))
        return running[-1]

    yield start_on
    for address in running:
        stop_dashboard(address)


class SignedIn:
    """A browser whose contexts have each used a link of every dashboard that runs."""

    def __init__(self, browser) -> None:
        self._browser = browser

    def new_context(self, **options):
        context = self._browser.new_context(**options)
        for address in RUNNING:
            answer = context.request.get(address.link(), max_redirects=0)
            assert answer.status == 303, answer.status
        return context

    def new_page(self, **options):
        return self.new_context(**options).new_page()


@pytest.fixture(scope="session")
def stranger(browser):
    """Give the browser as it is: nobody is signed in."""
    return browser._browser


@pytest.fixture(scope="session", name="browser")
def _browser(browser):
    return SignedIn(browser)


@pytest.fixture
def as_role(monkeypatch):
    """Give a function that says in which role a page is drawn that no browser asked for."""

    def say(role: str, *, name: str = "A. Tester"):
        session = sessions.known(sessions.id_of(sessions.begin(name, role, "a test")))
        monkeypatch.setattr(here, "_session", lambda: sessions.known(session.id))
        return session

    yield say
    for session in sessions.signed_in():
        sessions.end(session.id, "the test is over")


@pytest.fixture(autouse=True)
def _somebody(as_role):
    """Draw pages for an analyst unless a test says another role."""
    as_role("analyst")


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
