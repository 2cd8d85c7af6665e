"""Does a test notice the fault? Runs in one process that forks for each mutant.

The tests run once as they are, with coverage by test; then, for each mutant, those tests run
that touch the faulty statement, quickest and most successful first, until one fails.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pickle
import resource
import signal
import sys
import time
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import coverage
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from making import Mutant

#: What a mutant may use, in seconds of its own and in memory, beyond what its tests took.
SPARE_S = 20
TIMES_AS_LONG = 5
MOST_BYTES = 6 * 2**30


class Outcome(NamedTuple):
    """What became of a mutant: killed (by which test), too slow, untouched or survived."""

    state: str
    test: str = ""


class Baseline:
    """Runs the tests once, remembers which statement each touches, then runs the mutants."""

    def __init__(self, root: Path, room: Path, then: Callable[[Baseline], None]) -> None:
        self.root, self.room, self.then = root, room, then
        self.seconds: dict[str, float] = {}
        self.fixtures: dict[str, tuple[Any, float]] = {}
        self.users: dict[str, set[str]] = {}
        self.failed: set[str] = set()
        self.kills: dict[str, int] = {}
        self.touched: dict[str, dict[int, list[str]]] = {}
        self.current = ""
        self.data = str(root / ".coverage-of-mutants")
        self.coverage = coverage.Coverage(
            data_file=self.data, branch=True, source=[str(room)], config_file=False
        )
        self.coverage.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of pytest's own loop."""
        self.session = session
        self.items = {item.nodeid: item for item in session.items}
        ordered = session.items
        for n, item in enumerate(ordered):
            self.current = item.nodeid
            self.coverage.switch_context(item.nodeid)
            start = time.process_time()
            _run(item, ordered[(n + 1) % len(ordered)])
            self.seconds[item.nodeid] = time.process_time() - start
        self.coverage.stop()
        self.coverage.save()
        data = self.coverage.get_data()
        self.touched = {name: data.contexts_by_lineno(name) for name in data.measured_files()}
        for item in ordered:
            for definitions in item._fixtureinfo.name2fixturedefs.values():  # noqa: SLF001
                self.users.setdefault(_key(definitions[-1]), set()).add(item.nodeid)
        gc.collect()
        gc.freeze()
        self.then(self)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """Write down what a fixture touches as the fixture's: all who use it touch it too."""
        if fixturedef.scope == "function" or not self.current:
            return (yield)
        self.coverage.switch_context("fixture " + _key(fixturedef))
        start = time.process_time()
        try:
            return (yield)
        finally:
            self.fixtures[_key(fixturedef)] = (fixturedef, time.process_time() - start)
            self.coverage.switch_context(self.current)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what failed."""
        if report.failed:
            self.failed.add(report.nodeid)

    def tests_of(self, mutant: Mutant) -> tuple[list[str], set[str], bool]:
        """Give the tests that touch a mutant, the fixtures that do, and whether importing does."""
        lines = self.touched.get(str(self.root / mutant.module), {})
        wanted = range(mutant.line, mutant.last + 1) if mutant.function else lines
        contexts = {c for line in wanted for c in lines.get(line, ())}
        fixtures = {c.removeprefix("fixture ") for c in contexts if c.startswith("fixture ")}
        tests = (contexts & self.items.keys()).union(*(self.users.get(f, ()) for f in fixtures))
        order = sorted(
            tests - self.failed, key=lambda t: self.seconds[t] / (1 + 5 * self.kills.get(t, 0))
        )
        return order, fixtures, "" in contexts

    def forked(self, mutant: Mutant, tests: list[str], fixtures: set[str]) -> Outcome | None:
        """Run the tests in a child that has the faulty function; None if it cannot be put in."""
        if (put := _swap(mutant)) is None:
            return None
        return judge(
            self, tests, sum(map(self.seconds.get, tests)), lambda: self._try(put, tests, fixtures)
        )

    def _try(self, put: Callable[[], None], tests: list[str], fixtures: set[str]) -> int:
        put()
        for kept in _caches():
            kept.cache_clear()
        for key in _with_dependents(fixtures, self.fixtures):
            self.fixtures[key][0].cached_result = None
        self.failed = set()
        items = [self.items[t] for t in tests]
        self.session._setupstate.teardown_exact(items[0])  # noqa: SLF001
        for n, item in enumerate(items):
            _run(item, items[(n + 1) % len(items)])
            if self.failed:
                return n + 1
        return 0

    def kept_fixtures(self, folder: Path) -> dict[str, str]:
        """Write down slow fixtures of the whole session, for children that start anew."""
        kept = {}
        for key, (fixture, seconds) in self.fixtures.items():
            if fixture.scope == "session" and seconds > 1 and fixture.cached_result:
                file = folder / f"fixture-{len(kept)}.pickle"
                with contextlib.suppress(Exception):
                    file.write_bytes(pickle.dumps(fixture.cached_result[0]))
                    kept[key] = str(file)
        return kept


class Kept:
    """Gives a child that starts anew the slow fixtures that its fault does not touch."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.failed: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        """Read the fixture, if it was kept."""
        file = self.files.get(_key(fixturedef))
        if file is None:
            return None
        value = pickle.loads(Path(file).read_bytes())
        fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
        return value

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what failed."""
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_collection_modifyitems(self, items: list[Any], config: Any) -> None:
        """Put the tests in the order that was asked for."""
        order = {name: n for n, name in enumerate(config.args)}
        items.sort(key=lambda item: order.get(item.nodeid, 0))


def judge(where: Any, tests: list[str], seconds: float, tried: Callable[[], int]) -> Outcome:
    """Fork, let the child try its tests, and say what became of the mutant."""
    if not tests:
        return Outcome("untouched")
    child = os.fork()
    if child == 0:
        _child(tried, seconds)
    until = time.monotonic() + 3 * (SPARE_S + TIMES_AS_LONG * seconds)
    done = 0
    while not done and time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0 if done else 0.002)
    if not done:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return Outcome("too slow")
    if os.WIFSIGNALED(status):
        slow = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
        return Outcome("too slow" if slow else "killed", "" if slow else "it crashed")
    code = os.WEXITSTATUS(status)
    if code == 0:
        return Outcome("survived")
    killer = tests[min(code, len(tests)) - 1] if code < 250 else "it cannot be imported"
    if code < 250 and hasattr(where, "kills"):
        where.kills[killer] = where.kills.get(killer, 0) + 1
    return Outcome("killed", killer)


def _child(tried: Callable[[], int], seconds: float) -> None:
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        spare = int(time.process_time() + SPARE_S + TIMES_AS_LONG * seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (spare, spare + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        os._exit(min(tried(), 249))
    except BaseException:  # noqa: BLE001 - whatever the fault did, it was noticed
        os._exit(250)


def anew(root: Path, tests: list[str], kept: dict[str, str], *, touched: set[str]) -> int:
    """Import everything again, with the module that lies on the disk, and run the tests."""
    plugin = Kept({k: f for k, f in kept.items() if k not in touched})
    code = pytest.main([*tests, *options(root), "-x"], plugins=[plugin])
    if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return 0
    first = plugin.failed[0] if plugin.failed else ""
    return tests.index(first) + 1 if first in tests else 250


def options(root: Path) -> list[str]:
    """Give the words for pytest: quiet, in order, without what remembers or spreads."""
    return ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={root.parent / 'tmp'}", f"--rootdir={root}"]  # fmt: skip


def steady() -> None:
    """Let tests that try random examples try the same ones each time, however slow the machine."""
    from hypothesis import settings

    settings.register_profile("mutants", deadline=None, derandomize=True, database=None)
    settings.load_profile("mutants")


def _run(item: pytest.Item, following: pytest.Item) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _key(fixture: Any) -> str:
    return f"{fixture.baseid}::{fixture.argname}"


def _with_dependents(keys: set[str], fixtures: dict[str, tuple[Any, float]]) -> set[str]:
    names = {key.rpartition("::")[2] for key in keys}
    while True:
        more = {k for k, (f, _) in fixtures.items() if names & {*f.argnames, f.argname}}
        wider = names | {key.rpartition("::")[2] for key in more}
        if wider == names:
            return more
        names = wider


def _swap(mutant: Mutant) -> Callable[[], None] | None:
    """Find the function that holds the fault, and how to put the faulty code in."""
    module = importlib.import_module(mutant.module.removesuffix(".py").replace("/", "."))
    found: Any = module
    for part in mutant.function.split("."):
        found = vars(found).get(part)
        found = getattr(found, "fget", None) or getattr(found, "__func__", found)
        if found is None or hasattr(found, "py_func"):
            return None
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    code = _code(
        compile(mutant.source, module.__file__ or "", "exec", dont_inherit=True), mutant.function
    )
    if not isinstance(found, types.FunctionType) or code is None:
        return None
    if code.co_freevars != found.__code__.co_freevars:
        return None
    return lambda: setattr(found, "__code__", code)


def _code(holder: types.CodeType, qualified: str) -> types.CodeType | None:
    for part in holder.co_consts:
        if isinstance(part, types.CodeType):
            if part.co_qualname == qualified:
                return part
            if qualified.startswith(part.co_qualname + ".") and (inner := _code(part, qualified)):
                return inner
    return None


def _caches() -> Iterator[Any]:
    for name, module in list(sys.modules.items()):
        if name.startswith("csgeo"):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    yield value


def told(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write what became of the mutants, in the order in which they stand."""
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
