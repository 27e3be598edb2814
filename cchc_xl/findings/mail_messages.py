"""The messages on mail that goes out and comes in."""

from __future__ import annotations

from .message import Message, info, warning

_ADDRESS = "Ghi địa chỉ vào cột E-mail của trang Cơ quan rồi gửi lại."

MAIL_MESSAGES: dict[str, Message] = {
    # --- why a mail does not go out
    "mail-address-missing": warning("{agency} chưa có địa chỉ thư điện tử.", _ADDRESS),
    "mail-address-wrong": warning(
        "Địa chỉ “{value}” của {agency} không phải địa chỉ thư điện tử.", _ADDRESS
    ),
    "mail-sent-before": info(
        "{agency}: {what} đã {how} lúc {time}, không gửi lần nữa.",
        "Muốn gửi lại thì chọn gửi lại cho cơ quan này.",
    ),
    "mail-changed-since": warning(
        "{agency}: {what} đã {how} lúc {time}; từ đó tệp kèm theo đã thay đổi.",
        "Gửi lại cho cơ quan này nếu cần dùng bản mới.",
    ),
    "mail-unsure": warning(
        "{agency}: lần gửi {what} lúc {time} bị ngắt giữa chừng, không rõ thư đã đi hay chưa.",
        "Hỏi cơ quan hoặc xem thư đã gửi; chưa nhận được thì gửi lại cho cơ quan này.",
    ),
    "mail-bounced": warning(
        "{agency}: {what} gửi đến {value} bị trả lại ({reason}).",
        "Sửa địa chỉ ở cột E-mail của trang Cơ quan (của lãnh đạo: dòng “Gửi kết quả đến” ở trang "
        "Thư điện tử) rồi gửi lại.",
    ),
    "mail-copy-bounced": warning(
        "{agency}: bản gửi đến {value} bị trả lại ({reason}); các địa chỉ khác của thư không bị "
        "trả lại.",
        "Kiểm tra địa chỉ này ở trang Cơ quan hoặc trang Thư điện tử.",
    ),
    "mail-refused": warning(
        "{agency}: máy chủ không nhận thư gửi đến {value} ({reason}).",
        "Sửa địa chỉ, hoặc báo cơ quan dọn hộp thư, rồi bấm gửi lại; các thư khác không bị ảnh "
        "hưởng.",
    ),
    "mail-too-large": warning(
        "{agency}: thư nặng {value} MB, máy chủ chỉ nhận đến {limit} MB; chưa gửi.",
        "Gửi tệp bằng cách khác cho cơ quan này.",
    ),
    "reminder-too-soon": info(
        "{agency} đã được nhắc lần {count} ngày {time}; chưa đến {days} ngày, hoặc chưa hết hạn "
        "ghi trong thư, nên chưa nhắc tiếp.",
        "Chờ thêm, hoặc gọi điện.",
    ),
    "reminder-last": warning(
        "{agency} đã được nhắc {count} lần mà chưa nộp hoặc chưa sửa phiếu (liên hệ: {value}).",
        "Gọi điện cho cơ quan.",
    ),
    "reminder-answered-lately": info(
        "{agency} vừa được gửi phản hồi ngày {time}; chưa đến {days} ngày nên chưa nhắc.",
        "Chờ cơ quan sửa, hoặc gọi điện.",
    ),
    "reminder-without-form": warning(
        "Chưa có phiếu của {agency} cho kỳ này nên không nhắc.", "Gửi phiếu trước."
    ),
    "form-not-needed": info(
        "{agency} đã nộp phiếu của kỳ này nên không gửi phiếu.", "Không cần làm gì."
    ),
    "results-older-than-returns": warning(
        "Từ lần tổng hợp cuối đã có phiếu đến thêm hoặc thay đổi; kết quả gửi đi chưa có các phiếu "
        "đó.",
        "Bấm Tổng hợp, xem lại kết quả rồi gửi.",
    ),
    "results-edited": info(
        "Tệp {value} đã được sửa tay, nên thư không ghi lại số liệu; tệp gửi đi là bản đã sửa.",
        "Kiểm tra tệp trước khi gửi.",
    ),
    # --- which drafts lie in the mailbox's folder of sent mail
    "mail-draft-sent": info(
        "{agency}: thư nháp “{value}” đã được gửi lúc {time}.", "Không cần làm gì."
    ),
    "mail-drafts-unsent": info(
        "{value} thư nháp chưa thấy trong thư mục thư đã gửi của hộp thư: {names}.",
        "Mở và gửi nốt; thư đã gửi từ hộp thư khác, hoặc đã sửa tiêu đề, thì không cần làm gì.",
    ),
    # --- what was in the mailbox
    "mail-form-saved": info(
        "Lấy phiếu “{value}” của {agency}, kỳ {period}, từ thư của {sender}.", "Không cần làm gì."
    ),
    "mail-form-of-other-period": warning(
        "Phiếu “{value}” trong thư của {sender} là của {agency}, kỳ {period}, không phải kỳ đang "
        "thu; đã chép vào nhan-ve của kỳ {period}.",
        "Hỏi cơ quan có gửi nhầm kỳ không.",
    ),
    "mail-form-from-other": warning(
        "Phiếu “{value}” của {agency} đến từ địa chỉ {sender}, là địa chỉ của {other}.",
        "Xác nhận với cơ quan ghi trong phiếu.",
    ),
    "mail-form-from-unknown": warning(
        "Phiếu “{value}” của {agency} đến từ địa chỉ lạ {sender}, không phải thư trả lời.",
        "Xác nhận với cơ quan ghi trong phiếu; địa chỉ đúng thì thêm vào cột E-mail của trang Cơ "
        "quan.",
    ),
    "mail-form-again": info(
        "Phiếu “{value}” trong thư của {sender} giống hệt một tệp đã có; không lấy lần nữa.",
        "Không cần làm gì.",
    ),
    "mail-form-older-again": warning(
        "Phiếu “{value}” trong thư của {sender} giống hệt một bản {agency} đã gửi trước, nhưng "
        "giữa hai lần cơ quan đã gửi bản khác; bản khác đó đang được tính.",
        "Hỏi cơ quan bản nào đúng; đúng là bản cũ thì bỏ bản kia khỏi nhan-ve.",
    ),
    "mail-file-kept": warning(
        "Thư của {sender} có “{value}” không đọc được như phiếu ({reason}); đã chép vào nhan-ve.",
        "Bấm Tổng hợp để xem vì sao, rồi phản hồi cho cơ quan.",
    ),
    "mail-form-unplaced": warning(
        "Thư của {sender} (“{subject}”) có phiếu “{value}” chưa xếp được: {reason}. Đã chép vào "
        "nhan-ve, chưa tính.",
        "Hỏi người gửi; nếu là phiếu của kỳ này thì ghi tên tệp và cơ quan vào trang Xử lý phiếu.",
    ),
    "mail-file-strange": info(
        "Thư của {sender} (“{subject}”) có bảng tính “{value}” không phải phiếu; không lấy.",
        "Nếu là phiếu, lưu tệp từ thư vào thư mục nhan-ve.",
    ),
    "mail-file-left": warning(
        "Thư của {sender} (“{subject}”) có “{value}” chưa lấy ({reason}).",
        "Mở thư xem; nếu là phiếu thì lưu tệp vào thư mục nhan-ve.",
    ),
    "mail-without-form": warning(
        "{agency} trả lời nhưng không kèm bảng tính (thư “{subject}”{others}).",
        "Đọc thư, đề nghị cơ quan gửi phiếu dạng bảng tính.",
    ),
    "mail-form-blank": warning(
        "{agency} trả lời nhưng phiếu kèm theo còn trống, đúng như tệp đã gửi đi (thư "
        "“{subject}”).",
        "Đọc thư, đề nghị cơ quan điền phiếu rồi gửi lại.",
    ),
    "mail-automatic": info("Hộp thư {sender} trả lời tự động (“{subject}”).", "Không cần làm gì."),
    "mail-too-large-in": warning(
        "Thư của {sender} (“{subject}”) nặng {value} MB nên không lấy.",
        "Lưu tệp từ thư vào thư mục nhan-ve nếu là phiếu.",
    ),
}
