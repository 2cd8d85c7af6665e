"""Does a session end when it must, at once, and whatever the clock says?"""

from __future__ import annotations

import threading
import time

import pytest
from access import links, pending, sessions

from csgeo.errors import RecipeError


@pytest.fixture
def clock(monkeypatch):
    """Let time stand still, and move when the test says so."""

    class Clock:
        steady, wall = 1000.0, 2_000_000_000.0

        def on(self, seconds: float) -> None:
            self.steady += seconds
            self.wall += seconds

    now = Clock()
    monkeypatch.setattr(sessions, "steady", lambda: now.steady)
    monkeypatch.setattr(pending, "steady", lambda: now.steady)
    monkeypatch.setattr(sessions.time, "time", lambda: now.wall)
    return now


@pytest.fixture(autouse=True)
def _nobody_else(_somebody):
    """Start with nobody signed in, and leave nobody and no limit behind."""
    for session in sessions.signed_in():
        sessions.end(session.id, "before the test")
    hooks = list(sessions._HOOKS)
    yield
    sessions._HOOKS[:] = hooks
    sessions.limit()


def test_a_cookie_opens_its_session_and_nothing_else_does():
    cookie = sessions.begin("A. Tester", "viewer", "a test")
    found = sessions.behind(cookie)
    assert (found.name, found.role, found.login) == ("A. Tester", "viewer", "a test")
    for forged in (
        "",
        cookie[:-1],
        cookie + "A",
        cookie.swapcase(),
        found.id,
        "ü\udcff",
        "x" * 9999,
    ):
        assert sessions.behind(forged) is None


def test_what_opens_a_session_is_kept_nowhere_and_is_long():
    cookie = sessions.begin("A. Tester", "viewer", "a test")
    assert len(cookie) >= 43  # 256 bits
    assert cookie not in repr(sessions._KEPT)
    assert len({sessions.begin("A", "viewer", "t") for _ in range(200)}) == 200


def test_fifteen_minutes_without_a_word_end_it_and_a_word_does_not_let_it(clock):
    cookie = sessions.begin("A. Tester", "viewer", "a test")
    clock.on(15 * 60 - 1)
    sessions.heard(sessions.behind(cookie).id)
    clock.on(15 * 60 - 1)
    assert sessions.behind(cookie) is not None
    clock.on(1)
    assert sessions.behind(cookie) is None
    assert sessions.signed_in() == []


def test_looking_a_session_up_is_no_word_of_the_browser(clock):
    cookie = sessions.begin("A. Tester", "viewer", "a test")
    for _ in range(15):
        assert sessions.behind(cookie) is not None
        clock.on(60)
    assert sessions.behind(cookie) is None


def test_eight_hours_end_it_however_busy_it_is(clock):
    cookie = sessions.begin("A. Tester", "viewer", "a test")
    for _ in range(8 * 60 - 1):
        clock.on(60)
        sessions.heard(sessions.behind(cookie).id)
    clock.on(59)
    assert sessions.behind(cookie) is not None
    clock.on(1)
    assert sessions.behind(cookie) is None


def test_it_never_outlives_the_identity_behind_it(clock):
    cookie = sessions.begin("A. Tester", "viewer", "a test", expires=clock.wall + 300)
    assert sessions.seconds_left(sessions.behind(cookie).id) == 300
    clock.on(299)
    assert sessions.behind(cookie) is not None
    clock.on(1)
    assert sessions.behind(cookie) is None
    over = sessions.begin("A. Tester", "viewer", "a test", expires=clock.wall - 1)
    assert sessions.behind(over) is None


def test_a_clock_that_is_set_back_prolongs_nothing_that_was_not_in_the_identity(clock):
    cookie = sessions.begin("A. Tester", "viewer", "a test")
    clock.wall -= 7 * 24 * 3600
    clock.steady += 15 * 60
    assert sessions.behind(cookie) is None


def test_the_clock_goes_on_while_a_laptop_sleeps():
    assert sessions.steady() == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=1)


def test_the_seconds_left_are_the_least_of_the_three(clock):
    cookie = sessions.begin("A. Tester", "viewer", "a test", expires=clock.wall + 3600)
    id_ = sessions.behind(cookie).id
    assert sessions.seconds_left(id_) == 15 * 60
    clock.on(600)
    assert sessions.seconds_left(id_) == 5 * 60
    for _ in range(5):
        sessions.heard(id_)
        clock.on(580)
    assert sessions.seconds_left(id_) == 3600 - 600 - 5 * 580
    assert sessions.seconds_left("nobody's") == 0


def test_ending_one_tells_what_was_opened_under_it_at_once_and_leaves_others():
    mine, other = (sessions.behind(sessions.begin(n, "viewer", "t")) for n in ("A", "B"))
    told, ended = [], []
    sessions.at_each_end(lambda session, why: ended.append((session.name, why)))
    key = object()
    assert sessions.tell_at_end(mine.id, key, lambda: told.append("mine"))
    assert sessions.tell_at_end(other.id, key, lambda: told.append("other"))
    gone = object()
    sessions.tell_at_end(mine.id, gone, lambda: told.append("closed before"))
    sessions.tell_no_more(mine.id, gone)
    assert sessions.end(mine.id, "ended by B") is True
    assert told == ["mine"]
    assert ended == [("A", "ended by B")]
    assert [s.name for s in sessions.signed_in()] == ["B"]
    assert sessions.end(mine.id, "again") is False
    assert sessions.tell_at_end(mine.id, key, told.clear) is False


def test_what_is_over_is_ended_also_where_nobody_asks(clock):
    ended = []
    sessions.at_each_end(lambda session, why: ended.append((session.name, why)))
    sessions.begin("A", "viewer", "t")
    clock.on(600)
    sessions.begin("B", "viewer", "t", expires=clock.wall + 10)
    clock.on(301)
    sessions.end_those_over()
    assert sorted(ended) == [
        ("A", "nothing was done for too long"),
        ("B", "the identity expired"),
    ]


def test_two_that_end_it_at_the_same_time_end_it_once():
    session = sessions.behind(sessions.begin("A", "viewer", "t"))
    ended = []
    sessions.at_each_end(lambda session, why: ended.append(why))
    threads = [threading.Thread(target=sessions.end, args=(session.id, "x")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == ["x"]


@pytest.mark.parametrize(
    "asked", [{"idle_s": 901}, {"idle_s": 0}, {"longest_s": 28_801}, {"longest_s": -1}]
)
def test_limits_can_be_shorter_and_never_longer(asked):
    with pytest.raises(RecipeError, match=r"must be above 0 and at most (15 minutes|8 hours)"):
        sessions.limit(**asked)
    sessions.limit(idle_s=60)
    cookie = sessions.begin("A", "viewer", "t")
    assert 59 < sessions.seconds_left(sessions.behind(cookie).id) <= 60


def test_a_seat_stays_with_the_first_and_goes_with_the_session():
    mine, other = (sessions.behind(sessions.begin(n, "viewer", "t")) for n in ("A", "B"))
    sessions.sits("seat", mine.id)
    sessions.sits("seat", other.id)
    assert sessions.whose("seat") == mine.id
    sessions.end(mine.id, "x")
    assert sessions.whose("seat") == ""
    sessions.sits("later", mine.id)
    assert sessions.whose("later") == ""


def test_a_link_works_once_and_only_as_it_was_printed():
    token = links.new_token()
    assert not links.use(token[:-1])
    assert not links.use("")
    assert links.use(token)
    assert not links.use(token)
    assert token not in repr(links._UNUSED)


def test_two_who_use_a_link_at_the_same_time_do_not_both_come_in():
    token, came = links.new_token(), []
    threads = [threading.Thread(target=lambda: came.append(links.use(token))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == [False] * 7 + [True]


def test_very_many_links_are_not_kept():
    for _ in range(120):
        links.new_token()
    assert links.unused() == links._MOST_UNUSED


def test_what_was_agreed_with_a_provider_is_taken_out_once_and_in_time(clock):
    name = pending.wait_for({"state": "s"}, "/method")
    assert pending.back(name).to == "/method"
    assert pending.back(name) is None
    late = pending.wait_for({}, "/")
    clock.on(601)
    assert pending.back(late) is None
    assert pending.back("") is None
    first = pending.wait_for({}, "/")
    for _ in range(pending._MOST):
        pending.wait_for({}, "/")
    assert pending.back(first) is None
