"""The messages on returned files, their rows and their cells."""

from __future__ import annotations

from .messages import Rule

RETURN_MESSAGES: dict[str, Rule] = {
    # --- a returned file as a whole
    "file-not-a-workbook": Rule(
        "error",
        "Tệp này không phải bảng tính (.xlsx, .xlsm, .xlsb, .xls, .ods) nên không đọc.",
        "Nếu là tệp nén thì giải nén vào thư mục này; nếu không, đề nghị gửi lại phiếu dạng bảng "
        "tính.",
    ),
    "file-unreadable": Rule(
        "error",
        "Không mở được tệp ({reason}).",
        "Mở thử bằng Excel rồi lưu lại dạng .xlsx, hoặc đề nghị cơ quan gửi lại.",
    ),
    "file-not-a-form": Rule(
        "error",
        "Tệp này không phải phiếu báo cáo đã gửi cho cơ quan.",
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
    "wrong-plan": Rule(
        "error",
        "Phiếu của kế hoạch {value}, không có trong sổ tổng hợp này.",
        "Kiểm tra đã mở đúng thư mục làm việc; chuyển tệp sang thư mục đúng.",
    ),
    "agency-unknown": Rule(
        "error",
        "Phiếu của “{value}”, không có trong danh sách cơ quan.",
        "Thêm cơ quan vào trang Cơ quan, hoặc đề nghị gửi đúng phiếu.",
    ),
    "agency-contradicted": Rule(
        "error",
        "Phiếu ghi “{value}” nhưng bên trong là phiếu của {other}; không dùng phiếu này.",
        "Hỏi lại cơ quan; đề nghị điền vào đúng phiếu của mình.",
    ),
    "form-repeated": Rule(
        "error",
        "Tệp có nhiều trang đều là phiếu có số liệu ({value}); không dùng tệp này.",
        "Đề nghị cơ quan chỉ giữ một trang phiếu.",
    ),
    "heading-repeated": Rule(
        "error",
        "Có hai cột “{value}”; số liệu của hai cột này không được tính.",
        "Đề nghị cơ quan chỉ giữ một cột.",
    ),
    "heading-missing": Rule(
        "error",
        "Không thấy cột “{value}”; số liệu của cột này không được tính.",
        "Khôi phục dòng tiêu đề của phiếu, hoặc đề nghị cơ quan gửi lại.",
    ),
    "return-superseded": Rule(
        "warning",
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
    "row-of-other-work": Rule(
        "error",
        "Mục {item}: phiếu ghi nội dung “{value}”, khác với kế hoạch hiện nay; không được tính.",
        "Kế hoạch đã đổi mã hoặc nội dung sau khi gửi phiếu; tạo và gửi lại phiếu cho cơ quan.",
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
    "spent-implausible": Rule(
        "error",
        "Mục {item}: đã chi {value} triệu đồng là quá lớn, có thể ghi bằng đồng (tức {likely} "
        "triệu đồng); không được tính.",
        "Hỏi lại cơ quan và ghi lại bằng triệu đồng.",
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
    "spent-over-budget-together": Rule(
        "warning",
        "Mục {item}: các cơ quan ({agencies}) đã chi tổng cộng {value} triệu đồng, vượt dự toán "
        "{budget}.",
        "Hỏi lại các cơ quan này.",
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
