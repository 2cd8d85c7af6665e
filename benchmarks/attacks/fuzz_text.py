"""Which bytes surprise the parsers that are written here? Run by ``hostile_files.py``."""

import contextlib
import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))
with atheris.instrument_imports(include=["csgeo"]):
    from csgeo.errors import CsgeoError
    from csgeo.sources.apart import geojson
    from csgeo.sources.apart.refused import Refused
    from csgeo.sources.delimited import read_delimited
    from csgeo.sources.limits import LIMITS

FILE = Path("fuzzed.geojson")


def one(data: bytes) -> None:
    with contextlib.suppress(CsgeoError):
        read_delimited(data, "a.csv")
    FILE.write_bytes(data)
    with contextlib.suppress(Refused):
        parts, _ = geojson.read({"path": str(FILE)}, LIMITS)
        list(parts)


atheris.Setup(sys.argv, one)
atheris.Fuzz()
