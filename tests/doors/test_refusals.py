"""Does everything that shows or writes take a release, and nothing that only looks like one?"""

from __future__ import annotations

import copy
import inspect
import io
import pickle
import pkgutil
from dataclasses import fields, replace
from importlib import import_module
from types import SimpleNamespace

import geopandas as gpd
import pytest

import csgeo.outputs
from csgeo.disclosure import release as door
from csgeo.disclosure.release import Release, make_release, require_release, require_viewable
from csgeo.errors import NotReleased
from csgeo.store.former import remember_release
from csgeo.store.releases import open_release, save_release
from tests.outputs.invented import invented_study

RELEASE = make_release(invented_study())


class Pretender(Release):
    """A subclass, which could answer anything."""


class Mimic(SimpleNamespace):
    """Says that it is a release, to whoever asks by `isinstance`."""

    @property
    def __class__(self):
        return Release


def _parts() -> dict:
    return {f.name: getattr(RELEASE, f.name) for f in fields(Release)}


def _unpickled():
    """What a pickle gives that was written by hand, around the refusal to be pickled."""

    class By(pickle.Pickler):
        def reducer_override(self, found):
            return (object.__new__, (Release,), _parts()) if found is RELEASE else NotImplemented

    kept = io.BytesIO()
    By(kept).dump(RELEASE)
    return pickle.loads(kept.getvalue())


def _around_the_door():
    made = object.__new__(Release)
    made.__dict__.update(_parts())
    return made


def _with_exact_numbers():
    made = _around_the_door()
    object.__setattr__(made, "hotspots", invented_study().hotspots)
    return made


def _subclassed():
    made = object.__new__(Pretender)
    made.__dict__.update(_parts())
    return made


#: What each is called: a function that makes it.
WRONG = {
    "a study": invented_study,
    "a table of places": lambda: RELEASE.hotspots,
    "exact places": lambda: invented_study().hotspots,
    "an empty table": lambda: gpd.GeoDataFrame(geometry=[], crs="EPSG:27700"),
    "a dict of its parts": _parts,
    "a look-alike": lambda: SimpleNamespace(**_parts()),
    "a mimic": lambda: Mimic(**_parts()),
    "one from a pickle": _unpickled,
    "one made around the door": _around_the_door,
    "one with exact numbers put in": _with_exact_numbers,
    "a subclass": _subclassed,
    "the class": lambda: Release,
    "nothing": lambda: None,
    "a path": lambda: "out/release",
    "a list of one": lambda: [RELEASE],
}


def _functions():
    for module in pkgutil.walk_packages(csgeo.outputs.__path__, "csgeo.outputs."):
        for name, function in inspect.getmembers(import_module(module.name), inspect.isfunction):
            if function.__module__ != module.name or name.startswith("_"):
                continue
            taken = [
                p.name
                for p in inspect.signature(function).parameters.values()
                if p.name == "release" or "Release" in str(p.annotation)
            ]
            if taken:
                yield pytest.param(function, taken, id=f"{module.name[14:]}.{name}")


FUNCTIONS = list(_functions())


def _called(function, taken, given, folder):
    """Call a function with `given` for its release, and something for the rest."""
    others = {
        p.name: _something(p, folder)
        for p in inspect.signature(function).parameters.values()
        if p.default is p.empty and p.name not in taken
    }
    return function(**others, **dict.fromkeys(taken, given))


def _something(parameter, folder):
    said = str(parameter.annotation)
    if "Path" in said and "Mapping" not in said:
        return folder
    return {} if "Mapping" in said or "dict" in said else "sure"


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(("function", "taken"), FUNCTIONS)
def test_only_a_release_is_shown_or_written(function, taken, wrong, tmp_path):
    with pytest.raises(NotReleased, match="Only a Release can be mapped or exported"):
        _called(function, taken, WRONG[wrong](), tmp_path)
    assert list(tmp_path.iterdir()) == []  # nothing was begun


@pytest.mark.parametrize(("function", "taken"), [p for p in FUNCTIONS if len(p.values[1]) > 1])
def test_each_of_two_releases_is_asked(function, taken, tmp_path):
    for wrong in taken:
        with pytest.raises(NotReleased, match="Only a Release"):
            function(**{t: invented_study() if t == wrong else RELEASE for t in taken})


def test_all_functions_are_found():
    names = {p.id for p in FUNCTIONS}
    assert {"write.write_outputs", "map.map_html", "layers.layers", "words.answer"} <= names
    assert {"tables.write_tables", "two_lists.two_lists", "page.above"} <= names
    assert len(names) >= 20


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("ask", [require_release, require_viewable])
def test_the_question_itself_refuses_what_is_none(ask, wrong):
    assert ask(RELEASE) is RELEASE
    with pytest.raises(NotReleased, match="Only a Release"):
        ask(WRONG[wrong]())


@pytest.mark.parametrize("keep", [save_release, remember_release])
@pytest.mark.parametrize("wrong", WRONG)
def test_the_store_keeps_nothing_else(keep, wrong, tmp_path):
    with pytest.raises(NotReleased, match="Only a Release"):
        keep(WRONG[wrong](), tmp_path / "kept")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "way",
    [
        copy.copy,
        copy.deepcopy,
        pickle.dumps,
        lambda r: pickle.dumps(r, protocol=0),
        lambda r: pickle.dumps([r]),
    ],
)
def test_a_release_cannot_be_copied_on_the_quiet(way):
    with pytest.raises(NotReleased, match="kept with `csgeo.save_release`"):
        way(RELEASE)


@pytest.mark.parametrize("changes", [{}, {"title": "Another"}, {"seal": None}, {"seal": object()}])
def test_a_release_with_a_part_put_in_is_none(changes):
    with pytest.raises(NotReleased, match="come through the release door"):
        replace(RELEASE, **changes)


def test_its_parts_cannot_be_put_in_another_way():
    with pytest.raises(NotReleased, match="put together by hand"):
        Release(**_parts())
    with pytest.raises(AttributeError):
        RELEASE.hotspots = invented_study().hotspots


def test_one_that_was_opened_is_a_release(tmp_path):
    assert require_release(open_release(save_release(RELEASE, tmp_path / "r"))) is not RELEASE


def test_what_is_no_more_is_not_taken_for_what_comes_after_it():
    before = len(door._SEALED)
    made = [make_release(invented_study()) for _ in range(2)]
    assert len(door._SEALED) == before + 2
    del made
    assert len(door._SEALED) == before


def test_a_fault_in_one_of_them_is_seen(tmp_path):
    def careless(release: Release) -> str:
        return str(release.title)

    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_only_a_release_is_shown_or_written(careless, ["release"], "a study", tmp_path)
