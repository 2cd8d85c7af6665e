"""Does the wheel hold everything that csgeo needs, and nothing that it must not?"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: What is built from: nothing else goes into a wheel.
BUILT_FROM = ("csgeo", "app", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> list[str]:
    """Build the wheel in a copy, so that nothing is left in the checkout, and list it."""
    copy = tmp_path_factory.mktemp("copy")
    for name in BUILT_FROM:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "made"],
        cwd=copy,
        check=True,
        capture_output=True,
    )
    (built,) = (copy / "made").glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


@pytest.mark.parametrize(
    "name",
    [
        "csgeo/py.typed",
        "csgeo/recipe_template.toml",
        "csgeo/samples/county.toml",
        "csgeo/vocabularies/harm.csv",
        "csgeo/sources/columns.csv",
        "csgeo/sources/personal.csv",
        "csgeo/outputs/vendor/leaflet-1.9.4/leaflet.js",
        "csgeo/outputs/vendor/leaflet-1.9.4/LICENSE",
        "csgeo/_app/main.py",
        "csgeo/_app/serve.py",
        "csgeo/_app/components/place_map/map.js",
    ],
)
def test_the_wheel_holds_what_runs(wheel, name):
    assert name in wheel


def test_the_wheel_holds_every_module(wheel):
    modules = {str(p.relative_to(ROOT)) for p in (ROOT / "csgeo").rglob("*.py")}
    assert modules - set(wheel) == set()


def test_the_wheel_holds_no_data_no_tests_and_no_bytecode(wheel):
    assert [n for n in wheel if re.search(r"\.(gpkg|parquet|pyc|nbc|nbi)$|^tests|^data", n)] == []


def test_the_lock_names_each_dependency_with_a_hash_and_no_address():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for lock in ("requirements.lock", "requirements-develop.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        names = {re.split(r"[<>=\[ ;]", d)[0] for d in project["dependencies"]}
        assert [n for n in names if not re.search(rf"^{re.escape(n)}==", text, re.MULTILINE)] == []
        packages = len(re.findall(r"^[\w.\-]+==", text, re.MULTILINE))
        assert text.count("--hash=sha256:") >= packages
        assert "://" not in text
