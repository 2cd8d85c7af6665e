"""Is the service that is shipped one that systemd understands, and how far is it shut in?"""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.app.proxy.conftest import shipped


@pytest.fixture(scope="module")
def analyse() -> str:
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is not installed: apt-get install systemd"
    return program


def looked_at(analyse: str, file) -> tuple[float, dict[str, bool]]:
    """Give how exposed a service is (0 to 10), and of each setting whether it protects."""
    ran = subprocess.run(
        [analyse, "security", "--offline=true", "--json=short", "--threshold=100", str(file)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(ran.stdout)
    each = subprocess.run(
        [analyse, "security", "--offline=true", "--no-pager", str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    (last,) = [line for line in each.stdout.splitlines() if "Overall exposure level" in line]
    return float(last.split(": ")[1].split()[0]), {one["json_field"]: one["set"] for one in told}


def test_it_is_understood(analyse, tmp_path):
    file = tmp_path / "csgeo.service"
    file.write_text(
        shipped("csgeo.service", **{"/opt/csgeo/bin/csgeo": "/bin/true"}), encoding="utf-8"
    )
    ran = subprocess.run(
        [analyse, "verify", str(file)], capture_output=True, text=True, check=False
    )
    assert [line for line in ran.stderr.splitlines() if "csgeo.service" in line] == []
    assert ran.returncode == 0


def test_it_is_shut_in_and_each_part_of_that_is_seen(analyse, tmp_path):
    text = shipped("csgeo.service")
    file = tmp_path / "csgeo.service"
    file.write_text(text, encoding="utf-8")
    exposed, parts = looked_at(analyse, file)
    assert exposed <= 1.5
    assert all(
        parts[name] for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices")
    )
    for gone in (
        "IPAddressDeny=any",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
    ):
        assert f"\n{gone}\n" in text
        file.write_text(text.replace(f"\n{gone}\n", "\n"), encoding="utf-8")
        assert looked_at(analyse, file)[0] > exposed, gone
