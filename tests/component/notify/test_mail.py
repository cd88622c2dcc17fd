import asyncio
import email
import email.policy
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest

from chassis.runtime.settings import SettingsError
from services.notify.adapters.mail import Mail, Patience, Sender, read_smtp_url

Make = Callable[..., Any]
GREETING = b"220 sink\r\n"


@dataclass
class Sink:
    """An SMTP server that keeps what it gets, and answers as told."""

    answers: dict[bytes, bytes] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.answers.get(b"HELLO", GREETING))
        while line := await reader.readline():
            verb = line[:4].upper().strip()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                answer = self.answers.get(verb, b"250 kept\r\n")
                if answer.startswith(b"250"):
                    parsed = email.message_from_bytes(content[:-3], policy=email.policy.default)
                    self.mails += [parsed] if isinstance(parsed, EmailMessage) else []
                writer.write(answer)
            else:
                writer.write(self.answers.get(verb, b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n"))
            if verb == b"QUIT":
                break
        writer.close()


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    sink = Sink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    async with server:
        yield sink


def mail(port: int) -> Mail:
    return Mail(read_smtp_url(f"smtp://127.0.0.1:{port}"), Sender("", "mot-cua@h29.gov.vn"), Patience(2, 2, 0.1))


async def test_a_receipt_arrives(office: Make, received: Make, sink: Sink) -> None:
    desk = office(live={"email": mail(sink.port)})
    await desk.hear(received())
    (got,) = sink.mails
    (outcome,) = desk.said
    assert got["Message-ID"] == f"<{outcome.data.message_id}@lienthong>"
    assert (got["To"], got["From"]) == ("hoa@example.vn", "mot-cua@h29.gov.vn")
    assert got["Subject"] == "Giấy tiếp nhận hồ sơ và hẹn trả kết quả H29.16-260105-0001"
    assert "Kính gửi Ông/Bà Nguyễn Thị Hoa," in got.get_content()
    assert "17:00 ngày 05/01/2026" in got.get_content()
    assert desk.outcomes == [("sent", "email", 1)]


@pytest.mark.parametrize(
    ("verb", "answer", "told", "next_medium"),
    [
        (b"RCPT", b"550 hoa@example.vn unknown\r\n", "smtp: SMTPRecipientRefused 550", "sms"),
        (b"RCPT", b"450 hoa@example.vn is busy\r\n", "smtp: SMTPRecipientRefused 450", None),
        (b"DATA", b"554 no such words\r\n", "smtp: SMTPDataError 554", "sms"),
        (b"DATA", b"452 disk full\r\n", "smtp: SMTPDataError 452", None),
        (b"MAIL", b"553 not this sender\r\n", "smtp: SMTPSenderRefused 553", None),
        (b"HELLO", b"554 you are on a list\r\n", "smtp: SMTPConnectResponseError 554", None),
    ],
)
async def test_a_refusal_is_told_without_the_address_and_a_final_one_takes_the_next_medium(
    verb: bytes, answer: bytes, told: str, *, next_medium: str | None, office: Make, received: Make, sink: Sink
) -> None:
    sink.answers[verb] = answer
    desk = office(live={"email": mail(sink.port)})
    await desk.hear(received())
    assert desk.outcomes[0] == ("failed", "email", 1, told, False)
    assert desk.outcomes[1:] == ([("sent", next_medium, 2)] if next_medium else [])
    assert b"hoa@" not in b"".join(one.value for one in desk.bus)


async def test_a_mail_is_tried_again_until_it_leaves(office: Make, received: Make, sink: Sink) -> None:
    sink.answers[b"RCPT"] = b"451 come back\r\n"
    desk = office(live={"email": mail(sink.port)})
    await desk.hear(received())
    await desk.wait(seconds=59)
    assert len(desk.outcomes) == 1, "not before its time"
    await desk.wait(seconds=1)
    sink.answers.clear()
    await desk.wait(minutes=5)
    await desk.wait(days=5)
    assert [one[:3] for one in desk.outcomes] == [("failed", "email", 1), ("failed", "email", 2), ("sent", "email", 3)]
    assert len(sink.mails) == 1


async def test_a_server_that_is_down_stops_nobody(office: Make, received: Make) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        desk = office(live={"email": mail(unused.getsockname()[1])})
        await desk.hear(received())
        for _ in range(6):
            await desk.wait(hours=9)
    *tried, last = desk.outcomes
    assert tried == [("failed", "email", n, "smtp: SMTPConnectError", False) for n in range(1, 7)]
    assert last == ("sent", "sms", 7), "after the last attempt by mail comes the phone"


@pytest.mark.parametrize("url", ["http://host", "smtp://", "smtp://host:mail", "host:25"])
def test_other_urls_are_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(SettingsError, match="LIENTHONG_SMTP") as caught:
        read_smtp_url(url.replace("//", "//me:secret@") if url != "smtp://" else url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["smtp://user:secret@mail.example.vn", "smtp://user@mail.example.vn:25"])
def test_a_login_in_clear_is_refused_and_says_what_to_write(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^LIENTHONG_SMTP: .* in clear; write smtps://") as caught:
        read_smtp_url(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "port", "user"),
    [("smtp://h", 25, None), ("smtp+starttls://a%40b:p@h", 587, "a@b"), ("smtps://h:4650", 4650, None)],
)
def test_smtp_urls(url: str, port: int, user: str | None) -> None:
    server = read_smtp_url(url)
    assert (server.host, server.port, server.user) == ("h", port, user)
