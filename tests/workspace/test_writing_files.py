"""Writing whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cchc_xl.errors import MasterWorkbookError, OutputError, WorkspaceError
from cchc_xl.master.opening import master_path
from cchc_xl.workspace.disk import write_files
from cchc_xl.workspace.folders import Workspace


def test_all_files_are_written(tmp_path):
    files = {tmp_path / "a" / "1.txt": b"one", tmp_path / "b" / "2.txt": b"two"}
    write_files(files)
    assert {path: path.read_bytes() for path in files} == files
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["1.txt", "2.txt"]


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_full_disk_leaves_the_old_files_whole(tmp_path, monkeypatch, failing):
    paths = [tmp_path / f"{n}.txt" for n in range(3)]
    write_files(dict.fromkeys(paths, b"old"))
    calls = iter(range(1, 10))

    def full_disk(handle):
        if next(calls) == failing:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OutputError, match="kết quả cũ còn nguyên"):
        write_files(dict.fromkeys(paths, b"new"))
    assert [path.read_bytes() for path in paths] == [b"old"] * 3
    assert len(list(tmp_path.iterdir())) == 3


def test_a_file_held_open_by_another_program_is_named(tmp_path, monkeypatch):
    """What Windows does when the output is open in Excel."""

    def held(self, target):
        raise PermissionError(13, "Permission denied", str(target))

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OutputError, match=r"Phu-luc\.xlsx.*Đóng tệp nếu đang mở trong Excel"):
        write_files({tmp_path / "Phu-luc.xlsx": b"new"})
    assert list(tmp_path.iterdir()) == []


def test_when_the_second_file_is_held_open_the_first_is_put_back(tmp_path, monkeypatch):
    paths = [tmp_path / f"{n}.xlsx" for n in range(3)]
    write_files(dict.fromkeys(paths[:2], b"old"))
    replace = Path.replace

    def held(self, target):
        if target == paths[2] and self.name.startswith(".dang-ghi-"):
            raise PermissionError(13, "Permission denied", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OutputError, match=r"2\.xlsx \(không có quyền"):
        write_files(dict.fromkeys(paths, b"new"))
    assert [path.read_bytes() for path in paths[:2]] == [b"old"] * 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["0.xlsx", "1.xlsx"]


def test_an_old_file_that_cannot_be_put_back_is_kept_and_named(tmp_path, monkeypatch):
    paths = [tmp_path / "0.xlsx", tmp_path / "1.xlsx"]
    write_files(dict.fromkeys(paths, b"old"))
    replace = Path.replace

    def held(self, target):
        if target == paths[1] or (self.name.startswith(".ban-cu-") and target == paths[0]):
            raise PermissionError(13, "Permission denied", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OutputError, match=r"chưa khôi phục được 0\.xlsx"):
        write_files(dict.fromkeys(paths, b"new"))
    assert (tmp_path / "ban-cu-0.xlsx").read_bytes() == b"old"
    assert paths[1].read_bytes() == b"old"


def half_placed(root: Path) -> Path:
    """What a run leaves that was killed when it had all ready and had placed nothing."""
    folder = root / "nhat-ky"
    folder.mkdir(exist_ok=True)
    (folder / ".dang-ghi-1").write_bytes(b"new")
    (folder / ".dang-ghi-2").write_bytes(b"half")
    (folder / "so-lieu_x.json").write_bytes(b"old")
    (folder / ".dang-thay.json").write_text('{"so-lieu_x.json": ".dang-ghi-1"}')
    return folder


def test_what_a_killed_run_had_ready_is_placed_by_the_next(tmp_path):
    folder = half_placed(tmp_path)
    with Workspace(tmp_path).working():
        assert (folder / "so-lieu_x.json").read_bytes() == b"new"
        assert not list(folder.glob(".dang-ghi-*")) and not (folder / ".dang-thay.json").exists()


def test_a_killed_run_that_cannot_be_finished_is_said_and_nothing_is_lost(tmp_path, monkeypatch):
    folder = half_placed(tmp_path)
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "")))
    said = pytest.raises(OutputError, match="Chưa hoàn tất được lần ghi trước")
    with said, Workspace(tmp_path).working():
        pass
    assert (folder / ".dang-ghi-1").read_bytes() == b"new"


def test_while_somebody_works_another_is_told_to_wait(tmp_path, monkeypatch):
    monkeypatch.setattr("cchc_xl.workspace.folders._SECONDS_TO_WAIT", 0.2)
    said = pytest.raises(WorkspaceError, match="đang được một máy")
    with Workspace(tmp_path).working(), said, Workspace(tmp_path).working():
        pass
    with Workspace(tmp_path).working():
        pass


def test_a_damaged_master_is_named_with_its_fault(workspace):
    path = workspace / "CCHC-2018.xlsm"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(MasterWorkbookError, match=r"CCHC-2018\.xlsm: tệp bị hỏng.*Khôi phục"):
        master_path(workspace)


def test_the_master_is_found_by_what_it_is(workspace):
    moved = workspace / "Sổ của tôi.xlsx"
    (workspace / "CCHC-2018.xlsm").rename(moved)
    (workspace / "khac.xlsx").write_bytes((workspace / "quyet-dinh").name.encode())
    assert master_path(workspace) == moved


def test_what_a_killed_run_leaves_behind_is_no_master(workspace):
    left = workspace / ".ban-cu-CCHC-2018.xlsm"
    left.write_bytes((workspace / "CCHC-2018.xlsm").read_bytes())
    (workspace / "~$CCHC-2018.xlsm").write_bytes(b"lock")
    assert master_path(workspace).name == "CCHC-2018.xlsm"


def test_two_masters_are_one_too_many(workspace):
    copy = workspace / "Ban sao.xlsx"
    copy.write_bytes((workspace / "CCHC-2018.xlsm").read_bytes())
    with pytest.raises(MasterWorkbookError, match="nhiều sổ tổng hợp"):
        master_path(workspace)
