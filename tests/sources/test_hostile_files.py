"""Does a file that was made to do harm do any?"""

from __future__ import annotations

import re
import socket
import threading
from pathlib import Path

import pytest

from csgeo.errors import SourceError
from csgeo.sources.files import read_rows
from csgeo.sources.layers import read_layer
from csgeo.sources.limits import LIMITS
from tests.sources.hostile_files import ATTACKS, CANARY, Target
from tests.sources.hostile_inside import HOSTILE

#: Attacks that only end when they have used up their time: run below with less of it.
_ENDLESS = {"view of 100 million rows", "view that never gives a row"}


class Listener:
    """Listens on this machine and counts who comes."""

    def __init__(self) -> None:
        self.came: list[bytes] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                called, _ = self.socket.accept()
            except OSError:
                return
            self.came.append(called.recv(100))
            called.close()


@pytest.fixture(scope="module")
def listener():
    made = Listener()
    yield made
    made.socket.close()


@pytest.fixture
def target(tmp_path_factory, listener) -> Target:
    secret = tmp_path_factory.mktemp("secret") / "secret.csv"
    secret.write_text(f"id,type\n1,{CANARY}\n")
    return Target(secret, listener.address)


def outcome(path: Path | str) -> tuple[str, str]:
    """What a reader made of it: what was said, and all that it brought to light."""
    try:
        rows = read_rows(path)
    except SourceError as refused:
        return str(refused), str(refused)
    return "READ", rows.frame.to_csv() + str(rows.geometry) + str(rows.notes)


@pytest.mark.parametrize("attack", [a for a in HOSTILE if a not in _ENDLESS])
def test_a_hostile_file_is_refused_or_harmless(tmp_path, target, listener, monkeypatch, attack):
    make, words = HOSTILE[attack]
    path = make(tmp_path, target)

    def no_socket(*_, **__):
        raise AssertionError("a socket was opened in this process")

    monkeypatch.setattr(socket.socket, "connect", no_socket)
    said, brought = outcome(path)
    assert re.search(words, said), said
    assert CANARY not in brought
    assert listener.came == []
    folder = str(target.secret.parent)
    # a file may say the folder's name itself: that is its maker's words, and nothing that was read
    file = Path(str(path))
    own = file.is_file() and folder.encode() in file.read_bytes()
    assert own or folder not in brought
    assert not list(tmp_path.parent.glob("climbed*"))


def test_the_guard_of_these_tests_sees_a_call(listener):
    socket.create_connection(listener.socket.getsockname()).close()
    for _ in range(100):
        if listener.came:
            break
        threading.Event().wait(0.02)
    assert listener.came.pop() == b""


@pytest.mark.parametrize("attack", sorted(_ENDLESS))
def test_a_view_without_end_is_stopped_and_its_limit_named(tmp_path, target, attack):
    short = LIMITS._replace(cpu_s=1, wall_s=20, rows=50_000_000, answer_mb=64)
    with pytest.raises(SourceError, match=r"takes longer than 1 seconds|more than 64 MB when read"):
        read_layer(ATTACKS[attack][0](tmp_path, target), "GeoPackage", limits=short)


def test_formulas_without_a_result_are_counted_and_said(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for row in (
        ["id", "type"],
        ["1", "=1+1"],
        ["2", '=WEBSERVICE("http://127.0.0.1/")'],
        ["3", "CSE"],
    ):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    rows = read_rows(tmp_path / "a.xlsx")
    assert rows.frame["type"].isna().tolist() == [True, True, False]
    assert any(re.match(r"2 cells hold a formula .* \(the first is B2\)", n) for n in rows.notes)
