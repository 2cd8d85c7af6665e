"""Is each combination of role, page, action and detail refused unless it stands in the list?"""

from __future__ import annotations

from itertools import product

import pytest
from access import doors, matrix, sessions

#: All that is allowed, written out by hand: role, page, action, detail.
ALLOWED = """
viewer   places    see     protected
viewer   method    see     protected
planner  places    see     protected
planner  method    see     protected
planner  take_away see     protected
planner  take_away export  protected
analyst  places    see     protected
analyst  method    see     protected
analyst  method    try     protected
analyst  take_away see     protected
analyst  take_away export  protected
analyst  take_away export  exact
analyst  data      see     protected
analyst  data      see     exact
analyst  data      load    protected
analyst  data      load    exact
analyst  data      run     protected
analyst  data      run     exact
analyst  review    see     protected
analyst  review    see     exact
analyst  review    decide  protected
analyst  review    decide  exact
admin    places    see     protected
admin    method    see     protected
admin    access    see     protected
admin    access    revoke  protected
admin    access    verify  protected
"""
LINES = {tuple(line.split()) for line in ALLOWED.strip().splitlines()}
EVERY = list(product(matrix.ROLES, matrix.PAGES, matrix.ACTIONS, matrix.DETAILS))


def test_the_list_has_no_line_that_no_word_can_say():
    assert len(LINES) == 27
    assert set(EVERY) >= LINES
    assert len(EVERY) == 4 * 6 * 8 * 2


@pytest.mark.parametrize("role", matrix.ROLES)
def test_each_of_the_combinations_is_allowed_if_it_is_in_the_list_and_else_not(role):
    mine = [one for one in EVERY if one[0] == role]
    assert {one for one in mine if matrix.may(*one)} == {one for one in LINES if one[0] == role}


def test_whoever_keeps_the_server_sees_nothing_exact_and_only_analysts_do():
    exact = {one[0] for one in EVERY if matrix.may(*one) and one[3] == "exact"}
    assert exact == {"analyst"}


@pytest.mark.parametrize(
    "words",
    [
        ("root", "places", "see"),
        ("", "places", "see"),
        ("Viewer", "places", "see"),
        ("viewer", "nowhere", "see"),
        ("viewer", "places", "look"),
        ("analyst", "data", "see", "everything"),
        ("viewer", "places", "see", ""),
        (None, "places", "see"),
    ],
)
def test_a_word_that_the_table_does_not_know_is_refused(words):
    assert matrix.may(*words) is False


def test_the_table_cannot_be_changed_while_the_server_runs():
    with pytest.raises(TypeError):
        matrix.MATRIX["viewer"]["data", "see"] = "exact"
    with pytest.raises(TypeError):
        matrix.MATRIX["viewer"] = {}


#: What each role gets at each address: the answer of the gate before anything else is asked.
OPEN_TO = {
    "/": "viewer planner analyst admin",
    "/places": "viewer planner analyst admin",
    "/method": "viewer planner analyst admin",
    "/data": "analyst",
    "/review": "analyst",
    "/take_away": "planner analyst",
    "/access": "admin",
    "/files/abc": "planner analyst",
    "/static/js/index.js": "viewer planner analyst admin",
    "/_stcore/host-config": "viewer planner analyst admin",
    "/_stcore/bidi-components/place_map/map.js": "viewer planner analyst admin",
    "/access/still": "viewer planner analyst admin",
}


@pytest.mark.parametrize("role", matrix.ROLES)
def test_each_address_is_open_to_the_roles_of_its_page(role, as_role):
    session = as_role(role)
    got = {path: doors.allowed(session, "GET", path) is doors.Verdict.YES for path in OPEN_TO}
    assert got == {path: role in roles.split() for path, roles in OPEN_TO.items()}


@pytest.mark.parametrize("role", matrix.ROLES)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_stcore/metrics"),
        ("GET", "/_stcore/script-health-check"),
        ("POST", "/_stcore/agent/interact"),
        ("POST", "/_stcore/agent/mcp"),
        ("GET", "/_stcore/agent/openapi.json"),
        ("GET", "/auth/login"),
        ("GET", "/auth/logout"),
        ("GET", "/oauth2callback"),
        ("GET", "/component/some.thing/index.html"),
        ("GET", "/app/static/x.csv"),
        ("GET", "/nowhere"),
        ("GET", "/data/"),
        ("GET", "/method/_stcore/stream"),
        ("GET", "/places/../data"),
        ("GET", "//places"),
        ("POST", "/"),
        ("DELETE", "/places"),
        ("OPTIONS", "/places"),
        ("TRACE", "/"),
        ("PUT", "/files/abc"),
        ("WEBSOCKET", "/"),
        ("WEBSOCKET", "/_stcore/stream/x"),
    ],
)
def test_an_address_that_is_not_on_the_list_is_not_there_for_anybody(role, method, path, as_role):
    assert doors.allowed(as_role(role), method, path) is doors.Verdict.UNKNOWN


@pytest.mark.parametrize("role", matrix.ROLES)
def test_only_analysts_hand_files_over_and_only_for_their_own_page(role, as_role):
    session, other = as_role(role), as_role("analyst", name="B. Other")
    sessions.sits("seat-of-mine", session.id)
    sessions.sits("seat-of-other", other.id)
    for method in ("PUT", "DELETE"):
        verdict = {
            seat: doors.allowed(session, method, f"/_stcore/upload_file/{seat}/f1")
            for seat in ("seat-of-mine", "seat-of-other", "seat-of-nobody")
        }
        assert verdict["seat-of-mine"] is (
            doors.Verdict.YES if role == "analyst" else doors.Verdict.NO
        )
        assert verdict["seat-of-other"] is verdict["seat-of-nobody"] is doors.Verdict.NO
