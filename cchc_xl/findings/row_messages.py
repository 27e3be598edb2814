"""The messages on rows and cells of returned files."""

from __future__ import annotations

from .message import Message, error, info, warning

ROW_MESSAGES: dict[str, Message] = {
    "code-unknown": error(
        "Mã “{value}” không có trong kế hoạch; dòng này không được tính.",
        "Kiểm tra mã; nếu là việc ngoài kế hoạch, ghi vào phần kiến nghị.",
        "Ghi số liệu vào đúng dòng của phiếu; việc ngoài kế hoạch thì ghi vào cột Đề xuất, "
        "kiến nghị.",
    ),
    "code-changed": error(
        "Dòng này là mục {expected} nhưng cột Mã ghi “{value}”; dòng này không được tính.",
        "Hỏi lại cơ quan dòng này là mục nào, khôi phục cột Mã.",
        "Khôi phục cột Mã như phiếu đã gửi.",
    ),
    "row-without-key": error(
        "Dòng “{value}” có số liệu nhưng không có mã; không được tính.",
        "Đề nghị cơ quan ghi số liệu vào đúng dòng của phiếu.",
        "Ghi số liệu vào đúng dòng của phiếu.",
    ),
    "row-not-theirs": warning(
        "Mục {item} không giao cho {agency} báo cáo; dòng này không được tính.",
        "Kiểm tra cột Cơ quan báo cáo, trang Phân công.",
        "Nếu mục này không thuộc trách nhiệm thì xóa số liệu ở dòng này.",
    ),
    "row-of-other-work": error(
        "Mục {item}: phiếu ghi nội dung “{value}”, khác với kế hoạch hiện nay; không được tính.",
        "Kế hoạch đã đổi mã hoặc nội dung sau khi gửi phiếu; tạo và gửi lại phiếu cho cơ quan.",
        "Ghi số liệu vào phiếu mới nhất đã nhận.",
    ),
    "row-above-heading": error(
        "Dòng của mục {value} nằm trên dòng tiêu đề của bảng nên không đọc được; không được tính.",
        "Đề nghị cơ quan đưa dòng tiêu đề về đầu bảng.",
        "Đưa dòng tiêu đề về đầu bảng như phiếu đã gửi.",
    ),
    "code-ambiguous": error(
        "Mã “{value}” có ở nhiều kế hoạch ({plans}) và nội dung không cho biết là mục nào; dòng "
        "này không được tính.",
        "Đề nghị cơ quan điền vào đúng dòng của phiếu đã gửi.",
    ),
    "row-by-title": info(
        "Dòng này không có mã đúng (“{value}”); nhận ra là mục {item} theo nội dung công việc.",
        "Không cần làm gì nếu đúng.",
    ),
    "row-hidden": info(
        "Mục {item} nằm ở dòng bị ẩn hoặc bị lọc; vẫn được tính.",
        "Hỏi lại cơ quan nếu thấy lạ.",
        for_agency=False,
    ),
    "row-repeated": error(
        "Mục {item} được điền ở nhiều dòng ({cells}); không dòng nào được tính.",
        "Đề nghị cơ quan chỉ giữ một dòng.",
        "Chỉ giữ một dòng cho mỗi mục.",
    ),
    "row-missing": warning(
        "Phiếu không có dòng của mục {item}.",
        "Đề nghị cơ quan bổ sung mục này.",
        "Bổ sung mục này.",
    ),
    "row-empty": warning(
        "Mục {item} chưa được điền.",
        "Đề nghị cơ quan báo cáo mục này.",
        "Ghi trạng thái và kết quả của mục này.",
    ),
    "status-unknown": error(
        "Mục {item}: trạng thái “{value}” không thuộc danh mục{likely}; không được tính.",
        "Chọn một trong: Chưa thực hiện, Đang thực hiện, Hoàn thành, Không thực hiện.",
    ),
    "not-a-number": error(
        "Mục {item}, {column}: “{value}” không phải là số; không được tính.",
        "Đề nghị cơ quan ghi bằng số.",
        "Ghi bằng số.",
    ),
    "not-a-count": error(
        "Mục {item}, {column}: “{value}” không phải là số nguyên từ 0 trở lên; không được tính.",
        "Đề nghị cơ quan ghi bằng số nguyên.",
        "Ghi bằng số nguyên, không ghi đơn vị.",
    ),
    "number-ambiguous": error(
        "Mục {item}, {column}: “{value}” có thể hiểu nhiều cách ({readings}){likely}; không được "
        "tính.",
        "Hỏi lại cơ quan và ghi rõ số.",
        "Ghi lại rõ ràng: kinh phí bằng triệu đồng, tỷ lệ là số từ 0 đến 100.",
    ),
    "value-read": info(
        "Mục {item}, {column}: “{value}” được đọc là {reading}.", "Không cần làm gì nếu đúng."
    ),
    "text-cut": warning(
        "Mục {item}, {column}: nội dung quá dài; chỉ lấy {length} ký tự đầu.",
        "Xem toàn văn ở phiếu của cơ quan.",
        "Ghi ngắn gọn lại.",
    ),
    "text-garbled": warning(
        "Mục {item}, {column}: chữ “{value}” có vẻ gõ bằng phông cũ (TCVN3, VNI) nhưng ô lại dùng "
        "phông Unicode nên không đọc được.",
        "Đề nghị cơ quan gõ lại bằng Unicode (Times New Roman).",
        "Gõ lại bằng Unicode (Times New Roman).",
    ),
    "cell-error": error(
        "Mục {item}, {column}: ô là lỗi công thức {value}; không được tính.",
        "Đề nghị cơ quan sửa công thức, hoặc ghi thẳng số.",
        "Sửa công thức, hoặc ghi thẳng số.",
    ),
    "cell-uncalculated": error(
        "Mục {item}, {column}: ô là công thức chưa được tính nên không có giá trị; không được "
        "tính.",
        "Mở tệp bằng Excel rồi lưu lại, hoặc đề nghị cơ quan ghi thẳng số.",
        "Ghi thẳng số thay cho công thức.",
    ),
    "cell-linked": warning(
        "Mục {item}, {column}: giá trị {value} lấy từ một sổ khác của cơ quan qua công thức; vẫn "
        "được tính như lúc lưu.",
        "Hỏi lại cơ quan nếu nghi ngờ số đã cũ.",
        "Kiểm tra lại số, ghi thẳng số thay cho công thức.",
    ),
    "cell-merged": error(
        "Mục {item}, {column}: ô gộp nhiều dòng ({value}), không rõ của mục nào; không được tính.",
        "Đề nghị cơ quan bỏ gộp ô và ghi riêng từng mục.",
        "Bỏ gộp ô và ghi riêng từng mục.",
    ),
    "cell-shared": info(
        "Mục {item}, {column}: ô gộp nhiều dòng; lấy “{value}” cho từng dòng.",
        "Không cần làm gì nếu đúng.",
    ),
    "spent-negative": error(
        "Mục {item}: kinh phí đã chi là số âm ({value}); không được tính.",
        "Hỏi lại cơ quan.",
        "Kiểm tra và ghi lại số tiền.",
    ),
    "spent-too-large": error(
        "Mục {item}: đã chi {value} triệu đồng là quá lớn, có thể ghi bằng đồng (tức {likely} "
        "triệu đồng); không được tính.",
        "Hỏi lại cơ quan và ghi lại bằng triệu đồng.",
        "Ghi lại bằng triệu đồng.",
    ),
    "spent-rounded": info(
        "Mục {item}: số đã chi {value} triệu đồng lẻ dưới một đồng; lấy {actual}.",
        "Không cần làm gì nếu đúng.",
    ),
    "percent-out-of-range": error(
        "Mục {item}: tỷ lệ {percent}% nằm ngoài 0–100; không được tính.",
        "Hỏi lại cơ quan.",
        "Ghi số từ 0 đến 100.",
    ),
}
