"""A workbook open in Calc, as a test sees it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from .host import Calc, wait_for

_PATIENCE = 300.0  # against hanging only: machines may be slow


class OpenBook:
    """Values are what the engine reads: dates as datetime, blanks as None."""

    def __init__(self, calc: Calc, doc: Any):
        self.calc, self.doc = calc, doc
        self._url = doc.getURL()
        self._path = calc._uno.fileUrlToSystemPath(self._url)

    # -- what the officer does ------------------------------------------------------------

    def press(self, button: str, seconds: float = _PATIENCE) -> None:
        """Press a button, by its caption or its macro, and wait until its Python ended."""
        sheet, model = self._button(button)
        controller = self.doc.getCurrentController()
        controller.setActiveSheet(sheet)
        before = self.calc.runs()
        with self.calc.watched(seconds):
            controller.getControl(model).getAccessibleContext().doAccessibleAction(0)
            wait_for(lambda: self.calc.runs() > before, seconds, f"the button {button}")
            self.calc.settle()

    def buttons(self) -> dict[str, str]:
        """Caption → macro of every button."""
        return {caption: macro for _, _, caption, macro in self._buttons()}

    def _button(self, wanted: str) -> tuple[Any, Any]:
        for sheet, model, caption, macro in self._buttons():
            if wanted in (caption, macro):
                return sheet, model
        raise KeyError(f"no button {wanted}; there are {self.buttons()}")

    def _buttons(self) -> list[tuple[Any, Any, str, str]]:
        found = []
        for sheet in self.doc.Sheets:
            for form in sheet.DrawPage.Forms:
                for index in range(form.getCount()):
                    model = form.getByIndex(index)
                    codes = [event.ScriptCode for event in form.getScriptEvents(index)]
                    macro = codes[0].partition("?")[0].rpartition(".")[2] if codes else ""
                    found.append((sheet, model, getattr(model, "Label", ""), macro))
        return found

    def call(self, macro: str, *arguments: Any, seconds: float = _PATIENCE) -> Any:
        """Run a VBA procedure, "Module.Name" or "Name", as the ribbon would."""
        name = macro if "." in macro else f"{self._module(macro)}.{macro}"
        url = f"vnd.sun.star.script:VBAProject.{name}?language=Basic&location=document"
        with self.calc.watched(seconds):
            script = self.doc.getScriptProvider().getScript(url)
            return script.invoke(arguments, (), ())[0]

    def _module(self, macro: str) -> str:
        project = self.doc.BasicLibraries.getByName("VBAProject")
        for name in project.getElementNames():
            for line in project.getByName(name).splitlines():
                words = line.replace("(", " ").split()
                if macro in words[1:3] and {"Sub", "Function"} & set(words[:2]):
                    return name
        raise KeyError(macro)

    def set_cell(self, sheet: str, address: str, value: Any) -> None:
        """Type a value or put a block; nothing is saved."""
        self._ask("set_value", sheet, address, value)

    def set_array(self, sheet: str, address: str, formula: str) -> None:
        """Enter an array formula, in Calc's writing (Sheet.A1, ";")."""
        self.doc.Sheets.getByName(sheet).getCellRangeByName(address).setArrayFormula(formula)

    def resize_table(self, name: str, address: str) -> None:
        """Drag a table's corner to another cell."""
        table = self.doc.DatabaseRanges.getByName(name)
        sheet = self.doc.Sheets.getByIndex(table.DataArea.Sheet)
        table.setDataArea(sheet.getCellRangeByName(address).RangeAddress)

    def add_table(self, sheet: str, name: str, address: str) -> None:
        """Make a table of the officer's own."""
        place = self.doc.Sheets.getByName(sheet).getCellRangeByName(address).RangeAddress
        self.doc.DatabaseRanges.addNewByName(name, place)

    def format_cells(self, sheet: str, address: str, code: str) -> None:
        """Give cells a number format."""
        self._ask("set_format", sheet, address, code)

    def protect(self, sheet: str) -> None:
        self.doc.Sheets.getByName(sheet).protect("")

    def filter_table(self, name: str, heading: str, value: str) -> None:
        """Pick one value in a table's drop-down."""
        self._ask("filter_table", name, heading, value)

    def hidden_rows(self, name: str) -> int:
        """How many rows of a table are not shown."""
        table = self.doc.DatabaseRanges.getByName(name)
        area = table.DataArea
        rows = self.doc.Sheets.getByIndex(area.Sheet).Rows
        return sum(not rows.getByIndex(n).IsVisible for n in range(area.StartRow, area.EndRow + 1))

    def answer(self, *alerts: str, files: Any = None) -> None:
        """What the officer will answer: to alerts, and to the file dialog (paths or False)."""
        answers = [] if files is None else [files]
        self.calc.ask("answer", list(alerts), answers)

    # -- what the test sees ---------------------------------------------------------------

    def _ask(self, question: str, *arguments: Any) -> Any:
        return self.calc.ask(question, self._path, *arguments)

    def cell(self, sheet: str, address: str) -> Any:
        return self._ask("value", sheet, address)[0][0]

    def block(self, sheet: str, address: str) -> list[list[Any]]:
        return self._ask("value", sheet, address)

    def formula(self, sheet: str, address: str) -> str:
        return self._ask("formula", sheet, address)

    def text(self, sheet: str, address: str) -> str:
        """What the cell shows, an error's sign too."""
        return self.doc.Sheets.getByName(sheet).getCellRangeByName(address).getString()

    def sheet_values(self, sheet: str) -> list[list[Any]]:
        """Every value from A1 to the last used cell."""
        return self._ask("used", sheet)

    def table(self, name: str) -> list[dict[str, Any]]:
        found = self._ask("table", name)
        return [dict(zip(found["headings"], row, strict=True)) for row in found["rows"]]

    def table_address(self, name: str) -> str:
        """Like "B5:H9", with the heading."""
        return self._ask("table", name)["address"]

    @property
    def state(self) -> dict[str, Any]:
        return self.calc.ask("state")

    alerts = property(lambda self: self.state["alerts"])
    status_texts = property(lambda self: self.state["status_texts"])
    tracebacks = property(lambda self: self.state["tracebacks"])
    function_tracebacks = property(lambda self: self.state["function_tracebacks"])
    settings = property(lambda self: self.state["settings"])

    def calculate(self) -> None:
        self.doc.calculateAll()

    # -- files ----------------------------------------------------------------------------

    def save_as_xlsx(self, path: Path | str) -> Path:
        """A copy without macros: Calc would spoil them."""
        return self._store(path, FilterName="Calc MS Excel 2007 XML")

    def _store(self, path: Path | str, **properties: Any) -> Path:
        target = Path(path).absolute()
        self.doc.storeToURL(target.as_uri(), self.calc.properties(**properties))
        return target

    def render(self, sheet: str, path: Path | str, dpi: int = 70) -> Path:
        """The sheet's first printed page as a PNG."""
        target = Path(path).absolute()
        cells = self.doc.Sheets.getByName(sheet)
        chosen = cells.createCursor()
        chosen.gotoStartOfUsedArea(False)
        chosen.gotoEndOfUsedArea(True)
        options = self.calc.properties(Selection=chosen)
        data = self.calc.any("[]com.sun.star.beans.PropertyValue", options)
        pdf = self._store(target.with_suffix(".pdf"), FilterName="calc_pdf_Export", FilterData=data)
        command = ["pdftoppm", "-r", str(dpi), "-png", "-singlefile", pdf, target.with_suffix("")]
        subprocess.run(command, check=True)
        return target

    def open_documents(self) -> list[str]:
        """The titles of all documents that are open."""
        components = self.calc.desktop.Components.createEnumeration()
        titles = []
        while components.hasMoreElements():
            titles.append(components.nextElement().Title)
        return titles

    def close(self) -> None:
        """Close it, and what it opened."""
        components = self.calc.desktop.Components.createEnumeration()
        while components.hasMoreElements():
            components.nextElement().close(True)

    def __enter__(self) -> OpenBook:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
