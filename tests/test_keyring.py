"""How is the key by which people are known made, and changed?"""

from __future__ import annotations

import pytest

from csgeo.cli import main
from csgeo.disclosure.pseudonyms import read_keys


def said(capsys, *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["key", *words])
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out + told.err


def test_a_key_is_made_rotated_and_retired_and_never_printed(tmp_path, capsys):
    file = tmp_path / "people.key"
    code, told = said(capsys, "new", str(file))
    first = read_keys(file)
    assert code == 0
    assert first.ids[0] in told
    assert first.in_use.hex() not in told
    code, told = said(capsys, "rotate", str(file))
    second = read_keys(file)
    assert second.ids[1:] == first.ids
    assert f"Still recognised: {first.ids[0]}" in told
    code, told = said(capsys, "retire", str(file), first.ids[0])
    assert code == 0
    assert read_keys(file).ids == second.ids[:1]
    assert "Old keys left: none" in told


def test_a_key_is_never_written_over(tmp_path, capsys):
    file = tmp_path / "people.key"
    said(capsys, "new", str(file))
    before = file.read_bytes()
    code, told = said(capsys, "new", str(file))
    assert code != 0
    assert "people.key" in told
    assert file.read_bytes() == before
