"""How much may one file ask of this machine?

A file that came from elsewhere may be small and still unpack to hundreds of
gigabytes, or name a view that never ends. What a county's records need lies
far below these limits; a file that meets one is refused with the remedy.
"""

from __future__ import annotations

from typing import NamedTuple

_MB = 1 << 20


class Limits(NamedTuple):
    """What reading one file may take.

    ``text_mb``: size of a text table, unpacked. ``file_mb``: size of any other
    file. ``unpacked_mb``: what may be unpacked from a zip or workbook.
    ``memory_mb``, ``cpu_s``, ``wall_s``: of the process that reads it.
    ``answer_mb``: what that process may hand back. ``rows``, ``columns``: of a
    table; ``cells``: of a sheet. ``field_mb``: size of one field of text.
    """

    text_mb: int = 160
    file_mb: int = 2048
    unpacked_mb: int = 320
    memory_mb: int = 640
    cpu_s: int = 24
    wall_s: int = 28
    answer_mb: int = 256
    rows: int = 2_000_000
    columns: int = 2_000
    cells: int = 12_000_000
    field_mb: int = 1


#: For any file that a user names or uploads.
LIMITS = Limits()
#: For the national directories and archives, which are large and known by their columns.
NATIONAL = Limits(
    text_mb=2048, unpacked_mb=8192, memory_mb=2048, answer_mb=1024, rows=5_000_000, cpu_s=120, wall_s=180
)  # fmt: skip


def in_bytes(megabytes: int) -> int:
    """Give a number of bytes."""
    return megabytes * _MB
