"""How a period stands, held against what the words mean: worked out here anew, by plain counting,
for periods made at random."""

from __future__ import annotations

import datetime
import hashlib
import json
import math
import os
import random
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from click.testing import CliRunner
from holidays import country_holidays

from cchc_xl.cli.commands import cchc_xl
from cchc_xl.cli.steps import audit_period, consolidate_period
from cchc_xl.findings.finding import Place, finding
from cchc_xl.findings.rules import RULES
from cchc_xl.findings.severity import Severity
from cchc_xl.ledger.ledger import consolidate
from cchc_xl.mail.board import board, status_of
from cchc_xl.mail.log import Correspondence, MailEvent
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_forms
from cchc_xl.plan.choices import OFF, Rules, Setting
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.plan.statuses import Status
from cchc_xl.returns.returned import ReportedRow, Return
from cchc_xl.text.dates import VIETNAM
from tests.support.forms import stored_values
from tests.support.year import FIRST, LATE, PERIOD, SILENT, cut_down, put_return, put_returns

KEPT = {"3598-2017": ("1.1", "1.4", "4.1", "4.2", "4.5", "7.1", "6.2"), "2784-2017": ("III.3",)}
SEEDS = int(os.environ.get("CCHC_SEEDS", "40"))
COPY = "lanh-dao@tinh.test"
OTHER_ADDRESS = "@phong-hai.tinh.test"  # some agencies have two mailboxes
WAIT = 3  # days after a reminder or an answer


@pytest.fixture(scope="module")
def small(programme):
    """The real plan with fewer rows, its agencies with addresses."""
    cut = cut_down(programme, KEPT)
    agencies = tuple(
        replace(
            one,
            email=f"{one.id.lower()}@tinh.test; {one.id.lower()}{OTHER_ADDRESS}",
            phone=f"0262 {n}" if n % 3 else "",
        )
        for n, one in enumerate(cut.registry.agencies)
    )
    # The only findings are those that the stories tell.
    off = {code: Setting(Severity.WARNING, OFF) for code in RULES}
    registry = replace(cut.registry, agencies=agencies)
    return replace(cut, registry=registry, rules=Rules(off))


# ------------------------------------------------------- a situation, told in stories


@dataclass
class Agency:
    """What really happened between the office and an agency in one period."""

    name: str
    duties: list  # rows of the plan
    counted: Return | None = None  # the return whose figures count
    refused: Return | None = None  # else the newest one that cannot be used
    came: bool = True  # anything at all
    left_out: bool = False  # by an officer, or gone from the folder
    errors: int = 0
    warnings: int = 0
    said: set[str] = field(default_factory=set)  # codes of the rows it reported
    first: datetime.date | None = None  # when an earlier return came that could be used too

    @property
    def first_day(self) -> datetime.date:
        return self.first or (self.counted or self.refused).arrived.date()


@dataclass
class Letter:
    """A mail as it was handed over, and what became of it."""

    kind: str
    about: str
    day: datetime.date
    arrived: bool
    out: bool  # it went out, or lies ready as a draft
    address: str = ""
    story: str = ""


def _moment(day: datetime.date, hour: int = 9) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), VIETNAM)


def _sha(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


class Situation:
    """A year up to a period, made by lot."""

    def __init__(self, programme, seed: int):
        self.chance = random.Random(seed)
        self.programme = programme
        self.periods = list(programme.periods)[: self.chance.randint(1, 4)]
        self.period = self.periods[-1]
        self.day = self.period.due_before + datetime.timedelta(days=self.chance.randint(-20, 25))
        self.agencies: dict[str, dict[str, Agency]] = {}  # period -> name
        self.ledgers = []
        for period in self.periods:
            returns = self._returns(period)
            self.ledgers.append(consolidate(programme, period, returns, self.ledgers))
        self.log = Correspondence(None)
        self.letters = {name: self._letters(name) for name in self.agencies[self.period.id]}
        self.forms_made = {
            name: self.period.due_before - datetime.timedelta(days=30)
            for name in self.letters
            if self.chance.random() < 0.7
        }

    # ---------------------------------------------------------------- what came

    def _returns(self, period) -> list[Return]:
        duties: dict[str, list] = {}
        for plan in self.programme.plans:
            for item in plan.leaves:
                for name in self.programme.reporters(item, period):
                    duties.setdefault(name, []).append(item)
        here = self.agencies[period.id] = {}
        returns = []
        for name in (a.name for a in self.programme.registry.agencies if a.name in duties):
            one = here[name] = Agency(name, duties[name])
            returns += self._files(one, period)
        self.chance.shuffle(returns)
        return returns

    def _files(self, one: Agency, period) -> list[Return]:
        chance = self.chance
        story = chance.choice(
            (
                "none",
                "good",
                "good",
                "good",
                "bad",
                "bad",
                "two",
                "bad then good",
                "good then bad",
                "left out",
                "gone",
            )
        )
        day = period.due_before + datetime.timedelta(days=chance.randint(-12, 8))
        later = day + datetime.timedelta(days=chance.randint(1, 5))
        one.came = story != "none"
        match story:
            case "none":
                return []
            case "good":
                return [self._good(one, day)]
            case "bad":
                return [self._bad(one, day)]
            case "two":
                old = replace(self._good(one, day), fate="superseded", findings=())
                one.first = day  # a correction does not make it late
                return [old, self._good(one, later)]
            case "bad then good":
                return [self._bad(one, day), self._good(one, later)]
            case "good then bad":
                # The office answers what came last: it cannot be used.
                return [self._good(one, day), self._bad(one, later)]
            case _:
                fate = "gone" if story == "gone" else "excluded"
                gone = replace(self._good(one, day), fate=fate, rows=())
                why = finding("return-left-out", Place(gone.file), "x", agency=one.name)
                gone = replace(gone, findings=(why,), contact="")
                one.refused, one.counted, one.left_out = gone, None, True
                one.errors = one.warnings = 0
                one.said = set()
                return [gone]

    def _good(self, one: Agency, day: datetime.date) -> Return:
        """A return that counts, with faults that leave single figures out."""
        chance = self.chance
        file = f"{one.name} {chance.random()}.xlsx"
        left_blank = chance.random() < 0.4
        items = [item for item in one.duties if not left_blank or chance.random() < 0.7]
        rows = tuple(
            ReportedRow(item, 10 + n, {}, {"status": Status.IN_PROGRESS, "percent": Decimal(50)})
            for n, item in enumerate(items)
        )
        one.errors, one.warnings = chance.choice(((0, 0), (0, 0), (2, 0), (0, 1), (1, 1)))
        found = [
            finding(
                code,
                Place(file, "Phiếu báo cáo", f"K{n}"),
                "x",
                agency=one.name,
                item="1.1.1",
                severity=severity,
                **_TOLD,
            )
            for n, (code, severity) in enumerate(
                [("status-unknown", Severity.ERROR)] * one.errors
                + [("status-unknown", Severity.WARNING)] * one.warnings
                + [("status-unknown", Severity.INFO)]
            )
        ]
        one.said = {item.code for item in items}
        one.refused = None
        one.counted = Return(
            file,
            _sha(file),
            _moment(day),
            None,
            one.name,
            "Phiếu báo cáo",
            "accepted",
            rows,
            tuple(found),
            chance.choice(("", f"Bà Hoa, 0905 {len(file)}")),
        )
        return one.counted

    def _bad(self, one: Agency, day: datetime.date) -> Return:
        """A file that cannot be used."""
        file = f"{one.name} {self.chance.random()}.xlsx"
        found = finding("file-unreadable", Place(file), agency=one.name, reason="hỏng")
        bad = Return(
            file,
            _sha(file),
            _moment(day),
            None,
            one.name,
            fate="rejected",
            findings=(found,),
            contact="",
        )
        one.errors, one.warnings = 1, 0
        one.refused = bad
        return bad

    # --------------------------------------------------------------- what was sent

    def _letters(self, name: str) -> list[Letter]:
        chance = self.chance
        here = self.agencies[self.period.id][name]
        day = self.period.due_before - datetime.timedelta(days=25)
        kinds = []
        if chance.random() < 0.8:
            kinds.append((MailKind.FORM, ""))
        for number in range(chance.choice((0, 0, 0, 1, 2, 3))):
            kinds.append((MailKind.REMINDER, str(number + 1)))
        answered = here.refused or here.counted
        if answered and chance.random() < 0.6:
            about = answered.sha256 if chance.random() < 0.8 else _sha("an earlier file", name)
            kinds.append((MailKind.FEEDBACK, about))
            for number in range(chance.choice((0, 0, 1, 2, 3))):
                kinds.append((MailKind.REMINDER, f"{number + 1} since"))
        letters = []
        for kind, about in kinds:
            day += datetime.timedelta(days=chance.randint(1, 4))
            letters.append(self._handed_over(name, kind, about, day))
        return letters

    def _handed_over(self, name: str, kind: str, about: str, day: datetime.date) -> Letter:
        own, other = self.programme.registry.by_name[name].email.split("; ")
        story = self.chance.choice(
            ("sent",) * 5
            + (
                "draft",
                "draft",
                "failed",
                "cut off",
                "came back",
                "second try",
                "twice",
                "copy came back",
                "again in vain",
                "half came back",
            )
        )
        events = {
            "sent": ("sending", "sent"),
            "draft": ("draft",),
            "failed": ("sending", "failed"),
            "cut off": ("sending",),
            "came back": ("sending", "sent", "bounced"),
            "second try": ("failed", "sending", "sent"),
            "twice": ("sending", "sent", "sending", "sent"),
            "copy came back": ("sending", "sent", "bounced"),
            "again in vain": ("sending", "sent", "sending", "failed"),
            "half came back": ("sending", "sent", "bounced"),
        }[story]
        address = COPY if story == "copy came back" else own
        for n, event in enumerate(events):
            told = event in ("failed", "bounced")
            self.log.events.append(
                MailEvent(
                    _moment(day, 8 + n),
                    event,
                    kind,
                    name,
                    about,
                    f"<{_sha(name, kind, about)}>",
                    (own, other, COPY),
                    ("f" * 64,),
                    address if told else "",
                    f"{name}: hộp thư đầy." if told else "",
                )
            )
            if story == "came back" and event == "bounced":
                self.log.events.append(replace(self.log.events[-1], address=other))
        arrived = story in (
            "sent",
            "draft",
            "second try",
            "twice",
            "copy came back",
            "half came back",
        )
        return Letter(kind, about, day, arrived, story not in ("failed", "cut off"), own, story)


_TOLD = {"options": "", "suggestion": "", "choices": "", "likely": ""}


# --------------------------------------------------------------- what it comes to


def state_of(one: Agency, letters: list[Letter], log: Correspondence) -> str:
    if not one.came or one.left_out:
        return "missing"
    wrong = one.refused or (one.counted if one.errors or one.warnings else None)
    if wrong is None:
        return "accepted"
    answers = [
        e
        for e in log.events
        if (e.kind, e.agency, e.about) == ("feedback", one.name, wrong.sha256)
        and e.event != "bounced"
    ]
    if answers and answers[-1].event != "failed":
        return "asked"
    return "to-answer" if one.counted else "unusable"


def punctuality(situation: Situation, name: str) -> tuple[int, int]:
    in_time = asked = 0
    for period in situation.periods:
        one = situation.agencies[period.id].get(name)
        if one is None:
            continue
        good = one.counted is not None and one.first_day < period.due_before
        over = situation.day >= period.due_before
        in_time += good
        asked += one.counted is not None or over
    return in_time, asked


def reminders_that_count(letters: list[Letter]) -> list[Letter]:
    """Those since the office answered last: an answer asks for another thing."""
    counted: list[Letter] = []
    for letter in letters:
        if letter.out and letter.kind == "feedback":
            counted = []
        elif letter.out and letter.kind == "reminder":
            counted.append(letter)
    return counted


BUTTONS = {"form": "Gửi phiếu", "reminder": "Nhắc nộp", "feedback": "Gửi phản hồi"}


def next_step(
    one: Agency,
    state: str,
    letters: list[Letter],
    late: int,
    made: bool,
    day: datetime.date,
    due: datetime.date,
) -> tuple[str, bool]:
    """What the next step begins with, and whether the button Nhắc nộp prepares a letter."""
    out = [letter for letter in letters if letter.out]
    counted = reminders_that_count(letters)
    owes = state == "missing" or (state == "asked" and (one.errors > 0 or not one.counted))
    waits = counted or [x for x in out if x.kind == "feedback" and state == "asked"]
    early = bool(waits) and (day - waits[-1].day).days < WAIT
    if len(counted) > 1:  # these name a working day, which is to pass first
        named = counted[-1].day + datetime.timedelta(days=3 if len(counted) == 2 else 1)
        calendar = country_holidays("VN")
        while not calendar.is_working_day(named):
            named += datetime.timedelta(days=1)
        early |= day <= max(named, due - datetime.timedelta(days=1))
    reminds = owes and not early and len(counted) < 3 and (made or bool(out))
    if state == "accepted":
        return "", reminds
    last = letters[-1].story if letters else ""
    still_wanted = (
        letters
        and state
        in {
            "form": ("missing",),
            "reminder": ("missing", "asked"),
            "feedback": ("to-answer", "unusable", "asked"),
        }[letters[-1].kind]
    )
    if last in ("cut off", "came back") and still_wanted:
        return "call", reminds
    if (
        last in ("failed", "again in vain")
        and {
            "form": state == "missing",
            "reminder": reminds,
            "feedback": state in ("to-answer", "unusable"),
        }[letters[-1].kind]
    ):
        return "again", reminds
    if state == "to-answer":
        return "Gửi phản hồi", reminds
    if state == "unusable":
        return "Gửi phản hồi kèm phiếu mới", reminds
    if state == "missing" and not out:
        return "Gửi phiếu, nhắc nộp" if late else "Gửi phiếu", reminds
    if owes and not early and len(counted) == 3:
        return "call", reminds
    if state == "missing" and not late:
        return "Chờ nộp, hạn trước", reminds
    word = "nộp" if state == "missing" else "sửa"
    if reminds:
        return f"Nhắc {word} lần {len(counted) + 1}", reminds
    return "Chờ nộp" if state == "missing" else "Chờ cơ quan sửa", reminds


@pytest.mark.parametrize("seed", range(SEEDS))
def test_each_agency_stands_as_what_happened_says(small, seed):
    told = Situation(small, seed)
    shown = board(told.ledgers, told.log, told.forms_made, told.day, WAIT)
    here = told.agencies[told.period.id]
    assert [one.agency for one in shown.agencies] == list(here)
    for found in shown.agencies:
        one, letters = here[found.agency], told.letters[found.agency]
        state = state_of(one, letters, told.log)
        assert found.state == state, found
        newest = one.counted or one.refused
        day = told.day if state == "missing" else one.first_day
        late = max(0, (day - told.period.due_before).days + 1)
        assert (found.late or 0) == late
        assert found.returned == (newest.arrived.date() if newest else None)
        assert (found.errors, found.warnings) == (one.errors, one.warnings), found
        assert found.form_made == told.forms_made.get(one.name)
        for kind in ("form", "reminder", "feedback"):
            days = [x.day for x in letters if x.kind == kind and x.out]
            if kind == "reminder":
                days = [x.day for x in reminders_that_count(letters)]
            assert [mail.time.date() for mail in found.mails[kind]] == days
        assert found.rows_due == len(one.duties)
        assert found.rows_reported == (len(one.said) if one.counted else None)
        assert (found.in_time, found.asked) == punctuality(told, one.name)
        made = one.name in told.forms_made
        step, reminds = next_step(one, state, letters, late, made, told.day, told.period.due_before)
        assert ("Gọi điện" in found.next_step) == (step == "call"), found
        assert ("Bấm gửi lại" in found.next_step) == (step == "again"), found
        if step == "again":
            assert found.next_step.endswith(f": hộp thư đầy. Bấm gửi lại: {_button(letters)}")
        else:
            assert step == "call" or found.next_step.startswith(step), found
        assert bool(step) == bool(found.next_step)
        # What the board says and what the button does are one.
        assert (found.reminder is not None and not found.reminder.held) == reminds, found
        if step not in ("", "call", "again"):
            half = bool(letters) and letters[-1].story == "half came back"
            assert ("không đến được" in found.next_step) == half, found
        assert COPY not in found.trouble


def _button(letters: list[Letter]) -> str:
    return BUTTONS[letters[-1].kind]


def collections(frequency: str, months: int, complete: list[int]) -> tuple[int, int] | None:
    """(done, due): a frequency parts the year into stretches; those that are over are due, and a
    stretch is done when in some period that ended within it everything came. A later stretch
    makes up for one that was missed."""
    times = {"01 lần": 1, "02 lần": 2, "04 lần": 4, "Hàng quý": 4}.get(frequency)
    if times is None:
        return None
    over = [n for n in range(1, times + 1) if n * 12 / times <= months]
    hit = {math.ceil(month / (12 / times)) for month in complete}
    return min(len(hit), len(over)), len(over)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_each_collector_owes_what_the_rows_say(small, seed):
    told = Situation(small, seed)
    shown = board(told.ledgers, told.log, told.forms_made, told.day, WAIT)
    expected: dict[tuple[str, str], dict] = {}
    for plan in small.plans:
        for item in plan.leaves:
            if not item.collector:
                continue
            person = item.collector.partition(",")[0].strip()
            duty = item.collector.partition(",")[2].strip()
            one = expected.setdefault(
                (person, duty, item.frequency),
                {"rows": 0, "complete": 0, "done": 0, "due": None, "missing": [], "owing": set()},
            )
            owing = {
                period.months: [
                    name
                    for name in small.reporters(item, period)
                    if item.code not in _said(told, period, name)
                ]
                for period in told.periods
            }
            months = told.period.months
            one["rows"] += 1
            if owing[months]:
                one["missing"].append(item.code)
                one["owing"] |= set(owing[months])
            else:
                one["complete"] += 1
            complete = [month for month, names in owing.items() if not names]
            if counted := collections(item.frequency, months, complete):
                one["done"] += counted[0]
                one["due"] = (one["due"] or 0) + counted[1]
    found = {(one.name, one.duty, one.frequency): one for one in shown.collectors}
    assert found.keys() == expected.keys()
    for at, one in expected.items():
        given = found[at]
        assert (given.rows, given.complete, given.done, given.due) == (
            one["rows"],
            one["complete"],
            one["done"],
            one["due"],
        ), given
        assert list(given.missing) == one["missing"]
        assert set(given.agencies) == one["owing"]
        behind = one["rows"] - one["complete"]
        assert given.owed == (behind if one["due"] is None else one["due"] - one["done"])


def _said(told: Situation, period, name: str) -> set[str]:
    one = told.agencies[period.id][name]
    return one.said if one.counted else set()


# ------------------------------------------------------------------ the command


def status(root, *more: str):
    return CliRunner().invoke(cchc_xl, ["status", str(root), "--period", PERIOD, *more])


def test_before_forms_were_made_everybody_is_to_get_one(workspace):
    told = json.loads(status(workspace, "--json").stdout)
    assert {one["state"] for one in told["agencies"]} == {"missing"}
    assert {one["form_made"] for one in told["agencies"]} == {None}
    assert {one["next_step"] for one in told["agencies"]} == {"Gửi phiếu, nhắc nộp"}
    assert all(one["complete"] == 0 and one["owed"] >= 0 for one in told["collectors"])
    assert "36 chưa nộp." in status(workspace).stdout


@pytest.mark.long
def test_its_json_agrees_with_the_sheets(workspace):
    loaded = load(workspace)
    make_forms(loaded, PERIOD)
    put_returns(loaded, FIRST)
    put_returns(loaded, PERIOD)
    told = json.loads(status(workspace, "--json").stdout)
    tables = status_of(load(workspace), PERIOD).tables
    rows = {row[0]: row for row in tables["Tiến độ nộp"]}
    assert len(told["agencies"]) == len(rows) == 36
    for one in told["agencies"]:
        row = rows[one["agency"]]
        day = row[9].isoformat() if row[9] else None
        assert (one["next_step"] or "", one["form_made"]) == (row[3], row[4].isoformat())
        assert (one["returned"], one["days_late"] or None) == (day, row[10])
        assert (one["rows_due"], one["rows_reported"]) == row[12:14]
        assert (one["errors"] or None, one["warnings"] or None) == row[14:16]
        asked = f"{one['periods_in_time']}/{one['periods_asked']}" if one["periods_asked"] else ""
        assert (asked, one["contact"] or "", one["file"] or "") == (row[16], row[17], row[20])
    assert {one["agency"]: one["state"] for one in told["agencies"]}[SILENT] == "missing"
    assert {one["agency"]: one["days_late"] for one in told["agencies"]}[LATE] == 3
    people = tables["Người thu thập"]
    assert [[one["name"], one["duty"] or "", one["frequency"]] for one in told["collectors"]] == [
        list(row[:3]) for row in people
    ]
    for one, row in zip(told["collectors"], people, strict=True):
        assert (one["rows"], one["complete"], one["owed"] or None) == (row[3], row[4], row[6])
        assert ", ".join(one["rows_missing"]) == row[7]


@pytest.mark.long
def test_a_file_known_only_by_its_name_is_its_agency_s_everywhere(workspace):
    """Damaged on the way, or printed and scanned: on the board, in the issued workbook, in the
    answer, one agency whose file cannot be used."""
    loaded = load(workspace)
    paths, _ = make_forms(loaded, PERIOD)
    put_returns(loaded, PERIOD, [LATE])
    returned = workspace / PERIOD / "nhan-ve"
    damaged, scanned = "Sở Tư pháp", "Sở Xây dựng"
    (returned / paths[damaged].name).write_bytes(paths[damaged].read_bytes()[:2000])
    (returned / paths[scanned].with_suffix(".pdf").name).write_bytes(b"%PDF-1.4")
    result = consolidate_period(load(workspace), PERIOD)
    sheets = stored_values(result.outputs[0])
    issued = {row[1]: row for row in sheets["Tiến độ nộp"]}
    shown = {row[0]: row for row in status_of(load(workspace), PERIOD).tables["Tiến độ nộp"]}
    for agency, suffix in ((damaged, ".xlsx"), (scanned, ".pdf")):
        file = paths[agency].with_suffix(suffix).name
        assert issued[agency][2] == shown[agency][1] == shown[agency][2] == "Không dùng được"
        assert issued[agency][9] == shown[agency][-1] == file
        assert (issued[agency][7], shown[agency][14]) == (1, 1)
        assert shown[agency][3] == "Gửi phản hồi kèm phiếu mới"
        assert [agency, file] in [row[2:4] for row in sheets["Phát hiện"]]
        assert [file, agency] in [row[1:3] for row in sheets["Tệp nhận về"]]
    assert audit_period(load(workspace), PERIOD).differences == ()


@pytest.mark.long
def test_when_all_came_and_nothing_is_open_nothing_is_to_do(workspace):
    loaded = load(workspace)
    period = loaded.programme.period_by_id[PERIOD]
    for name, plans in loaded.programme.rows_by_agency(period).items():
        said = {"status": "Đang thực hiện", "percent": 50}
        rows = {
            item.code: {**said, "spent": 0} if item.budget else said
            for items in plans.values()
            for item in items
        }
        put_return(loaded, name, PERIOD, rows)
    told = json.loads(status(workspace, "--json").stdout)
    assert {(one["state"], one["next_step"]) for one in told["agencies"]} == {("accepted", None)}
    assert all(one["complete"] == one["rows"] for one in told["collectors"])
    assert all(not one["agencies_missing"] for one in told["collectors"])
    assert "36 đạt." in status(workspace).stdout
