"""Is each package pinned by its hash, named in the bill of materials, and each weakness looked at?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def script(name: str, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / name), *map(str, arguments)],
        capture_output=True, text=True, check=False, env=os.environ | variables,
    )  # fmt: skip


def packages(lock: Path) -> dict[str, str]:
    """Give each package of a lock with what the lock says of it."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {re.split(r"[=\[ ]", line)[0]: line for line in lines}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda p: p.name)
def test_each_package_is_of_one_version_with_hashes_and_no_address(lock):
    found = packages(lock)
    assert len(found) > 30
    assert [n for n, line in found.items() if not re.search(r"==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []  # fmt: skip
    assert "http" not in lock.read_text(encoding="utf-8")


def test_the_bill_of_materials_names_each_package_with_its_hashes_and_is_the_same_twice(tmp_path):
    asked = (ROOT / "scripts" / "sbom").read_text(encoding="utf-8")
    words = asked[asked.index("cyclonedx_py") :].replace("\\\n", " ").split()
    made = []
    for name in ("one.json", "two.json"):
        told = [str(tmp_path / name) if "${1" in w else w for w in words]
        subprocess.run(
            [sys.executable, "-W", "ignore", "-m", *told], cwd=ROOT, check=True, capture_output=True
        )
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    bill = json.loads(made[0])
    assert bill["bomFormat"] == "CycloneDX"
    assert {c["name"] for c in bill["components"]} == set(packages(ROOT / "requirements.lock"))
    assert all(r["hashes"] for c in bill["components"] for r in c["externalReferences"])
    assert bill["metadata"]["component"]["name"] == "csgeo"
    assert str(ROOT).encode() not in made[0]


def test_each_weakness_in_the_program_was_looked_at():
    ran = script("weaknesses")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_new_weakness_fails_and_so_does_one_that_is_found_no_more(tmp_path):
    (tmp_path / "csgeo").mkdir()
    (tmp_path / "csgeo" / "weak.py").write_text(
        "import subprocess\nsubprocess.run('ls', shell=True)\n", encoding="ascii"
    )
    (tmp_path / "app").mkdir()
    ran = script("weaknesses", tmp_path)
    assert ran.returncode == 1
    assert "csgeo/weak.py:2: B602" in ran.stderr
    assert "app/serve.py: B104 is found no more" in ran.stderr


def test_an_audit_that_could_ask_nobody_is_not_green():
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    ran = script("audit", NO_PROXY="", no_proxy="", **nowhere)
    assert ran.returncode == 3
    assert "THE AUDIT OF PACKAGES DID NOT RUN" in ran.stderr
    assert "No weakness is known" not in ran.stdout
    said = script("audit", "--where-it-can", NO_PROXY="", no_proxy="", **nowhere)
    assert said.returncode == 0
    assert "THE AUDIT OF PACKAGES DID NOT RUN" in said.stderr
