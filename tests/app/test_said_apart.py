"""Does what a process apart says go to analysts alone, and never in plain where all is sealed?"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from csgeo.disclosure.pseudonyms import new_key_file, read_keys
from csgeo.store.sealed import SEALING_KEY, unseal
from tests.app.conftest import APP

SAYS = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from components import process_apart
process_apart.say_to(Path(sys.argv[2]))
print("canary on stdout", flush=True)
print("canary on stderr", file=sys.stderr)
seen = [p.name for p in Path(sys.argv[2]).parent.iterdir() if b"canary" in p.read_bytes()]
assert seen == eval(sys.argv[3]), seen
sys.exit(int(sys.argv[4]))
"""


def say(file, seen, code=0, **variables: str) -> subprocess.CompletedProcess[str]:
    told = [sys.executable, "-c", SAYS, str(APP), str(file), repr(seen), str(code)]
    return subprocess.run(
        told, capture_output=True, text=True, check=False, env=os.environ | variables
    )


def test_it_goes_to_a_file_of_the_analysts(tmp_path):
    ran = say(tmp_path / "said.txt", ["said.txt"])
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    said = (tmp_path / "said.txt").read_text(encoding="utf-8")
    assert said == "canary on stdout\ncanary on stderr\n"


@pytest.mark.parametrize("code", [0, 1])
def test_it_is_sealed_where_all_is_and_never_in_plain(tmp_path, code):
    (tmp_path / "keys").mkdir()
    new_key_file(tmp_path / "keys" / "key")
    (tmp_path / "secure").mkdir()
    (tmp_path / "secure" / "said.txt").write_text("an earlier canary", encoding="ascii")
    ran = say(
        tmp_path / "secure" / "said.txt", [], code, **{SEALING_KEY: str(tmp_path / "keys" / "key")}
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", "")
    (left,) = (tmp_path / "secure").iterdir()
    assert left.name == "said.txt.sealed"
    said = unseal(left.read_bytes(), "said.txt", read_keys(tmp_path / "keys" / "key"))
    assert said == b"canary on stdout\ncanary on stderr\n"
