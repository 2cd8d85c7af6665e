"""Who starts the process that reads a file, and waits for its end?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point

import csgeo
from csgeo.errors import UnreadableFile
from csgeo.sources.apart import nursery as nurseries
from csgeo.sources.apart import starting
from csgeo.sources.apart.ask import ask
from csgeo.sources.files import read_rows
from csgeo.sources.limits import LIMITS, NATIONAL

ROOT = str(Path(csgeo.__file__).parents[1])
pytestmark = pytest.mark.skipif(not starting.offered(), reason="nothing is copied on this system")


@pytest.fixture(autouse=True)
def a_nursery_for_this_test():
    starting._close()
    yield
    starting._close()


@pytest.fixture
def sound(tmp_path) -> Path:
    points = gpd.GeoDataFrame({"code": ["007", None]}, geometry=[Point(375_000, 165_000)] * 2, crs=27700)  # fmt: skip
    points.to_file(tmp_path / "a.gpkg", layer="a", engine="pyogrio")
    points.to_file(tmp_path / "a.shp", engine="pyogrio")
    points.to_file(tmp_path / "a.geojson", engine="pyogrio")
    points.to_parquet(tmp_path / "a.parquet")
    points.drop(columns="geometry").to_excel(tmp_path / "a.xlsx", index=False)
    return tmp_path / "a.gpkg"


def read(file: Path, **limits):
    return ask(file, "GeoPackage", layer=None, limits=LIMITS._replace(**limits))


def nursery() -> int:
    """Give the number of the nursery of this process."""
    return starting._made[0].process.pid


def stands_in(monkeypatch, code: str) -> None:
    """Let what a nursery makes do something else than read."""
    start = f"from csgeo.sources.apart.nursery import main\nmain(lambda: exec({code!r}, {{}}))"
    monkeypatch.setattr(starting, "_NURSERY", starting._PATH + start)


def children_of(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == pid:
            found.append(int(folder.name))
    return found


def soon(what) -> bool:
    """Say whether something is so within a second."""
    until = time.monotonic() + 1
    while not (so := what()) and time.monotonic() < until:
        time.sleep(0.01)
    return so


def listed(folder: str) -> list[str]:
    return sorted(entry.name for entry in Path(folder).iterdir())


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("name", ["gpkg", "shp", "geojson", "parquet", "xlsx"])
def test_a_copied_reader_says_what_a_new_one_says(sound, monkeypatch, name):
    file = sound.with_suffix(f".{name}")
    holds = {"gpkg": "GeoPackage", "shp": "Shapefile", "geojson": "GeoJSON", "parquet": "Parquet", "xlsx": "XLSX"}[name]  # fmt: skip
    beside = [file.with_suffix(ending) for ending in (".shx", ".dbf", ".prj", ".cpg")]
    asked = {"files": beside if name == "shp" else [], "layer": None, "header": True}
    copied = ask(file, holds, **asked)
    monkeypatch.setattr(starting, "offered", lambda: False)
    new = ask(file, holds, **asked)
    assert copied.table.equals(new.table)
    assert copied.table.schema == new.table.schema
    assert copied.said == new.said
    assert copied.said["open"] == []


def test_one_nursery_serves_many_and_keeps_nothing(sound):
    read(sound)
    own, before = nursery(), len(listed("/proc/self/fd"))
    time.sleep(0.2)  # it tells of an end before it has put all away
    kept = listed(f"/proc/{own}/fd")
    for _ in range(30):
        read(sound)
    assert nursery() == own
    assert children_of(own) == []
    assert soon(lambda: listed(f"/proc/{own}/fd") == kept)
    assert len(listed("/proc/self/fd")) <= before  # what tests before this one held may be gone
    opened = [str(Path(f"/proc/{own}/fd/{fd}").readlink()) for fd in kept]
    assert not [o for o in opened if "a.gpkg" in o or "memfd" in o]


def test_what_is_copied_has_one_thread_and_no_key_of_ours(sound, monkeypatch):
    monkeypatch.setenv("CSGEO_KEY", "secret")
    for name, holds in (("a.gpkg", "GeoPackage"), ("a.parquet", "Parquet"), ("a.xlsx", "XLSX")):
        ask(sound.with_name(name), holds, layer=None, header=True)
    assert len(listed(f"/proc/{nursery()}/task")) == 1
    told = Path(f"/proc/{nursery()}/environ").read_text()
    assert "PATH=" in told
    assert "secret" not in told


def test_a_reader_holds_nothing_but_its_request_and_its_answer(sound, monkeypatch):
    code = (
        "import json, os, struct\n"
        "where = lambda fd: os.readlink(f'/proc/self/fd/{fd}')\n"
        "held = [where(fd) for fd in '012'] + sorted(where(fd) for fd in os.listdir('/proc/self/fd') if fd not in '012' and os.path.exists(f'/proc/self/fd/{fd}'))\n"
        "t = json.dumps({'refused': '|'.join(held)}).encode(); os.write(1, t + struct.pack('<Q', len(t))); os._exit(0)"
    )
    stands_in(monkeypatch, code)
    with pytest.raises(UnreadableFile) as told:
        read(sound)
    request, answer, nowhere, *others = str(told.value).removeprefix("a.gpkg ").split("|")
    assert request.startswith("/memfd:answer")
    assert answer.startswith("/memfd:answer")
    assert nowhere == "/dev/null"
    assert others
    assert {Path(other).name for other in others} == {"proj.db"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os; os.kill(os.getpid(), 11)", r"stopped its reader \(SIGSEGV\)"),
        ("import os; os.kill(os.getpid(), 9)", "takes longer than 24 seconds"),
        ("import os; os.abort()", "needs more than 640 MB of memory"),
        ("raise SystemExit(0)", r"stopped its reader \(code 1\)"),
        ("import os; os._exit(0)", r"stopped its reader \(code 0\)"),
    ],
)
def test_a_reader_that_ends_badly_is_said_and_the_next_one_reads(sound, monkeypatch, code, words):
    stands_in(monkeypatch, code)
    with pytest.raises(UnreadableFile, match=rf"a\.gpkg .*{words}"):
        read(sound)
    own = nursery()
    with pytest.raises(UnreadableFile, match=words):
        read(sound)
    assert nursery() == own


@pytest.mark.parametrize("holds", [(), ("GeoPackage",), ("Parquet", "GeoPackage", "XLSX")])
def test_what_was_loaded_before_changes_no_answer(sound, holds):
    """PROJ keeps its database open: no file that is read may take its number."""
    for one in holds:
        starting._nursery().load(one)
    for _ in range(2):
        found = read(sound)
        assert found.table["code"].to_pylist() == ["007", None]
        assert found.said["crs"] == "EPSG:27700"
        assert read_rows(sound.with_suffix(".shp")).geometry.crs.to_epsg() == 27700


def test_a_nursery_whose_libraries_keep_more_than_files_open_is_not_used(sound, monkeypatch):
    start = "import socket\nkept = socket.socketpair()\nfrom csgeo.sources.apart.nursery import main\nmain()"
    monkeypatch.setattr(starting, "_NURSERY", starting._PATH + start)
    monkeypatch.setattr(starting, "_PATIENCE_S", 0.5)
    spawned: list[int] = []
    spawn = starting._spawned
    monkeypatch.setattr(starting, "_spawned", lambda *a: (spawned.append(1), spawn(*a))[1])
    assert read(sound).table["code"].to_pylist() == ["007", None]
    assert spawned == [1]


def test_a_reader_that_does_not_end_is_ended(sound, monkeypatch):
    stands_in(monkeypatch, "import time; time.sleep(60)")
    with pytest.raises(UnreadableFile, match="takes longer than 1.5 seconds"):
        read(sound, wall_s=1.5)
    assert children_of(nursery()) == []


def test_a_nursery_that_was_killed_is_followed_by_another(sound):
    read(sound)
    first = nursery()
    os.kill(first, signal.SIGKILL)
    assert read(sound).table.num_rows == 2
    assert nursery() != first
    assert gone(first)
    with pytest.raises(ChildProcessError):
        os.waitpid(first, os.WNOHANG)  # it was counted


def test_a_file_is_read_though_its_nursery_dies_each_time(sound, monkeypatch):
    dies = "import os\nos.write(1, b'x' * 99)\nos.kill(os.getppid(), 9)"
    before = children_of(os.getpid())  # of other tests, such as a browser
    stands_in(monkeypatch, dies)
    assert read(sound).table["code"].to_pylist() == ["007", None]
    monkeypatch.setattr(starting, "_NURSERY", "raise SystemExit")
    assert read(sound).table["code"].to_pylist() == ["007", None]
    assert set(children_of(os.getpid())) <= set(before)


def test_a_reader_ends_with_its_nursery(sound, monkeypatch):
    stands_in(monkeypatch, "import time; time.sleep(60)")
    said: list[str] = []

    def one() -> None:
        with pytest.raises(UnreadableFile) as told:
            read(sound, wall_s=2)
        said.append(str(told.value))

    thread = threading.Thread(target=one)
    thread.start()
    assert soon(lambda: bool(starting._made and children_of(nursery())))
    readers = children_of(nursery())
    os.kill(nursery(), signal.SIGKILL)
    assert soon(lambda: all(map(gone, readers)))
    thread.join()
    assert "takes longer than 2 seconds" in said[0]  # the second try


def test_a_nursery_that_hangs_holds_nobody_up(sound, monkeypatch):
    monkeypatch.setattr(starting, "_PATIENCE_S", 0.3)
    read(sound)
    first = nursery()
    os.kill(first, signal.SIGSTOP)
    with pytest.raises(UnreadableFile, match="takes longer than 0.2 seconds"):
        read(sound, wall_s=0.2)
    assert gone(first)
    assert read(sound).table.num_rows == 2


def test_a_nursery_nobody_asks_ends_and_the_next_file_is_read(sound, monkeypatch):
    start = "from csgeo.sources.apart import nursery\nnursery._IDLE_MS = 10\nnursery.main()"
    monkeypatch.setattr(starting, "_NURSERY", starting._PATH + start)
    read(sound)
    first = nursery()
    assert soon(lambda: gone(first))
    assert read(sound).table.num_rows == 2
    assert nurseries._IDLE_MS == 120_000


def test_a_nursery_outlives_the_thread_that_started_it(sound):
    thread = threading.Thread(target=starting.prepare)
    thread.start()
    thread.join()
    first = nursery()
    time.sleep(0.05)
    assert read(sound).table.num_rows == 2
    assert nursery() == first


def test_nothing_outlives_a_process_that_is_killed(sound):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from csgeo.sources.apart import starting; from csgeo.sources.apart.ask import ask; from pathlib import Path; import threading\n"
        "start = 'from csgeo.sources.apart.nursery import main\\nimport time\\nmain(lambda: time.sleep(60))'\n"
        "starting._NURSERY = starting._PATH + start\n"
        "threading.Thread(target=ask, args=(Path(sys.argv[2]), 'GeoPackage')).start()\n"
        "ask(Path(sys.argv[2]), 'GeoPackage')"
    )
    started = subprocess.Popen([sys.executable, "-c", code, ROOT, str(sound)])
    until = time.monotonic() + 20
    readers: list[int] = []
    while len(readers) < 2 and time.monotonic() < until:
        readers = [r for n in children_of(started.pid) for r in children_of(n)]
        time.sleep(0.02)
    own = children_of(started.pid)
    assert (len(own), len(readers)) == (1, 2)
    started.kill()
    started.wait()
    assert soon(lambda: all(map(gone, own + readers)))


def test_nothing_outlives_a_process_that_ends(sound):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from csgeo.sources.apart import starting; from csgeo.sources.apart.ask import ask; from pathlib import Path\n"
        "ask(Path(sys.argv[2]), 'GeoPackage', layer=None); print(starting._made[0].process.pid)"
    )
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code, ROOT, str(sound)], capture_output=True, text=True, check=True)  # fmt: skip
    assert ran.stderr == ""
    assert soon(lambda: gone(int(ran.stdout)))


def test_a_copy_of_this_process_has_a_nursery_of_its_own(sound):
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from csgeo.sources.apart import starting; from csgeo.sources.apart.ask import ask; from pathlib import Path\n"
        "def one(): ask(Path(sys.argv[2]), 'GeoPackage', layer=None); print(starting._made[0].process.pid, flush=True)\n"
        "one()\n"
        "if os.fork() == 0:\n"
        "    one(); starting._close(); os._exit(0)\n"
        "os.wait(); one()"
    )
    ran = subprocess.run([sys.executable, "-c", code, ROOT, str(sound)], capture_output=True, text=True, check=True)  # fmt: skip
    first, in_copy, again = ran.stdout.split()
    assert first == again != in_copy
    assert soon(lambda: gone(int(in_copy)))


@pytest.mark.parametrize(("memory_mb", "beside"), [(LIMITS.memory_mb, 2), (NATIONAL.memory_mb, 1)])
def test_readers_together_take_no_more_than_two_may(memory_mb, beside):
    lock, now, most = threading.Lock(), [0], [0]

    def one() -> None:
        with starting._room(memory_mb):
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.02)
            with lock:
                now[0] -= 1

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [beside]
    assert starting._taken == []
