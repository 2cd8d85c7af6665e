"""What may be taken out of this zip?

A zip says itself how large its parts are, and may lie. So the list of parts is
measured before it is read, and each part is unpacked in pieces and no further
than allowed. Nothing is ever unpacked under the name that the zip gives it.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

from csgeo.errors import UnreadableFile
from csgeo.sources.limits import in_bytes

if TYPE_CHECKING:
    from pathlib import Path

#: The list of parts of a zip, in bytes: room for some 30,000 parts.
_MOST_LIST = 4 << 20
_END = b"PK\x05\x06"
_END_64_LOCATOR = b"PK\x06\x07"
_END_64 = b"PK\x06\x06"
_PIECE = 1 << 20
_SMALL = 16 << 20


def open_zip(file: Path) -> zipfile.ZipFile:
    """Open a zip whose list of parts is of a size that a list of parts has.

    Raises
    ------
    UnreadableFile
        If it is damaged, or lists too many parts.
    """
    listed = _bytes_of_list(file)
    if listed > _MOST_LIST:
        msg = f"{file.name} must list its parts in {_MOST_LIST:,} bytes at most; the list takes {listed:,}. Zip only the files that are needed."
        raise UnreadableFile(msg)
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        msg = f"{file.name} is a zip or workbook that is cut short or damaged. Copy or download it again."
        raise UnreadableFile(msg) from error


def names_in(file: Path) -> list[str]:
    """List the parts of a zip.

    Raises
    ------
    UnreadableFile
        If it is damaged, or lists too many parts.
    """
    with open_zip(file) as archive:
        return archive.namelist()


def unpack(archive: zipfile.ZipFile, part: str, *, called: str, most_mb: int) -> bytes:
    """Unpack one part, no further than `most_mb` megabytes.

    Raises
    ------
    UnreadableFile
        If it holds more, is damaged or is locked.
    """
    pieces = []
    left = in_bytes(most_mb)
    _refuse_tight(archive, part, called)
    try:
        with archive.open(part) as opened:
            while piece := opened.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    _too_large(called, part, most_mb)
                pieces.append(piece)
    except _BROKEN as error:
        msg = (
            f"{called} is a broken zip ({part!r}: {error}). Download it again, without a password."
        )
        raise UnreadableFile(msg) from error
    return b"".join(pieces)


def unpack_to(archive: zipfile.ZipFile, part: str, to: BinaryIO, *, called: str, most: int) -> int:
    """Unpack one part into an open file, no further than `most` bytes; say how many it held.

    Raises
    ------
    UnreadableFile
        If it holds more, is damaged or is locked.
    """
    held = 0
    _refuse_tight(archive, part, called)
    try:
        with archive.open(part) as opened:
            while piece := opened.read(_PIECE):
                held += len(piece)
                if held > most:
                    _too_large(called, part, most >> 20)
                to.write(piece)
    except _BROKEN as error:
        msg = (
            f"{called} is a broken zip ({part!r}: {error}). Download it again, without a password."
        )
        raise UnreadableFile(msg) from error
    return held


_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    OSError,
    UnicodeDecodeError,  # the part's own name is not the one in the list
)


def _refuse_tight(archive: zipfile.ZipFile, part: str, called: str) -> None:
    """Refuse what is packed a hundredfold: no table is, and a bomb is a thousandfold."""
    about = archive.getinfo(part)
    if about.file_size > _SMALL and about.file_size > 100 * about.compress_size:
        msg = f"{called} is packed more tightly than a table can be ({part!r}: {about.file_size >> 20:,} MB in {about.compress_size:,} bytes). Ask whoever sent it; it was not unpacked."
        raise UnreadableFile(msg)


def _too_large(called: str, part: str, most_mb: int) -> None:
    msg = f"{called} must hold at most {most_mb:,} MB when unpacked; {part!r} holds more. Unpack it, and name or clip the table that is needed."
    raise UnreadableFile(msg)


def _bytes_of_list(file: Path) -> int:
    """Say how long the list of parts is, from the record at the end of the zip; 0 if there is none."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        opened.seek(max(0, size - 65_557))
        end = opened.read()
        at = end.rfind(_END)
        if at < 0 or len(end) - at < 22:
            return 0
        (listed,) = struct.unpack("<L", end[at + 12 : at + 16])
        locator = end[at - 20 : at] if at >= 20 else b""
        if locator.startswith(_END_64_LOCATOR):
            opened.seek(min(struct.unpack("<Q", locator[8:16])[0], size))
            record = opened.read(56)
            if record.startswith(_END_64) and len(record) == 56:
                return int(struct.unpack("<Q", record[40:48])[0])
    return int(listed)
