"""Is a secret that was planted in the records seen anywhere outside the secure folder?

The records of an invented town hold names, free text, numbers of people, their places and keys.
Everything is used once in a real browser; what it was sent, what was said and what was left on the
disk is then searched, as it is and in other encodings, rounded, hashed and unpacked.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.attacks.rows import Row, print_rows
from benchmarks.attacks.scripts import opened_browser
from tests.doors.canaries import found_in, found_in_file
from tests.doors.using import TERMINAL, Used, use

#: Where analysts keep records and keys themselves.
_OWN = {"incidents.csv", "keys", "secure", "casework.toml"}
#: An analyst who loads a file is asked what its columns mean, by their names.
_ASKED = {"a column's name"}


def found_on_screen(used: Used) -> dict[str, set[str]]:
    """Give what a browser was sent that holds a secret."""
    secrets = (*used.known, *used.planted.on_the_way)
    shown = {w: found_in(c, secrets) - _ASKED for w, c in used.seen.parts if w != TERMINAL}
    return {where: found for where, found in shown.items() if found}


def left_on_disk(used: Used) -> tuple[int, dict[str, set[str]]]:
    """Count the files outside the secure folder, and give those that hold a secret."""
    files = [
        path
        for path in used.folder.rglob("*")
        if path.is_file() and not _OWN & set(path.relative_to(used.folder).parts)
    ]
    held = {str(p.relative_to(used.folder)): found_in_file(p, used.known) for p in files}
    return len(files), {name: found for name, found in held.items() if found}


def rows() -> list[Row]:
    """Give the row of the table."""
    with tempfile.TemporaryDirectory() as folder, opened_browser() as browser:
        used = use(Path(folder), browser)
        screen = found_on_screen(used)
        files, disk = left_on_disk(used)
        memory = used.memory["the viewers' server"] - {"a secret of the server"}
    for where, found in (screen | disk).items():
        print(f"seen: {where}: {', '.join(sorted(found))}", file=sys.stderr)
    reached = len(screen) + len(disk) + len(memory)
    parts = len(used.seen.parts)
    return [
        Row(
            f"{len(used.known)} planted secrets in pages, messages, errors, files, logs, memory",
            "yes: error pages, file metadata, caches",
            "0",
            f"{reached} seen in {parts:,} answers and messages and {files} files",
            met=reached == 0 and parts > 300 and files > 20,
        )
    ]


if __name__ == "__main__":
    print_rows(rows())
