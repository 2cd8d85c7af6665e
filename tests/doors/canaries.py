"""Where did a secret go that was planted in the records?

Each canary is a value that stands in the records alone. It is looked for as it
is and as programs write it: in other encodings, rounded, hashed without a key,
packed, and in the memory of a process.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import sqlite3
import struct
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PACKED = {b"\x1f\x8b\x08": 31, b"\x78\x9c": 15, b"\x78\xda": 15, b"\x78\x01": 15}
_DEEPEST = 4
_MOST_UNPACKED = 1 << 26


class Canary(NamedTuple):
    """A planted secret: what it is, as a program holds it, and every way in which it is looked for."""

    what: str
    held: tuple[bytes, ...]
    patterns: tuple[bytes, ...]
    rounded: tuple[re.Pattern[bytes], ...] = ()


def of_text(what: str, text: str) -> Canary:
    """Look for a text in each encoding, in base64 at any place, and hashed without a key."""
    plain = text.encode()
    forms = {plain, text.lower().encode(), text.upper().encode(), plain[::-1]}
    forms |= {text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("utf-32-le")}
    forms |= {plain.hex().encode(), plain.hex().upper().encode()}
    forms |= _in_base64(plain)
    forms.add("".join(f"%{b:02X}" for b in plain).encode())
    if not text.isalnum():
        forms.add(re.sub(r"[^A-Za-z0-9]", "", text).encode())
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, plain, usedforsecurity=False)
        forms |= {digest.hexdigest().encode(), digest.digest()}
    return Canary(what, (plain,), tuple(sorted(forms)))


def of_secret(what: str, secret: bytes) -> Canary:
    """Look for the bytes of a key, however they are written."""
    forms = {secret, secret.hex().encode(), secret.hex().upper().encode(), *_in_base64(secret)}
    return Canary(what, (secret,), tuple(sorted(forms)))


def of_place(what: str, easting: float, northing: float) -> Canary:
    """Look for a point in metres and in degrees, as numbers of a file and as digits, rounded too."""
    from pyproj import Transformer

    degrees = Transformer.from_crs(27700, 4326, always_xy=True).transform(easting, northing)
    exact = {f"{easting:.2f}".encode(), f"{northing:.2f}".encode()}
    exact |= {f"{abs(d):.7f}"[:-1].encode() for d in degrees}
    for number in (easting, northing, *degrees):
        exact |= {struct.pack("<d", number), struct.pack(">d", number)}
    pairs = [(f"{easting:.0f}", f"{northing:.0f}"), (f"{easting:.1f}", f"{northing:.1f}")]
    pairs += [(str(int(easting)), str(int(northing)))]
    pairs += [tuple(f"{abs(d):.{places}f}" for d in degrees) for places in (4, 5, 6)]
    held = (struct.pack("<d", easting),)
    return Canary(what, held, tuple(sorted(exact)), tuple(_near(*p) for p in pairs))


def _near(one: str, other: str) -> re.Pattern[bytes]:
    a, b = re.escape(one.encode()), re.escape(other.encode())
    between = rb"[^\n]{1,40}?"
    return re.compile(
        rb"(?<!\d)%b%b%b(?!\d)|(?<!\d)%b%b%b" % (a, between, b, b, between, a), re.DOTALL
    )


def _in_base64(plain: bytes) -> set[bytes]:
    """Give what base64 makes of it, wherever it stands in what is written so."""
    found = set()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + plain)
        inner = whole[(0, 2, 3)[before] :].rstrip(b"=")
        found |= {inner[:-1], inner[:-1].replace(b"+", b"-").replace(b"/", b"_")}
    return found


def found_in(content: bytes, canaries: Iterable[Canary], *, deep: int = 0) -> set[str]:
    """Say which canaries are in some bytes, or in what is packed in them."""
    seen = {
        c.what
        for c in canaries
        if any(p in content for p in c.patterns) or any(r.search(content) for r in c.rounded)
    }
    if deep < _DEEPEST:
        for inner in _unpacked(content):
            seen |= found_in(inner, canaries, deep=deep + 1)
    return seen


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Unpack all that is packed: zip with its comments, gzip and zlib anywhere, Parquet, base64."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield packed.comment
            for one in packed.infolist():
                yield one.filename.encode() + one.extra + one.comment
                yield packed.read(one)
    if content.startswith(b"PAR1"):
        yield _columns(content)
    for mark, bits in _PACKED.items():
        at = content.find(mark)
        while at >= 0:
            yield _inflated(memoryview(content)[at:], bits)
            at = content.find(mark, at + 1)
    for text in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", content):
        yield _from_base64(text)


def _columns(parquet: bytes) -> bytes:
    """Give all that a Parquet file holds, values and what is said about it."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(parquet))
    told = [str(file.metadata), str(file.schema_arrow), str(file.schema_arrow.metadata)]
    for group in range(file.metadata.num_row_groups):
        row_group = file.metadata.row_group(group)
        told += [str(row_group.column(i).statistics) for i in range(file.metadata.num_columns)]
    table = file.read()
    for name in table.column_names:
        values = table.column(name).to_pylist()
        told.append("\n".join(map(str, values)))
        told.append(b"".join(v for v in values if isinstance(v, bytes)).decode("latin-1"))
    return "\n".join(told).encode("latin-1", "replace")


def _inflated(content: memoryview, bits: int) -> bytes:
    unpacker = zlib.decompressobj(bits)
    try:
        return unpacker.decompress(content, _MOST_UNPACKED)
    except zlib.error:
        return b""


def _from_base64(text: bytes) -> bytes:
    plain = base64.b64decode(text[: len(text) // 4 * 4], validate=False)
    return plain if any(plain.startswith(m) for m in (*_PACKED, b"PK", b"\x89PNG")) else b""


def found_in_file(path: Path, canaries: Sequence[Canary]) -> set[str]:
    """Say which canaries are in a file: its bytes, what is packed, its rows if it is a database."""
    content = path.read_bytes()
    seen = found_in(path.name.encode() + b"\n" + content, canaries) | found_in(content, canaries)
    if content.startswith(b"SQLite format 3\0"):
        seen |= found_in(_dumped(path), canaries)
    return seen


def _dumped(path: Path) -> bytes:
    """Give the tables of a database as text; what was deleted stands in its bytes."""
    opened = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        names = [n for (n,) in opened.execute("select name from sqlite_master where type='table'")]
        rows = [repr(r) for n in names for r in _rows_of(opened, n)]
    finally:
        opened.close()
    return "\n".join(rows).encode()


def _rows_of(opened: sqlite3.Connection, name: str) -> list[tuple[object, ...]]:
    try:
        return opened.execute(f'select * from "{name}"').fetchall()
    except sqlite3.Error:  # an index that needs an extension: its bytes were searched
        return []


def found_in_memory(pid: int, canaries: Sequence[Canary]) -> set[str]:
    """Say which canaries are in the memory of a running process (Linux)."""
    found: set[str] = set()
    here = Path(f"/proc/{pid}")
    with (here / "mem").open("rb", buffering=0) as memory:
        for line in (here / "maps").read_text(encoding="ascii", errors="replace").splitlines():
            spans, rights, *_ = line.split()
            start, end = (int(x, 16) for x in spans.split("-"))
            if "rw" not in rights or end - start > 1 << 30:
                continue
            try:
                memory.seek(start)
                content = memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            found |= {c.what for c in canaries if any(h in content for h in c.held)}
    return found
