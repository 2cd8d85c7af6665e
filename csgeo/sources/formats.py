"""Is this file what its name says?

A file is known by its first bytes, never by its name alone: a workbook that
was renamed to ``.csv`` or a page of HTML that was saved as ``.geojson`` is
refused with the words for what it is. Only local files are ever opened.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from pathlib import Path
from typing import Literal

from csgeo.errors import UnreadableFile
from csgeo.sources.limits import LIMITS, in_bytes
from csgeo.sources.zipped import names_in

Format = Literal["CSV", "XLSX", "GeoJSON", "GeoPackage", "Shapefile", "zipped Shapefile", "Parquet"]

_BY_ENDING: dict[str, Format] = {
    ".csv": "CSV",
    ".txt": "CSV",
    ".tsv": "CSV",
    ".tab": "CSV",
    ".xlsx": "XLSX",
    ".xlsm": "XLSX",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GeoPackage",
    ".shp": "Shapefile",
    ".zip": "zipped Shapefile",
    ".parquet": "Parquet",
    ".geoparquet": "Parquet",
    ".pq": "Parquet",
}
#: What is kept inside a file that csgeo does not read, by how the file begins.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel workbook (.xls). Open it in Excel or LibreOffice and save it as .xlsx",
    ),
    (b"%PDF", "a PDF document. Ask for the table behind it"),
    (b"\x7fELF", "a program. Name a table of records instead"),
    (b"MZ", "a program. Name a table of records instead"),
    (b"Rar!", "a RAR archive. Unpack it and name the table inside"),
    (b"7z\xbc\xaf", "a 7-Zip archive. Unpack it and name the table inside"),
    (b"\x89PNG", "a picture. Name a table of records instead"),
    (b"\xff\xd8\xff", "a picture. Name a table of records instead"),
)
_MARKUP: tuple[tuple[str, str], ...] = (
    (
        r"<ogrvrt|<vrtdataset|<gdalvrt",
        "a GDAL virtual dataset (VRT), which points to other files. Name the real file",
    ),
    (
        r"<!doctype html|<html",
        "a web page (HTML), as a download that failed or wants a login leaves behind. Download the file again",
    ),
    (r"<kml", "KML. Save it as a GeoPackage in QGIS"),
    (r"<gml|featurecollection", "GML. Save it as a GeoPackage in QGIS"),
    (r"", "XML. Save it as CSV or GeoPackage first"),
)
_NETWORK = re.compile(
    r"^\s*([a-z][a-z0-9+.-]+:[/\\]{1,2}|[/\\]{1,2}vsi[a-z0-9_]+([/\\]|$)|[/\\]{2}[^/\\])",
    re.IGNORECASE,
)
_SIDECARS = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx")
_SQLITE = b"SQLite format 3\x00"
_SHP = b"\x00\x00\x27\x0a"
_FEATURE = re.compile(r'"features"|"type"\s*:\s*"Feature"')
_BYTES_READ = 4096


def local_file(path: str | Path) -> Path:
    """Return `path` as a local file that exists and is not empty.

    Raises
    ------
    UnreadableFile
        If it is an address on a network, a folder, a pipe or device, a link to
        a file in another folder, missing or empty.
    """
    if _NETWORK.match(str(path)):
        msg = f"{path} is not a file on this computer: csgeo never opens a network address. Download it and name the file."
        raise UnreadableFile(msg)
    file = Path(path)
    if file.is_dir():
        msg = f"{file} is a folder. Name one file in it."
        raise UnreadableFile(msg)
    if file.exists() and not file.is_file():
        msg = (
            f"{file} is a pipe or a device, not a file. Save what it gives as a file and name that."
        )
        raise UnreadableFile(msg)
    refuse_link(file)
    if not file.is_file():
        msg = f"{file} does not exist. Check the path; it is read from the folder of the recipe."
        raise UnreadableFile(msg)
    if file.stat().st_size == 0:
        msg = f"{file.name} is empty (0 bytes). Export it again."
        raise UnreadableFile(msg)
    return file


def refuse_link(file: Path) -> Path:
    """Return `file` unless it is a link to a file in another folder.

    Raises
    ------
    UnreadableFile
        If it is one.
    """
    if file.is_symlink() and file.resolve().parent != file.parent.resolve():
        msg = f"{file.name} is a link to a file in another folder, which is not followed. Name the file itself."
        raise UnreadableFile(msg)
    return file


def unpacked(file: Path) -> bytes | None:
    """Return what a gzipped file holds, or None if `file` is not gzipped.

    Raises
    ------
    UnreadableFile
        If it is damaged, or holds more than a text table may.
    """
    with file.open("rb") as opened:
        if opened.read(2) != b"\x1f\x8b":
            return None
    pieces, left = [], in_bytes(LIMITS.text_mb)
    try:
        with gzip.open(file) as opened:
            while left >= 0 and (piece := opened.read(1 << 20)):
                pieces.append(piece)
                left -= len(piece)
    except (EOFError, OSError, zlib.error) as error:
        msg = f"{file.name} is a gzip file that is cut short or damaged. Copy or download it again."
        raise UnreadableFile(msg) from error
    if left < 0:
        msg = f"{file.name} must hold at most {LIMITS.text_mb:,} MB when unpacked; it holds more. Split it, or save it as Parquet."
        raise UnreadableFile(msg)
    return b"".join(pieces)


def text_of(file: Path) -> bytes:
    """Return the bytes of a text table.

    Raises
    ------
    UnreadableFile
        If it is larger than a text table may be.
    """
    most = in_bytes(LIMITS.text_mb)
    with file.open("rb") as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        msg = f"{file.name} must be at most {LIMITS.text_mb:,} MB as text; it is larger. Split it by year, or save it as Parquet."
        raise UnreadableFile(msg)
    return content


def format_of(file: Path, *, content: bytes | None = None) -> Format:
    """Say in which format `file` is, by its content.

    Parameters
    ----------
    file
        An existing local file.
    content
        What it holds, if it was gzipped.

    Raises
    ------
    UnreadableFile
        If the content is of no kind that csgeo reads, is cut short, or is not
        what the file's name says.
    """
    if content is None:
        with file.open("rb") as opened:
            start = opened.read(_BYTES_READ)
    else:
        start = content[:_BYTES_READ]
    holds = _by_content(file, start)
    endings = [e.lower() for e in file.suffixes if e.lower() != ".gz"]
    named = _BY_ENDING.get(endings[-1]) if endings else None
    if named is not None and named != holds:
        msg = (
            f"{file.name} is not what its name says: it is named as {named}, but it holds {holds}. "
            "Rename it, or export it again."
        )
        raise UnreadableFile(msg)
    return holds


def _by_content(file: Path, start: bytes) -> Format:
    if file.suffix.lower() in _SIDECARS:
        msg = f"{file.name} is one part of a Shapefile. Name the .shp file beside it, or a zip of all parts."
        raise UnreadableFile(msg)
    if start.startswith(b"PK"):
        return _kind_of_zip(file)
    if start.startswith(_SQLITE):
        return _whole_geopackage(file, start)
    if start.startswith(b"PAR1"):
        return _whole_parquet(file)
    if start.startswith(_SHP):
        return "Shapefile"
    for magic, words in _FOREIGN:
        if start.startswith(magic):
            _refuse(file, words)
    return _kind_of_text(file, start)


def _refuse(file: Path, words: str) -> None:
    msg = f"{file.name} is not what its name says: it holds {words}."
    raise UnreadableFile(msg)


def _kind_of_zip(file: Path) -> Format:
    names = names_in(file)
    if any(n.startswith("xl/") for n in names):
        return "XLSX"
    if "content.xml" in names and "mimetype" in names:
        _refuse(file, "an OpenDocument file. Save it as .xlsx or .csv")
    return "zipped Shapefile"


def _whole_geopackage(file: Path, start: bytes) -> Format:
    page = int.from_bytes(start[16:18], "big")
    promised = (65_536 if page == 1 else page) * int.from_bytes(start[28:32], "big")
    found = file.stat().st_size
    if found < promised:
        msg = (
            f"{file.name} is cut short: its header promises {promised:,} bytes, the file has {found:,}. "
            "Copy or download it again."
        )
        raise UnreadableFile(msg)
    return "GeoPackage"


def _whole_parquet(file: Path) -> Format:
    with file.open("rb") as opened:
        opened.seek(-4, io.SEEK_END)
        if opened.read(4) != b"PAR1":
            msg = f"{file.name} is a Parquet file that is cut short. Copy or download it again."
            raise UnreadableFile(msg)
    return "Parquet"


def _kind_of_text(file: Path, start: bytes) -> Format:
    utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = start.decode("utf-16" if utf16 else "latin-1", errors="replace").lstrip(
        "ï»¿\ufeff \r\n\t"
    )
    if text.startswith(("{", "[")):
        if text.startswith("[") or not _FEATURE.search(text + _rest(file, text)):
            _refuse(
                file, "JSON that is not GeoJSON (it has no features). Save it as CSV or GeoJSON"
            )
        return "GeoJSON"
    if text.startswith("<"):
        words = next(w for pattern, w in _MARKUP if re.search(pattern, text[:2000].lower()))
        _refuse(file, words)
    control = sum(start.count(c) for c in (*range(1, 9), *range(14, 26)))
    if not utf16 and (start.count(0) > len(start) // 2 + 1 or control * 20 > len(start)):
        _refuse(file, "bytes that are neither text nor any format that csgeo reads")
    return "CSV"


def _rest(file: Path, text: str) -> str:
    """Read on in a long header, where `features` stands behind a large `crs` or metadata."""
    if _FEATURE.search(text):
        return ""
    with file.open("rb") as opened:
        return opened.read(1 << 20).decode("latin-1")
