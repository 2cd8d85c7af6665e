"""Do the readers of our own process foresee every failure? Found bytes, and some at random.

``CSGEO_FUZZ=deep`` tries two hundred times as many.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.fuzzed import TARGETS

DEEP = os.environ.get("CSGEO_FUZZ") == "deep"
#: Targets that read files or many columns: some 100 ms for each example.
_SLOW = ("release forged", "records", "tables", "coordinates", "dates")
#: What atheris found, by target; each was a failure that was not foreseen.
FOUND = {
    "geojson": (b'{"type":"Feature","geometry":null,"properties":{"\\ud800":1,"\\ud801":2}}',),
    "tables": (
        b"\x061,a,b,375100,164500,2024-01,E01014370\n",  # every row has too many fields
        b"\x071,a,b,375100,164500,2024-01,E01014370\n",
        b"\x0b1,a,b,375100,164500,2024-01,E01014370\n",  # none of the columns of a directory
        b"\x0aBA1 1AA,here,164500,1,,E01014370,E01014370,51.38\n",  # a word for a number
        b"\x0aBA1 1AA,375100,164500,999999999999999999,,,,\n",
        b"\x0aBA1 1AA,375100,164500,-7,,,,\n",
        "\x0aBÄ11ÄÄÄÄ,1,2,1,,,,\n".encode(),  # more bytes than letters
        b"\x06,,,,\n,,,,\n",  # rows without anything
    ),
    "coordinates": (b"\n\n0101", b"\n\n", b"0101" + b"00" * 19 + b"\n\n"),  # a blank among shapes in hexadecimal
    "recipe": (
        b'title = "x"\n[area]\nfile = "a"\n[[incidents]]\nfile = "b"\n[period]\nstart = 2024-01-01\nend = 1\n',
        b'title = "x"\n[area]\nfile = "a"\n[[incidents]]\nfile = "b"\n[period]\nstart = 2024-01-01\nend = 2024-01-01T00:00:00\n',
        b'title = "x"\nperiod = 1\n[area]\nfile = "a"\n[[incidents]]\nfile = "b"\n',
        b'title = "x"\nharms = "CSE"\n[area]\nfile = "a"\n[[incidents]]\nfile = "b"\n',
        b'title = "x"\nharms = [1]\n[area]\nfile = "a"\n[[incidents]]\nfile = "b"\n',
        b'title = "x"\n[area]\nfile = "a\\u0000"\n[[incidents]]\nfile = "b"\n',
        b'title = "x"\n[area]\nfile = "a"\n[[incidents]]\nfile = "b"\ncolumns = 1\n',
    ),
    "release forged": (
        b"\x00",  # a manifest that lacks a value, or has one of another kind
        b"\x01\x00null",
        b"aa\x00[]",
        b'b\x00{"a":1}',
        *(bytes([n]) + b"\x00[[1]]" for n in range(1, 30)),
    ),
    "zips": (
        # a part whose own name is no UTF-8
        (b"PK\x03\x04\x14\x00\x00\x08\x00\x00\x00\x00!\x00\x83\x16\xdc\x8c\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\xcax"
        b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00\x00\x00!\x00\x83\x16\xdc\x8c\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00\x00\x00\x00a"
        b"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00/\x00\x00\x00 \x00\x00\x00\x00\x00"),
    ),
}  # fmt: skip
_CASES = [(name, case) for name, several in FOUND.items() for case in several]


@pytest.mark.parametrize(("name", "case"), _CASES)
def test_what_was_found_is_foreseen_now(name, case):
    assert TARGETS[name].call(case) is None


@pytest.mark.parametrize("name", TARGETS)
def test_a_sound_example_is_no_surprise(name):
    assert all(TARGETS[name].call(seed) is None for seed in TARGETS[name].seeds)


@st.composite
def mangled(draw, seeds: tuple[bytes, ...], words: tuple[bytes, ...]) -> bytes:
    """A sound example with pieces cut out, doubled, swapped for others or filled with words."""
    content = bytearray(draw(st.sampled_from(seeds)))
    pieces = st.binary(max_size=6) | st.sampled_from([b"", b"\n", b"\x00", b'"', b",", *words])
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(content)))
        end = min(len(content), at + draw(st.sampled_from([0, 1, 2, 8, 64])))
        again = draw(st.sampled_from([0, 1, 2, 40]))
        content[at:end] = draw(pieces) + bytes(content[at:end]) * again
    return bytes(content[:20_000])


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_are_read_or_refused(name):
    target = TARGETS[name]
    examples = (30 if name in _SLOW else 250) * (200 if DEEP else 1)

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mangled(target.seeds, target.words) | st.binary(max_size=200))
    def tried(data: bytes) -> None:
        assert target.call(data) is None

    tried()
