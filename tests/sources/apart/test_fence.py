"""What may the process that reads a file do?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import csgeo
from csgeo.sources.apart import fence
from csgeo.sources.limits import LIMITS

ROOT = str(Path(csgeo.__file__).parents[1])
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fence is Linux's")

_TRY = """
import ctypes, json, os, socket, subprocess, sys
sys.path.insert(0, sys.argv[1])
from csgeo.sources.apart.fence import fence
from csgeo.sources.limits import LIMITS
own, secret, private = sys.argv[2:5]
told = {"open": fence(LIMITS, [own], private or None)}
def tried(name, do):
    try:
        told[name] = repr(do())[:60]
    except BaseException as error:
        told[name] = type(error).__name__
tried("own", lambda: open(own).read())
tried("secret", lambda: open(secret).read())
tried("listed", lambda: os.listdir(os.path.dirname(secret)))
tried("written", lambda: open(own, "w").write("x"))
tried("made", lambda: open(own + ".new", "w").write("x"))
tried("private", lambda: open(os.path.join(private, "new"), "w").write("x"))
tried("home", lambda: open("/etc/passwd").read())
tried("environment", lambda: open("/proc/1/environ").read())
tried("socket", lambda: socket.socket())
tried("local socket", lambda: socket.socketpair())
tried("program", lambda: os.execv("/bin/true", ["true"]))
tried("child", lambda: subprocess.run(["/bin/true"]))
tried("kill", lambda: os.kill(os.getppid(), 0))
tried("memory", lambda: len(bytearray(900 << 20)))
tried("core", lambda: __import__("resource").getrlimit(4))
tried("thread", lambda: __import__("threading").Thread(target=int).start())
libc, told_of = ctypes.CDLL(None), ctypes.c_int()
tried("no new rights", lambda: libc.prctl(39, 0, 0, 0, 0))
tried("filter", lambda: libc.prctl(21, 0, 0, 0, 0))
tried("ends with its parent", lambda: libc.prctl(2, ctypes.byref(told_of), 0, 0, 0) or told_of.value)
for limit in ("DATA", "AS", "FSIZE", "NOFILE", "CPU", "CORE"):
    tried(limit, lambda: __import__("resource").getrlimit(getattr(__import__("resource"), "RLIMIT_" + limit)))
tried("import", lambda: __import__("xml.dom.minidom"))
print(json.dumps(told))
"""


def fenced(tmp_path: Path, *, private: str = "") -> dict[str, str]:
    (tmp_path / "own").mkdir()
    own, secret = tmp_path / "own" / "a.csv", tmp_path / "secret"
    own.write_text("id")
    secret.write_text("secret")
    ran = subprocess.run(
        [sys.executable, "-I", "-c", _TRY, ROOT, str(own), str(secret), private],
        capture_output=True, text=True, check=False, env={},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_it_reads_its_own_file_and_may_do_nothing_else(tmp_path):
    told = fenced(tmp_path)
    assert told["open"] == []
    assert told["own"] == "'id'"
    for what in ("secret", "listed", "written", "made", "home", "environment", "socket", "local socket", "program", "child", "kill"):  # fmt: skip
        assert told[what] == "PermissionError", what
    assert told["memory"] == "MemoryError"
    assert told["core"] == "(0, 0)"
    assert told["thread"] == "None"
    assert (told["no new rights"], told["filter"], told["ends with its parent"]) == ("1", "2", "9")
    mb = 1 << 20
    wanted = {"DATA": 640 * mb, "AS": 1664 * mb, "FSIZE": 256 * mb, "NOFILE": 256, "CPU": 24, "CORE": 0}  # fmt: skip
    for name, most in wanted.items():
        assert told[name] == str((most, most)), name
    assert told["import"].startswith("<module")


def test_a_private_folder_may_be_written_to(tmp_path):
    (tmp_path / "private").mkdir()
    told = fenced(tmp_path, private=str(tmp_path / "private"))
    assert told["private"] == "1"
    assert told["made"] == "PermissionError"


def test_what_a_system_does_not_offer_is_said(monkeypatch):
    monkeypatch.setattr(fence.sys, "platform", "win32")
    monkeypatch.setattr(fence, "_limit", lambda _: False)
    assert fence.fence(LIMITS, [], None) == ["memory and processor time", "other files", "the network"]  # fmt: skip


class OldKernel:
    """A system without Landlock, and whose filter is not taken."""

    def syscall(self, *_: object) -> int:
        return -1

    def prctl(self, *_: object) -> int:
        return -1


def test_an_old_kernel_leaves_open_what_it_cannot_close(monkeypatch):
    monkeypatch.setattr(fence, "_limit", lambda _: True)
    monkeypatch.setattr(fence.ctypes, "CDLL", lambda *_, **__: OldKernel())
    assert fence.fence(LIMITS, [], None) == ["other files", "the network"]
    monkeypatch.setattr(fence.platform, "machine", lambda: "unheard of")
    assert fence._close_calls(OldKernel()) is False


#: The calls that are denied, by their names in the kernel's tables: on x86-64, on ARM64.
CALLS = {
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "socketpair": (53, 199),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "kill": (62, 129),
    "ptrace": (101, 117),
    "mount": (165, 40),
    "add_key": (248, 217),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "perf_event_open": (298, 241),
    "setns": (308, 268),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "bpf": (321, 280),
    "execveat": (322, 281),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "pidfd_getfd": (438, 438),
}


def test_the_calls_that_are_denied_have_these_numbers():
    from csgeo.sources.apart import fence

    intel, arm = fence._DENIED["x86_64"], fence._DENIED["aarch64"]
    assert set(intel[1]) == {i for i, _ in CALLS.values()}
    assert set(arm[1]) == {a for _, a in CALLS.values() if a}
    # AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of the kernel's audit.h
    assert (intel[0], arm[0]) == (0xC000003E, 0xC00000B7)


def test_each_version_of_landlock_has_one_right_more():
    from csgeo.sources.apart import fence

    # 13 rights at first, then to link (2), to truncate (3), and none for files in 4
    assert fence._ALL_FILE_RIGHTS == {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}
