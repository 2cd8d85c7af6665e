"""Does a session that nobody uses end by itself, and is nobody locked out by that?"""

from __future__ import annotations

import time

import pytest
from access.connection import somebody_is_there
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.app.access.conftest import ask, enter, open_socket
from tests.app.access.test_gate import drain, rerun
from tests.app.conftest import run_dashboard, stop_dashboard

IDLE_S = 3.0


@pytest.fixture(scope="module")
def short(release_folder, tmp_path_factory):
    """Start a dashboard whose sessions end after three seconds without a word."""
    settings = tmp_path_factory.mktemp("short") / "login.toml"
    settings.write_text(f"[session]\nidle_minutes = {IDLE_S / 60}\n", encoding="utf-8")
    address = run_dashboard(release_folder, f"--login={settings}")
    ask(address, address.first.removeprefix(address))  # else it would still let somebody in
    yield address
    stop_dashboard(address)


def seconds_until_closed(socket, say: bytes | None = None) -> float:
    """Wait until the server closes, saying something now and then."""
    began = time.monotonic()
    with pytest.raises(ConnectionClosed) as closed:
        _go_on(socket, say)
    assert closed.value.rcvd.code == 4401
    return time.monotonic() - began


def _go_on(socket, say: bytes | None) -> None:
    for _ in range(40):
        if say is not None:
            socket.send(say)
        _drain_for(socket, 0.5)


def _drain_for(socket, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        try:
            socket.recv(timeout=left)
        except TimeoutError:
            return


def test_a_connection_on_which_nothing_is_said_is_closed_and_a_new_link_is_given(short):
    cookie = enter(short)
    with open_socket(short, cookie) as socket:
        assert IDLE_S - 1 < seconds_until_closed(socket) < IDLE_S + 2
    assert ask(short, "/places", Cookie=cookie).status == 401
    with pytest.raises(InvalidStatus):
        open_socket(short, cookie)
    given = short.server.stdout.readline().strip()  # nobody asked for it
    assert given.startswith(f"{short}/?token=")
    assert ask(short, given.removeprefix(short)).status == 303


def test_a_page_that_asks_by_itself_does_not_keep_a_session_open(short):
    cookie = enter(short)
    with open_socket(short, cookie) as socket:
        by_itself = rerun(is_auto_rerun=True)
        assert seconds_until_closed(socket, by_itself) < IDLE_S + 2


def test_asking_whether_the_session_goes_on_does_not_keep_it_open(short):
    cookie = enter(short)
    began = time.monotonic()
    while ask(short, "/access/still", Cookie=cookie).status == 204:
        assert time.monotonic() - began < 20
        time.sleep(0.5)
    assert IDLE_S - 1 < time.monotonic() - began < IDLE_S + 2


def test_somebody_who_does_something_stays(short):
    cookie = enter(short)
    with open_socket(short, cookie) as socket:
        for _ in range(5):
            socket.send(rerun())
            _drain_for(socket, 1)
        assert ask(short, "/access/still", Cookie=cookie).status == 204
        ask(short, "/access/out", Cookie=cookie)
        with pytest.raises(ConnectionClosed):
            drain(socket)


def test_what_shows_that_somebody_is_there_is_what_a_person_did():
    def said(data: bytes | None, kind: str = "websocket.receive") -> bool:
        return somebody_is_there({"type": kind, "bytes": data})

    assert said(rerun())
    stop = BackMsg()
    stop.stop_script = True
    assert said(stop.SerializeToString())
    beat = BackMsg()
    beat.app_heartbeat = True
    assert not said(beat.SerializeToString())
    assert not said(rerun(is_auto_rerun=True))
    assert not said(b"")
    assert not said(None)
    assert not said(b"\xff\xff\xff no message")
    assert not said(BackMsg().SerializeToString())
    assert not said(rerun(), kind="websocket.connect")
