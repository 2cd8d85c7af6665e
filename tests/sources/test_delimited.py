"""Which rows does a text table hold?"""

from __future__ import annotations

import pytest

from csgeo.errors import UnreadableFile
from csgeo.sources.delimited import read_delimited

WORDS = [["1", "007", "Café"], ["2", "008", "Müller, J"]]


def table_of(delimiter: str) -> str:
    return f"id{delimiter}code{delimiter}name\n" + "".join(
        f'{a}{delimiter}{b}{delimiter}"{c}"\n' for a, b, c in WORDS
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_every_common_delimiter_and_encoding_gives_the_same_text(delimiter, encoding):
    read = read_delimited(table_of(delimiter).encode(encoding), "a.csv")
    assert read.frame.columns.tolist() == ["id", "code", "name"]
    assert read.frame.to_numpy().tolist() == WORDS
    assert read.numbers.tolist() == [2, 3]


def test_windows_line_ends_and_excels_own_hint_are_read():
    read = read_delimited(b"sep=;\r\nid;note\r\n1;a,b,c,d\r\n2;e\r\n\r\n", "a.csv")
    assert read.frame.to_numpy().tolist() == [["1", "a,b,c,d"], ["2", "e"]]
    assert read.numbers.tolist() == [3, 4]


def test_rows_are_numbered_as_a_spreadsheet_does_through_blank_and_broken_ones():
    read = read_delimited(b"id,a\n1,x\n\n2,y,z\n,\n3,w\n", "a.csv")
    assert read.frame["id"].tolist() == ["1", "3"]
    assert read.numbers.tolist() == [2, 6]
    assert read.broken.to_numpy().tolist() == [[4, "2,y,z"]]
    assert "2 empty rows skipped (the first is row 3)" in read.notes


def test_a_line_break_inside_quotes_is_one_row():
    read = read_delimited(b'id,"long\nname"\n1,"a\nb"\n2,c\n', "a.csv")
    assert read.frame.columns.tolist() == ["id", "long name"]
    assert read.frame["long name"].tolist() == ["a\nb", "c"]


def test_columns_named_twice_or_not_at_all_are_kept_apart():
    read = read_delimited(b"id,type,type,\n1,a,b,c\n", "a.csv")
    assert read.frame.columns.tolist() == ["id", "type", "type (2)", "column 4"]
    assert "columns named more than once were numbered: type" in read.notes
    trailing = read_delimited(b"id,type,\n1,a,\n", "a.csv")  # a comma too many at each end
    assert trailing.frame.columns.tolist() == ["id", "type"]


def test_a_table_without_a_header_keeps_its_first_row():
    read = read_delimited(b"BA1 1AA,10,375000\nBA1 1AB,10,375100\n", "a.csv", header=False)
    assert read.frame.columns.tolist() == ["column 1", "column 2", "column 3"]
    assert read.numbers.tolist() == [1, 2]


def test_text_that_breaks_off_its_encoding_is_refused():
    with pytest.raises(UnreadableFile, match="begins as utf-16 text but does not go on so"):
        read_delimited("id,a\n1,b\n".encode("utf-16") + b"\x00", "a.csv")


def test_a_quotation_mark_that_is_never_closed_is_refused():
    with pytest.raises(UnreadableFile, match="a quotation mark that is never closed, near line 3"):
        read_delimited(b'id,a\n1,w\n2,"x\n3,y\n4,z\n', "a.csv")
    inches = read_delimited(
        b'id,a\n1,5" pipe\n2,y\n', "a.csv"
    )  # a mark inside a field is only a mark
    assert inches.frame["a"].tolist() == ['5" pipe', "y"]
