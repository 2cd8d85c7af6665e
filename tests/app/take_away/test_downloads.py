"""Can a file be fetched by anybody but the one who asked for it, or more than once?"""

from __future__ import annotations

import concurrent.futures
import re
from typing import NamedTuple

import pytest
from access import sessions
from access.sessions import Person
from components import downloads
from starlette.applications import Starlette

from csgeo.errors import StoreError
from tests.app.conftest import awaited

ANNE = Person("Anne", "planner", "a" * 32)
BEN = Person("Ben", "planner", "b" * 32)


@pytest.fixture(autouse=True)
def _nothing_held(monkeypatch):
    monkeypatch.setattr(downloads, "_HELD", {})
    monkeypatch.setattr(downloads, "_sweep_later", lambda: None)


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(sessions, "steady", lambda: now[0])
    return now


class Answer(NamedTuple):
    status_code: int
    headers: dict[str, str]
    content: bytes


@pytest.fixture
def ask():
    """Ask as somebody whom the gate has let in; None is nobody."""
    app = Starlette(routes=downloads.routes())

    async def answer(method, path, person, headers):
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "root_path": "",
            "query_string": b"",
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
            "state": {} if person is None else {"person": person},
        }
        await app(scope, receive, send)
        start, *bodies = sent
        told = {k.decode(): v.decode() for k, v in start["headers"]}
        return Answer(start["status"], told, b"".join(m.get("body", b"") for m in bodies))

    yield lambda method, path, person, **headers: awaited(answer(method, path, person, headers))
    sessions._HOOKS.pop()


def test_the_one_who_asked_gets_it_once_with_headers_that_keep_it_theirs(ask):
    url = downloads.offer(ANNE, "csgeo-x.xlsx", b"content")
    assert re.fullmatch(r"/files/[\w-]{43}", url)
    answer = ask("GET", url, ANNE)
    assert (answer.status_code, answer.content) == (200, b"content")
    assert answer.headers["content-disposition"] == 'attachment; filename="csgeo-x.xlsx"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert ask("GET", url, ANNE).status_code == 404  # a second time
    assert downloads.held_bytes() == 0


@pytest.mark.parametrize(
    "other",
    [
        BEN,  # another session of the same role
        Person("Anne", "planner", "c" * 32),  # the same name, another session
        Person("Anne", "viewer", "a" * 32),  # the same session, a role that may not
        Person("Anne", "admin", "a" * 32),
        Person("Anne", "", "a" * 32),
        Person("Anne", "planner", ""),
        None,
    ],
)
def test_nobody_else_gets_it_and_it_stays_for_the_one_who_asked(ask, other):
    url = downloads.offer(ANNE, "x.zip", b"content")
    refused = ask("GET", url, other)
    never = ask("GET", "/files/" + "z" * 43, ANNE)
    assert refused.status_code == never.status_code == 404
    assert refused.content == never.content  # it does not tell that there is one
    assert ask("GET", url, ANNE).content == b"content"


def test_exact_counts_go_to_an_analyst_alone(ask):
    analyst = Person("Anne", "analyst", ANNE.session)
    url = downloads.offer(analyst, "x.zip", b"exact", detail="exact")
    assert ask("GET", url, ANNE).status_code == 404  # the same session, now a planner
    assert ask("GET", url, analyst).content == b"exact"


def test_after_ten_minutes_it_is_gone(ask, clock):
    url = downloads.offer(ANNE, "x.zip", b"content")
    clock[0] += 10 * 60 - 1
    early = downloads.offer(ANNE, "y.zip", b"other")
    clock[0] += 1
    assert ask("GET", url, ANNE).status_code == 404
    assert ask("GET", early, ANNE).content == b"other"
    assert downloads.held_bytes() == 0


def test_looking_does_not_use_it_up_and_tells_nothing(ask):
    url = downloads.offer(ANNE, "x.zip", b"content")
    for path in (url, "/files/" + "z" * 43):
        answer = ask("HEAD", path, ANNE)
        assert (answer.status_code, answer.content) == (405, b"")
    assert ask("POST", url, ANNE).status_code == 405
    assert ask("GET", url, ANNE).content == b"content"


@pytest.mark.parametrize("part", ["bytes=0-0", "bytes=-1", "bytes=0-1,3-4", "bytes=9-", "lines=1"])
def test_a_part_that_is_asked_for_is_the_whole(ask, part):
    url = downloads.offer(ANNE, "x.zip", b"content")
    answer = ask("GET", url, ANNE, range=part)
    assert (answer.status_code, answer.content) == (200, b"content")
    assert answer.headers["accept-ranges"] == "none"
    assert ask("GET", url, ANNE, range=part).status_code == 404


def test_of_many_who_ask_at_once_one_gets_it():
    url = downloads.offer(ANNE, "x.zip", b"content")
    token = url.rsplit("/", 1)[1]
    with concurrent.futures.ThreadPoolExecutor(16) as many:
        found = list(many.map(lambda _: downloads.take(token, ANNE), range(64)))
    assert [f for f in found if f] == [("x.zip", b"content")]


@pytest.mark.parametrize(
    "token", ["", "../x", "%2e%2e", "*", "a" * 10_000, "\u00e9", "'; drop", "token\0"]
)
def test_a_name_that_was_guessed_finds_nothing(token):
    downloads.offer(ANNE, "x.zip", b"content")
    assert downloads.take(token, ANNE) is None


def test_no_two_addresses_are_alike():
    urls = {downloads.offer(ANNE, "x.zip", b"the same content") for _ in range(200)}
    assert len(urls) == 200


def test_when_a_session_ends_its_files_go(ask):
    session = sessions.known(sessions.id_of(sessions.begin("Anne", "planner", "a test")))
    own = Person("Anne", "planner", session.id)
    url = downloads.offer(own, "x.zip", b"content")
    others = downloads.offer(BEN, "y.zip", b"other")
    sessions.end(session.id, "the test says so")
    assert ask("GET", url, own).status_code == 404
    assert ask("GET", others, BEN).content == b"other"


def test_a_session_that_asks_again_and_again_pushes_out_its_own_files_alone(monkeypatch):
    monkeypatch.setattr(downloads, "MOST_OF_ONE", 100)
    bens = downloads.offer(BEN, "b.zip", b"b" * 90)
    first, second, third = (downloads.offer(ANNE, "a.zip", b"a" * 40) for _ in range(3))
    assert downloads.held_bytes() == 90 + 80
    tokens = [url.rsplit("/", 1)[1] for url in (first, second, third)]
    assert downloads.take(tokens[0], ANNE) is None
    assert downloads.take(tokens[1], ANNE) is not None
    assert downloads.take(bens.rsplit("/", 1)[1], BEN) is not None


def test_a_full_memory_is_said_and_nothing_of_others_is_lost(monkeypatch):
    monkeypatch.setattr(downloads, "MOST_BYTES", 100)
    bens = downloads.offer(BEN, "b.zip", b"b" * 80)
    with pytest.raises(StoreError, match=r"Too many files wait to be fetched by others just now"):
        downloads.offer(ANNE, "a.zip", b"a" * 21)
    assert downloads.held_bytes() == 80
    assert downloads.take(bens.rsplit("/", 1)[1], BEN) is not None
    downloads.offer(ANNE, "a.zip", b"a" * 100)


def test_a_file_that_is_too_large_is_said(monkeypatch):
    monkeypatch.setattr(downloads, "MOST_OF_ONE", 5_000_000)
    with pytest.raises(StoreError, match=r"at most 5 MB; this one has 6\. Take one format"):
        downloads.offer(ANNE, "a.zip", b"a" * 6_000_000)
    assert downloads.held_bytes() == 0


def test_a_name_cannot_end_the_header(ask):
    url = downloads.offer(ANNE, 'x"\r\nset-cookie: a=b; é.zip', b"content")
    answer = ask("GET", url, ANNE)
    assert answer.headers["content-disposition"] == 'attachment; filename="xset-cookieab.zip"'
    assert "set-cookie" not in answer.headers


def test_what_is_offered_is_swept_by_itself(monkeypatch, clock):
    downloads.offer(ANNE, "x.zip", b"content")
    clock[0] += downloads.LASTS_S
    downloads._swept()
    assert downloads._HELD == {}
