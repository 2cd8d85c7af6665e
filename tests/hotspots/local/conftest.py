"""What several tests of the local statistics stand on."""

import json
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array


@pytest.fixture
def six_points():
    """esda's example: six points, neighbours within 15 (methods.md O6)."""
    points = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], float)
    near = np.hypot(*(points[:, None] - points).T) <= 15
    np.fill_diagonal(near, val=False)
    return pd.Series([2, 3, 3.2, 5, 8, 7]), csr_array(near.astype(float))


@pytest.fixture(scope="session")
def spdep(open_data):
    return json.loads((open_data / "oracles" / "reference_spdep.json").read_text())


@pytest.fixture(scope="session")
def columbus(open_data, spdep):
    shapes = gpd.read_file(open_data / "oracles" / "columbus.gpkg").set_index("POLYID")
    # its units are no metres of the National Grid; neighbours do not ask for a scale
    return shapes.loc[spdep["columbus"]["polyid"]].set_crs(27700, allow_override=True)


@pytest.fixture(scope="session")
def example(open_data):
    """Give a table of libpysal's examples, and its neighbours, in the order of the rows."""

    def read(name, shapes, neighbours):
        path = open_data / "oracles" / name
        table = gpd.read_file(f"zip://{path}!{shapes}.shp", ignore_geometry=True)
        with zipfile.ZipFile(path) as held:
            words = held.read(neighbours).decode().split("\n")[1:]
        lines = [line.split() for line in words if line.strip()]
        near = {line[0]: others for line, others in zip(lines[::2], lines[1::2], strict=True)}
        whole = [[float(other in near[one]) for other in near] for one in near]
        return table, csr_array(np.array(whole))

    return read


def any_weights(seed, n, *, share=0.4, kind="ones"):
    """Random weights: not symmetric, some rows empty, whole numbers, ones or decimals."""
    rng = np.random.default_rng(seed)
    whole = (rng.random((n, n)) < share).astype(float)
    np.fill_diagonal(whole, 0)
    if kind == "decimals":
        whole *= rng.uniform(0.1, 3, (n, n))
    return csr_array(whole)
