"""The journal: nothing that ever came is lost, and every consolidation can be made again."""

from __future__ import annotations

import json
import shutil

import pytest

from cchc_xl.cli.commands import main
from cchc_xl.cli.steps import consolidate_again, consolidate_period, journal_of, read_returns
from cchc_xl.ledger.result_rows import submissions
from cchc_xl.master.opening import load
from tests.support.forms import Form, edit_workbook, form_of, return_form

PERIOD = "2018-6T"
ENTRIES = {"1.1.3": {"status": "Đang thực hiện", "percent": 10, "spent": 5}}


@pytest.fixture
def returned(workspace):
    """A workspace with one return, consolidated; gives the return's path."""
    form = form_of(workspace, PERIOD, "Sở Tư pháp")
    path = return_form(form, workspace / PERIOD / "nhan-ve", ENTRIES, "a.xlsx")
    consolidate_period(load(workspace), PERIOD)
    return path


def outputs(workspace):
    return (
        (workspace / PERIOD / "tong-hop" / f"Phu-luc-2_{PERIOD}.xlsx").read_bytes(),
        (workspace / "nhat-ky" / f"so-lieu_{PERIOD}.json").read_bytes(),
    )


def test_a_past_consolidation_is_made_again_to_the_byte(workspace, returned, tmp_path):
    before = outputs(workspace)
    master = workspace / "CCHC-2018.xlsm"
    edit_workbook(master, "Kế hoạch", {"Mã": "1.1.3"}, **{"Kinh phí dự toán (triệu đồng)": 99})
    edit_workbook(master, "Quy tắc", {"Mã quy tắc": "spent-missing"}, **{"Áp dụng": "Không"})
    form = Form(returned)
    form.fill({"1.1.3": {"spent": 7}}).save(returned)
    consolidate_period(load(workspace), PERIOD)
    assert outputs(workspace) != before
    run, paths, same = consolidate_again(load(workspace), PERIOD, tmp_path / "lai", 1)
    assert same and run.number == 1
    assert tuple(path.read_bytes() for path in paths) == before
    run, paths, same = consolidate_again(load(workspace), PERIOD, tmp_path / "lai")
    assert same and run.number == 2
    assert tuple(path.read_bytes() for path in paths) == outputs(workspace)


def test_the_same_inputs_add_nothing_to_the_journal(workspace, returned):
    kept = set((workspace / "nhat-ky").rglob("*"))
    consolidate_period(load(workspace), PERIOD)
    assert set((workspace / "nhat-ky").rglob("*")) == kept
    assert len(journal_of(load(workspace), PERIOD)) == 1


def test_a_file_that_is_gone_stays_in_sight_and_in_the_store(workspace, returned):
    content = returned.read_bytes()
    other = return_form(returned, returned.parent, {"1.1.3": {"spent": 6}}, "b.xlsx")
    returned.unlink()
    done = consolidate_period(load(workspace), PERIOD)
    fates = {one.file: (one.fate, one.sha256) for one in done.ledger.returns}
    assert {file: fate for file, (fate, _) in fates.items()} == {
        other.name: "accepted",
        "a.xlsx": "gone",
    }
    rows = {row[0]: row[2] for row in done.tables["Tệp nhận về"]}
    assert rows["a.xlsx"] == "Không còn trong thư mục"
    sha256 = fates["a.xlsx"][1]
    assert (workspace / "nhat-ky/kho" / sha256[:2] / sha256).read_bytes() == content
    assert "file-gone" in {found.code for found in done.findings}


def test_a_file_replaced_under_its_name_is_two_files_in_the_journal(workspace, returned):
    Form(returned).fill({"1.1.3": {"spent": 6}}).save(returned)
    done = consolidate_period(load(workspace), PERIOD)
    assert [one.fate for one in done.ledger.returns] == ["accepted", "gone"]
    assert done.ledger.items["3598-2017", "1.1.3"].spent == 6_000_000


@pytest.mark.long
def test_a_file_that_came_back_is_not_called_gone(workspace, returned):
    away = returned.rename(workspace / "a.xlsx")
    return_form(away, returned.parent, {}, "b.xlsx")
    consolidate_period(load(workspace), PERIOD)
    away.rename(returned)
    done = consolidate_period(load(workspace), PERIOD)
    assert "gone" not in {one.fate for one in done.ledger.returns}


def test_a_damaged_store_is_noticed(workspace, returned, tmp_path):
    for path in (workspace / "nhat-ky/kho").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="đã bị sửa"):
        consolidate_again(load(workspace), PERIOD, tmp_path / "lai")


def test_the_journal_by_command(workspace, returned, capsys, monkeypatch):
    command = ["cchc-xl", "journal", str(workspace), "--period", PERIOD, "--json"]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as exit_:
        main()
    assert not exit_.value.code
    told = json.loads(capsys.readouterr().out)
    (file,) = told["files"]
    assert (file["file"], file["agency"], file["fate"]) == ("a.xlsx", "Sở Tư pháp", "accepted")
    assert len(file["sha256"]) == 64 and told["runs"][0]["number"] == 1


@pytest.mark.long
def test_a_copied_workspace_does_not_make_returns_late(half_a_demo, tmp_path):
    """Copying gives every file the time of the copying; the journal knows when each came."""
    root = tmp_path / "ban-sao"
    shutil.copytree(half_a_demo, root)
    before = {one.agency: one.late for one in submissions(read_returns(load(root), PERIOD).ledger)}
    for path in (root / PERIOD / "nhan-ve").rglob("*"):
        path.touch()
    after = {one.agency: one.late for one in submissions(read_returns(load(root), PERIOD).ledger)}
    assert after == before
    assert any(before.values())
