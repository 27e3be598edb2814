"""Mail servers over TLS, and what goes wrong with them in one line."""

from __future__ import annotations

import smtplib
import socket
import ssl

from ..errors import MailError, WrongPasswordError
from ..master.mail_settings import RECEIVING, Server

SECONDS_TO_ANSWER = 30.0


def trust(server: Server) -> ssl.SSLContext:
    """Whom a server's certificate must be signed by: those that the system trusts, and the
    province's own where its certificate is given. Raises MailError."""
    context = ssl.create_default_context()
    if server.ca_file:
        try:
            context.load_verify_locations(server.ca_file)
        except (OSError, ssl.SSLError):
            raise MailError(
                f"Tệp chứng thư {server.ca_file.name} không đọc được. Xin cán bộ công nghệ thông "
                "tin tệp chứng thư dạng .pem."
            ) from None
    return context


def why_no_server(error: Exception, server: Server) -> MailError:
    """An error of the network or of TLS, as one line with the next step."""
    where = f"{server.what} {server.host}:{server.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = _CERTIFICATES.get(error.verify_code, "không do nơi đáng tin cậy cấp")
        return MailError(
            f"Chứng thư của {where} {reason}, nên không gửi mật khẩu. Báo cán bộ công nghệ thông "
            "tin của máy chủ; máy chủ dùng chứng thư riêng thì ghi dòng “Tệp chứng thư” ở trang "
            "Thư điện tử."
        )
    if isinstance(error, ssl.SSLError):
        return MailError(
            f"Không lập được đường truyền mã hóa với {where}. Kiểm tra cổng và dòng bảo mật "
            "(STARTTLS hay TLS) ở trang Thư điện tử."
        )
    if isinstance(error, socket.gaierror):
        return MailError(
            f"Không tìm thấy {where}. Kiểm tra mạng và tên máy chủ ở trang Thư điện tử."
        )
    if isinstance(error, TimeoutError):
        return MailError(
            f"{_first_large(where)} không trả lời. Kiểm tra mạng, cổng và bảo mật ở trang Thư điện "
            "tử rồi bấm lại."
        )
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionAbortedError):
        return MailError(
            f"Mất kết nối với {where}. Kiểm tra mạng rồi bấm lại; mới khai báo thì xem lại cổng và "
            "dòng bảo mật (STARTTLS hay TLS) ở trang Thư điện tử."
        )
    return MailError(
        f"Không kết nối được {where}. Kiểm tra mạng, tên máy chủ và cổng ở trang Thư điện tử rồi "
        "bấm lại."
    )


def wrong_password(server: Server) -> WrongPasswordError:
    return WrongPasswordError(
        f"{_first_large(server.what)} {server.host} không nhận tên đăng nhập “{server.user}” với "
        "mật khẩu đã cất. Bấm lại nút gửi hay lấy thư và nhập mật khẩu đúng khi được hỏi (hoặc "
        "dùng lệnh “cchc-xl password”)."
    )


def check_server(server: Server) -> None:
    """Raises MailError when a server is not set up."""
    if server.problem:
        raise MailError(server.problem)
    if not server.host:
        without = (
            "tự lưu phiếu từ thư vào thư mục nhan-ve"
            if server.what == RECEIVING
            else "chọn cách gửi bằng thư nháp"
        )
        raise MailError(
            f"Chưa có {server.what}. Ghi tên máy chủ ở trang Thư điện tử (hỏi cán bộ công nghệ "
            f"thông tin), hoặc {without}."
        )
    if not server.user:
        raise MailError("Chưa có địa chỉ thư. Ghi dòng “Địa chỉ thư” ở trang Thư điện tử.")


def _first_large(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


# OpenSSL's numbers (X509_V_ERR_…).
_CERTIFICATES = {
    9: "chưa đến ngày có hiệu lực (hoặc đồng hồ máy này sai)",
    10: "đã hết hạn (hoặc đồng hồ máy này sai)",
    62: "cấp cho tên máy chủ khác",
    64: "cấp cho tên máy chủ khác",
}
