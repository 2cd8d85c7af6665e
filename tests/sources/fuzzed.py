"""Which of our readers take text from elsewhere, and what may each do with any bytes at all?

Each target takes bytes and ends in silence, whatever they are: it is read, or one of the errors
that are foreseen says why not. ``benchmarks/attacks/fuzz_text.py`` lets atheris look for bytes that
surprise them, ``test_fuzzed_text.py`` tries those that were found and a few at random.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import shutil
import tempfile
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from csgeo.context.opening_hours import read_hours
from csgeo.disclosure.journal import Entry, anchor_from, check_journal, last_anchor, seal_entry
from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.pseudonyms import keys_for_this_run, keys_in
from csgeo.disclosure.scrub import scrub
from csgeo.errors import CsgeoError
from csgeo.governance import read_governance
from csgeo.identifying import looks_to_hold
from csgeo.recipe import load_recipe, recipe_toml
from csgeo.sources import deprivation, lookups, population, postcodes, schools, stops, strata
from csgeo.sources.apart import geojson
from csgeo.sources.apart.refused import Refused
from csgeo.sources.areas import read_areas
from csgeo.sources.coordinates import read_pairs, system, to_metres
from csgeo.sources.dates import moment_of, parsed, time_of_day
from csgeo.sources.delimited import read_delimited
from csgeo.sources.files import Rows
from csgeo.sources.formats import format_of, local_file, unpacked
from csgeo.sources.grid_references import read_grid_references
from csgeo.sources.incidents import read_incidents
from csgeo.sources.limits import LIMITS
from csgeo.sources.places import read_places
from csgeo.sources.police import read_police
from csgeo.sources.police_files import is_police
from csgeo.sources.services import read_services
from csgeo.sources.times import ORDERS, read_times
from csgeo.sources.values import to_numbers, to_text
from csgeo.sources.ways import written_shapes
from csgeo.sources.zipped import open_zip, unpack
from csgeo.store.releases import MANIFEST, _sealed, open_release, save_release
from csgeo.store.reviews import read_decisions

if TYPE_CHECKING:
    from collections.abc import Callable


class Target(NamedTuple):
    """What is given the bytes; sound examples to begin with; words that belong to its language."""

    call: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()


@cache
def folder() -> Path:
    """Give a folder for the files of this process, removed at its end."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def _file(data: bytes, name: str) -> Path:
    file = folder() / name
    file.write_bytes(data)
    return file


def _lines(data: bytes) -> pd.Series:
    """Cut text into values as a file's column has them."""
    return pd.Series(data.decode("utf-8", "replace").split("\n"), dtype="str")


def _csv(data: bytes) -> None:
    for header in (True, False):
        with contextlib.suppress(CsgeoError):
            table = read_delimited(data, "a.csv", header=header)
            assert len(table.frame) == len(table.numbers)
            assert (np.diff(table.numbers) > 0).all()
            assert not set(table.numbers) & set(table.broken.get("row", ()))


def _geojson(data: bytes) -> None:
    with contextlib.suppress(Refused):
        parts, said = geojson.read({"path": str(_file(data, "a.geojson"))}, LIMITS)
        (batch,) = parts
        assert batch.num_rows >= 0
        json.dumps(said())


def _dates(data: bytes) -> None:
    values = _lines(data)
    for text in values.str.casefold():
        part = parsed(text)
        for order in ORDERS:
            moment, precision = moment_of(part, order)
            assert np.isnat(moment) == (precision == "unknown")
        seconds = time_of_day(text)
        assert np.isnan(seconds) or 0 <= seconds <= 86_400
    frame = pd.DataFrame({"d": values, "t": values[::-1].to_numpy()})
    rows = Rows("a.csv", "CSV", frame, np.arange(2, len(frame) + 2), None, pd.DataFrame(), ())
    matched = {"occurred_from": "d", "occurred_to": "t", "time_from": "t", "time_to": "d"}
    for wanted in (matched, {"occurred_from": "d"}):
        with contextlib.suppress(CsgeoError):
            times = read_times(rows, wanted)
            late = times.occurred_to < times.occurred_from
            assert not late.any()


def _coordinates(data: bytes) -> None:
    values = _lines(data)
    half = len(values) // 2 + 1
    one, other = values[:half].reset_index(drop=True), values[-half:].reset_index(drop=True)
    target = system("EPSG:27700")
    for crs, degrees in (("EPSG:27700", False), ("EPSG:4326", True), ("EPSG:3857", False)):
        pairs = read_pairs(one, other, degrees=degrees)
        with contextlib.suppress(CsgeoError):
            found = to_metres(pairs, system(crs), target, file="a.csv", names=("x", "y"))
            usable = found.verdict == 0
            assert np.isfinite(found.first[usable]).all()
            assert np.isnan(found.first[~usable]).all()
    written_shapes(values)


def _values(data: bytes) -> None:
    values = _lines(data)
    to_text(values)
    for comma in ("decimal", "thousands"):
        assert len(to_numbers(values, comma=comma)) == len(values)
    looks_to_hold(values)
    scrub(values)


def _grid(data: bytes) -> None:
    points = read_grid_references(_lines(data))
    known = ~np.isnan(points.easting)
    assert ((points.easting[known] >= 0) & (points.easting[known] < 1e6)).all()
    assert ((points.northing[known] >= 0) & (points.northing[known] < 2e6)).all()
    assert (np.isnan(points.precision_m) == ~known).all()


def _hours(data: bytes) -> None:
    days = read_hours(data.decode("utf-8", "replace")).days
    for spans in days or ():
        assert all(0 <= start < end <= 4320 for start, end in spans)


def _recipe(data: bytes) -> None:
    with contextlib.suppress(CsgeoError):
        recipe_toml(load_recipe(_file(data, "csgeo.toml"), folders={"HERE": "/nowhere"}))


def _governance(data: bytes) -> None:
    try:
        given = tomllib.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return
    for one in (given, given.get("governance", given)):
        with contextlib.suppress(CsgeoError):
            read_governance(one, "a table")


_KEYS = keys_for_this_run()


def _journal(data: bytes) -> None:
    whole, *_ = data.split(b"\n", 1)
    check_journal(data, _KEYS)
    with contextlib.suppress(CsgeoError):
        last_anchor(whole, _KEYS)
    with contextlib.suppress(CsgeoError):
        check_journal(data, _KEYS, anchor=anchor_from(whole.decode("utf-8", "replace")))
    for read in (keys_in, lambda text, called: key_from_text(text, origin=called)):
        with contextlib.suppress(CsgeoError):
            read(data.decode("utf-8", "replace"), "a file")


def _decisions(data: bytes) -> None:
    with contextlib.suppress(CsgeoError):
        read_decisions(_file(data, "reviews.toml"))


@cache
def _release() -> tuple[Path, dict[str, Any]]:
    """Make a sound release of invented places, and give its manifest."""
    from csgeo.disclosure.release import make_release
    from tests.outputs.invented import invented_study

    kept = save_release(make_release(invented_study()), folder() / "release")
    return kept, json.loads((kept / MANIFEST).read_text(encoding="utf-8"))


def _manifest(data: bytes) -> None:
    kept, _ = _release()
    (kept / MANIFEST).write_bytes(data)
    with contextlib.suppress(CsgeoError):
        open_release(kept)


def _changed_release(data: bytes) -> None:
    """Change one value of a manifest, or bytes of a table, and seal it anew as a forger would."""
    kept, sound = _release()
    said = json.loads(json.dumps(sound))
    parts = data.split(b"\x00", 1)
    where = said["release"] if len(parts[0]) % 2 else said
    names = sorted(where)
    name = names[sum(parts[0]) % len(names)]
    try:
        where[name] = json.loads(parts[-1])
    except (ValueError, RecursionError):
        where.pop(name)
    said.pop("sha256", None)
    try:
        text = json.dumps(said | {"sha256": _sealed(said)})
    except (ValueError, RecursionError):
        return
    (kept / MANIFEST).write_text(text, encoding="utf-8", errors="surrogatepass")
    with contextlib.suppress(CsgeoError):
        open_release(kept)


_BY_NAME = (
    "a.csv",
    "a.geojson",
    "a.xlsx",
    "a.zip",
    "a.gpkg",
    "a.csv.gz",
    "a.parquet",
    "a",
    "a.shp",
)


def _kinds(data: bytes) -> None:
    name = _BY_NAME[data[0] % len(_BY_NAME)] if data else "a"
    file = _file(data[1:], name)
    with contextlib.suppress(CsgeoError):
        local_file(file)
        if format_of(file, content=unpacked(file)) == "CSV":
            is_police(file)


def _zips(data: bytes) -> None:
    file = _file(data, "a.zip")
    with contextlib.suppress(CsgeoError), open_zip(file) as archive:
        for name in archive.namelist()[:20]:
            with contextlib.suppress(CsgeoError):
                unpack(archive, name, called="a.zip", most_mb=1)


_RECORDS = b"id,type,date,time,easting,northing,postcode,latitude,longitude,grid ref,person key,area code\n"


def _records(data: bytes) -> None:
    # with its own header, or with ours
    content = data if data[:1] == b"!" else _RECORDS + data
    with contextlib.suppress(CsgeoError):
        reading = read_incidents(_file(content, "a.csv"))
        report = reading.report
        aside = sum(s.rows for s in report.set_aside)
        assert report.rows_in == report.rows_used + aside
        assert len(reading.table) == report.rows_used
        str(report)


_TABLES: tuple[tuple[Callable[[Path], Any], bytes], ...] = (
    (lambda f: read_services(f, kind=None), b"id,name,type,opening hours,capacity,ages,easting,northing,funded until\n"),
    (read_places, b"id,name,kind,longitude,latitude\n"),
    (read_areas, b"code,name,residents,wkt\n"),
    (read_police, b"Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last outcome category,Context\n"),
    (schools.read_schools, b"URN,EstablishmentName,EstablishmentStatus (name),TypeOfEstablishment (name),PhaseOfEducation (name),StatutoryLowAge,StatutoryHighAge,SchoolCapacity,Easting,Northing,Postcode\n"),
    (stops.read_stops, b"ATCOCode,CommonName,StopType,Easting,Northing,Longitude,Latitude,Status\n"),
    (population.read_population, b"geography code,Age: Total,age_10_14,age_15_19,date\n"),
    (deprivation.read_deprivation, b"LSOA code (2011),IMD score,IMD rank,IMD decile,income score (rate)\n"),
    (lookups.read_area_lookup, b"LSOA11CD,LSOA21CD,CHGIND,LAD22CD,LAD22NM\n"),
    (lambda f: strata.read_strata(f, column="class"), b"lsoa21cd,class\n"),
    (lambda f: postcodes.read_postcodes(f, with_areas=True), b"pcds,oseast1m,osnrth1m,osgrdind,doterm,lsoa11,lsoa21,lat\n"),
    (postcodes.read_postcodes, b""),
)  # fmt: skip


def _tables(data: bytes) -> None:
    read, header = _TABLES[data[0] % len(_TABLES)] if data else _TABLES[-1]
    with contextlib.suppress(CsgeoError):
        str(read(_file(header + data[1:], "a.csv")).report)


def _sound_zip() -> bytes:
    file = folder() / "sound.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2024-01/2024-01-x-street.csv", "Crime ID,Month\n" * 9)
        archive.writestr("a/../b.csv", "x")
    return file.read_bytes()


def _sealed_lines() -> bytes:
    import datetime as dt

    from csgeo.disclosure.journal import START, Anchor

    entry = Entry("reviewed", "place 1", "staff", dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    first = seal_entry(entry, Anchor(0, START), _KEYS)
    return first + seal_entry(entry, last_anchor(first[:-1], _KEYS), _KEYS)


_JSON_WORDS = (b'"type"', b'"features"', b'"Feature"', b'"geometry"', b'"coordinates"', b'"Point"', b'"Polygon"', b'"MultiPolygon"', b'"GeometryCollection"', b'"geometries"', b'"properties"', b'"crs"', b'"name"', b'"EPSG:27700"', b'"id"', b"null", b"NaN", b"1e999", b"[[", b"]]", b"\\ud800")  # fmt: skip
_COLLECTION = b'{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:27700"}},"features":[{"type":"Feature","id":"a","properties":{"n":1,"t":"x"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}},{"type":"Feature","properties":{"n":2.5},"geometry":{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2,3]},{"type":"MultiLineString","coordinates":[[[0,0],[1,1]]]}]}}]}'
_DATES = b"2024-02-13T21:30:00+01:00\n13/02/2021 9.30 pm\nTue 13th February 2024, 21:30\n02/13/24\n45000.5\n2024\nFeb 2024\n20240213\n930\n0.5\n1900-01-01 09:00\n1.2.2024 24:00\n31/02/2024\n0000-01-01\n9999-12-31"
_PLACES = b"375100\n164500\n-2.36\n51.38\n51,38\n375,100\n1e308\nnan\ninf\n0\n99.999999\nPOINT (1 2)\n375,123,5\nST751645\nST 7512 6456\n375129 164567\n"
_HOURS = b"Mo-Fr 09:00-12:00,13:00-17:00; Sa 10:00-14:00, PH off"
_GOVERNED = b'[governance]\nlawful_basis = "UK GDPR 6(1)(e)"\npurpose = "x"\nretention_until = 2027-03-31\nregime = "general"\n'
_CHOSEN = b'title = "x"\nharms = ["CSE"]\nseed = 2\n[area]\nfile = "${HERE}/a.gpkg"\n[[incidents]]\nfile = "a.csv"\nharm = "CSE"\n[incidents.columns]\nharm = "type"\n[incidents.governance]\npurpose = "y"\n[period]\nstart = 2024-01-01\nend = 2024-12-31\n[hotspots]\nmethod = "scan"\ncell_m = 250\nq = 0.1\n[release]\nleast_people = 10\n'
_DECIDED = b'[[decisions]]\nplace = "p1"\ncells = ["125-1-2"]\ndecided = "leave out"\nreviewer = "AB"\nat = 2027-01-01T10:00:00Z\nreason = "prison"\n[[decisions]]\nplace = "p1"\ncells = ["125-1-2"]\ndecided = "undo"\nreviewer = "AB"\nat = 2027-01-01T11:00:00Z\n'
_RECORD = b"A1,CSE,13/02/2024,21:30,375100,164500,BA1 1AA,51.38,-2.36,ST751645,p1,E01014370\n"
_IDENTITIES = b"943 476 5919\nQQ123456C\n07700 900123\na.b@example.org\nBA1 1AA\nA123456789012\nSmith, John\nwww.example.org/x\n@someone\n13/02/2010\n"

TARGETS: dict[str, Target] = {
    "csv": Target(_csv, (b'id,type\n1,"a ""b"""\n2,c\n', b"sep=;\na;b\n1;2\n", b"\xff\xfea\x00,\x00b\x00\n\x001\x00", b"a\tb\n1\t2\t3\n"), (b'""', b"sep=;\n", b"\xef\xbb\xbf", b"\r\n", b"\xff\xfe")),
    "geojson": Target(_geojson, (_COLLECTION, b'{"type":"Feature","geometry":null,"properties":null}'), _JSON_WORDS),
    "dates": Target(_dates, (_DATES,), (b"am", b"utc", b"feb", b"31", b"29", b"24:00", b"+14:00", b"9999", b"0000")),
    "coordinates": Target(_coordinates, (_PLACES,), (b"1e308", b"-", b"inf", b"nan", b"POINT", b"POLYGON ((", b"EMPTY")),
    "values": Target(_values, (_PLACES, _IDENTITIES), (b"n/a", b"@", b"+44", b"http://")),
    "grid references": Target(_grid, (_PLACES,), (b"TQ", b"ST", b"HP", b"\xc2\xb2", b"\xd9\xa1")),
    "opening hours": Target(_hours, (_HOURS, b"24/7", b"Fr-Mo 18:00-02:00", b"Sa[1] 10:00+"), (b"Mo", b"off", b"24:00", b"48:00", b",", b";", b"PH")),
    "recipe": Target(_recipe, (_CHOSEN,), (b"[[incidents]]", b"= nan", b"= inf", b"= []", b"= {}", b"${", b"[governance]", b"'''")),
    "governance": Target(_governance, (_GOVERNED,), (b"retention_until", b"= 2027-01-01T00:00:00Z", b"= 1", b"= []")),
    "journal": Target(_journal, (_sealed_lines(), b"csgeo-journal 2 " + b"0" * 64, b"csgeo-key 01234567 AAAA"), (b'"seal"', b'"number"', b'"before"', b'"key"', b"NaN")),
    "reviews": Target(_decisions, (_DECIDED,), (b"decided", b"cells", b"moved_to", b"= []", b"= 1", b"nudge", b"keep")),
    "release manifest": Target(_manifest, (b'{"format_version":2,"sha256":"x","files":{},"release":{}}',), (b'"files"', b'"release"', b"null", b"[]", b"NaN")),
    "release forged": Target(_changed_release, (b"a\x00null", b"bb\x00[]", b"c\x001e999", b'dd\x00{"a":1}', b'e\x00"2024-01-01"'), (b"null", b"[]", b"{}", b"-1", b'""')),
    "kinds": Target(_kinds, (b"\x00id,type\n1,2", b"\x01" + _COLLECTION, b"\x03PK\x05\x06" + bytes(18), b"\x04SQLite format 3\x00" + bytes(90), b"\x05\x1f\x8b\x08", b"\x06PAR1aaaaPAR1"), (b"<!DOCTYPE html", b"<OGRVRT", b"PK", b"PAR1")),
    "zips": Target(_zips, (_sound_zip(), b"PK\x05\x06" + bytes(18)), (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07")),
    "records": Target(_records, (_RECORD, b"!x,y,harm\n375100,164500,CSE\n", b"!geometry,type\nPOINT (375100 164500),CCE\n", b"!place,lat,lon,type\n,51.38,-2.36,CSE\n"), (b"CSE", b"BA1 1AA", b"POINT (", b",,", b"E01014370", b"51.38", b"-2.36")),
    "tables": Target(_tables, (*(bytes([n]) + b"1,a,b,375100,164500,2024-01,E01014370,E01014371,U,5,6,7\n" for n in range(len(_TABLES))), b"\x0aBA1 1AA,375100,164500,1,,E01014370,E01014370,51.38\n", b"\x0b\"BA1 1AA\",10,375100,164500,\"E92000001\",,,,\"E06000022\",\"E05002360\"\n"), (b"E01014370", b"BA1 1AA", b"Open", b"2024-01", b"375100", b'"')),
}  # fmt: skip
