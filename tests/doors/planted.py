"""A recipe whose records hold secrets that must stay on the secure side."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

from csgeo.disclosure.pseudonyms import new_key_file, pseudonyms
from tests.doors.canaries import Canary, of_place, of_secret, of_text

if TYPE_CHECKING:
    from pathlib import Path

#: West, south, and side of the invented town, metres.
WEST, SOUTH, SIDE_M = 400_000, 200_000, 4_000
#: What no file, page, message, log or memory of the server may hold.
TEXTS = {
    "a child's name": "Zebedee Quillfeather",
    "free text": "met behind the wobblesworth kiosk with Ozzie",
    "a person's number": "CLIENT-77Q31X-0042",
    "an NHS number": "608 713 2902",
    "a pupil number": "H801200001001",
    "a telephone number": "07700 900461",
    "a record's own id": "REC-canary-9f31c7",
    "a column's name": "crittledown_marker",
    "a column's value": "sprocketwhistle",
}
#: These are said to the analyst at the terminal, and on no page and in no file that leaves.
NAMES = {
    "the name of a folder": "kestrelmoor-casework",
    "the name of a key file": "gorseblossom.key",
}
BAD = "not-a-number-Thistlewood"
RECIPE = """\
title = "Harm in Smallham (invented)"
seed = 3
people_key = "{key}"

[area]
file = "area.gpkg"

[[incidents]]
file = "{home}/incidents.csv"
source = "an invented service"

[hotspots]
cell_m = 125
least_people = 3
replicates = 99
reruns = 3

[release]
round_to = 5
"""


class Planted(NamedTuple):
    """Where the recipe is, what was planted, and which files are the analysts' own."""

    home: Path
    recipe: Path
    canaries: tuple[Canary, ...]
    on_the_way: tuple[Canary, ...]


def plant(folder: Path) -> Planted:
    """Write records with secrets in every column, the recipe, and a key of people."""
    home = folder / NAMES["the name of a folder"]
    home.mkdir()
    keys_in = folder / "keys" / NAMES["the name of a key file"]
    keys_in.parent.mkdir(mode=0o700)
    keys = new_key_file(keys_in)
    records = _records()
    records.to_csv(home / "incidents.csv", index=False)
    gpd.GeoDataFrame(
        {"name": ["Smallham"]},
        geometry=[box(WEST, SOUTH, WEST + SIDE_M, SOUTH + SIDE_M)],
        crs="EPSG:27700",
    ).to_file(home / "area.gpkg")
    recipe = home / "casework.toml"
    recipe.write_text(RECIPE.format(key=keys_in, home=home), encoding="utf-8")
    chosen = records.iloc[[3, 331, 352, 401, 444]]
    canaries = [of_text(what, text) for what, text in TEXTS.items()]
    canaries += [
        of_place(f"record {i}", e, n)
        for i, e, n in zip(chosen.index, chosen["easting"], chosen["northing"], strict=True)
    ]
    canaries += [of_secret("the key of people", keys.in_use), of_text("a bad value", BAD)]
    person = pd.Series([TEXTS["a person's number"]])
    for domain in ("", "Harm in Smallham (invented)", "Smallham"):
        canaries.append(of_text("a pseudonym", pseudonyms(person, keys, domain=domain)[0]))
    names = [of_text(what, text) for what, text in NAMES.items()]
    return Planted(home, recipe, tuple(canaries), tuple(names))


def rounding_key(planted: Planted) -> Canary:
    """Give the key of rounding, once a run has made it."""
    secret = (planted.home / "out" / "secure" / "rounding.key").read_text(encoding="ascii")
    return of_secret("the key of rounding", bytes.fromhex(secret.strip()))


def _records() -> pd.DataFrame:
    chance = np.random.default_rng(7)
    scattered = chance.uniform(0, SIDE_M, (300, 2))
    around = [(900, 900, 90), (2_900, 1_100, 60), (2_000, 3_000, 45)]
    gathered = [chance.normal((x, y), 60, (n, 2)) for x, y, n in around]
    at = np.vstack([scattered, *gathered]).round() + np.array([WEST + 0.37, SOUTH + 0.83])
    n, own = len(at), TEXTS["a record's own id"]
    people = [f"CLIENT-77Q31X-{i % 211:04}" for i in range(n)]
    return pd.DataFrame(
        {
            "record_id": [f"{own}-{i}" for i in range(n)],
            "harm_type": "Robbery",
            "occurred_from": pd.Timestamp("2024-01-01 10:00")
            + pd.to_timedelta(np.arange(n) * 29, unit="h"),
            "person_key": people,
            "child_name": TEXTS["a child's name"],
            "notes": TEXTS["free text"],
            "nhs_number": TEXTS["an NHS number"],
            "upn": TEXTS["a pupil number"],
            "mobile": TEXTS["a telephone number"],
            TEXTS["a column's name"]: TEXTS["a column's value"],
            "easting": at[:, 0],
            "northing": at[:, 1],
            "precision_m": 10,
        }
    )


def with_a_bad_row(planted: Planted) -> None:
    """Spoil a column of the records: the reader's message quotes what it found there."""
    file = planted.home / "incidents.csv"
    rows = pd.read_csv(file, dtype=str)
    rows["harm_type"] = BAD
    rows.to_csv(file, index=False)


def own_environment(folder: Path) -> dict[str, str]:
    """Give the variables of somebody who has this machine to themselves, with secrets of a server's."""
    places = {name: folder / name.lower() for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for place in places.values():
        place.mkdir(exist_ok=True)
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("CSGEO", "STREAMLIT", "XDG"))}
    return kept | {n: str(p) for n, p in places.items()} | {"PYTHONPATH": ""}


def server_secret() -> tuple[str, Canary]:
    """Make a secret that only the server is told."""
    text = secrets.token_hex(32)
    return text, of_text("a secret of the server", text)
