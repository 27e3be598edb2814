"""Several returns of one agency: which one counts, why, and what officers may decide."""

from __future__ import annotations

import datetime
import os
import re
import shutil

import openpyxl
import pytest

from cchc_xl.cli.steps import audit_period, consolidate_period, read_returns
from cchc_xl.files.packages import repacked
from cchc_xl.ledger.result_rows import submissions
from cchc_xl.mail.board import status_of
from cchc_xl.master.opening import load
from tests.support.forms import edit_workbook, form_of, return_form
from tests.support.one_agency import AGENCY, FIRST, PERIOD, SECOND, decide
from tests.support.year import put_return


@pytest.fixture
def form(workspace):
    return form_of(workspace, PERIOD, AGENCY)


@pytest.fixture
def come(workspace, form):
    """A return that came at a time (day of May 2018), saved at another."""

    def come(entries, name, arrived, saved=None):
        path = return_form(form, workspace / PERIOD / "nhan-ve", entries, name)
        stamp = f"2018-05-{saved:02d}T08:00:00Z" if saved else ""

        def timed(part_name, part):
            if part_name != "docProps/core.xml":
                return part
            return re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", stamp.encode(), part)

        path.write_bytes(repacked(path.read_bytes(), timed))
        moment = datetime.datetime(2018, 5, arrived, 9, tzinfo=datetime.UTC).timestamp()
        os.utime(path, (moment, moment))
        return path

    return come


def read(workspace):
    reading = read_returns(load(workspace), PERIOD)
    fates = {one.file: one.fate for one in reading.ledger.returns}
    spent = reading.ledger.items["3598-2017", "1.1.3"].spent
    return fates, spent, {f.code: f for f in reading.findings}


def test_the_one_saved_last_counts_though_it_came_first(workspace, come):
    come(SECOND, "b.xlsx", arrived=10, saved=9)
    come(FIRST, "a.xlsx", arrived=12, saved=2)
    fates, spent, found = read(workspace)
    assert fates == {"a.xlsx": "superseded", "b.xlsx": "accepted"}
    assert spent == 6_000_000
    message = found["return-superseded"].message
    assert "được lưu sau (15:00 09/05/2018)" in message
    assert "1.1.3 Kinh phí đã chi lũy kế: 5 → 6" in message


@pytest.mark.parametrize("saved", [(None, 9), (None, None), (9, 9)])
def test_without_two_times_of_saving_the_one_that_came_last_counts(workspace, come, saved):
    come(FIRST, "a.xlsx", arrived=12, saved=saved[0])
    come(SECOND, "b.xlsx", arrived=10, saved=saved[1])
    fates, spent, found = read(workspace)
    assert fates == {"a.xlsx": "accepted", "b.xlsx": "superseded"}
    assert spent == 5_000_000
    assert "đến sau (16:00 12/05/2018)" in found["return-superseded"].message


def test_a_clock_in_the_future_is_not_believed(workspace, come):
    come(FIRST, "a.xlsx", arrived=10, saved=25)
    come(SECOND, "b.xlsx", arrived=12, saved=11)
    assert read(workspace)[0] == {"a.xlsx": "superseded", "b.xlsx": "accepted"}


def test_the_same_file_twice_is_counted_once_without_alarm(workspace, come):
    path = come(FIRST, "a.xlsx", arrived=10)
    shutil.copy2(path, path.with_name("b.xlsx"))
    fates, spent, found = read(workspace)
    assert sorted(fates.values()) == ["accepted", "superseded"]
    assert spent == 5_000_000
    assert found["return-duplicate"].severity == "info" and "return-superseded" not in found


def test_an_officer_may_choose_the_other_one(workspace, come):
    come(FIRST, "a.xlsx", arrived=10)
    come(SECOND, "b.xlsx", arrived=12)
    decide(workspace, (PERIOD, "a.xlsx", "Dùng bản này", None, "Bản sau là nháp"))
    fates, spent, found = read(workspace)
    assert fates == {"a.xlsx": "accepted", "b.xlsx": "superseded"} and spent == 5_000_000
    assert "cán bộ tổng hợp chọn" in found["return-superseded"].message


def test_an_officer_may_leave_a_return_out_and_say_why(workspace, come):
    come(FIRST, "a.xlsx", arrived=10)
    come(SECOND, "b.xlsx", arrived=12)
    decide(workspace, (PERIOD, "b.xlsx", "Loại khỏi tổng hợp", None, "Số liệu chưa được ký"))
    fates, spent, found = read(workspace)
    assert fates == {"a.xlsx": "accepted", "b.xlsx": "excluded"} and spent == 5_000_000
    assert "Số liệu chưa được ký" in found["return-left-out"].message


def test_a_decision_without_a_reason_is_not_carried_out(workspace, come):
    come(FIRST, "a.xlsx", arrived=10)
    decide(workspace, (PERIOD, "a.xlsx", "Loại khỏi tổng hợp", None, None))
    fates, _, found = read(workspace)
    assert fates == {"a.xlsx": "accepted"}
    assert found["choice-without-reason"].place.sheet == "Xử lý phiếu"


def test_a_decision_on_a_file_that_did_not_come_is_said(workspace, come):
    come(FIRST, "a.xlsx", arrived=10)
    decide(workspace, (PERIOD, "c.xlsx", "Loại khỏi tổng hợp", None, "Nhầm"))
    assert read(workspace)[2]["choice-unused"].value == "c.xlsx"


def test_an_officer_may_say_whose_a_form_without_head_is(workspace, come):
    path = come(FIRST, "khong-ro.xlsx", arrived=10)
    book = openpyxl.load_workbook(path)
    del book["_cchc"]
    book.worksheets[0]["A2"], book.worksheets[0]["A3"] = "", ""
    book.save(path)
    fates, _, found = read(workspace)
    assert fates == {"khong-ro.xlsx": "rejected"} and "period-unknown" in found
    decide(workspace, (PERIOD, "khong-ro.xlsx", "Dùng bản này", AGENCY, "Đã gọi điện hỏi"))
    fates, spent, found = read(workspace)
    assert fates == {"khong-ro.xlsx": "accepted"} and spent == 5_000_000
    assert "trang Xử lý phiếu" in found["form-without-identity"].message


@pytest.mark.long
def test_who_corrects_after_the_due_day_what_came_in_time_is_not_late(workspace):
    """Feedback asks for corrections: answering it must not make an agency late upstairs."""
    loaded = load(workspace)
    period = loaded.programme.period_by_id[PERIOD]
    due, day = period.due_before, datetime.timedelta(days=1)
    entries = {"1.1.3": {"status": "Đang thực hiện", "percent": 10}}
    first = put_return(loaded, "Sở Tư pháp", PERIOD, entries, due - 3 * day)
    first.rename(first.with_name("ban dau.xlsx"))
    entries = {"1.1.3": {"status": "Đang thực hiện", "percent": 20}}
    put_return(loaded, "Sở Tư pháp", PERIOD, entries, due + 5 * day)
    done = consolidate_period(loaded, PERIOD, with_report=True)
    (one,) = [o for o in submissions(done.ledger) if o.agency == "Sở Tư pháp"]
    assert one.newest.arrived.date() == due + 5 * day
    assert one.late is None
    assert audit_period(loaded, PERIOD).passed


# ------------------------------------------------------------------- an agency that ends


def merge(workspace, day: datetime.date) -> None:
    """Sở Tư pháp is merged into Sở Nội vụ on a day."""
    edit_workbook(
        workspace / "CCHC-2018.xlsm",
        "Cơ quan",
        {"Tên cơ quan": AGENCY},
        **{"Đơn vị kế thừa": "Sở Nội vụ", "Kế thừa từ ngày": day},
    )


def test_who_ends_after_returns_are_due_answers_for_itself(workspace, come):
    """Due before 01/6 for a period that ends on 30/6."""
    come(FIRST, "a.xlsx", arrived=10)
    merge(workspace, datetime.date(2018, 6, 1))
    fates, spent, _ = read(workspace)
    assert fates == {"a.xlsx": "accepted"} and spent == 5_000_000


@pytest.mark.long
def test_the_form_of_an_agency_that_ended_is_not_taken_for_its_successor_s(workspace, come):
    """The successor has its own form, with the rows of both; what came for the old one is told
    once, not row by row, and is the successor's if an officer says so."""
    come(FIRST, "a.xlsx", arrived=10)
    merge(workspace, datetime.date(2018, 5, 31))
    reading = read_returns(load(workspace), PERIOD)
    (one,) = reading.ledger.returns
    assert (one.fate, one.agency) == ("rejected", AGENCY)
    (found,) = one.findings
    assert found.code == "agency-succeeded" and "Sở Tư pháp, nay Sở Nội vụ kế thừa" in found.message
    board = {row.agency: row for row in status_of(load(workspace), PERIOD).agencies}
    assert AGENCY not in board
    assert board["Sở Nội vụ"].next_step == "Gửi phiếu, nhắc nộp"
    assert consolidate_period(load(workspace), PERIOD).ledger.items["3598-2017", "1.1.3"].due == 1
    assert audit_period(load(workspace), PERIOD).differences == ()

    decide(workspace, (PERIOD, "a.xlsx", "Dùng bản này", "Sở Nội vụ", "Đã gọi điện"))
    done = consolidate_period(load(workspace), PERIOD)
    (source,) = done.ledger.items["3598-2017", "1.1.3"].sources
    assert (source.agency, source.file) == ("Sở Nội vụ", "a.xlsx")
    assert done.ledger.items["3598-2017", "1.1.3"].spent == 5_000_000
    assert not [f for f in done.ledger.findings if f.severity == "error"]
    assert audit_period(load(workspace), PERIOD).differences == ()


@pytest.mark.long
def test_a_successors_successor_may_take_a_form_over(workspace, come):
    come(FIRST, "a.xlsx", arrived=10)
    for old, new, day in ((AGENCY, "Sở Y tế", 1), ("Sở Y tế", "Sở Nội vụ", 20)):
        edit_workbook(
            workspace / "CCHC-2018.xlsm",
            "Cơ quan",
            {"Tên cơ quan": old},
            **{"Đơn vị kế thừa": new, "Kế thừa từ ngày": datetime.date(2018, 5, day)},
        )
    decide(workspace, (PERIOD, "a.xlsx", "Dùng bản này", "Sở Nội vụ", "Đã gọi điện"))
    (one,) = consolidate_period(load(workspace), PERIOD).ledger.returns
    assert (one.fate, one.agency) == ("accepted", "Sở Nội vụ")
    assert audit_period(load(workspace), PERIOD).differences == ()


def test_a_file_known_by_its_name_is_its_agencys_also_when_it_is_left_out(workspace, form):
    (workspace / PERIOD / "nhan-ve" / form.name).write_bytes(b"hong")
    decide(workspace, (PERIOD, form.name, "Loại khỏi tổng hợp", None, "Tệp hỏng"))

    def came():
        (one,) = read_returns(load(workspace), PERIOD).ledger.returns
        return one.fate, one.agency

    assert came() == ("excluded", AGENCY)
    decide(workspace, (None,) * 5)
    assert came() == ("rejected", AGENCY)
