"""What XlsxWriter's worksheets cannot do by themselves."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet


class OfficialWorksheet(Worksheet):
    """Rows keep the height they are given only until their text changes: without the mark
    `customHeight`, Excel fits a row again when an officer types into it. And the first page may
    go without its number, as the decree asks of documents."""

    number_first_page = True

    def _prepare_formula(self, formula, expand_future_functions=False):
        # XlsxWriter looks for a hundred new functions of Excel in each; ours use none.
        return formula.removeprefix("{").removesuffix("}").removeprefix("=")

    def _write_header_footer(self):
        if self.number_first_page or not self.header_footer_changed:
            super()._write_header_footer()
            return
        self._xml_start_tag("headerFooter", [("differentFirst", 1), ("scaleWithDoc", 0)])
        self._write_odd_header()
        self._xml_empty_tag("firstHeader")
        self._xml_end_tag("headerFooter")

    def _xml_start_tag_unencoded(self, tag, attributes=()):
        super()._xml_start_tag_unencoded(tag, _not_fixed(tag, attributes))

    def _xml_empty_tag_unencoded(self, tag, attributes=()):
        super()._xml_empty_tag_unencoded(tag, _not_fixed(tag, attributes))


def _not_fixed(tag: str, attributes):
    if tag != "row":
        return attributes
    return [pair for pair in attributes if pair[0] != "customHeight"]
