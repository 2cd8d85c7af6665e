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


def packages(lock: Path) -> dict[tuple[str, str], str]:
    """Give each package of a lock, by name and version, with what the lock says of it."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {tuple(re.split(r"(?:\[.*\])?==|[ ;]", line)[:2]): line for line in lines}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda p: p.name)
def test_each_package_is_of_a_version_with_hashes_and_no_address(lock):
    found = packages(lock)
    assert len(found) > 30
    assert [n for n, line in found.items() if not re.search(r"==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []  # fmt: skip
    assert "://" not in lock.read_text(encoding="utf-8")


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
    locked = packages(ROOT / "requirements.lock")
    assert {(c["name"], c["version"]) for c in bill["components"]} == set(locked)
    for one in bill["components"]:
        hashes = {h["content"] for r in one["externalReferences"] for h in r["hashes"]}
        said = re.findall(r"sha256:([0-9a-f]{64})", locked[one["name"], one["version"]])
        assert hashes == set(said), one["name"]
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


PRETENDS = """
import json, os, sys
asked = open(sys.argv[sys.argv.index("--requirement") + 1]).read().split()
assert {"--strict", "--no-deps", "--disable-pip"} < set(sys.argv), sys.argv
how = os.environ["PRETEND"]
told = [{"name": a.split("==")[0], "version": a.split("==")[1], "vulns": []} for a in asked]
if asked == ["jinja2==2.4.1"]:
    told[0]["vulns"] = [] if how == "knows nothing" else [{"id": "CVE-2014-0012"}]
    print(json.dumps({"dependencies": told}))
    sys.exit(1)
code = 0
if how == "empty":
    told = []
elif how == "leaves one out":
    told = told[1:]
elif how == "skips one":
    told[0] = {"name": told[0]["name"], "skip_reason": "not found"}
elif how == "knows one":
    told[-1]["vulns"] = [{"id": "CVE-2030-0001"}]
elif how == "fails":
    code = 1
print("no answer" if how == "says nothing" else json.dumps({"dependencies": told}))
sys.exit(code)
"""
LOCK = """\
# a comment with a==1
numba[extra]==0.1 \\
    --hash=sha256:00
numba==0.2 ; python_version > '3' \\
    --hash=sha256:00
Other_One==2 ; sys_platform == 'win32' \\
    --hash=sha256:00
"""


@pytest.fixture
def pretended(tmp_path):
    """Give a function that audits two packages, asking something that pretends to be pip-audit."""
    (tmp_path / "pip_audit.py").write_text(PRETENDS, encoding="ascii")
    for lock in LOCKS:
        (tmp_path / lock.name).write_text(LOCK, encoding="ascii")

    def audit(how: str, *more: str) -> subprocess.CompletedProcess[str]:
        return script("audit", *more, tmp_path, PRETEND=how, PYTHONPATH=str(tmp_path))

    return audit


def test_an_audit_that_says_all_is_green_and_says_of_how_many(pretended):
    ran = pretended("answers")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "in the 9 packages of" in ran.stdout


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("empty", "nothing was said of numba, other-one"),
        ("leaves one out", "nothing was said of numba"),
        ("skips one", "requirements.lock: "),
        ("says nothing", "no answer"),
        ("knows one", "Other_One 2: CVE-2030-0001"),
        ("fails", ""),
    ],
)
def test_an_audit_that_leaves_anything_out_is_not_green_even_where_it_need_not_run(
    pretended, how, words
):
    for more in ((), ("--where-it-can",)):
        ran = pretended(how, *more)
        assert ran.returncode == 1
        assert "No weakness is known" not in ran.stdout
        assert words in ran.stderr


def test_a_service_that_knows_no_known_weakness_is_not_believed(pretended):
    ran = pretended("knows nothing")
    assert ran.returncode == 3
    assert "it knows no weakness of jinja2 2.4.1" in ran.stderr


@pytest.mark.parametrize("text", ["", "# nothing\n", "numba==1\nnot a pin ==\n"])
def test_a_lock_that_cannot_be_read_is_no_audit(pretended, tmp_path, text):
    (tmp_path / "requirements.lock").write_text(text, encoding="ascii")
    ran = pretended("answers", "--where-it-can")
    assert ran.returncode == 1
    assert "The audit did not run" in ran.stderr


def test_the_check_runs_the_audit_and_looks_for_weaknesses():
    lines = (ROOT / "scripts" / "check").read_text(encoding="utf-8").splitlines()
    assert {"scripts/weaknesses", "scripts/audit --where-it-can"} < set(lines)
    assert "set -euo pipefail" in lines
    assert "scripts/check" in (ROOT / "scripts" / "test").read_text(encoding="utf-8").splitlines()
