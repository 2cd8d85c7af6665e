"""Which columns of a directory of postcodes say what?

The names have changed with almost every edition, the directories come as one
CSV, a folder or a zip, and Code-Point Open has no header at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
from pyarrow import csv

from csgeo.errors import UnreadableFile
from csgeo.sources.apart.ask import ask
from csgeo.sources.formats import local_file, refuse_link
from csgeo.sources.limits import NATIONAL, in_bytes
from csgeo.sources.zipped import open_zip, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAYOUTS = "ONSPD, NSPL or Code-Point Open"
#: Our name -> patterns for a column's whole name in lower case, the best one first.
_PATTERNS = {
    "postcode": (r"pcds", r"pcd8", r"pcd2", r"pcd7", r"pcd", r"post_?code"),
    "easting": (r"oseast1m", r"east1m", r"eastings?"),
    "northing": (r"osnrth1m", r"north1m", r"northings?"),
    "latitude": (r"lat(itude)?",),
    "quality": (r"osgrdind", r"gridind", r"positional_quality_indicator"),
    "terminated": (r"doterm",),
}
_AREAS = {
    "lsoa11": (r"lsoa11(cd)?",),
    "lsoa21": (r"lsoa21(cd)?",),
    "district": (r"lad\d\dcd", r"(os)?laua"),
}
#: The ten columns of Code-Point Open, which its files do not name.
CODE_POINT = (
    "Postcode",
    "Positional_quality_indicator",
    "Eastings",
    "Northings",
    "Country_code",
    "NHS_regional_HA_code",
    "NHS_HA_code",
    "Admin_county_code",
    "Admin_district_code",
    "Admin_ward_code",
)
_A_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? *\d[A-Z]{2}")


class PostcodeColumns(NamedTuple):
    """The columns that matter, under our names; what the file calls them, and all its names."""

    table: Any
    found: dict[str, str]
    names: list[str]
    notes: tuple[str, ...]


def read_columns(path: Path, *, with_areas: bool) -> PostcodeColumns:
    """Read the columns that matter from a file, folder or zip.

    Raises
    ------
    UnreadableFile
        If the path does not exist, is empty or broken, or holds no CSV.
    """
    patterns = _PATTERNS | (_AREAS if with_areas else {})
    if path.is_file() and _start(path)[:4] == b"PAR1":
        return _from_parquet(path, patterns)
    parts: list[Any] = []
    found: dict[str, str] = {}
    names: list[str] = []
    bare = False
    for name, contents in _contents(path):
        names, headless = _names(contents)
        bare |= headless
        found = _match(names, patterns)
        parts.append(_read(contents, name, names, found, headless=headless))
    table = pa.concat_tables(parts, promote_options="permissive")
    if table.num_rows > NATIONAL.rows:
        msg = f"{path.name} must hold at most {NATIONAL.rows:,} postcodes; it holds {table.num_rows:,}. Use {LAYOUTS} as downloaded."
        raise UnreadableFile(msg)
    notes = (
        ["It has no header, as Code-Point Open has none; its ten columns were named."]
        if bare
        else []
    )
    if len(parts) > 1:
        notes.append(f"{len(parts)} files were read as one directory.")
    return PostcodeColumns(table, found, names, tuple(notes))


def _match(names: list[str], patterns: dict[str, tuple[str, ...]]) -> dict[str, str]:
    plain = {n.strip().casefold(): n for n in names}
    found: dict[str, str] = {}
    for ours, several in patterns.items():
        for pattern in several:
            hits = [theirs for name, theirs in plain.items() if re.fullmatch(pattern, name)]
            if hits:
                found[ours] = hits[-1]
                break
    return found


def _from_parquet(path: Path, patterns: dict[str, tuple[str, ...]]) -> PostcodeColumns:
    names = ask(path, "Parquet", schema=True).said["names"]
    found = _match(names, patterns)
    table = ask(path, "Parquet", limits=NATIONAL, columns=list(found.values())).table
    ours = {theirs: name for name, theirs in found.items()}
    table = table.rename_columns([ours[c] for c in table.column_names])
    return PostcodeColumns(table.replace_schema_metadata(None), found, names, ())


def _names(contents: bytes) -> tuple[list[str], bool]:
    """Give the names of a CSV's columns, and whether they are those it does not write."""
    line = contents.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("cp1252", "replace")
    fields = [f.strip().strip('"').strip() for f in line.strip("\r").split(",")]
    headless = bool(_A_POSTCODE.fullmatch(fields[0])) and len(fields) >= 4
    return (list(CODE_POINT[: len(fields)]) if headless else fields), headless


def _read(
    contents: bytes, name: str, names: list[str], found: dict[str, str], *, headless: bool
) -> Any:
    contents = contents.removeprefix(b"\xef\xbb\xbf")
    if not found:
        return pa.table({})  # whoever needs the columns says what is lacking
    wanted = list(found.values())
    convert = csv.ConvertOptions(
        include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string())
    )
    try:
        contents.decode("ascii")
        encoding = "utf8"
    except UnicodeDecodeError:
        encoding = (
            "latin-1"  # the columns that matter are plain; only names of people's places are not
        )
    options = csv.ReadOptions(column_names=names, skip_rows=0 if headless else 1, encoding=encoding)
    try:
        table = csv.read_csv(
            pa.BufferReader(contents), read_options=options, convert_options=convert
        )
    except pa.ArrowInvalid as error:
        msg = f"{name} is not a whole directory of postcodes: {error} Download {LAYOUTS} again."
        raise UnreadableFile(msg) from error
    return table.rename_columns(list(found))


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        files = _directories([p.relative_to(path).as_posix() for p in path.rglob("*")])
        if not files:
            _nothing(path)
        left = in_bytes(NATIONAL.text_mb)
        for name in files:
            contents = _bytes(local_file(path / name), left)
            left -= len(contents)
            yield name, contents
        return
    if not path.is_file():
        msg = f"There is no file or folder {path}. Download {LAYOUTS} and name it."
        raise UnreadableFile(msg)
    if _start(path)[:2] != b"PK":
        contents = _bytes(refuse_link(path), in_bytes(NATIONAL.text_mb))
        if not contents.strip():
            msg = f"{path.name} is empty. Download {LAYOUTS} again."
            raise UnreadableFile(msg)
        yield path.name, contents
        return
    with open_zip(path) as archive:
        files = _directories(archive.namelist())
        if not files:
            _nothing(path)
        left = in_bytes(NATIONAL.text_mb)
        for name in files:
            contents = unpack(archive, name, called=path.name, most_mb=left >> 20)
            left -= len(contents)
            yield name, contents


def _bytes(file: Path, most: int) -> bytes:
    with file.open("rb") as opened:
        contents = opened.read(most + 1)
    if len(contents) > most:
        msg = f"{file.name} must be at most {NATIONAL.text_mb:,} MB with all its parts; it is larger. Use {LAYOUTS} as downloaded."
        raise UnreadableFile(msg)
    return contents


def _directories(names: list[str]) -> list[str]:
    """Choose the CSVs with postcodes: not the guides, and not the same again cut in pieces."""
    tables = sorted(n for n in names if n.casefold().endswith(".csv") and "__MACOSX" not in n)
    data = [n for n in tables if not re.search(r"(^|/)(doc|documents|user guide)/", n.casefold())]
    whole = [n for n in data if "multi_csv" not in n.casefold()]
    return whole or data


def _nothing(path: Path) -> None:
    msg = f"{path.name} holds no CSV of postcodes. Use {LAYOUTS} as downloaded."
    raise UnreadableFile(msg)
