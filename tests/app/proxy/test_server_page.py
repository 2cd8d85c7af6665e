"""Does the page for whoever runs the server say what is shipped and what the dashboard takes?"""

from __future__ import annotations

import re
import sys

import pytest

from tests.app.proxy.conftest import APP, ROOT, shipped

PAGE = (ROOT / "docs" / "server.md").read_text(encoding="utf-8")
SETTINGS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("kind", ["oidc", "proxy"])
def test_the_settings_on_the_page_are_taken(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(APP), *sys.path])
    from access.settings import read_settings

    (text,) = (one for one in SETTINGS if f'kind = "{kind}"' in one)
    journal = SETTINGS[0][SETTINGS[0].index("[journal]") :]
    (tmp_path / "login.toml").write_text(
        text if "[journal]" in text else text + journal, encoding="utf-8"
    )
    for name in ("client.secret", "proxy.secret"):
        (tmp_path / name).write_text("s" * 40, encoding="ascii")
        (tmp_path / name).chmod(0o600)
    told = read_settings(tmp_path / "login.toml")
    assert told.kind == kind
    assert told.public == "https://places.example.gov.uk"
    assert told.journal is not None


@pytest.mark.parametrize(
    ("on_the_page", "in_the_file"),
    [
        ("64 kB; 210 MB", ("client_max_body_size 64k;", "client_max_body_size 210m;")),
        ("10 s for headers, 30 s between parts of a body, 60 s for an answer, 10 minutes of silence",
         ("client_header_timeout 10s;", "client_body_timeout 30s;", "proxy_read_timeout 60s;", "proxy_read_timeout 10m;")),
        ("30 times a minute and address for signing in, 60 a second", ("rate=30r/m;", "rate=60r/s;")),
        ("GET, HEAD, PUT or DELETE", ("(GET|HEAD|PUT|DELETE)",)),
        ("logged from `crit` on only", ("csgeo-error.log crit;",)),
    ],
)  # fmt: skip
def test_what_the_page_says_of_the_proxy_stands_in_it(on_the_page, in_the_file):
    assert on_the_page in " ".join(PAGE.split())
    text = shipped("csgeo.conf")
    assert all(words in text for words in in_the_file)


def test_the_files_that_the_page_names_are_there():
    for name in re.findall(r"app/proxy/[a-z.]+[a-z]", PAGE):
        assert (ROOT / name).is_file(), name
    assert "--login /etc/csgeo/login.toml" in shipped("csgeo.service")
