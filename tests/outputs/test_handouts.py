"""The workbooks mailed to each agency and to each collector."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from cchc_xl.cli.steps import read_returns
from cchc_xl.master.opening import load
from cchc_xl.outputs.collector_handouts import collector_handouts
from cchc_xl.outputs.handouts import agency_handouts, handout_paths
from cchc_xl.period.dispatch import make_forms, make_handouts
from cchc_xl.plan.statuses import Status
from cchc_xl.returns.form import shows_budget
from cchc_xl.text.money import sum_known
from cchc_xl.text.spelling import key
from tests.support.forms import Form, return_form, stored_values

PERIOD = "2018-6T"
OFFICE, RULES, FOREIGN = "Sở Nội vụ", "Văn phòng UBND tỉnh", "Sở Ngoại vụ"
EVIL = ("=cmd|'/c calc'!A1", "+1+cmd", "-cmd", "@cmd()", '=HYPERLINK("http://x/cmd")')


def _hostile(form: Form) -> None:
    """Texts that a spreadsheet program would take for formulas if they were typed."""
    for code, evil in zip(form.rows, EVIL, strict=False):
        for name in ("result", "difficulties"):
            cell = form.cell(code, name)
            cell.value, cell.data_type = evil, "s"


@pytest.fixture(scope="module")
def root(demo_done, tmp_path_factory):
    """The demo, in which some return late, badly or not at all, and one agency is hostile."""
    root = tmp_path_factory.mktemp("handouts") / "CCHC"
    shutil.copytree(demo_done[0], root)
    inbox = root / PERIOD / "nhan-ve"
    (form,) = inbox.glob("*_So-Khoa-hoc*")
    return_form(form, inbox, {}, form.name, _hostile)
    return root


@pytest.fixture(scope="module")
def made(root):
    return make_handouts(load(root), PERIOD)


@pytest.fixture(scope="module")
def reading(root):
    return read_returns(load(root), PERIOD)


@pytest.fixture(scope="module")
def ledger(reading):
    return reading.ledger


def table(path, sheet, first):
    """The rows below the last heading row that begins with `first`, by heading, and what
    stands below them."""
    rows = stored_values(path)[sheet]
    at = max(n for n, row in enumerate(rows) if row[0] == first)
    return [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :]]


def work(path):
    *rows, total = table(path, "Việc được giao", "Kế hoạch")
    return rows, total


def first_sheet(content):
    return openpyxl.load_workbook(BytesIO(content)).worksheets[0]


def million(dong):
    return None if dong is None else dong / 1_000_000


# --------------------------------------------------------------------- agencies


@pytest.mark.long
def test_every_agency_that_must_report_gets_one_returned_or_not(made, ledger, root):
    assert set(made.agencies) == set(ledger.programme.rows_by_agency(ledger.period))
    folder = root / PERIOD / "tong-hop" / "co-quan"
    assert made.agencies[FOREIGN] == folder / "Theo-doi_2018-6T_So-Ngoai-vu.xlsx"
    assert sorted(folder.iterdir()) == sorted(made.agencies.values())
    assert made.stale == []


def test_an_agency_sees_its_own_rows_with_the_ledgers_figures(made, ledger):
    names = {plan.short_name: plan.id for plan in ledger.programme.plans}
    facts = {(fact.plan, fact.code, fact.agency): fact for fact in ledger.facts}
    texts = {
        "Kết quả đạt được": "result",
        "Văn bản kiểm chứng": "proof",
        "Khó khăn": "difficulties",
        "Đề xuất": "proposals",
    }
    for agency, by_plan in ledger.programme.rows_by_agency(ledger.period).items():
        rows, total = work(made.agencies[agency])
        assert [(names[row["Kế hoạch"]], row["Mã"]) for row in rows] == [
            (item.plan, item.code) for items in by_plan.values() for item in items
        ]
        for row in rows:
            fact = facts[names[row["Kế hoạch"]], row["Mã"], agency]
            assert row["Trạng thái"] == fact.status
            assert row["Tỷ lệ (%)"] == fact["percent"]
            assert row["Đã chi lũy kế"] == million(fact.spent)
            assert (row["Ô trong phiếu"] or "") == fact.cell
            assert {h: row[h] or "" for h in texts} == {h: fact[n] for h, n in texts.items()}
        for heading in ("Dự toán", "Đã chi lũy kế"):
            found = [row[heading] for row in rows if row[heading] is not None]
            assert (total[heading] or 0) == pytest.approx(sum(found))
            assert (total[heading] in (None, "")) == (not found)


def test_the_counts_and_money_on_top_are_those_of_the_ledger(made, ledger):
    names = {plan.id: plan.short_name for plan in ledger.programme.plans}
    for agency, path in made.agencies.items():
        rows = stored_values(path)["Việc được giao"]
        first = next(n for n, row in enumerate(rows) if row[0] == "Kế hoạch") + 1
        results = [r for r in ledger.agencies if r.agency == agency]
        assert results
        for row, result in zip(rows[first:], results, strict=False):
            due = sum(result.counts.values())
            assert row[0] == names[result.plan]
            assert row[3:7] == [
                due,
                due - result.counts[Status.NOT_REPORTED],
                result.counts[Status.DONE],
                result.counts[Status.OVERDUE],
            ]
            assert row[7:9] == [million(result.budget), million(result.spent)]


def said(path):
    """The lines between the titles and the counts."""
    rows = stored_values(path)["Việc được giao"]
    return {row[0]: row[2] for row in rows[:9] if row[0] and row[2]}


def test_it_says_what_came_when_and_what_was_refused(made):
    assert re.fullmatch(
        r"MINH-HOA.*So-Noi-vu\.xlsx, nhận ngày 19/5/2018, đúng hạn",
        said(made.agencies[OFFICE])["Phiếu đã nhận"],
    )
    assert said(made.agencies["Sở Y tế"])["Phiếu đã nhận"].endswith("03/6/2018, trễ 3 ngày")
    nothing = {"Phiếu đã nhận": "Chưa nhận được phiếu dùng được", "Hạn nộp": "Trước ngày 01/6/2018"}
    assert said(made.agencies[FOREIGN]) == nothing
    refused = said(made.agencies["UBND huyện Cư Kuin"])
    assert "Phiếu của kỳ 2017-NAM" in refused["Phiếu không dùng"]
    # A file that cannot be opened is known by its name only.
    assert "Không mở được tệp" in said(made.agencies["UBND huyện Lắk"])["Phiếu không dùng"]


def test_what_is_to_be_done_stands_beside_each_row(made):
    to_do = {row["Mã"]: row["Việc cần làm"] for row in work(made.agencies[RULES])[0]}
    assert to_do["2.1.1"] == "Sửa ô K11"
    assert to_do["2.1.3"] == "Chưa báo cáo trạng thái\nSửa ô G13"
    assert to_do["4.4.5"] is None  # done
    assert to_do["I.1"] == "Quá hạn 213 ngày: báo cáo lý do"  # from 31/10/2017 to 01/6/2018
    missing = {row["Mã"]: row["Việc cần làm"] for row in work(made.agencies[FOREIGN])[0]}
    assert missing["II.1"] == "Chưa báo cáo"
    assert missing["III.1"] == "Chưa báo cáo\nHạn đã qua 62 ngày"


def test_what_was_not_reported_stays_blank(made):
    rows, total = work(made.agencies[FOREIGN])
    for row in rows:
        assert row["Trạng thái"] == Status.NOT_REPORTED
        reported = ("Tỷ lệ (%)", "Kết quả đạt được", "Đã chi lũy kế", "Ô trong phiếu", "Dự toán")
        assert [row[name] for name in reported] == [None] * 5
    assert [total[name] or "" for name in ("Dự toán", "Đã chi lũy kế")] == ["", ""]


def test_findings_go_to_the_agency_they_are_about(made, ledger):
    seen = table(made.agencies[RULES], "Cần xem lại", "Mức độ")
    assert [(row["Mức độ"], row["Ô"], row["Giá trị"]) for row in seen] == [
        ("Lỗi", "G13", "Gần xong"),
        ("Lỗi", "H12", "150"),
        ("Lỗi", "K11", "mười lăm"),
    ]
    fixes = {f.place.cell: f.fix for f in ledger.findings if f.agency == RULES}
    assert {row["Ô"]: row["Việc cần làm"] for row in seen} == fixes
    sheets = {
        name: openpyxl.load_workbook(path, read_only=True).sheetnames
        for name, path in made.agencies.items()
    }
    assert {name for name, found in sheets.items() if len(found) > 1} == {
        RULES,
        "Sở Tài chính",
        "UBND huyện Lắk",
        "UBND huyện Cư Kuin",
    }
    # What was explained is no longer asked.
    assert sheets["Sở Văn hóa, Thể thao và Du lịch"] == ["Việc được giao"]
    # That an older return was superseded is the officer's business, not the agency's.
    assert sheets["Sở Tư pháp"] == ["Việc được giao"]


def test_what_an_agency_has_mended_since_is_not_held_against_it(workspace):
    paths, _ = make_forms(load(workspace), PERIOD)
    inbox = workspace / PERIOD / "nhan-ve"
    first = next(iter(Form(paths[FOREIGN]).rows))
    faulty = {first: {"status": "Gần xong", "spent": "mười"}}
    old = [return_form(paths[FOREIGN], inbox, faulty, "cu.xlsx"), inbox / paths[FOREIGN].name]
    old[1].write_bytes(b"PK")
    mended = return_form(paths[FOREIGN], inbox, {first: {"status": "Đang thực hiện"}}, "moi.xlsx")
    for path in old:
        os.utime(path, (1_527_000_000,) * 2)
    os.utime(mended, (1_527_100_000,) * 2)
    path = make_handouts(load(workspace), PERIOD).agencies[FOREIGN]
    assert said(path)["Phiếu đã nhận"].startswith("moi.xlsx")
    assert "Phiếu không dùng" not in said(path)
    seen = table(path, "Cần xem lại", "Mức độ")  # that most of the new one is blank
    assert {row["Tệp"] for row in seen} == {"moi.xlsx"}
    assert "Lỗi" not in {row["Mức độ"] for row in seen}
    assert [row["Việc cần làm"] for row in work(path)[0]][1:3] == ["Chưa báo cáo"] * 2


def test_money_that_another_agency_reports_is_explained(ledger):
    """The money on top is what the agency holds; a row that another one reports is not below."""
    mine = next(a for a in ledger.agencies if a.agency == "Sở Tư pháp" and a.budget)
    more = replace(mine, budget=mine.budget + 1_000_000)
    changed = replace(
        ledger, agencies=tuple(more if one is mine else one for one in ledger.agencies)
    )

    def explained(ledger):
        page = first_sheet(agency_handouts(ledger)["Sở Tư pháp"])
        return [c.value for c in page["A"] if str(c.value).startswith("Kinh phí trên")]

    assert explained(changed) and not explained(ledger)


# ------------------------------------------------------------------- collectors


def collected(path):
    sheets = stored_values(path)
    (rows,) = sheets.values()
    at = next(n for n, row in enumerate(rows) if row[0] == "Mã")
    body = [dict(zip(rows[at], row, strict=True)) for row in rows[at + 3 :]]
    return rows[:at], body[:-1], body[-1]


def test_every_collector_gets_the_rows_of_that_person(made, ledger):
    plan = ledger.programme.plan_by_id["3598-2017"]
    assert set(map(key, made.collectors)) == {key(i.collector) for i in plan.items if i.collector}
    seen = []
    for printed, path in made.collectors.items():
        _, rows, total = collected(path)
        leaves = [plan.by_code[row["Mã"]] for row in rows if plan.is_leaf(plan.by_code[row["Mã"]])]
        seen += [leaf.code for leaf in leaves]
        assert {key(leaf.collector) for leaf in leaves} == {key(printed)}
        assert {row["Mã"] for row in rows} == {leaf.code for leaf in leaves} | {
            plan.parent_of(leaf) for leaf in leaves
        }
        for row in rows:
            item = plan.by_code[row["Mã"]]
            result = ledger.result(item)
            if item in leaves:
                assert row["Trạng thái"] == result.status
                assert row["Đã chi"] == million(result.spent)
                assert row["Đã báo cáo"] == f"{result.reported}/{result.due}"
                assert row["Tỷ lệ (%)"] == result.percent
        spent = sum_known(ledger.result(leaf).spent for leaf in leaves)
        assert (total["Đã chi"] or None) == (million(spent) or None)
    assert sorted(seen) == sorted(leaf.code for leaf in plan.leaves if leaf.collector)


def test_a_shared_output_stands_for_the_persons_own_rows_only(made, ledger):
    """4.4 has activities of several people; the one with 4.4.5 sees that one's figures."""
    plan = ledger.programme.plan_by_id["3598-2017"]
    (path,) = (path for who, path in made.collectors.items() if "TTTC" in who)
    heading, (output, activity), total = collected(path)
    assert [output["Mã"], activity["Mã"]] == ["4.4", "4.4.5"]
    assert output["Đã báo cáo"] == "1/1" != ledger.result(plan.by_code["4.4"]).due
    assert output["Đã chi"] == activity["Đã chi"] == total["Đã chi"]
    assert "ÔNG NGUYỄN VĂN TRƯỜNG" in [row[0] for row in heading]
    bold = openpyxl.load_workbook(path).worksheets[0]
    marked = {cell.value: cell.font.bold for cell in bold["A"]}
    assert marked["4.4"] and not marked["4.4.5"]


def test_the_heading_counts_what_still_lacks_a_report(made):
    heading, rows, _ = collected(next(p for w, p in made.collectors.items() if "TTHC" in w))
    told = next(row[0] for row in heading if str(row[0]).startswith("Kỳ báo cáo"))
    assert told == "Kỳ báo cáo: 6 tháng đầu năm 2018; 9 việc, còn 1 việc chưa đủ báo cáo"
    assert [row["Mã"] for row in rows if row["Trạng thái"] == Status.NOT_REPORTED] == ["2.1.3"]


def test_collections_are_those_of_phu_luc_2(made, root):
    monitoring = root / PERIOD / "tong-hop" / "Phu-luc-2_2018-6T.xlsx"
    rows = stored_values(monitoring)["Phụ lục 2"]
    shown = {row[0]: row[5] for row in rows}
    checked = 0
    for path in made.collectors.values():
        for row in collected(path)[1]:
            assert row["Số lần thu thập"] == shown[row["Mã"]]
            checked += 1
    assert checked > 74


def renamed(ledger, change):
    """The ledger of a plan whose collectors are called otherwise."""
    plans = tuple(
        replace(plan, items=tuple(replace(i, collector=change(i)) for i in plan.items))
        for plan in ledger.programme.plans
    )
    return replace(ledger, programme=replace(ledger.programme, plans=plans))


def test_one_person_spelt_in_two_ways_is_one_and_nearly_alike_names_are_two(ledger):
    usual = collector_handouts(ledger)
    spelt = renamed(
        ledger,
        lambda i: re.sub(", ", " ,", i.collector.upper()) if i.code[-1] in "13" else i.collector,
    )
    assert len(collector_handouts(spelt)) == len(usual) == 10
    assert len([who for who in usual if who.startswith("Bà Nguyễn Th") and "y Hà" in who]) == 2


def test_an_output_whose_rows_others_collect_stands_alone(ledger):
    alone = renamed(ledger, lambda i: {"6.2": "Ông A, phòng B"}.get(i.code, i.collector))
    content = collector_handouts(alone)["Ông A, phòng B"]
    sheet = first_sheet(content)
    codes = [cell.value for cell in sheet["A"] if re.fullmatch(r"[\d.]+", str(cell.value))]
    assert codes == ["6.2"]


# ------------------------------------------------------------------------- both


def every(made):
    return [*made.agencies.values(), *made.collectors.values()]


@pytest.mark.long
def test_every_file_is_valid_and_nothing_typed_is_a_formula(made):
    validator = OpenXmlValidator()
    hostile = 0
    for path in every(made):
        assert not validator.validate(path).errors, path.name
        for sheet in openpyxl.load_workbook(path).worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and "cmd" in cell.value:
                        assert cell.data_type == "s"
                        hostile += 1
    assert hostile >= 2 * len(EVIL)


@pytest.mark.long
def test_stored_totals_are_what_libreoffice_calculates(made, libreoffice, tmp_path):
    compared = 0
    wanted = [made.agencies[name] for name in (OFFICE, RULES, FOREIGN)]
    for path in [*wanted, *list(made.collectors.values())[:3]]:
        formulas = openpyxl.load_workbook(path)
        counted = stored_values(libreoffice.convert(path, "xlsx", tmp_path))
        for name, rows in stored_values(path).items():
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if formulas[name].cell(r + 1, c + 1).data_type != "f":
                        continue
                    compared += 1
                    again = counted[name][r][c]
                    if isinstance(value, int | float):
                        assert again == pytest.approx(value, abs=1e-9), (path.name, r, c)
                    else:
                        assert (again or "") == (value or ""), (path.name, r, c)
    assert compared > 25


def test_a_filter_leaves_the_totals_of_what_is_in_sight(made, libreoffice, tmp_path):
    book = openpyxl.load_workbook(made.agencies[OFFICE])
    page = book["Việc được giao"]
    reference = page.tables["ViecDuocGiao"].ref
    first, last = (int(n) for n in re.findall(r"\d+", reference))
    for number in range(first + 1, last + 1):
        page.row_dimensions[number].hidden = page.cell(number, 2).value != "6.2.6"
    book.save(tmp_path / "loc.xlsx")
    _, total = work(libreoffice.convert(tmp_path / "loc.xlsx", "xlsx", tmp_path / "o"))
    row = next(row for row in work(made.agencies[OFFICE])[0] if row["Mã"] == "6.2.6")
    assert [total["Dự toán"], total["Đã chi lũy kế"]] == [row["Dự toán"], row["Đã chi lũy kế"]]
    assert total["Trạng thái"] == 1


@pytest.mark.long
def test_on_paper_they_are_one_page_wide_with_headings_and_nothing_cut(made, libreoffice, tmp_path):
    for path in (made.agencies[OFFICE], made.agencies[RULES], *list(made.collectors.values())[:1]):
        for sheet in openpyxl.load_workbook(path).worksheets:
            setup = sheet.page_setup
            assert (setup.orientation, setup.paperSize, setup.fitToHeight) == ("landscape", 9, 0)
            assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.print_title_rows
        pdf = libreoffice.convert(path, "pdf", tmp_path)
        text = subprocess.run(
            ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True
        ).stdout.decode()
        assert "###" not in text
        pages = [page for page in text.split("\f") if page.strip()]
        assert all("Việc cần làm" in page or "Đã chi" in page for page in pages)


def test_the_same_returns_give_the_same_bytes(made, root, reading):
    before = {path: path.read_bytes() for path in every(made)}
    again = make_handouts(load(root), PERIOD)
    assert {path: path.read_bytes() for path in every(again)} == before
    assert agency_handouts(reading.ledger)[OFFICE] == before[made.agencies[OFFICE]]


def test_names_alike_or_strange_get_files_of_their_own(tmp_path, period):
    names = ["Sở A/B", "Sở A\\B", "SỞ a b", "Ủy “ban”: 'x'?*", "…", "///", "x" * 300, "x" * 299]
    paths = handout_paths(tmp_path, period, dict(zip(names, names, strict=True)))
    stems = [path.name for path in paths.values()]
    assert len({name.casefold() for name in stems}) == len(names)
    assert all(re.fullmatch(r"Theo-doi_2018-6T_[A-Za-z0-9_-]*\.xlsx", name) for name in stems)
    assert max(map(len, stems)) < 120
    for path in paths.values():
        assert path.parent == tmp_path
        path.write_bytes(b"")


def test_an_agency_whose_name_a_file_system_refuses_gets_its_workbook(ledger):
    """The name stands in the workbook as it is, whatever signs it has."""
    odd = "Sở 'Nội/vụ' \"=1+1\" <&>"
    registry = ledger.programme.registry
    agencies = tuple(replace(a, name=odd) if a.name == FOREIGN else a for a in registry.agencies)
    programme = replace(ledger.programme, registry=replace(registry, agencies=agencies))
    facts = tuple(replace(f, agency=odd) if f.agency == FOREIGN else f for f in ledger.facts)
    changed = replace(ledger, programme=programme, facts=facts)
    content = agency_handouts(changed)[odd]
    sheet = first_sheet(content)
    assert sheet["A1"].value == odd.upper() and sheet["A1"].data_type == "s"


@pytest.mark.long
def test_files_that_no_longer_hold_are_told(workspace):
    paths, _ = make_forms(load(workspace), PERIOD)
    first = next(iter(Form(paths[OFFICE]).rows))
    inbox = workspace / PERIOD / "nhan-ve"
    return_form(paths[OFFICE], inbox, {first: {"status": "Đang thực hiện"}})
    made = make_handouts(load(workspace), PERIOD)
    old = shutil.copy(made.agencies[OFFICE], made.agencies[OFFICE].with_name("Theo-doi_cu.xlsx"))
    (stale,) = make_handouts(load(workspace), PERIOD).stale
    assert stale.code == "stale-handout" and stale.place.file == old.name


def test_only_what_stands_on_its_form_is_counted_as_an_agencys_budget(made, ledger):
    period = ledger.period
    for agency, by_plan in ledger.programme.rows_by_agency(period).items():
        budgets = [
            item.budget
            if shows_budget(item, ledger.programme.holder(item, period), agency)
            else None
            for items in by_plan.values()
            for item in items
        ]
        assert [row["Dự toán"] for row in work(made.agencies[agency])[0]] == list(
            map(million, budgets)
        )


@pytest.mark.long
def test_the_command_tells_other_programs_where_they_are(made, root):
    command = [sys.executable, "-m", "cchc_xl", "handouts", root, "--period", PERIOD, "--json"]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert {one["agency"]: one["path"] for one in told["agencies"]} == {
        agency: str(path) for agency, path in made.agencies.items()
    }
    assert {one["collector"]: one["path"] for one in told["collectors"]} == {
        who: str(path) for who, path in made.collectors.items()
    }
    assert told["findings"] == []
