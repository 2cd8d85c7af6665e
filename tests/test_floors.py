"""Does each room use only what its floor may use?"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import csgeo

ROOT = Path(csgeo.__file__).parent
GROUND = {
    "contracts",
    "doorsteps",
    "tables",
    "errors",
    "governance",
    "identifying",
    "plain_account",
    "vocabulary",
    "lattice",
    "hexagons",
    "streets",
    "noding",
    "recipe",
    "__init__",
}
QUESTIONS = {
    "sources",
    "hotspots",
    "times",
    "context",
    "movement",
    "planning",
    "disclosure",
    "samples",
}
BEAM = {
    "study",
    "first_look",
    "loading",
    "reviewing",
    "inventory",
    "noting",
    "checks",
    "history",
    "releasing",
    "secure_side",
    "intake",
    "basemap",
    "store",
}
MAY_USE = (
    dict.fromkeys(GROUND, GROUND)
    | {room: GROUND | {room} for room in QUESTIONS}
    | {
        "study": GROUND | QUESTIONS | BEAM,
        "checks": GROUND | QUESTIONS | {"intake"},
        "first_look": GROUND | QUESTIONS | {"intake"},
        "loading": GROUND | {"store"},
        "reviewing": GROUND | QUESTIONS | {"store"},
        "secure_side": {"store", "study"},
        "releasing": GROUND | QUESTIONS | {"store", "study"},
        "history": GROUND | QUESTIONS | {"intake", "study"},
        "intake": GROUND | QUESTIONS,
        "inventory": GROUND | QUESTIONS | {"assessed"},
        "assessed": {"disclosure.entries"},
        "basemap": GROUND,
        "store": GROUND | QUESTIONS | {"store"},
        "outputs": GROUND | {"outputs", "disclosure.release"},
        "answering": GROUND | BEAM | {"outputs", "disclosure.release"},
        "exporting": GROUND | {"outputs", "disclosure.release", "disclosure.sparing"},
        "publishing": GROUND | {"answering", "disclosure.release", "exporting", "store"},
        "handing_out": GROUND | {"answering", "exporting", "noting", "publishing", "store"},
        "noting": GROUND | {"loading", "store", "disclosure.entries"},
        "governing": GROUND | BEAM | {"answering", "journalling"},
        "keeping": GROUND | {"noting", "store"},
        "journalling": GROUND | BEAM | {"answering", "disclosure.journal"},
        "keyring": GROUND | {"noting", "disclosure.pseudonyms"},
        "pseudonymising": GROUND | {"disclosure.pseudonyms", "sources"},
        "showing": GROUND | {"answering", "disclosure.release", "store"},
        "cli": {"governing", "handing_out", "keeping", "keyring", "pseudonymising", "showing"}
        | GROUND
        | BEAM
        | {"answering", "outputs", "disclosure.release", "sources", "samples"},
        "app": GROUND | BEAM | {"answering", "exporting", "outputs", "disclosure.release"},
    }
)
#: Names that hide what a room is for.
VAGUE = {"utils", "util", "helpers", "helper", "core", "common", "base", "manager", "misc"}


def modules() -> list[tuple[str, Path]]:
    """Every module of the package and of the dashboard, with the room it stands in."""
    app = ROOT.parent / "app"
    found = [(p.relative_to(ROOT).parts[0].removesuffix(".py"), p) for p in ROOT.rglob("*.py")]
    return sorted(found + [("app", p) for p in app.rglob("*.py")])


def imports(path: Path) -> set[str]:
    """The modules of csgeo that a file imports, without the leading ``csgeo.``."""
    used = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            used |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} imports by dots: write the whole name"
            used |= {f"{node.module}.{a.name}" for a in node.names} | {node.module}
    return {u.removeprefix("csgeo.") for u in used if u.startswith("csgeo.")}


def rooms_used(path: Path, may: set[str]) -> set[str]:
    """The rooms behind those imports that `may` does not allow."""
    return {
        u
        for u in imports(path)
        if u.split(".")[0] not in may
        and ".".join(u.split(".")[:2]) not in may
        # what the package itself offers by name, such as `csgeo.__version__`
        and u not in {"__version__", "RESULTS_CHANGED"}
        and not (u == "disclosure" and "disclosure.release" in may)
    }


@pytest.mark.parametrize(("room", "path"), modules(), ids=lambda x: str(x)[-40:])
def test_each_module_uses_only_its_own_floor_and_those_below(room, path):
    assert room in MAY_USE, f"{path}: which floor is the room `{room}` on?"
    if path == ROOT / "__init__.py":
        return  # names where each public function lives, and imports none of them
    assert rooms_used(path, MAY_USE[room]) == set()


def test_the_check_sees_a_broken_floor(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("from csgeo.study import Study\nimport csgeo.sources.files\n", encoding="utf-8")
    assert rooms_used(bad, MAY_USE["outputs"]) == {"study.Study", "study", "sources.files"}
    assert rooms_used(bad, MAY_USE["study"]) == set()


@pytest.mark.parametrize(("room", "path"), modules(), ids=lambda x: str(x)[-40:])
def test_each_module_says_its_question_first_and_has_no_vague_name(room, path):
    assert path.stem not in VAGUE
    caption = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert caption.strip(), f"{path} does not say which question it answers"
    assert "?" in caption.split("\n\n")[0], f"{path}: the first line is a question"


def test_importing_csgeo_loads_nothing_heavy():
    code = (
        "import sys, csgeo; "
        "print([m for m in ('geopandas', 'sklearn', 'folium', 'streamlit', 'numba', 'scipy') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_public_names_are_sorted_and_all_there():
    assert list(csgeo.__all__) == sorted(csgeo.__all__)
    missing = [name for name in csgeo.__all__ if not hasattr(csgeo, name)]
    assert missing == []


def test_the_docs_and_the_readme_name_every_public_function():
    root = ROOT.parent
    guide = (root / "docs" / "api.md").read_text(encoding="utf-8")
    readme = (root / "README.md").read_text(encoding="utf-8")
    functions = [n for n in csgeo.__all__ if not n.startswith("_") and n.islower()]
    assert [n for n in functions if f"`{n}`" not in guide] == []
    used = {
        w.split("(")[0]
        for w in readme.replace("csgeo.", " csgeo.").split()
        if w.startswith("csgeo.")
    }
    unknown = {u.removeprefix("csgeo.") for u in used if u.isidentifier() or "." in u} - set(
        csgeo.__all__
    )
    assert {u for u in unknown if u.isidentifier() and u != "toml"} == set()
