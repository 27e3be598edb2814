"""The command line, as a person and as a program use it: a new process each time."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from cchc_xl.cli.commands import cchc_xl as command_group
from tests.support.command import run, run_json
from tests.support.forms import Form, return_form

PERIOD = "2018-6T"


@pytest.fixture(scope="module")
def started(tmp_path_factory, decision_files) -> Path:
    root = tmp_path_factory.mktemp("cli") / "CCHC-2018"
    decisions = [a for path in decision_files for a in ("--decision", path)]
    out = run("init", root, *decisions)[1]
    assert "3598/QĐ-UBND: 103 dòng, 74 việc phải báo cáo, 8.000 triệu đồng" in out
    assert "2784/QĐ-UBND: 47 dòng, 39 việc phải báo cáo" in out
    return root


def test_plan_as_json(started):
    plan = run_json("plan", started)
    assert set(plan) == {"plans", "items", "allocations", "goals", "findings"}
    assert [p["decision"] for p in plan["plans"]] == ["3598/QĐ-UBND", "2784/QĐ-UBND"]
    assert set(plan["plans"][0]) == {"id", "decision", "date", "title"}
    items = {(item["plan"], item["code"]): item for item in plan["items"]}
    assert len(items) == 150
    first = items["3598-2017", "6.3.2"]
    assert first["budget"] == 1478.4
    assert (first["start"], first["end"]) == ("2018-01", "2018-06")
    assert first["leads"] == ["UBND các xã, phường, thị trấn"]
    assert first["budget_holder"] == "Sở Khoa học và Công nghệ"
    assert first["reporters"] == ["Sở Khoa học và Công nghệ"]
    assert first["parent"] == "6.3" and first["level"] == "activity"
    assert items["3598-2017", "6.3.4"]["budget"] is None
    assert len(items["2784-2017", "III.7"]["reporters"]) == 35
    assert items["2784-2017", "III.1"]["deadline"] == "Quý I/2018"
    assert items["3598-2017", "6.3.2"]["targets"] == [
        {"relation": "=", "value": 56, "unit": "đơn vị"}
    ]
    wanted = {
        "plan",
        "code",
        "level",
        "parent",
        "title",
        "indicator",
        "evidence",
        "start",
        "end",
        "deadline",
        "budget",
        "leads",
        "coordinating",
        "budget_holder",
        "reporters",
        "frequency",
        "collector",
    }
    assert wanted <= set(first)
    assert {"plan": "3598-2017", "agency": "Sở Nội vụ", "budget": 2050} in plan["allocations"]
    goals = {goal["code"]: goal for goal in plan["goals"]}
    assert goals["MT.1"] == {
        "plan": "2784-2017",
        "code": "MT.1",
        "text": "Chỉ số CCHC của tỉnh (PAR INDEX) đạt trên 85%",
        "target": {"relation": ">", "value": 85, "unit": "%"},
        "achieved": None,
        "achieved_from": None,
        "evidence": None,
    }
    assert goals["MT.2"]["target"] is None


def test_a_period_as_json(started):
    forms = run_json("forms", started, "--period", PERIOD)["forms"]
    assert len(forms) == 36
    paths = {form["agency"]: Path(form["path"]) for form in forms}
    assert all(path.is_absolute() and path.exists() for path in paths.values())
    returned = return_form(
        paths["Sở Tư pháp"],
        started / PERIOD / "nhan-ve",
        {
            "1.1.3": {"status": "Hoàn thành", "percent": 100, "proof": "1/BC", "spent": 14.25},
            "1.2.1": {"status": "Đang thực hiện"},
        },
    )
    done = run_json("consolidate", started, "--period", PERIOD)
    assert set(done) == {
        "period",
        "returns",
        "missing",
        "totals",
        "items",
        "agencies",
        "findings",
        "outputs",
        "explanations",
    }
    assert done["period"] == PERIOD
    (entry,) = done["returns"]
    assert (entry["file"], entry["agency"]) == (returned.name, "Sở Tư pháp")
    assert entry["status"] == "accepted" and re.fullmatch("[0-9a-f]{64}", entry["sha256"])
    assert len(done["missing"]) == 35
    assert done["totals"][0] == {"plan": "3598-2017", "budget": 8000, "spent": 14.25}
    assert done["totals"][1] == {"plan": "2784-2017", "budget": None, "spent": None}
    items = {item["code"]: item for item in done["items"]}
    form = Form(returned)
    source = {"agency": "Sở Tư pháp", "file": returned.name, "sheet": form.sheet.title}
    assert items["1.1.3"]["sources"] == [{**source, "cell": form.cell("1.1.3", "spent").coordinate}]
    assert items["1.2.1"]["sources"] == [
        {**source, "cell": form.cell("1.2.1", "status").coordinate}
    ]
    assert (items["1"]["spent"], items["2"]["spent"]) == (14.25, None)
    assert {"plan": "3598-2017", "agency": "Sở Tư pháp", "budget": 150, "spent": 14.25} in done[
        "agencies"
    ]
    finding = done["findings"][0]
    assert {"code", "severity", "file", "sheet", "cell", "value", "message"} <= set(finding)
    assert all(Path(path).is_absolute() and Path(path).exists() for path in done["outputs"])


@pytest.mark.long
def test_the_demo_goes_through_the_whole_job(tmp_path):
    out = run("demo", tmp_path / "CCHC-2018")[1]
    assert "số liệu minh họa" in out
    assert "8.000" in out and "Đã nhận 31/36 cơ quan" in out
    assert (tmp_path / "CCHC-2018" / PERIOD / "tong-hop" / f"Phu-luc-2_{PERIOD}.xlsx").exists()
    codes = {
        f["code"]
        for f in run_json("consolidate", tmp_path / "CCHC-2018", "--period", PERIOD)["findings"]
    }
    assert {
        "wrong-period",
        "file-unreadable",
        "not-a-number",
        "percent-out-of-range",
        "status-unknown",
        "spent-over-budget",
        "done-without-evidence",
        "return-superseded",
    } <= codes


@pytest.mark.long
def test_two_demos_are_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        run("demo", tmp_path / name / "CCHC-2018")
    files = [p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.xlsx")]
    assert len(files) > 70
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def tree(root: Path) -> dict[str, bytes]:
    """What people see of a folder: a lock that nobody holds is nothing."""
    return {
        str(p.relative_to(root)): p.read_bytes()
        for p in root.rglob("*")
        if p.is_file() and not p.name.startswith(".")
    }


@pytest.mark.long
def test_what_cannot_be_done_is_one_vietnamese_line_and_leaves_nothing(
    started, tmp_path, decision_files
):
    letter = tmp_path / "thu.txt"
    letter.write_text("Kính gửi", "utf-8")
    good = ["--decision", decision_files[0]]
    new = tmp_path / "moi"
    cases = [
        (["init", new, "--decision", tmp_path / "khong-co.txt"], 3, "Không thấy tệp"),
        (["init", new, "--decision", letter], 3, "không phải quyết định"),
        (["init", new, *good, "--agencies", letter], 3, "loại tệp|danh sách cơ quan|bảng tính"),
        (["init", started, *good], 4, "đã có dữ liệu"),
        (["init", new, *good, *good], 4, "hai lần"),
        (["plan", new], 4, "Không thấy thư mục"),
        (["plan", tmp_path], 4, "không có sổ tổng hợp"),
        (["forms", started, "--period", "2018-12T"], 5, "Các kỳ trong sổ tổng hợp"),
        (["consolidate", started, "--period", "2018-NAM"], 6, "Chưa có phiếu nào"),
        (["demo", started], 4, "đã có dữ liệu"),
        (["plan", tmp_path / ("dài" * 100)], 4, "tên quá dài"),
        (["init", letter / "x", *good], 7, "đường dẫn đi qua một tệp"),
        (["init", new, *good, "--agencies", decision_files[0]], 3, "danh sách cơ quan"),
        (["forms", started], 2, "Thiếu --period"),
        (["init"], 2, "Thiếu THƯ_MỤC"),
        (["init", new, "--decision"], 2, "Thiếu giá trị của --decision"),
        (["forms", started, "--perod", "x"], 2, "Không có tùy chọn --perod"),
        (["tonghop"], 2, "Lệnh gõ chưa đúng"),
        (["plan"], 2, "Thiếu THƯ_MỤC"),
    ]
    before = tree(tmp_path) | tree(started)
    for arguments, exit_code, message in cases:
        code, out, err = run(*arguments, ok=False)
        assert code == exit_code, (arguments, err)
        assert re.search(message, err), (arguments, err)
        assert out == "" and err.count("\n") == 1 and "Traceback" not in err
    assert tree(tmp_path) | tree(started) == before
    assert not new.exists()


def test_two_decisions_of_one_file_name_are_not_kept_over_each_other(tmp_path, decision_files):
    """Both are copied into quyet-dinh/: one would take the other's place."""
    for folder, path in zip(("a", "b"), decision_files, strict=True):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "quyet-dinh.txt").write_bytes(path.read_bytes())
    both = [a for f in "ab" for a in ("--decision", tmp_path / f / "quyet-dinh.txt")]
    code, _, err = run("init", tmp_path / "moi", *both, ok=False)
    assert code == 4 and "trùng tên" in err
    assert not (tmp_path / "moi").exists()


def test_an_output_that_cannot_be_replaced_is_said_and_the_old_one_stays(started, monkeypatch):
    """A folder that cannot be written to; root may write anywhere, so it is made a file."""
    results = started / "2018-9T" / "tong-hop"
    forms = run_json("forms", started, "--period", "2018-9T")["forms"]
    return_form(
        Path(forms[0]["path"]),
        started / "2018-9T" / "nhan-ve",
        {},
        change=lambda f: f.fill({next(iter(f.rows)): {"status": "Đang thực hiện"}}),
    )
    results.write_text("chiếm chỗ")
    code, _, err = run("consolidate", started, "--period", "2018-9T", ok=False)
    assert code == 7 and "Không ghi được" in err and err.count("\n") == 1
    assert results.read_text() == "chiếm chỗ"


def test_files_can_be_read_by_others_on_a_share(started):
    mode = stat.S_IMODE((started / "CCHC-2018.xlsm").stat().st_mode)
    assert mode & 0o044 == 0o044


@pytest.mark.parametrize("name", ["", *command_group.commands])
def test_every_command_explains_itself_in_vietnamese(name):
    out = run(*([name] if name else []), "--help")[1]
    assert out.startswith("Cách dùng: ")
    assert "Tùy chọn:" in out
    for english in ("Usage", "Options", "Show this", "exit.", "required]", "OPTIONS", "ARGS"):
        assert english not in out, out


def test_own_agencies_can_be_brought(tmp_path, decision_files):
    listing = tmp_path / "co-quan.csv"
    listing.write_text(
        "Tên cơ quan,Nhóm,E-mail\n"
        'Sở Nội vụ,"Các Sở, ban, ngành",snv@vidu.vn\n'
        'Sở Tư pháp,"Các Sở, ban, ngành",\n'
        'UBND xã Ea Tul,"UBND các xã, phường, thị trấn",\n',
        "utf-8",
    )
    root = tmp_path / "CCHC"
    run("init", root, "--decision", decision_files[1], "--agencies", listing)
    items = {i["code"]: i for i in run_json("plan", root)["items"]}
    assert items["I.1"]["reporters"] == ["Sở Nội vụ", "Sở Tư pháp"]
    assert items["III.7"]["reporters"] == ["Sở Nội vụ", "Sở Tư pháp", "UBND xã Ea Tul"]


def test_a_list_with_semicolons_as_vietnamese_excel_saves_it(tmp_path, decision_files):
    listing = tmp_path / "co-quan.csv"
    listing.write_text("Tên cơ quan;Nhóm\nSở Nội vụ;Các Sở, ban, ngành\n", "utf-8-sig")
    root = tmp_path / "CCHC"
    run("init", root, "--decision", decision_files[1], "--agencies", listing)
    items = {i["code"]: i for i in run_json("plan", root)["items"]}
    assert items["I.1"]["reporters"] == ["Sở Nội vụ"]
