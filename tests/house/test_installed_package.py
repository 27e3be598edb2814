"""What is built or shipped: the example master, the wheel, the README's words."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from cchc_xl.cli.guide import guide_html
from tests.support.mail_office import Office, set_up
from tests.support.mail_servers import OFFICE

ROOT = Path(__file__).parents[2]


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_the_example_master_is_what_its_sources_say():
    """Part by part: compression may differ between machines."""
    sys.path.insert(0, str(ROOT / "workbook"))
    import build

    assert build.build_project() == build.PROJECT.read_bytes(), "run python workbook/build.py"
    assert parts(build.build_master()) == parts(build.BUILT.read_bytes()), (
        "run python workbook/build.py"
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The wheel, unpacked as pip would install it, away from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "-w", folder, ROOT]
    subprocess.run(build, check=True, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--quiet", "--target", target]
    subprocess.run([*install, wheel], check=True, cwd=folder)
    return target


@pytest.mark.long
def test_the_installed_wheel_does_the_whole_job_and_opens_it_for_analysts(installed, tmp_path):
    def run(code: str) -> str:
        """With the wheel in place of the checkout."""
        start = (
            f"import site, sys; site.main(); sys.path.insert(0, {str(installed)!r}); "
            f"import cchc_xl; assert cchc_xl.__file__.startswith({str(installed)!r}); "
        )
        done = subprocess.run(
            [sys.executable, "-S", "-c", start + code],
            cwd=tmp_path,
            capture_output=True,
            timeout=120,
            env={**os.environ, "PYTHONPATH": ""},
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    run(
        "sys.argv = ['cchc-xl', 'demo', 'CCHC-2018']; from cchc_xl.cli.commands import main; main()"
    )
    assert (tmp_path / "CCHC-2018/2018-6T/tong-hop/Phu-luc-2_2018-6T.xlsx").exists()
    told = run(
        "facts = cchc_xl.open('CCHC-2018').facts('2018-6T'); "
        "print(facts['spent'].dtype, facts['spent'].sum(), facts['agency'].nunique())"
    )
    figures = json.loads((tmp_path / "CCHC-2018/nhat-ky/so-lieu_2018-6T.json").read_bytes())
    spent = sum(row["spent"] or 0 for name, row in figures["rows"].items() if "|" not in name)
    assert told.split() == ["Int64", str(spent), "36"]


def test_the_guide_is_a_page_with_its_pictures_inside():
    page = guide_html().decode("utf-8")
    assert "<h1>Hướng dẫn dùng CCHC-XL</h1>" in page
    assert "data:image/png;base64," in page
    assert 'src="images/' not in page


def test_the_wheel_holds_what_it_needs_and_no_tests(installed):
    names = {str(p.relative_to(installed)) for p in (installed / "cchc_xl").rglob("*.*")}
    for needed in (
        "templates/styles.toml",
        "data/agencies.csv",
        "data/3598-QD-UBND-2017.txt",
        "workbook/vbaProject.bin",
        "workbook/ribbon.xml",
        "docs/huong-dan.md",
        "docs/images/bang-dieu-khien.png",
    ):
        assert f"cchc_xl/{needed}" in names
    assert not (installed / "tests").exists()


def blocks(path: Path) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", path.read_text("utf-8"), re.DOTALL)


def test_readme_gives_exactly_two_commands_for_a_fresh_machine():
    section = (ROOT / "README.md").read_text("utf-8").split("\n## ")[1]
    commands = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert len(commands) == 2
    assert all(len(command.strip().splitlines()) == 1 for command in commands)
    assert "cchc-xl demo" in commands[0]
    assert commands[1].strip().split()[-1] == "tests/run"
    assert "tests/run" in (ROOT / ".ci" / "run").read_text("utf-8")


@pytest.mark.parametrize("document", ["README.md", "docs/huong-dan.md"])
@pytest.mark.long
def test_the_commands_in_the_documents_work(
    document, tmp_path, decision_files, mail, keyring_of_the_desktop
):
    """Every line that calls cchc-xl is run, in order, in a folder with the decisions; the office
    has a mailbox."""
    for path in decision_files:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    lines = [
        line
        for block in blocks(ROOT / document)
        for line in block.replace("\\\n", " ").splitlines()
        if line.startswith("cchc-xl ")
    ]
    assert lines
    for line in lines:
        arguments = line.split()[1:]
        if arguments[0] == "consolidate":
            period = tmp_path / arguments[1] / "2018-6T"
            for form in (period / "gui-di").glob("*Noi-vu.xlsx"):
                from tests.support.forms import Form, return_form

                first = next(iter(Form(form).rows))
                return_form(form, period / "nhan-ve", {first: {"status": "Đang thực hiện"}})
        done = subprocess.run(
            [sys.executable, "-m", "cchc_xl", *arguments],
            cwd=tmp_path,
            capture_output=True,
            input=f"{mail.password(OFFICE)}\n".encode(),
        )
        assert done.returncode == 0, (line, done.stderr.decode())
        if arguments[0] == "init":
            set_up(tmp_path / arguments[1], mail, {})
            Office(tmp_path / arguments[1], mail).keep_password()


def test_pictures_and_links_in_the_documents_exist():
    for document in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), (document.name, target)
