"""What do processes know and leave that work with records beside the server?"""

from __future__ import annotations

import ast
import os
import stat
import subprocess
import sys

import pytest

from csgeo.sources.apart import starting
from tests.doors.walk import APP, ROOT

SECRETS = (
    "CSGEO_JOURNAL_KEY",
    "CSGEO_JOURNAL_ANCHOR",
    "CSGEO_PROXY_SECRET",
    "CSGEO_OIDC_CLIENT_SECRET",
    "STREAMLIT_SERVER_COOKIE_SECRET",
    "SOME_TOKEN",
    "db_password",
    "AWS_CREDENTIALS",
)
CODE = """
import os, resource, sys
from pathlib import Path
sys.path.insert(0, {app!r})
from components import process_apart
process_apart.say_to(Path({file!r}))
print("a value of a record", flush=True)
(Path({file!r}).parent / "made.txt").write_text("x")
print(resource.getrlimit(resource.RLIMIT_CORE), flush=True)
{ending}
"""


@pytest.fixture
def process_apart(monkeypatch):
    monkeypatch.syspath_prepend(str(APP))
    from components import process_apart

    return process_apart


def test_no_secret_of_the_server_is_told(process_apart):
    given = dict.fromkeys(SECRETS, "x") | {"PATH": "/bin", "CSGEO_DATA": "/d", "LANG": "C"}
    assert process_apart.environment(given) == {"PATH": "/bin", "CSGEO_DATA": "/d", "LANG": "C"}


def test_its_own_variables_are_given_without_them(process_apart, monkeypatch):
    monkeypatch.setenv("CSGEO_JOURNAL_KEY", "x")
    monkeypatch.setenv("CSGEO_DATA", "/d")
    told = process_apart.environment()
    assert told["CSGEO_DATA"] == "/d"
    assert not set(SECRETS) & set(told)


def test_the_process_that_reads_a_file_is_told_nothing_of_csgeo(monkeypatch):
    for name in (*SECRETS, "CSGEO_DATA", "CSGEO_RECIPE", "HTTPS_PROXY", "GDAL_DATA"):
        monkeypatch.setenv(name, "x")
    told = starting._environment()
    assert "PATH" in told
    assert not [n for n in told if n.startswith(("CSGEO", "GDAL", "STREAMLIT")) or "PROXY" in n]
    assert not set(SECRETS) & set(told)


@pytest.mark.parametrize("room", ["app", "csgeo"])
def test_each_process_is_given_its_variables_by_name(room):
    calls = [
        (path.name, node)
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("subprocess.")
    ]
    assert calls, "no process is started: has it moved?"
    assert [name for name, c in calls if "env" not in {k.arg for k in c.keywords}] == []


@pytest.mark.parametrize(
    "ending",
    ["pass", "raise ValueError('a value of a record')", "os.abort()", "os.write(2, b'a value')"],
)
def test_what_it_says_and_how_it_breaks_stays_in_the_secure_folder(tmp_path, ending):
    file = tmp_path / "secure" / "said.txt"
    code = CODE.format(app=str(APP), file=str(file), ending=ending)
    env = {n: v for n, v in os.environ.items() if not n.startswith("CSGEO")}
    ran = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code],
        capture_output=True, check=False, cwd=tmp_path, env=env | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (ran.stdout, ran.stderr) == (b"", b"")
    said = file.read_text(encoding="utf-8")
    assert "a value of a record" in said
    assert "(0, 0)" in said  # no core dump
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((file.parent / "made.txt").stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["made.txt", "said.txt"]


def test_it_says_nothing_through_a_link(tmp_path):
    (tmp_path / "secure").mkdir()
    other = tmp_path / "shared.txt"
    other.write_text("mine", encoding="ascii")
    file = tmp_path / "secure" / "said.txt"
    file.symlink_to(other)
    code = CODE.format(app=str(APP), file=str(file), ending="pass")
    env = {n: v for n, v in os.environ.items() if not n.startswith("CSGEO")}
    subprocess.run([sys.executable, "-c", code], check=True, env=env | {"PYTHONPATH": str(ROOT)})
    assert other.read_text(encoding="ascii") == "mine"
    assert not file.is_symlink()
