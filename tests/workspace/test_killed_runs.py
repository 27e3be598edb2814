"""A run that is killed, doubled or starved leaves every result whole: the old or the new.

A kill may fall at any moment. Most moments are harmless, so besides random ones every touch
of a file under the workspace is tried in turn: the process kills itself right before it.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

ROOT = Path(__file__).parents[2]
PERIOD = "2018-6T"
RESULT, FIGURES = f"{PERIOD}/tong-hop/Phu-luc-2_{PERIOD}.xlsx", f"nhat-ky/so-lieu_{PERIOD}.json"
LEFTOVERS = (".dang-ghi-", ".ban-cu-")
DEFAULT_KILLS, ALL_KILLS = 2, 200
CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24
COMMAND = [sys.executable, "-m", "cchc_xl", "consolidate"]

# Kills itself right before the n-th time that it changes something under a folder.
SUICIDE = """
import os, runpy, signal, sys
root, left = sys.argv[1], int(sys.argv[2])
CHANGES = {"os.rename", "os.remove", "os.link", "os.mkdir", "shutil.copyfile", "os.truncate"}
def hook(event, args):
    global left
    if event == "open":
        changes = isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    else:
        changes = event in CHANGES
    if changes and any(isinstance(a, (str, os.PathLike)) and os.fspath(a).startswith(root)
                       for a in args):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
sys.argv = ["cchc-xl", "consolidate", root, "--period", "2018-6T"]
runpy.run_module("cchc_xl", run_name="__main__")
"""


@pytest.fixture(scope="module")
def old(half_a_demo, tmp_path_factory) -> Path:
    """A workspace with some 33 returns, consolidated; then one more return came, so that the
    next run has something new to write."""
    root = tmp_path_factory.mktemp("old") / "CCHC-2018"
    shutil.copytree(half_a_demo, root)
    inbox = root / PERIOD / "nhan-ve"
    late = next(inbox.glob("*So-Noi-vu*"))
    held = late.rename(root.parent / late.name)
    assert run(root).returncode == 0
    shutil.copy2(held, inbox)
    return root


@pytest.fixture(scope="module")
def new(old, tmp_path_factory) -> Path:
    """What a run that nobody disturbs makes of it."""
    root = copied(old, tmp_path_factory.mktemp("new"))
    assert run(root).returncode == 0
    assert results(root) != results(old)
    return root


def copied(root: Path, folder: Path) -> Path:
    return Path(shutil.copytree(root, folder / "CCHC-2018"))


def start(root: Path, *command: str, before: Callable[[], None] | None = None):
    return subprocess.Popen(
        command or [*COMMAND, str(root), "--period", PERIOD],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=before,
    )


def run(root: Path, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess:
    process = start(root, before=before)
    out, error = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, error)


def results(root: Path) -> dict[str, bytes]:
    return {name: (root / name).read_bytes() for name in (RESULT, FIGURES)}


def returned(root: Path) -> dict[str, tuple[bytes, int]]:
    inbox = root / PERIOD / "nhan-ve"
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in inbox.iterdir()}


def leftovers(root: Path) -> list[str]:
    return [p.name for p in root.rglob(".*") if p.name.startswith(LEFTOVERS)]


def check_whole(root: Path, old: Path, new: Path) -> None:
    """Every result is the old or the new one, and opens; what came is untouched."""
    before, after = results(old), results(new)
    for name, content in results(root).items():
        assert content in (before[name], after[name]), name
    openpyxl.load_workbook(root / RESULT, read_only=True).close()
    json.loads((root / FIGURES).read_bytes())
    assert returned(root) == returned(old)


def check_rerun(root: Path, old: Path, new: Path) -> None:
    """The next run makes good whatever the last one left."""
    again = run(root)
    assert (again.returncode, again.stderr) == (0, "")
    assert results(root) == results(new)
    assert returned(root) == returned(old)
    assert leftovers(root) == []
    assert tree(root) == tree(new)


def tree(root: Path) -> set[str]:
    return {p.relative_to(root).as_posix() for p in root.rglob("*")}


def check_nobody_stays(session: int) -> None:
    """No process of a killed run goes on for long."""
    end = time.monotonic() + 15
    while alive := in_session(session):
        assert time.monotonic() < end, f"{len(alive)} processes stay behind"
        time.sleep(0.05)


def in_session(session: int) -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(stat.parent.name)
    return found


# ----------------------------------------------------------------------- kills


def kill_and_rerun(old: Path, new: Path, folder: Path, moment: float) -> None:
    root = copied(old, folder)
    process = start(root)
    time.sleep(moment)
    process.kill()
    process.communicate()
    check_whole(root, old, new)
    check_nobody_stays(process.pid)
    check_rerun(root, old, new)
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def usual(old, tmp_path_factory) -> float:
    """How long a run takes."""
    root = copied(old, tmp_path_factory.mktemp("usual"))
    begun = time.monotonic()
    run(root)
    return time.monotonic() - begun


@pytest.mark.parametrize("number", range(DEFAULT_KILLS))
@pytest.mark.long
def test_a_kill_at_any_moment_leaves_old_or_new(old, new, usual, tmp_path, number):
    share = random.Random(number).uniform(number, number + 1) / DEFAULT_KILLS
    kill_and_rerun(old, new, tmp_path, usual * share)


@pytest.mark.slow
def test_two_hundred_kills(old, new, usual, tmp_path):
    chance = random.Random(200)
    for _ in range(ALL_KILLS):
        # Writing is short and comes last: half of the kills fall there.
        share = chance.choice([chance.uniform(0, 1.1), chance.uniform(0.7, 1.05)])
        kill_and_rerun(old, new, tmp_path, usual * share)


def kill_before_changes(old, new, tmp_path, numbers) -> int:
    """Kill a run right before each of these changes of a file; gives how many runs got there."""
    deaths = 0
    for number in numbers:
        root = copied(old, tmp_path)
        process = start(root, sys.executable, "-c", SUICIDE, str(root), str(number))
        _, error = process.communicate(timeout=120)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, error
        deaths += 1
        check_whole(root, old, new)
        check_nobody_stays(process.pid)
        if number % 3 == 1 or leftovers(root):
            check_rerun(root, old, new)
        shutil.rmtree(root)
    return deaths


@pytest.mark.long
def test_a_kill_before_a_change_of_a_file_leaves_old_or_new(old, new, tmp_path):
    """Some of the changes: locking, writing aside, noting, placing, clearing up."""
    assert kill_before_changes(old, new, tmp_path, (1, 16)) == 2


@pytest.mark.slow
def test_a_kill_before_each_change_of_a_file_leaves_old_or_new(old, new, tmp_path):
    assert kill_before_changes(old, new, tmp_path, range(1, 100)) >= 10


# ------------------------------------------------------------- two at the same time


@pytest.mark.parametrize("attempt", range(1))
@pytest.mark.long
def test_two_runs_at_once_end_well_or_say_why(old, new, tmp_path, attempt):
    root = copied(old, tmp_path)
    processes = [start(root) for _ in range(3)]
    for process in processes:
        _, error = process.communicate(timeout=120)
        if process.returncode:
            check_message(process.returncode, error)
    assert any(process.returncode == 0 for process in processes)
    assert results(root) == results(new)
    assert returned(root) == returned(old)
    assert leftovers(root) == []


def check_message(code: int, error: str) -> None:
    """One Vietnamese line, and an exit code that is not a fault of ours."""
    assert code in (3, 4, 7), error
    assert len(error.strip().splitlines()) == 1, error
    assert any(letter in error for letter in "ạảấầậắặẹẻếềệọốồộớờợụứừựỳịô"), error


# --------------------------------------------------------------- nowhere to write


def without_privileges() -> None:
    """Root without the right to write where a folder says no."""
    if os.getuid() == 0:
        ctypes.CDLL(None, use_errno=True).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.mark.parametrize("folder", [f"{PERIOD}/tong-hop", "nhat-ky"])
@pytest.mark.long
def test_a_folder_that_may_not_be_written_is_named(old, tmp_path, folder):
    root = copied(old, tmp_path)
    (root / folder).chmod(0o555)
    try:
        done = run(root, before=without_privileges)
        if os.getuid() == 0 and done.returncode == 0:
            pytest.skip("root may not give up its privileges here")
        assert done.returncode == 7
        check_message(done.returncode, done.stderr)
        assert folder.rpartition("/")[2] in done.stderr
        assert results(root) == results(old)
    finally:
        (root / folder).chmod(0o755)
    assert leftovers(root) == []
    assert returned(root) == returned(old)


@pytest.mark.long
def test_returns_that_may_not_be_changed_are_read_all_the_same(old, new, tmp_path):
    root = copied(old, tmp_path)
    inbox = root / PERIOD / "nhan-ve"
    inbox.chmod(0o555)
    try:
        assert run(root, before=without_privileges).returncode == 0
        assert results(root) == results(new)
    finally:
        inbox.chmod(0o755)


@pytest.mark.parametrize("kilobytes", [64])
def test_files_that_may_not_grow_leave_the_old_results(old, tmp_path, kilobytes):
    """Quotas, and file systems that take no large files."""
    root = copied(old, tmp_path)
    size = kilobytes * 1024
    done = run(root, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    check_message(done.returncode, done.stderr)
    assert results(root) == results(old)
    assert leftovers(root) == []


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of 8 MB."""
    folder = tmp_path / "dia"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("free", [150_000])
@pytest.mark.long
def test_a_full_disk_leaves_the_old_results(old, new, tiny_disk, free):
    root = copied(old, tiny_disk)
    filler = root.parent / "day"
    try:
        with filler.open("wb", buffering=0) as stream:
            while stream.write(bytes(4096)):
                pass
    except OSError as error:
        assert error.errno == errno.ENOSPC
    os.truncate(filler, max(0, filler.stat().st_size - free))
    done = run(root)
    check_message(done.returncode, done.stderr)
    assert "đĩa đầy" in done.stderr
    assert results(root) == results(old)
    assert leftovers(root) == []
    filler.unlink()
    check_rerun(root, old, new)
