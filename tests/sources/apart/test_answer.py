"""May what a reading process hands back be believed?"""

from __future__ import annotations

import datetime as dt
import json
import pickle
import resource
import struct
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from csgeo.errors import UnreadableFile
from csgeo.sources.apart import ask as asking
from csgeo.sources.apart.answer import TooLarge, Unfit, checked, table_in
from csgeo.sources.apart.ask import Found, _believed, _taken
from csgeo.sources.files import read_rows
from csgeo.sources.limits import LIMITS
from csgeo.sources.workbooks import read_workbook

SMALL = LIMITS._replace(answer_mb=1, rows=100_000, columns=10)


def stream(table, **options) -> bytes:
    """Write a table as a reading process does."""
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as to:
        to.write(table)
    return out.getvalue().to_pybytes()


def words(n: int, word: str = "x") -> pa.Table:
    return pa.table({"a": pa.array([word] * n)})


def repeated(n: int, word: str) -> pa.Table:
    codes = pa.array([0] * n, pa.int32())
    return pa.table({"a": pa.DictionaryArray.from_arrays(codes, pa.array([word]))})


def test_a_plain_table_is_believed():
    table = pa.table(
        {
            "i": [1, None],
            "t": ["a", None],
            "b": [True, None],
            "f": [1.5, None],
            "d": [dt.date(2024, 1, 1), None],
            "m": [dt.datetime(2024, 1, 1), None],
            "w": [b"\x01", None],
            "l": [[1], None],
            "s": [{"x": 1}, None],
            "n": pa.nulls(2),
            "c": pa.array([Decimal("1.5"), None]),
        }
    )
    found = table_in(stream(table), LIMITS)
    assert found.equals(table)
    assert found.schema.metadata is None
    assert table_in(b"", LIMITS) is None


def test_a_category_is_believed_as_long_as_it_stands_for_little():
    found = table_in(stream(repeated(1_000, "town")), SMALL)
    assert found.column("a").to_pylist()[-1] == "town"
    with pytest.raises(TooLarge):
        table_in(stream(repeated(3_000, "x" * 1_000)), SMALL)


@pytest.mark.parametrize("codec", ["zstd", "lz4"])
def test_nothing_is_unpacked(codec):
    content = stream(words(1_000, "a" * 1_000), compression=codec)
    assert len(content) < 20_000
    with pytest.raises(Unfit):
        table_in(content, LIMITS)
    with pytest.raises(Unfit):
        table_in(stream(repeated(5_000, "x" * 9_000), compression=codec), LIMITS)


@pytest.mark.parametrize(
    "table",
    [
        words(100_001),
        pa.table({f"c{n}": [1] for n in range(13)}),
        pa.table({"a": pa.nulls(100_000), "b": pa.nulls(100_000), "c": pa.nulls(100_000)}),
        pa.table({"a": pa.array([[]] * 20_000, pa.list_(pa.int8()))}),
        pa.table({"a": pa.array([{}] * 20_000, pa.struct([]))}),
        words(40_000, "x" * 10),
        pa.table({"a": pa.array([b""] * 45_000)}),
        pa.table({n: pa.array([True] * 90_000) for n in "abc"}),
        pa.table({n: pa.array(range(100_000)) for n in "ab"}),
        pa.table(
            {
                "a": pa.DictionaryArray.from_arrays([0] * 90_000, pa.array([1])),
                "b": pa.nulls(90_000),
            }
        ),
    ],
)
def test_more_than_a_table_may_take_is_refused(table):
    with pytest.raises(TooLarge):
        table_in(stream(table), SMALL)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_as_many_columns_as_a_layer_has_are_read(n):
    names = [f"c{c}" for c in range(9 + n)]
    assert table_in(stream(pa.table({name: [1] for name in names})), SMALL).num_columns == 9 + n


@pytest.mark.parametrize(
    "array",
    [
        pa.array(["x" * 30] * 9, pa.string_view()),
        pa.array([b"x" * 30] * 9, pa.binary_view()),
        pa.RunEndEncodedArray.from_arrays([90_000], ["x" * 1_000]),
        pa.array([[1]], pa.list_view(pa.int8())),
        pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]),
        pa.DictionaryArray.from_arrays([0] * 9, pa.array([[1, 2, 3]])),
        pa.array([[1, 2]], pa.list_(pa.int8(), 2)),
        pa.array([b"ab"], pa.binary(2)),
    ],
)
def test_columns_that_are_not_plain_are_refused(array):
    with pytest.raises(Unfit):
        table_in(stream(pa.table({"a": array})), LIMITS)


def test_offsets_that_point_elsewhere_are_refused():
    content = bytearray(stream(pa.table({"a": pa.array(["abc", "def"])})))
    at = content.rindex(struct.pack("<iii", 0, 3, 6))
    for offsets in ((0, 3, 1 << 30), (0, 6, 3), (-9, 3, 6)):
        content[at : at + 12] = struct.pack("<iii", *offsets)
        with pytest.raises(Unfit):
            table_in(bytes(content), LIMITS)


@pytest.mark.parametrize(
    "content",
    [
        b"not arrow at all",
        b"\x00" * 64,
        b"\xff" * 64,
        b"\xff\xff\xff\xff\xff\xff\xff\x7f" + b"\x00" * 64,
        b"\xff\xff\xff\xff\x10\x00\x00\x00" + b"\xff" * 64,
        stream(words(9))[:-40],
        stream(words(9))[:90],
        pickle.dumps(words(9)),
    ],
)
def test_what_is_no_stream_is_refused(content):
    with pytest.raises(Unfit):
        table_in(content, LIMITS)


def test_each_byte_that_is_turned_is_a_table_or_refused():
    sound = stream(pa.table({"a": pa.array(["abc", None]), "b": [1, 2]}))
    for at in range(len(sound)):
        content = bytearray(sound)
        content[at] ^= 0xFF
        try:
            table_in(bytes(content), SMALL)
        except (Unfit, TooLarge):
            continue


def answered(tmp_path, table: bytes, said: object) -> Found:
    """What is made of an answer that holds this."""
    text = said if isinstance(said, bytes) else json.dumps(said).encode()
    file = tmp_path / "answer"
    file.write_bytes(table + text + struct.pack("<Q", len(text)))
    with file.open("r+b") as opened:
        return _believed(_taken(opened, SMALL, 0), "a.gpkg", SMALL)


class Evil:
    """Runs when it is unpickled."""

    def __reduce__(self) -> tuple:
        return (open, ("unpickled", "w"))


def test_a_pickle_is_never_loaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    evil = pickle.dumps(Evil())
    for table, said in ((evil, {}), (b"", evil), (evil, evil)):
        with pytest.raises(UnreadableFile, match="is damaged"):
            answered(tmp_path, table, said)
    extension = pa.field("a", pa.binary(), metadata={"ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": evil})  # fmt: skip
    made = pa.table([pa.array([b"x"])], schema=pa.schema([extension]))
    answered(tmp_path, stream(made), {})
    assert not (tmp_path / "unpickled").exists()


@pytest.mark.parametrize(
    "said",
    [
        {"notes": "x"},
        {"notes": [1]},
        {"notes": None},
        {"open": "files"},
        {"open": [["files"]]},
        {"names": {}},
        {"crs": 27700},
        {"geometry": ["a"]},
        {"refused": 1},
        {"limit": ["wall"]},
        {"failed": {}},
    ],
)
def test_what_is_said_in_another_kind_is_refused(tmp_path, said):
    with pytest.raises(Unfit):
        checked(said)
    with pytest.raises(UnreadableFile, match=r"stopped its reader \(answer\)"):
        answered(tmp_path, stream(words(2)), said)


def test_a_footer_of_any_depth_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match=r"stopped its reader \(answer\)"):
        answered(tmp_path, b"", b"[" * 200_000)


def test_what_a_reader_says_is_cut_short_and_what_it_leaves_out_is_none(tmp_path):
    said = checked({"notes": ["x" * 9_000] * 900, "refused": "y" * 9_000})
    assert (len(said["notes"]), len(said["notes"][0]), len(said["refused"])) == (100, 2_000, 2_000)
    assert (said["crs"], said["geometry"], said["names"]) == (None, None, [])
    found = answered(tmp_path, stream(words(2)), {"open": ["other files", "the network"]})
    assert found.said["notes"] == [
        "this system does not let the reading of a file be closed off from other files or the network"
    ]
    assert answered(tmp_path, stream(words(2)), {"open": []}).said["notes"] == []


@pytest.mark.parametrize(
    ("table", "said", "expected"),
    [
        (words(2), {"geometry": "b"}, "is no table"),
        (words(200_000), {}, "holds more than 1 MB when read"),
        (words(2), {"limit": "something new"}, "needs more than 640 MB"),
        (words(2), {"limit": "rows"}, "needs more than 640 MB"),
        (words(2), {"failed": "SIGSEGV" * 99}, r"stopped its reader \((SIGSEGV)+SIGS\)"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path, table, said, expected):
    with pytest.raises(UnreadableFile, match=expected):
        answered(tmp_path, stream(table), said)


def test_a_workbook_without_rows_of_text_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "a.xlsx"
    for table in (None, pa.table({"a": [1]})):
        found = Found(table, {"notes": []})
        monkeypatch.setattr("csgeo.sources.workbooks.ask", lambda *_, found=found, **__: found)
        with pytest.raises(UnreadableFile, match=r"a\.xlsx is damaged: what was read of it"):
            read_workbook(file)


def test_a_word_that_a_parquet_repeats_does_not_fill_the_memory(tmp_path):
    """A category of 4 MB in a million rows would be 4 TB of text."""
    file = tmp_path / "a.parquet"
    codes = pa.array([0] * 1_000_000, pa.int8())
    long = pa.DictionaryArray.from_arrays(codes, pa.array(["x" * (4 << 20)]))
    parquet.write_table(pa.table({"type": long}), file)
    assert file.stat().st_size < 300_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableFile, match="holds more than 256 MB when read|memory"):
        read_rows(file)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kB


def test_columns_of_nothing_do_not_fill_the_memory(tmp_path):
    file = tmp_path / "a.parquet"
    nothing = pa.nulls(1_000_000)
    parquet.write_table(pa.table({f"c{n}": nothing for n in range(500)}), file)
    with pytest.raises(UnreadableFile, match="holds more than 256 MB when read|memory"):
        read_rows(file)


def test_two_columns_of_one_name_are_refused(tmp_path):
    file = tmp_path / "a.parquet"
    parquet.write_table(pa.table([[1], [2], [3]], names=["a", "b", "a"]), file)
    words = r"a.parquet must have a name of its own for each column; 1 stand there twice \(the first is 'a'\)|cannot be read"
    with pytest.raises(UnreadableFile, match=words):
        read_rows(file)


def test_categories_dates_and_times_of_a_parquet_are_read(tmp_path):
    file = tmp_path / "a.parquet"
    made = {
        "kind": pa.array(["CSE", "CCE", None]).dictionary_encode(),
        "at": pa.array([dt.time(9, 30), None, dt.time(0)]),
        "on": pa.array([dt.date(2024, 2, 1), None, None]),
    }
    parquet.write_table(pa.table(made), file)
    frame = read_rows(file).frame
    assert frame["kind"].tolist()[:2] == ["CSE", "CCE"]
    assert str(frame["at"].iloc[0]).startswith("09:30")
    assert frame["on"].iloc[0].year == 2024
    assert asking.ask(file, "Parquet").table.num_rows == 3
