"""The messages on returned files as a whole."""

from __future__ import annotations

from .message import Message, error, info, warning

RETURN_MESSAGES: dict[str, Message] = {
    # --- a returned file as a whole
    "file-not-a-workbook": error(
        "Tệp này không phải bảng tính (.xlsx, .xlsm, .xlsb, .xls, .ods), tệp nén .zip hay thư "
        "(.eml, .msg, winmail.dat) nên không đọc.",
        "Đề nghị gửi lại phiếu dạng bảng tính.",
        "Gửi phiếu dạng bảng tính Excel.",
    ),
    "file-unreadable": error(
        "Không mở được tệp ({reason}).",
        "Mở thử bằng Excel rồi lưu lại dạng .xlsx (bỏ mật khẩu nếu có), hoặc đề nghị cơ quan gửi "
        "lại.",
        "Mở tệp bằng Excel, bỏ mật khẩu nếu có, lưu dạng .xlsx rồi gửi lại; hoặc điền vào "
        "phiếu kèm theo.",
    ),
    "file-not-a-form": error(
        "Tệp này không phải phiếu báo cáo đã gửi cho cơ quan.",
        "Đề nghị cơ quan điền vào đúng phiếu đã gửi.",
        "Điền vào phiếu kèm theo và gửi lại.",
    ),
    "form-version-unknown": error(
        "Phiếu theo mẫu phiên bản “{value}”, phần mềm đọc phiên bản {expected}.",
        "Gửi lại phiếu mới cho cơ quan.",
        "Điền vào phiếu kèm theo và gửi lại.",
    ),
    "wrong-period": error(
        "Phiếu của kỳ {value}, đang tổng hợp kỳ {expected}.",
        "Chuyển tệp sang thư mục nhan-ve của kỳ đó, hoặc đề nghị gửi đúng phiếu.",
        "Điền vào phiếu kèm theo, đúng kỳ báo cáo.",
    ),
    "wrong-plan": error(
        "Phiếu của kế hoạch {value}, không có trong sổ tổng hợp này.",
        "Kiểm tra đã mở đúng thư mục làm việc; chuyển tệp sang thư mục đúng.",
        "Điền vào phiếu kèm theo.",
    ),
    "agency-unknown": error(
        "Không rõ phiếu của cơ quan nào (“{value}” không có trong danh sách cơ quan).",
        "Nếu biết, ghi tệp và cơ quan vào trang Xử lý phiếu; nếu không, đề nghị gửi đúng phiếu.",
    ),
    "agency-succeeded": error(
        "Phiếu của {agency}, nay {value} kế thừa và báo cáo thay; không được tính.",
        "Gửi đơn vị kế thừa phiếu mới, có cả việc của đơn vị cũ: chọn dòng của đơn vị đó ở trang "
        "Tiến độ nộp rồi bấm Gửi phiếu. Nếu đơn vị đó chưa nộp phiếu nào thì có thể lấy phiếu này: "
        "ghi tệp và đơn vị kế thừa vào trang Xử lý phiếu.",
    ),
    "period-unknown": error(
        "Không rõ phiếu của kỳ nào (dòng “Kỳ báo cáo” ghi “{value}”), đang tổng hợp {expected}.",
        "Nếu đúng kỳ này, ghi tệp vào trang Xử lý phiếu với “Dùng bản này”; nếu không, đề nghị gửi "
        "đúng phiếu.",
        "Điền vào phiếu kèm theo và gửi lại.",
    ),
    "period-contradicted": error(
        "Phiếu ghi kỳ “{value}” nhưng bên trong là phiếu kỳ {expected}; không dùng phiếu này.",
        "Hỏi lại cơ quan số liệu là của kỳ nào; đề nghị điền vào đúng phiếu.",
        "Điền vào phiếu kèm theo, đúng kỳ báo cáo.",
    ),
    "form-without-identity": info(
        "Tệp không còn trang nhận dạng (đã chép sang sổ khác): nhận ra cơ quan theo {agency_by}, "
        "kỳ theo {period_by}, từng mục theo {rows_by}.",
        "Không cần làm gì nếu đúng.",
    ),
    "agency-contradicted": error(
        "Phiếu ghi “{value}” nhưng bên trong là phiếu của {other}; không dùng phiếu này.",
        "Hỏi lại cơ quan; đề nghị điền vào đúng phiếu của mình.",
        "Điền vào phiếu kèm theo, đúng phiếu của cơ quan.",
    ),
    "form-repeated": error(
        "Tệp có nhiều trang đều là phiếu có số liệu ({value}); không dùng tệp này.",
        "Đề nghị cơ quan chỉ giữ một trang phiếu.",
        "Chỉ giữ một trang phiếu có số liệu rồi gửi lại.",
    ),
    "heading-repeated": error(
        "Có hai cột “{value}”; số liệu của hai cột này không được tính.",
        "Đề nghị cơ quan chỉ giữ một cột.",
        "Chỉ giữ một cột có tiêu đề này.",
    ),
    "heading-missing": error(
        "Không thấy cột “{value}”; số liệu của cột này không được tính.",
        "Khôi phục dòng tiêu đề của phiếu, hoặc đề nghị cơ quan gửi lại.",
        "Khôi phục dòng tiêu đề như phiếu đã gửi.",
    ),
    "column-undeclared": info(
        "Cột “{value}” không có trong mẫu phiếu; nội dung không được tính.",
        "Xem nội dung cột này ở phiếu; nếu là số liệu, đề nghị cơ quan ghi vào cột của mẫu.",
        "Nếu là số liệu báo cáo thì chuyển vào đúng cột của mẫu phiếu; ghi chú riêng thì bỏ qua.",
    ),
    "return-superseded": warning(
        "{agency} gửi nhiều phiếu; lấy “{chosen}” vì {why}. {changes}.",
        "Nếu phải lấy phiếu này, ghi tên tệp vào trang Xử lý phiếu với “Dùng bản này”.",
        for_agency=False,
    ),
    "return-duplicate": info(
        "Tệp này giống hệt “{chosen}”; chỉ tính một lần.", "Không cần làm gì.", for_agency=False
    ),
    "return-left-out": warning(
        "Cán bộ tổng hợp loại tệp này: {value}.",
        "Nếu không loại nữa, xóa dòng của tệp ở trang Xử lý phiếu.",
    ),
    "file-gone": warning(
        "Tệp này có ở lần tổng hợp trước nhưng nay không còn trong thư mục nhan-ve (hoặc đã bị "
        "thay bằng tệp khác cùng tên); không tính. Bản gốc còn giữ: nhat-ky/kho/{kept}.",
        "Nếu bị xóa nhầm, chép bản gốc trở lại nhan-ve và đặt lại tên.",
        for_agency=False,
    ),
    "choice-without-reason": error(
        "Dòng xử lý tệp “{value}” chưa ghi lý do (hoặc chưa rõ xử lý gì) nên chưa áp dụng.",
        "Chọn cách xử lý và ghi lý do ở trang Xử lý phiếu.",
    ),
    "choice-repeated": error(
        "Tệp “{value}” có nhiều dòng khác nhau ở trang Xử lý phiếu; chỉ dòng cuối có tác dụng.",
        "Chỉ giữ một dòng cho mỗi tệp.",
    ),
    "choice-contradicted": error(
        "Trang Xử lý phiếu ghi tệp là của {value} nhưng bên trong là phiếu của {other}; không dùng "
        "phiếu này.",
        "Sửa cột Cơ quan ở trang Xử lý phiếu, hoặc đề nghị cơ quan điền vào đúng phiếu của mình.",
    ),
    "explanation-unplaced": warning(
        "Trang giải trình của tệp có {count} dòng không rõ giải trình cho chỗ nào (đã mất khóa ẩn, "
        "hoặc của cơ quan khác) nên không dùng; dòng đầu: “{value}”.",
        "Nếu biết là cho chỗ nào, ghi vào trang Giải trình của sổ tổng hợp.",
        for_agency=False,
    ),
    "explanation-incomplete": error(
        "Dòng giải trình của “{value}” chưa đủ hoặc không đọc được ({missing}) nên chưa áp dụng.",
        "Ghi đủ các cột này ở trang Giải trình; giá trị chép đúng như ở trang Phát hiện.",
    ),
    "explanation-repeated": error(
        "Trang Giải trình có nhiều dòng khác nhau cho cùng một chỗ của “{value}”; chỉ dòng cuối có "
        "tác dụng.",
        "Chỉ giữ một dòng cho mỗi chỗ.",
    ),
    "file-fault": error(
        "Phần mềm gặp lỗi khi đọc tệp này ({reason}); các tệp khác không bị ảnh hưởng.",
        "Gửi tệp này cho người hỗ trợ; tạm thời đề nghị cơ quan điền lại vào phiếu mới.",
    ),
    "choice-unused": warning(
        "Trang Xử lý phiếu nêu tệp “{value}” nhưng kỳ này không có tệp đó.",
        "Sửa tên tệp (chép từ cột Tệp của trang Tệp nhận về), hoặc xóa dòng.",
    ),
    "text-old-font": info(
        "Có {count} ô gõ phông chữ cũ ({value}); đã chuyển sang Unicode.",
        "Không cần làm gì nếu chữ đúng.",
    ),
    "return-blank": error(
        "Phiếu gửi lại còn trống, chưa có số liệu nào.",
        "Đề nghị cơ quan điền và gửi lại.",
        "Điền phiếu và gửi lại.",
    ),
}
