"""Returns put together: sums, derived statuses and sources, against sums made here."""

from __future__ import annotations

import datetime
import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_xl.cli.steps import consolidate_period
from cchc_xl.ledger.ledger import combined_status, consolidate, status_at
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_forms
from cchc_xl.plan.proofs import prove_plan
from cchc_xl.plan.statuses import REPORTED_STATUSES, Status
from cchc_xl.returns.form import write_form
from cchc_xl.returns.reader import ReturnReader
from cchc_xl.returns.versions import settle_versions
from tests.support.forms import Form, edit_workbook, return_form

PERIOD = "2018-6T"


@pytest.fixture(scope="module")
def full_period(tmp_path_factory, decision_files):
    """All agencies but two have returned random known figures; gives (ledger, the truth)."""
    from cchc_xl.cli.steps import init

    root = tmp_path_factory.mktemp("full") / "CCHC"
    init(root, decision_files)
    paths, _ = make_forms(load(root), PERIOD)
    chance = random.Random(7)
    truth = {}
    programme = load(root).programme
    budgets = {item.code: item.budget for plan in programme.plans for item in plan.items}
    for agency, path in paths.items():
        if agency in ("Sở Tài chính", "UBND huyện Lắk"):
            continue
        codes = Form(path).rows
        entries = {}
        for code in codes:
            entries[code] = {
                "status": chance.choice(REPORTED_STATUSES),
                "percent": chance.randrange(0, 101),
                "proof": "1/BC",
            }
            if chance.random() < 0.6:
                most = 5 * (budgets[code] or 400_000_000)  # more would be taken for another unit
                entries[code]["spent"] = chance.randrange(0, most) / 1_000_000
            truth[code, agency] = entries[code]
        return_form(path, root / PERIOD / "nhan-ve", entries)
    return consolidate_period(load(root), PERIOD), truth


def dong(entry):
    return int(Decimal(repr(entry["spent"])) * 1_000_000)


def test_every_reported_figure_is_counted_and_no_other(full_period):
    done, truth = full_period
    facts = done.ledger.facts
    counted = {(fact.code, fact.agency): fact.spent for fact in facts if fact.spent is not None}
    assert counted == {key: dong(e) for key, e in truth.items() if "spent" in e}


def test_sums_are_exact_at_every_level(full_period):
    done, truth = full_period
    spent: dict[str, int] = {}
    for (code, _), entry in truth.items():
        if "spent" in entry:
            prefixes = code.split(".")
            for depth in range(1, len(prefixes) + 1):
                prefix = ".".join(prefixes[:depth])
                spent[prefix] = spent.get(prefix, 0) + dong(entry)
    results = {code: r.spent for (_, code), r in done.ledger.items.items()}
    assert results == {code: spent.get(code) for code in results}
    budget_plan = done.ledger.programme.plan_by_id["3598-2017"]
    total = sum(v for code, v in spent.items() if code in "1234567")
    assert done.ledger.totals(budget_plan) == (8_000_000_000, total)


def test_missing_is_not_zero(full_period):
    done, _ = full_period
    ledger = done.ledger
    for code in ("5", "5.1", "5.1.1", "5.2.1"):  # Sở Tài chính has not returned
        assert ledger.items["3598-2017", code].spent is None
        assert ledger.items["3598-2017", code].percent is None
        assert ledger.items["3598-2017", code].status == "Chưa báo cáo"
    finance = next(
        a for a in ledger.agencies if (a.plan, a.agency) == ("3598-2017", "Sở Tài chính")
    )
    assert finance.spent is None
    assert set(ledger.missing) == {"Sở Tài chính", "UBND huyện Lắk"}


def test_every_source_is_the_cell_in_the_returned_file(full_period):
    done, truth = full_period
    opened = {}
    inbox = done.outputs[0].parents[1] / "nhan-ve"
    for result in done.ledger.items.values():
        if "." not in result.item.code or result.item.level == "output":
            continue
        for source in result.sources:
            if source.file not in opened:
                opened[source.file] = Form(inbox / source.file)
            form = opened[source.file]
            entry = truth[result.item.code, source.agency]
            assert form.workbook[source.sheet][source.cell].value == entry.get(
                "spent", entry["status"]
            )


def test_agencies_money_adds_up_to_the_plan(full_period):
    done, _ = full_period
    ledger = done.ledger
    for plan in ledger.programme.plans:
        agencies = [a for a in ledger.agencies if a.plan == plan.id]
        budget, spent = ledger.totals(plan)
        assert sum(a.spent or 0 for a in agencies) == spent
        assert sum(a.budget or 0 for a in agencies) == (budget or 0)
        assert [a.budget for a in agencies if a.allocated] == [
            a.allocated for a in agencies if a.allocated
        ]


def test_a_shared_task_is_done_when_all_have_done_it(workspace):
    paths, _ = make_forms(load(workspace), PERIOD)
    both = ["Sở Thông tin và Truyền thông", "Sở Nội vụ"]
    for done_by, expected in ((both[:1], "Đang thực hiện"), (both, "Hoàn thành")):
        for agency in done_by:
            return_form(
                paths[agency],
                workspace / PERIOD / "nhan-ve",
                {"VII.4": {"status": "Hoàn thành", "percent": 100, "proof": "1/BC"}},
            )
        ledger = consolidate_period(load(workspace), PERIOD).ledger
        result = ledger.items["2784-2017", "VII.4"]
        assert (result.done, result.due, result.status) == (len(done_by), 2, expected)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("6.2.9", "Đang thực hiện", "Quá hạn"),  # due in 03/2018
        ("6.2.9", "Chưa thực hiện", "Quá hạn"),
        ("6.2.9", "Hoàn thành", "Hoàn thành"),
        ("6.2.9", "Không thực hiện", "Không thực hiện"),
        ("6.2.9", None, "Chưa báo cáo"),
        ("6.2.5", "Đang thực hiện", "Đang thực hiện"),  # due in 06/2018
        ("1.4.5", "Đang thực hiện", "Đang thực hiện"),  # no deadline
    ],
)
def test_overdue_is_derived_from_the_deadline(programme, period, code, status, expected):
    item = programme.plan_by_id["3598-2017"].by_code[code]
    assert status_at(item, status, period) == expected


def test_a_month_ends_before_the_day_returns_are_due(programme, period):
    """Due before 01/6: what had to be done by May has passed its deadline then."""
    from cchc_xl.text.dates import Month

    item = programme.plan_by_id["3598-2017"].by_code["6.2.9"]
    assert status_at(replace(item, end=Month(2018, 5)), "Đang thực hiện", period) == "Quá hạn"


def test_work_due_in_november_is_not_overdue_in_an_annual_return_due_before_30_november(programme):
    from cchc_xl.text.dates import Month

    annual = programme.period_by_id["2018-NAM"]
    item = replace(programme.plan_by_id["3598-2017"].by_code["6.2.9"], end=Month(2018, 11))
    assert status_at(item, "Đang thực hiện", annual) == "Đang thực hiện"
    assert status_at(replace(item, end=Month(2018, 10)), "Đang thực hiện", annual) == "Quá hạn"


statuses = st.lists(st.sampled_from(Status), min_size=1, max_size=8)


@given(statuses)
def test_a_combined_status_never_says_more_than_its_parts(parts):
    whole = combined_status(parts)
    assert whole in Status
    if whole == "Hoàn thành":
        assert set(parts) <= {"Hoàn thành", "Không thực hiện"}
    if "Quá hạn" in parts:
        assert whole == "Quá hạn"
    if set(parts) == {"Chưa báo cáo"}:
        assert whole == "Chưa báo cáo"
    assert combined_status(reversed(parts)) == whole


def test_a_bad_file_does_not_stop_the_others(workspace):
    paths, _ = make_forms(load(workspace), PERIOD)
    inbox = workspace / PERIOD / "nhan-ve"
    good = return_form(
        paths["Sở Tư pháp"], inbox, {"1.1.3": {"status": "Đang thực hiện", "spent": 5}}
    )
    (inbox / "a.xlsx").write_bytes(good.read_bytes()[:3000])
    (inbox / "b.xlsx").write_bytes(b"")
    (inbox / "c.docx").write_bytes(b"text")
    ledger = consolidate_period(load(workspace), PERIOD).ledger
    assert ledger.items["3598-2017", "1"].spent == 5_000_000
    assert [one.fate for one in ledger.returns] == ["accepted", "rejected", "rejected", "rejected"]


@pytest.mark.long
def test_an_edited_plan_takes_effect_on_returns_already_here(workspace):
    paths, _ = make_forms(load(workspace), PERIOD)
    inbox = workspace / PERIOD / "nhan-ve"
    return_form(
        paths["Sở Tư pháp"],
        inbox,
        {"1.1.3": {"status": "Đang thực hiện", "percent": 10, "spent": 5}},
    )
    edit_workbook(
        workspace / "CCHC-2018.xlsm",
        "Kế hoạch",
        {"Mã": "1.1.3"},
        **{"Kinh phí dự toán (triệu đồng)": 4},
    )
    edit_workbook(
        workspace / "CCHC-2018.xlsm",
        "Phân công",
        {"Mã": "1.1.3"},
        **{"Cơ quan sử dụng kinh phí": "Sở Tài chính"},
    )
    done = consolidate_period(load(workspace), PERIOD)
    assert "spent-over-budget" in [f.code for f in done.ledger.findings]
    spent = {a.agency: a.spent for a in done.ledger.agencies if a.plan == "3598-2017"}
    assert (spent["Sở Tài chính"], spent["Sở Tư pháp"]) == (5_000_000, None)


def test_nothing_returned_is_said(workspace):
    make_forms(load(workspace), PERIOD)
    with pytest.raises(LookupError, match="Chưa có phiếu nào"):
        consolidate_period(load(workspace), PERIOD)
    assert not (workspace / PERIOD / "tong-hop").exists()
    assert load(workspace)


# ------------------------------------------------- plans that officers have edited


def edited(programme, code, **changes):
    """The programme with one row of the first plan changed."""
    plan = programme.plan_by_id["3598-2017"]
    items = tuple(replace(i, **changes) if i.code == code else i for i in plan.items)
    return replace(programme, plans=(replace(plan, items=items), *programme.plans[1:]))


def ledger_of(programme, period, tmp_path, entries):
    """Forms made, filled with `entries` (agency -> code -> values), read and consolidated."""
    reader = ReturnReader(programme, period)
    returns = []
    for agency, filled in entries.items():
        path = tmp_path / f"{programme.registry.by_name[agency].id}.xlsx"
        path.write_bytes(write_form(programme, period, programme.registry.by_name[agency]))
        content = Form(path).fill(filled).save(path).read_bytes()
        returns.append(reader.read(content, path.name, ARRIVED))
    return consolidate(programme, period, settle_versions(returns))


ARRIVED = datetime.datetime(2018, 5, 20, tzinfo=datetime.UTC)
GOING = {"status": "Đang thực hiện", "percent": 50}


def test_several_agencies_over_one_budget_together_are_found(programme, period, tmp_path):
    """15 triệu, of which each spends less and both spend more; only the holder's form shows
    the budget, and only the holder is asked for spending."""
    shared = edited(programme, "1.1.3", reporters=("Sở Tư pháp", "Sở Nội vụ"))
    ledger = ledger_of(
        shared,
        period,
        tmp_path,
        {
            "Sở Tư pháp": {"1.1.3": {**GOING, "spent": 14}},
            "Sở Nội vụ": {"1.1.3": {**GOING, "spent": 10}},
        },
    )
    (found,) = [f for f in ledger.findings if f.code.startswith("spent-over-budget")]
    assert found.code == "spent-over-budget-together" and "24" in found.message
    assert ledger.items["3598-2017", "1.1.3"].spent == 24_000_000
    budgets = {
        agency: Form(tmp_path / f"{code}.xlsx").cell("1.1.3", "budget").value
        for agency, code in (("Sở Tư pháp", "STP"), ("Sở Nội vụ", "SNV"))
    }
    assert budgets == {"Sở Tư pháp": 15, "Sở Nội vụ": None}
    quiet = ledger_of(shared, period, tmp_path, {"Sở Nội vụ": {"1.1.3": GOING}})
    assert "spent-missing" not in {f.code for f in quiet.findings}


def test_money_stated_only_above_counts_there(programme, period, tmp_path):
    changed = programme
    for code in ("7.4.1", "7.4.2", "7.4.3"):
        changed = edited(changed, code, budget=None)
    ledger = ledger_of(changed, period, tmp_path, {"Sở Nội vụ": {"7.4.1": GOING}})
    assert ledger.items["3598-2017", "7.4"].budget == 120_000_000
    assert ledger.totals(changed.plans[0])[0] == 8_000_000_000
    assert "budget-only-above" in {f.code for f in prove_plan(changed.plans[0])}


def test_a_successor_takes_over_rows_and_money(programme, period, tmp_path):
    agencies = tuple(
        replace(a, successor="Sở Nội vụ", succeeded_on=datetime.date(2018, 3, 1))
        if a.name == "Cổng Thông tin điện tử của tỉnh"
        else a
        for a in programme.registry.agencies
    )
    merged = replace(programme, registry=replace(programme.registry, agencies=agencies))
    ledger = ledger_of(merged, period, tmp_path, {"Sở Nội vụ": {"7.3.5": {**GOING, "spent": 60}}})
    assert Form(tmp_path / "SNV.xlsx").cell("7.3.5", "budget").value == 150
    money = {a.agency: (a.budget, a.spent) for a in ledger.agencies if a.plan == "3598-2017"}
    assert money["Sở Nội vụ"] == (2_200_000_000, 60_000_000)
    assert money["Cổng Thông tin điện tử của tỉnh"] == (None, None)


def test_two_allocations_of_one_agency_add_up(programme):
    plan = programme.plan_by_id["3598-2017"]
    halves = tuple(
        part
        for a in plan.allocations
        for part in (replace(a, budget=a.budget // 2), replace(a, budget=a.budget - a.budget // 2))
    )
    assert prove_plan(replace(plan, allocations=halves)) == []


def test_money_of_an_agency_that_has_nothing_else_is_in_the_table_by_agency(workspace):
    """A row without a budget may be somebody's money who neither reports nor was given any."""
    edit_workbook(
        workspace / "CCHC-2018.xlsm",
        "Phân công",
        {"Kế hoạch": "3598-2017", "Mã": "6.3.4"},
        **{"Cơ quan sử dụng kinh phí": "Sở Ngoại vụ"},
    )
    loaded = load(workspace)
    paths, _ = make_forms(loaded, PERIOD)
    reporter = loaded.programme.plan_by_id["3598-2017"].by_code["6.3.4"].reporters[0]
    entry = {"6.3.4": {"status": "Đang thực hiện", "spent": 5}}
    return_form(paths[reporter], workspace / PERIOD / "nhan-ve", entry)
    ledger = consolidate_period(loaded, PERIOD).ledger
    spent = {(one.plan, one.agency): one.spent for one in ledger.agencies}
    assert spent["3598-2017", "Sở Ngoại vụ"] == 5_000_000
