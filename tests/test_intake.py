"""Which tables do the files of a recipe hold?"""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pandas as pd
import pytest

import csgeo
from csgeo import intake as intaking
from csgeo.errors import UnreadableFile
from csgeo.intake import take_in
from csgeo.sources.apart import starting


@pytest.fixture
def recipe(county_folder):
    return csgeo.load_recipe(county_folder / "csgeo.toml")


def quiet(*_: object) -> None:
    """Say nothing."""


def named(recipe) -> list[str]:
    """Name the recipe's files in the order in which they are taken."""
    inputs = [recipe.area, *recipe.incidents, *recipe.services, *recipe.places, *recipe.streets]
    inputs += [*recipe.basemap, recipe.residents, recipe.exposure, recipe.strata]
    return [one.file for one in inputs if one is not None]


def test_files_are_taken_in_order_whichever_is_read_first(recipe, monkeypatch):
    plain = take_in(recipe, quiet)
    read = intaking.read_areas

    def late(*args, **options):
        time.sleep(0.3)
        return read(*args, **options)

    monkeypatch.setattr(intaking, "read_areas", late)
    told: list[tuple[str, int, int]] = []
    found = take_in(recipe, lambda *said: told.append(said))
    files = named(recipe)
    assert [one.file for one, _ in found.readings] == files
    assert [report for _, report in found.readings] == [report for _, report in plain.readings]
    assert [done for _, done, _ in told] == list(range(len(files)))
    assert {of for _, _, of in told} == {len(files)}
    assert told[:2] == [("Reading area", 0, len(files)), ("Reading records", 1, len(files))]
    assert list(found.checksums) == list(plain.checksums)
    # people are known by a key of each run
    known = found.incidents["person_key"], plain.incidents["person_key"]
    assert (pd.factorize(known[0])[0] == pd.factorize(known[1])[0]).all()
    assert not (known[0].dropna() == known[1].dropna()).any()
    alike = [one.incidents.drop(columns="person_key") for one in (found, plain)]
    assert alike[0].equals(alike[1])
    assert found.streets.equals(plain.streets)


def test_the_first_file_that_is_refused_is_the_one_that_is_said(recipe, monkeypatch):
    def refuses(words: str, after_s: float):
        def read(*_, **__):
            time.sleep(after_s)
            raise UnreadableFile(words)

        return read

    monkeypatch.setattr(intaking, "read_streets", refuses("the streets", 0))
    monkeypatch.setattr(intaking, "read_services", refuses("the services", 0.2))
    with pytest.raises(UnreadableFile, match="the services"):
        take_in(recipe, quiet)
    monkeypatch.setattr(intaking, "read_areas", refuses("the area", 0.2))
    with pytest.raises(UnreadableFile, match="the area"):
        take_in(recipe, quiet)


def test_after_a_refusal_no_other_file_is_begun(recipe, monkeypatch):
    begun: list[str] = []

    def area(*_, **__):
        begun.append("area")
        raise UnreadableFile("the area")

    def other(*_, **__):
        begun.append("other")
        time.sleep(0.2)
        raise UnreadableFile("another")

    monkeypatch.setattr(intaking, "read_areas", area)
    for name in ("services", "places", "streets", "incidents", "police"):
        monkeypatch.setattr(intaking, f"read_{name}", other)
    with pytest.raises(UnreadableFile, match="the area"):
        take_in(recipe, quiet)
    assert len(begun) <= 1 + intaking._AT_ONCE
    assert not [t for t in threading.enumerate() if t.name.startswith("reading")]


def test_no_more_than_two_files_are_read_at_a_time(recipe, monkeypatch):
    lock, now, most = threading.Lock(), [0], [0]
    run = starting.run

    def counted(*args):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        try:
            return run(*args)
        finally:
            with lock:
                now[0] -= 1

    monkeypatch.setattr("csgeo.sources.apart.ask.run", counted)
    take_in(recipe, quiet)
    assert most[0] in {1, 2}


def test_what_says_progress_is_called_by_the_one_who_asked(recipe):
    callers = set()
    take_in(recipe, lambda *_: callers.add(threading.get_ident()))
    assert callers == {threading.get_ident()}


def test_a_stop_that_comes_with_progress_stops_the_reading(recipe):
    def stop(_: str, done: int, __: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(recipe, stop)
    assert not [t for t in threading.enumerate() if t.name.startswith("reading")]


def test_a_file_named_twice_is_summed_once(recipe, monkeypatch):
    summed: list[str] = []
    checksum = intaking.checksum
    monkeypatch.setattr(
        intaking, "checksum", lambda path: (summed.append(path.name), checksum(path))[1]
    )
    found = take_in(recipe, quiet)
    assert len(summed) == len(set(summed)) == len(found.checksums)


def test_a_key_file_lets_people_be_followed_from_run_to_run(recipe, tmp_path):
    from csgeo.disclosure.pseudonyms import new_key_file

    file = tmp_path / "apart" / "people.key"
    file.parent.mkdir()
    keys = new_key_file(file)
    asked = replace(
        recipe, people_key="people.key", located={**recipe.located, "people.key": str(file)}
    )
    one, two = (take_in(asked, quiet) for _ in range(2))
    assert one.incidents["person_key"].equals(two.incidents["person_key"])
    assert one.people == f"people are known by pseudonyms of the key {keys.ids[0]}"


def test_no_key_of_the_file_is_left_in_what_was_taken_in(recipe):
    raw = pd.read_csv(recipe.path(recipe.incidents[0].file), dtype=str)["person_key"].dropna()
    taken = take_in(recipe, quiet)
    assert not taken.incidents["person_key"].isin(raw).any()
    aside = pd.concat([t.astype(str) for t in taken.set_aside.values()])
    assert not aside.isin(set(raw)).any().any()
    assert taken.people.startswith("people are known by pseudonyms of a key made for this run")
