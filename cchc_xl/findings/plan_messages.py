"""The messages on reading decisions and the master workbook."""

from __future__ import annotations

from .message import Message, error, info, warning

PLAN_MESSAGES: dict[str, Message] = {
    # --- reading a decision
    "decision-number-differs": warning(
        "Số quyết định ghi “{value}” khác với số {expected} ở đầu văn bản; lấy {expected}.",
        "Đối chiếu bản gốc; nếu sai, sửa ở trang Quyết định.",
    ),
    "decision-number-missing": warning(
        "Không tìm thấy số hoặc ngày của quyết định.",
        "Ghi số và ngày ban hành vào trang Quyết định.",
    ),
    "title-spelt-two-ways": info(
        "Trích yếu được ghi hai cách: “{value}” và “{other}”; lấy cách sau.", "Đối chiếu bản gốc."
    ),
    "words-differ": error(
        "Tổng kinh phí bằng số là {number} ({words}) nhưng bằng chữ ghi “{value}”.",
        "Đối chiếu bản gốc và sửa số tiền ở trang Quyết định.",
    ),
    "totals-differ": error(
        "Bảng ghi tổng cộng {value} triệu đồng nhưng phần quyết định ghi {other}; lấy {other}.",
        "Đối chiếu bản gốc và sửa ở trang Quyết định.",
    ),
    "allocation-not-understood": error(
        "Không đọc được dòng phân bổ kinh phí “{value}”.",
        "Ghi cơ quan và số tiền vào trang Phân bổ.",
    ),
    "title-missing": warning(
        "Không tìm thấy trích yếu của quyết định.", "Ghi trích yếu vào trang Quyết định."
    ),
    "unit-missing": warning(
        "Bảng kinh phí không ghi đơn vị tính; đọc là triệu đồng.", "Đối chiếu bản gốc."
    ),
    "row-joined": info(
        "Mục {item}: dòng bị ngắt trang đã được nối lại.", "Đọc lại nội dung của mục này."
    ),
    "row-without-code": info(
        "Mục “{value}” không có số thứ tự; đặt mã {item}.", "Không cần làm gì nếu mã đã đúng."
    ),
    "row-not-understood": warning(
        "Dòng “{value}” trong bảng không có mã và không thuộc mục nào.",
        "Đối chiếu bản gốc; nếu là một mục, thêm vào trang Kế hoạch.",
    ),
    "code-repeated": error(
        "Mã {item} xuất hiện hai lần trong cùng một bảng; giữ dòng đầu.",
        "Sửa mã trong văn bản hoặc ở trang Kế hoạch.",
    ),
    "parent-missing": error(
        "Mục {item} không có mục cấp trên {parent}.",
        "Thêm dòng cấp trên hoặc sửa mã ở trang Kế hoạch.",
    ),
    "month-not-understood": info(
        "Mục {item}: thời gian “{value}” không đọc được hết, có thể không tính đúng quá hạn.",
        "Nếu có hạn cụ thể, ghi vào cột Đến tháng ở trang Kế hoạch.",
    ),
    "amount-not-understood": error(
        "Mục {item}: không đọc được kinh phí “{value}”.", "Ghi số tiền vào trang Kế hoạch."
    ),
    "frequency-not-understood": warning(
        "Mục {item}: ô tần suất thu thập ghi “{value}”, không phải một tần suất; để trống.",
        "Đối chiếu bản gốc và sửa ở trang Phân công.",
    ),
    "code-only-in-budget": error(
        "Mục {item} có trong bảng kinh phí nhưng không có trong bảng phân công theo dõi.",
        "Đối chiếu hai phụ lục.",
    ),
    "code-only-in-monitoring": error(
        "Mục {item} có trong bảng phân công theo dõi nhưng không có trong bảng kinh phí.",
        "Đối chiếu hai phụ lục.",
    ),
    "texts-differ": info(
        "Mục {item}, {field}: hai phụ lục ghi khác nhau: “{value}” và “{other}”; lấy cách trước.",
        "Đối chiếu bản gốc; sửa ở trang Kế hoạch nếu cần.",
    ),
    "person-spelt-two-ways": warning(
        "“{value}” và “{other}” có thể là một người.", "Thống nhất cách ghi ở trang Phân công."
    ),
    # --- names
    "name-near": warning(
        "“{value}” được hiểu là {resolved}{places}.",
        "Sửa lại nếu hiểu sai; thêm cách ghi này vào cột Bí danh nếu đúng.",
    ),
    "name-unknown": warning(
        "“{value}” không có trong danh sách cơ quan{places}{suggestion}.",
        "Thêm vào trang Cơ quan hoặc Nhóm cơ quan, hoặc sửa tên.",
    ),
    "successor-unknown": error(
        "Đơn vị kế thừa “{value}” của {agency} không có trong danh sách cơ quan.",
        "Sửa tên ở cột Đơn vị kế thừa, trang Cơ quan.",
    ),
    # --- who reports
    "reporter-to-confirm": warning(
        "Mục {item} do “{value}” chủ trì; cơ quan báo cáo tạm lấy là {resolved}.",
        "Xác nhận hoặc sửa cột Cơ quan báo cáo, trang Phân công.",
    ),
    "holder-to-confirm": warning(
        "Mục {item} có nhiều cơ quan chủ trì ({value}); kinh phí tạm ghi cho {resolved}.",
        "Xác nhận hoặc sửa cột Cơ quan sử dụng kinh phí, trang Phân công.",
    ),
    "no-reporter": error(
        "Mục {item} không xác định được cơ quan báo cáo.",
        "Ghi cơ quan vào cột Cơ quan báo cáo, trang Phân công.",
    ),
    "holder-not-one-agency": error(
        "Cơ quan sử dụng kinh phí “{value}” phải là đúng một cơ quan, không phải nhóm.",
        "Ghi tên một cơ quan vào ô này, trang Phân công.",
    ),
    "no-holder": error(
        "Mục {item} có kinh phí {amount} triệu đồng nhưng không rõ cơ quan sử dụng.",
        "Ghi cơ quan vào cột Cơ quan sử dụng kinh phí, trang Phân công.",
    ),
    # --- proofs of a plan
    "children-do-not-add-up": error(
        "Mục {item} ghi {value} triệu đồng nhưng các mục con cộng lại là {actual}.",
        "Đối chiếu bản gốc và sửa ở trang Kế hoạch.",
    ),
    "budget-only-above": warning(
        "Mục {item} ghi {value} triệu đồng nhưng các mục con đều để trống; tính theo mục này.",
        "Phân bổ cho các mục con ở trang Kế hoạch nếu cần theo dõi theo cơ quan.",
    ),
    "total-does-not-add-up": error(
        "Tổng cộng ghi {value} triệu đồng nhưng các nhiệm vụ cộng lại là {actual}.",
        "Đối chiếu bản gốc và sửa ở trang Kế hoạch.",
    ),
    "allocation-differs": error(
        "{agency}: quyết định phân bổ {value} triệu đồng nhưng các hoạt động cộng lại là {actual}.",
        "Đối chiếu cột Cơ quan sử dụng kinh phí và trang Phân bổ.",
    ),
    "allocation-missing": error(
        "{agency} không có trong danh sách phân bổ nhưng các hoạt động cộng lại là {actual} triệu "
        "đồng.",
        "Đối chiếu cột Cơ quan sử dụng kinh phí và trang Phân bổ.",
    ),
    "allocations-differ-inside": error(
        "{agency}: danh sách phân bổ ghi {value} ở chỗ này và {other} ở chỗ khác (triệu đồng).",
        "Đối chiếu bản gốc và sửa ở trang Phân bổ.",
    ),
    "allocations-do-not-add-up": error(
        "Tổng kinh phí ghi {value} triệu đồng nhưng các cơ quan cộng lại là {actual}.",
        "Đối chiếu bản gốc và sửa ở trang Phân bổ.",
    ),
    # --- the master workbook
    "stale-feedback": info(
        "Phản hồi “{value}” là của lần trước; phiếu hiện nay không còn gì phải sửa.",
        "Xóa tệp này nếu không cần nữa.",
    ),
    "stale-handout": info(
        "Bảng “{value}” là của lần trước; kỳ này không còn lập bảng đó.",
        "Xóa tệp này nếu không cần nữa.",
    ),
    "plan-name-repeated": warning(
        "Hai kế hoạch cùng tên gọi tắt “{value}”; kế hoạch sau được gọi là “{used}”.",
        "Đặt tên gọi tắt khác ở trang Quyết định.",
    ),
    "earlier-changed": warning(
        "Phiếu của kỳ {value} nay khác với lần tổng hợp cuối của kỳ đó; số so sánh với kỳ trước "
        "theo phiếu hiện có.",
        "Tổng hợp lại kỳ đó, hoặc khôi phục phiếu trong thư mục nhan-ve của kỳ đó.",
    ),
    "output-edited": warning(
        "Tệp “{value}” đã được sửa sau khi lập; bản sửa được giữ ở “{kept}”, tệp này nay là bản "
        "mới.",
        "Chuyển những chỗ đã sửa sang bản mới, rồi xóa bản cũ.",
    ),
    "report-edited": info(
        "“{value}” đã được sửa sau khi lập và số liệu không đổi, nên giữ nguyên bản sửa.",
        "Muốn lập lại từ đầu thì đổi tên hoặc xóa tệp này.",
    ),
    "rule-unknown": warning(
        "Trang Quy tắc có mã “{value}” mà phần mềm không biết; dòng này không có tác dụng.",
        "Khôi phục mã quy tắc, hoặc xóa dòng.",
    ),
    "cell-not-understood": error(
        "Cột {column}: không đọc được “{value}”; ô này được coi là trống.",
        "Sửa ô này trong sổ tổng hợp.",
    ),
    "row-unplaced": error(
        "Dòng “{value}” thiếu cột Kế hoạch, hoặc cột Mã trống hay sai; không được tính.",
        "Ghi đủ hai cột này.",
    ),
    "plan-unknown": error(
        "Kế hoạch “{value}” có {count} dòng nhưng không có ở trang Quyết định; không được tính.",
        "Sửa cột Kế hoạch, hoặc thêm một dòng vào trang Quyết định.",
    ),
    "goal-period-unknown": error(
        "Chỉ tiêu {item}: không có kỳ “{value}”; số đạt được của dòng này không được tính.",
        "Sửa cột Từ kỳ theo trang Kỳ báo cáo, hoặc để trống nếu số này dùng cho mọi kỳ.",
    ),
    "plan-empty": error(
        "Kế hoạch “{value}” ở trang Quyết định không có dòng nào ở trang Kế hoạch; bỏ qua.",
        "Xóa dòng này, hoặc thêm nội dung vào trang Kế hoạch.",
    ),
    "master-row-repeated": error(
        "“{value}” có nhiều dòng trong trang này; chỉ dòng đầu được dùng.", "Chỉ giữ một dòng."
    ),
    "assignment-unknown": warning(
        "Trang Phân công có mã {value} nhưng trang Kế hoạch không có.",
        "Sửa mã, hoặc thêm mục này vào trang Kế hoạch.",
    ),
    "agency-code-repeated": error(
        "Mã cơ quan “{value}” dùng cho nhiều cơ quan ({names}).",
        "Đặt cho mỗi cơ quan một mã riêng rồi tạo lại phiếu.",
    ),
    "agency-repeated": error(
        "Tên cơ quan “{value}” xuất hiện nhiều lần; chỉ dòng đầu được dùng.",
        "Chỉ giữ một dòng, hoặc đặt tên khác nhau.",
    ),
    "group-unknown": error(
        "Nhóm “{value}” của {agency} không có ở trang Nhóm cơ quan.",
        "Sửa tên nhóm, hoặc thêm nhóm này.",
    ),
    "stale-form": warning(
        "Phiếu {value} trong thư mục gui-di không còn thuộc kế hoạch hiện tại.",
        "Không gửi phiếu này; xóa nếu không cần.",
    ),
}
