"""Which modules can a module reach by its imports, however deep they stand in its functions?"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import csgeo

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(csgeo.__file__).resolve().parents[1]
APP = ROOT / "app"

#: Modules that read, hold or write records and exact numbers.
HOLD_RECORDS = (
    "csgeo.study",
    "csgeo.sources",
    "csgeo.intake",
    "csgeo.history",
    "csgeo.first_look",
    "csgeo.reviewing",
    "csgeo.secure_side",
    "csgeo.releasing",
    "csgeo.answering",
    "csgeo.store.reviews",
)
#: The analyst's own pages, and what they are made of.
OF_ANALYSTS = ("data", "review", "load", "check", "run")
#: What begins with the same letters and shows releases.
_NOT_OF_ANALYSTS = ("running",)


def is_of_analysts(module: str) -> bool:
    """Tell whether a module of the dashboard belongs to the pages that may ask about records."""
    last = module.rsplit(".", maxsplit=1)[-1]
    room = module.split(".", maxsplit=1)[0]
    if last.endswith("_apart"):
        return True  # a process of its own
    named = any(last == word or last.startswith(f"{word}_") for word in OF_ANALYSTS)
    return room in {"screens", "components"} and named and last not in _NOT_OF_ANALYSTS


def of_the_dashboard(app: Path = APP) -> dict[str, Path]:
    """Give each module of the dashboard by the name under which it is imported."""
    return {
        ".".join(p.relative_to(app).with_suffix("").parts).removesuffix(".__init__"): p
        for p in sorted(app.rglob("*.py"))
    }


def of_the_package(root: Path = ROOT) -> dict[str, Path]:
    """Give each module of csgeo by its name."""
    return {
        ".".join(p.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): p
        for p in sorted((root / "csgeo").rglob("*.py"))
    }


def path_to(start: str, modules: dict[str, Path], wanted: tuple[str, ...]) -> list[str]:
    """Give the shortest way by imports from a module to one that is not wanted there; else nothing."""
    came: dict[str, str | None] = {start: None}
    line = [start]
    while line:
        here = line.pop(0)
        if any(here == w or here.startswith(f"{w}.") for w in wanted):
            way: list[str] = []
            at: str | None = here
            while at is not None:
                way.insert(0, at)
                at = came[at]
            return way
        for there in sorted(_imported(modules[here], frozenset(modules))):
            if there not in came:
                came[there] = here
                line.append(there)
    return []


@cache
def _imported(path: Path, known: frozenset[str]) -> frozenset[str]:
    """Give the modules that a file imports anywhere in it, but for what only a type checker reads."""
    if path.parts[-2:] == ("csgeo", "__init__.py"):
        return frozenset()  # says where each public name lives, and loads none of them
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        module for name in _named(tree) for module in _modules(name, known) if module in known
    )


def _modules(name: str, known: frozenset[str]) -> Iterator[str]:
    """Give a module, the packages that it stands in, and what the package loads for a public name."""
    if name.endswith("*"):
        yield from (one for one in known if one.startswith(name[:-1]))
        return
    parts = name.split(".")
    for n in range(1, len(parts) + 1):
        one = ".".join(parts[:n])
        if one in known:
            yield one
    if len(parts) > 1 and parts[0] == "csgeo" and parts[1] in csgeo._HOME:
        yield csgeo._HOME[parts[1]]


def _named(tree: ast.AST) -> Iterator[str]:
    for node in _run(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports by dots: write the whole name"
            yield str(node.module)
            yield from (f"{node.module}.{a.name}" for a in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "csgeo":  # loads what it names, as `csgeo.run_study` does
                yield f"csgeo.{node.attr}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.startswith("csgeo.") and " " not in node.value:
                yield node.value  # for `import_module`, and for a process that is not apart
        elif isinstance(node, ast.Call) and (begins := _begins(node)):
            yield f"{begins}*"
        elif isinstance(node, ast.Call) and _looks_up_by_a_sum(node):
            yield from (*csgeo._HOME.values(), *HOLD_RECORDS)  # it may be any of them


def _begins(call: ast.Call) -> str:
    """Give how the names of the modules begin that ``import_module(f"screens.{page}")`` may load."""
    said = call.args[0] if call.args else None
    if getattr(call.func, "id", "") == "import_module" and isinstance(said, ast.JoinedStr):
        first = said.values[0]
        return str(first.value) if isinstance(first, ast.Constant) else ""
    return ""


def _looks_up_by_a_sum(call: ast.Call) -> bool:
    """Tell whether a module is asked for by a name that is only known when it runs."""
    called = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if called in {"import_module", "__import__", "exec", "eval", "run_module", "run_path"}:
        return not isinstance(call.args[0], ast.Constant)
    return (
        isinstance(call.func, ast.Name)
        and call.func.id == "getattr"
        and isinstance(call.args[0], ast.Name)
        and call.args[0].id == "csgeo"
        and not isinstance(call.args[1], ast.Constant)
    )


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk all that is run: not what stands under ``if TYPE_CHECKING``."""
    for node in ast.iter_child_nodes(tree):
        if (
            isinstance(node, ast.If)
            and isinstance(node.test, ast.Name)
            and node.test.id == "TYPE_CHECKING"
        ):
            for other in node.orelse:
                yield other
                yield from _run(other)
            continue
        yield node
        yield from _run(node)
