"""What may be taken out of this zip?"""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from csgeo.errors import UnreadableFile
from csgeo.sources.zipped import names_in, open_zip, unpack, unpack_to


def packed(folder, parts):
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return folder / "a.zip"


def test_parts_come_out_as_they_went_in(tmp_path):
    file = packed(tmp_path, {"a/b.csv": b"id\n1\n", "c": b""})
    assert names_in(file) == ["a/b.csv", "c"]
    with open_zip(file) as archive:
        assert unpack(archive, "a/b.csv", called="a.zip", most_mb=1) == b"id\n1\n"
        to = io.BytesIO()
        assert unpack_to(archive, "a/b.csv", to, called="a.zip", most=5) == 5
        assert to.getvalue() == b"id\n1\n"


def test_a_part_is_unpacked_no_further_than_allowed(tmp_path):
    file = packed(tmp_path, {"a": bytes(range(256)) * 8200})
    with open_zip(file) as archive:
        with pytest.raises(
            UnreadableFile, match="a.zip must hold at most 2 MB when unpacked; 'a' holds more"
        ):
            unpack(archive, "a", called="a.zip", most_mb=2)
        to = io.BytesIO()
        with pytest.raises(UnreadableFile, match="holds more"):
            unpack_to(archive, "a", to, called="a.zip", most=100)
        assert to.getvalue() == b""


def test_what_is_packed_a_hundredfold_is_not_unpacked_at_all(tmp_path):
    file = packed(tmp_path, {"a": bytes(17 << 20)})
    with (
        open_zip(file) as archive,
        pytest.raises(UnreadableFile, match="packed more tightly than a table can be"),
    ):
        unpack(archive, "a", called="a.zip", most_mb=100)


def test_a_damaged_part_and_a_damaged_zip_are_refused(tmp_path):
    file = packed(tmp_path, {"a": bytes(range(256)) * 40})
    content = bytearray(file.read_bytes())
    content[60] ^= 0xFF
    file.write_bytes(bytes(content))
    with (
        open_zip(file) as archive,
        pytest.raises(UnreadableFile, match=r"a\.zip is a broken zip \('a': "),
    ):
        unpack(archive, "a", called="a.zip", most_mb=1)
    file.write_bytes(bytes(content)[:-30])
    with pytest.raises(UnreadableFile, match="cut short or damaged"):
        open_zip(file)


def test_a_list_of_parts_is_measured_before_it_is_read(tmp_path):
    file = packed(tmp_path, {"a": b"x"})
    content = bytearray(file.read_bytes())
    content[-10:-6] = struct.pack("<L", (4 << 20) + 1)
    file.write_bytes(bytes(content))
    with pytest.raises(
        UnreadableFile,
        match=r"must list its parts in 4,194,304 bytes at most; the list takes 4,194,305",
    ):
        open_zip(file)


def test_the_large_form_of_a_zip_is_measured_too(tmp_path):
    file = packed(tmp_path, {"a": b"x"})
    end = file.read_bytes()[-22:]
    record = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 1, 1, 5 << 20, 0)
    at = file.stat().st_size - 22
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, at, 1)
    file.write_bytes(file.read_bytes()[:-22] + record + locator + end)
    with pytest.raises(UnreadableFile, match="the list takes 5,242,880"):
        open_zip(file)
