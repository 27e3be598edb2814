"""Every message the software can give about a document, declared once, in Vietnamese, with
its severity and the next step.

* error: a figure was left out, or the plan contradicts itself.
* warning: it was taken as it stands, and somebody should look.
* info: how the software read something that was not written plainly.
"""

from __future__ import annotations

from typing import NamedTuple

SEVERITIES = ("error", "warning", "info")


class Rule(NamedTuple):
    """One kind of finding: `message` is filled from a finding's details."""

    severity: str
    message: str
    action: str


CATALOGUE: dict[str, Rule] = {
    # --- reading a decision
    "decision-number-differs": Rule(
        "warning",
        "Số quyết định ghi “{value}” khác với số {expected} ở đầu văn bản; lấy {expected}.",
        "Đối chiếu bản gốc; nếu sai, sửa ở trang Quyết định.",
    ),
    "decision-number-missing": Rule(
        "warning",
        "Không tìm thấy số hoặc ngày của quyết định.",
        "Ghi số và ngày ban hành vào trang Quyết định.",
    ),
    "title-spelt-two-ways": Rule(
        "info",
        "Trích yếu được ghi hai cách: “{value}” và “{other}”; lấy cách sau.",
        "Đối chiếu bản gốc.",
    ),
    "words-differ": Rule(
        "error",
        "Tổng kinh phí bằng số là {number} ({words}) nhưng bằng chữ ghi “{value}”.",
        "Đối chiếu bản gốc và sửa số tiền ở trang Quyết định.",
    ),
    "unit-missing": Rule(
        "warning",
        "Bảng kinh phí không ghi đơn vị tính; đọc là triệu đồng.",
        "Đối chiếu bản gốc.",
    ),
    "row-joined": Rule(
        "info",
        "Mục {item}: dòng bị ngắt trang đã được nối lại.",
        "Đọc lại nội dung của mục này.",
    ),
    "row-without-code": Rule(
        "info",
        "Mục “{value}” không có số thứ tự; đặt mã {item}.",
        "Không cần làm gì nếu mã đã đúng.",
    ),
    "row-not-understood": Rule(
        "warning",
        "Dòng “{value}” trong bảng không có mã và không thuộc mục nào.",
        "Đối chiếu bản gốc; nếu là một mục, thêm vào trang Kế hoạch.",
    ),
    "code-repeated": Rule(
        "error",
        "Mã {item} xuất hiện hai lần trong cùng một bảng; giữ dòng đầu.",
        "Sửa mã trong văn bản hoặc ở trang Kế hoạch.",
    ),
    "parent-missing": Rule(
        "error",
        "Mục {item} không có mục cấp trên {parent}.",
        "Thêm dòng cấp trên hoặc sửa mã ở trang Kế hoạch.",
    ),
    "month-not-understood": Rule(
        "info",
        "Mục {item}: thời gian “{value}” không nêu tháng cụ thể nên không tính quá hạn.",
        "Nếu có hạn cụ thể, ghi vào cột Đến tháng ở trang Kế hoạch.",
    ),
    "amount-not-understood": Rule(
        "error",
        "Mục {item}: không đọc được kinh phí “{value}”.",
        "Ghi số tiền vào trang Kế hoạch.",
    ),
    "frequency-not-understood": Rule(
        "warning",
        "Mục {item}: ô tần suất thu thập ghi “{value}”, không phải một tần suất; để trống.",
        "Đối chiếu bản gốc và sửa ở trang Phân công.",
    ),
    "code-only-in-budget": Rule(
        "error",
        "Mục {item} có trong bảng kinh phí nhưng không có trong bảng phân công theo dõi.",
        "Đối chiếu hai phụ lục.",
    ),
    "code-only-in-monitoring": Rule(
        "error",
        "Mục {item} có trong bảng phân công theo dõi nhưng không có trong bảng kinh phí.",
        "Đối chiếu hai phụ lục.",
    ),
    "texts-differ": Rule(
        "info",
        "Mục {item}, {field}: hai phụ lục ghi khác nhau: “{value}” và “{other}”; lấy cách trước.",
        "Đối chiếu bản gốc; sửa ở trang Kế hoạch nếu cần.",
    ),
    "person-spelt-two-ways": Rule(
        "warning",
        "“{value}” và “{other}” có thể là một người.",
        "Thống nhất cách ghi ở trang Phân công.",
    ),
    # --- names
    "name-near": Rule(
        "warning",
        "“{value}” được hiểu là {resolved} ({places}).",
        "Sửa lại nếu hiểu sai; thêm cách ghi này vào cột Bí danh nếu đúng.",
    ),
    "name-unknown": Rule(
        "warning",
        "“{value}” không có trong danh sách cơ quan ({places}){suggestion}.",
        "Thêm vào trang Cơ quan hoặc Nhóm cơ quan, hoặc sửa tên.",
    ),
    "successor-unknown": Rule(
        "error",
        "Đơn vị kế thừa “{value}” của {agency} không có trong danh sách cơ quan.",
        "Sửa tên ở cột Đơn vị kế thừa, trang Cơ quan.",
    ),
    # --- who reports
    "reporter-to-confirm": Rule(
        "warning",
        "Mục {item} do “{value}” chủ trì; cơ quan báo cáo tạm lấy là {resolved}.",
        "Xác nhận hoặc sửa cột Cơ quan báo cáo, trang Phân công.",
    ),
    "holder-to-confirm": Rule(
        "warning",
        "Mục {item} có nhiều cơ quan chủ trì ({value}); kinh phí tạm ghi cho {resolved}.",
        "Xác nhận hoặc sửa cột Cơ quan sử dụng kinh phí, trang Phân công.",
    ),
    "no-reporter": Rule(
        "error",
        "Mục {item} không xác định được cơ quan báo cáo.",
        "Ghi cơ quan vào cột Cơ quan báo cáo, trang Phân công.",
    ),
    "no-holder": Rule(
        "error",
        "Mục {item} có kinh phí {amount} triệu đồng nhưng không rõ cơ quan sử dụng.",
        "Ghi cơ quan vào cột Cơ quan sử dụng kinh phí, trang Phân công.",
    ),
    # --- proofs of a plan
    "children-do-not-add-up": Rule(
        "error",
        "Mục {item} ghi {value} triệu đồng nhưng các mục con cộng lại là {actual}.",
        "Đối chiếu bản gốc và sửa ở trang Kế hoạch.",
    ),
    "total-does-not-add-up": Rule(
        "error",
        "Tổng cộng ghi {value} triệu đồng nhưng các nhiệm vụ cộng lại là {actual}.",
        "Đối chiếu bản gốc và sửa ở trang Kế hoạch.",
    ),
    "allocation-differs": Rule(
        "error",
        "{agency}: quyết định phân bổ {value} triệu đồng nhưng các hoạt động cộng lại là {actual}.",
        "Đối chiếu cột Cơ quan sử dụng kinh phí và trang Phân bổ.",
    ),
    "allocations-differ-inside": Rule(
        "error",
        "{agency}: danh sách phân bổ ghi {value} ở chỗ này và {other} ở chỗ khác (triệu đồng).",
        "Đối chiếu bản gốc và sửa ở trang Phân bổ.",
    ),
    "allocations-do-not-add-up": Rule(
        "error",
        "Tổng kinh phí ghi {value} triệu đồng nhưng các cơ quan cộng lại là {actual}.",
        "Đối chiếu bản gốc và sửa ở trang Phân bổ.",
    ),
    # --- the master workbook
    "cell-not-understood": Rule(
        "error",
        "Cột {column}: không đọc được “{value}”; ô này được coi là trống.",
        "Sửa ô này trong sổ tổng hợp.",
    ),
    "row-unplaced": Rule(
        "error",
        "Dòng “{value}” thiếu cột Kế hoạch hoặc cột Mã nên không được tính.",
        "Ghi đủ hai cột này ở trang Kế hoạch.",
    ),
    "plan-unknown": Rule(
        "error",
        "Kế hoạch “{value}” có {count} dòng nhưng không có ở trang Quyết định; không được tính.",
        "Sửa cột Kế hoạch, hoặc thêm một dòng vào trang Quyết định.",
    ),
    "assignment-unknown": Rule(
        "warning",
        "Trang Phân công có mã {value} nhưng trang Kế hoạch không có.",
        "Sửa mã, hoặc thêm mục này vào trang Kế hoạch.",
    ),
    "agency-repeated": Rule(
        "error",
        "Tên cơ quan “{value}” xuất hiện hai lần.",
        "Chỉ giữ một dòng, hoặc đặt tên khác nhau.",
    ),
    "group-unknown": Rule(
        "error",
        "Nhóm “{value}” của {agency} không có ở trang Nhóm cơ quan.",
        "Sửa tên nhóm, hoặc thêm nhóm này.",
    ),
    "stale-form": Rule(
        "warning",
        "Phiếu {value} trong thư mục gui-di không còn thuộc kế hoạch hiện tại.",
        "Không gửi phiếu này; xóa nếu không cần.",
    ),
    # --- a returned file as a whole
    "file-not-a-workbook": Rule(
        "error",
        "Tệp này không phải bảng tính (.xlsx, .xlsm, .xlsb, .xls, .ods) nên không đọc.",
        "Đề nghị cơ quan gửi lại phiếu dạng bảng tính.",
    ),
    "file-unreadable": Rule(
        "error",
        "Không mở được tệp ({reason}).",
        "Mở thử bằng Excel rồi lưu lại dạng .xlsx, hoặc đề nghị cơ quan gửi lại.",
    ),
    "file-not-a-form": Rule(
        "error",
        "Tệp này không phải phiếu báo cáo do Sở Nội vụ phát hành.",
        "Đề nghị cơ quan điền vào đúng phiếu đã gửi.",
    ),
    "form-version-unknown": Rule(
        "error",
        "Phiếu theo mẫu phiên bản “{value}”, phần mềm đọc phiên bản {expected}.",
        "Gửi lại phiếu mới cho cơ quan.",
    ),
    "wrong-period": Rule(
        "error",
        "Phiếu của kỳ {value}, đang tổng hợp kỳ {expected}.",
        "Chuyển tệp sang thư mục nhan-ve của kỳ đó, hoặc đề nghị gửi đúng phiếu.",
    ),
    "agency-unknown": Rule(
        "error",
        "Phiếu của “{value}”, không có trong danh sách cơ quan.",
        "Thêm cơ quan vào trang Cơ quan, hoặc đề nghị gửi đúng phiếu.",
    ),
    "heading-missing": Rule(
        "error",
        "Không thấy cột “{value}”; số liệu của cột này không được tính.",
        "Khôi phục dòng tiêu đề của phiếu, hoặc đề nghị cơ quan gửi lại.",
    ),
    "return-superseded": Rule(
        "info",
        "{agency} gửi nhiều phiếu; lấy “{chosen}” vì đến sau.",
        "Nếu phải lấy phiếu này, chuyển phiếu kia ra khỏi thư mục nhan-ve.",
    ),
    "return-blank": Rule(
        "error",
        "Phiếu gửi lại còn trống, chưa có số liệu nào.",
        "Đề nghị cơ quan điền và gửi lại.",
    ),
    # --- a row or a cell of a return
    "code-unknown": Rule(
        "error",
        "Mã “{value}” không có trong kế hoạch; dòng này không được tính.",
        "Kiểm tra mã; nếu là việc ngoài kế hoạch, ghi vào phần kiến nghị.",
    ),
    "code-changed": Rule(
        "error",
        "Dòng này là mục {expected} nhưng cột Mã ghi “{value}”; dòng này không được tính.",
        "Hỏi lại cơ quan dòng này là mục nào, khôi phục cột Mã.",
    ),
    "row-without-key": Rule(
        "error",
        "Dòng “{value}” có số liệu nhưng không có mã; không được tính.",
        "Đề nghị cơ quan ghi số liệu vào đúng dòng của phiếu.",
    ),
    "row-not-theirs": Rule(
        "warning",
        "Mục {item} không giao cho {agency} báo cáo; dòng này không được tính.",
        "Kiểm tra cột Cơ quan báo cáo, trang Phân công.",
    ),
    "row-repeated": Rule(
        "error",
        "Mục {item} được điền ở nhiều dòng ({cells}); không dòng nào được tính.",
        "Đề nghị cơ quan chỉ giữ một dòng.",
    ),
    "row-missing": Rule(
        "warning",
        "Phiếu không có dòng của mục {item}.",
        "Đề nghị cơ quan bổ sung mục này.",
    ),
    "row-empty": Rule(
        "warning",
        "Mục {item} chưa được điền.",
        "Đề nghị cơ quan báo cáo mục này.",
    ),
    "status-missing": Rule(
        "warning",
        "Mục {item} có số liệu nhưng chưa chọn trạng thái.",
        "Đề nghị cơ quan chọn trạng thái.",
    ),
    "status-unknown": Rule(
        "error",
        "Mục {item}: trạng thái “{value}” không thuộc danh mục; không được tính.",
        "Chọn một trong: Chưa thực hiện, Đang thực hiện, Hoàn thành, Không thực hiện.",
    ),
    "not-a-number": Rule(
        "error",
        "Mục {item}, {column}: “{value}” không phải là số; không được tính.",
        "Đề nghị cơ quan ghi bằng số.",
    ),
    "number-ambiguous": Rule(
        "error",
        "Mục {item}, {column}: “{value}” có thể hiểu nhiều cách ({readings}); không được tính.",
        "Hỏi lại cơ quan và ghi rõ số.",
    ),
    "spent-negative": Rule(
        "error",
        "Mục {item}: kinh phí đã chi là số âm ({value}); không được tính.",
        "Hỏi lại cơ quan.",
    ),
    "spent-rounded": Rule(
        "info",
        "Mục {item}: số đã chi {value} triệu đồng lẻ dưới một đồng; lấy {actual}.",
        "Không cần làm gì nếu đúng.",
    ),
    "percent-out-of-range": Rule(
        "error",
        "Mục {item}: tỷ lệ {value} nằm ngoài 0–100; không được tính.",
        "Hỏi lại cơ quan.",
    ),
    "spent-over-budget": Rule(
        "warning",
        "Mục {item}: đã chi {value} triệu đồng, vượt dự toán {budget}.",
        "Hỏi lại cơ quan; kiểm tra đơn vị tính.",
    ),
    "spent-without-budget": Rule(
        "warning",
        "Mục {item}: đã chi {value} triệu đồng nhưng kế hoạch không ghi dự toán.",
        "Hỏi lại cơ quan về nguồn kinh phí.",
    ),
    "spent-missing": Rule(
        "warning",
        "Mục {item} có dự toán {budget} triệu đồng nhưng ô số đã chi trống hoặc là lỗi công thức.",
        "Đề nghị cơ quan ghi số đã chi; chưa chi thì ghi 0.",
    ),
    "done-without-evidence": Rule(
        "warning",
        "Mục {item}: báo Hoàn thành nhưng không ghi văn bản kiểm chứng.",
        "Đề nghị cơ quan ghi số, ký hiệu văn bản.",
    ),
    "full-percent-not-done": Rule(
        "warning",
        "Mục {item}: tỷ lệ 100% nhưng trạng thái là “{value}”.",
        "Hỏi lại cơ quan.",
    ),
    "done-below-full-percent": Rule(
        "warning",
        "Mục {item}: báo Hoàn thành nhưng tỷ lệ là {value}%.",
        "Hỏi lại cơ quan.",
    ),
}
