"""E-mail, over SMTP."""

from contextlib import suppress
from dataclasses import dataclass
from email import policy
from email.header import Header
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, getaddresses
from urllib.parse import unquote, urlsplit

import aiosmtplib
from pydantic import SecretStr

from chassis.runtime.settings import SettingsError
from contracts.notify import Medium
from services.notify.adapters.carrier import CarrierError, Handing, Parcel

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_PERMANENT = range(500, 600)
_TEXT = "utf-8"
_WIRE = policy.compat32.clone(linesep="\r\n")
"""Not the newer policy: Python 3.11 folds long Vietnamese headers with it so that words run into each other."""


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for an SMTP server: the least that RFC 5321, 4.5.3.2, asks of a client.

    Attributes:
        command: for the greeting and every command. Shorter, and busy servers are taken for dead ones.
        content: from DATA to the answer to the final dot. Shorter, and what the server has taken in is sent again.
        farewell: for the answer to QUIT, which changes nothing any more.
    """

    command: float = 300
    content: float = 600
    farewell: float = 2


RFC_5321 = Patience()


@dataclass(frozen=True)
class SmtpServer:
    """The server that takes mails, from ``smtp://``, ``smtp+starttls://`` or ``smtps://[user:password@]host[:port]``."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: SecretStr | None


def read_smtp_url(url: str) -> SmtpServer:
    """Take the URL apart.

    Raises:
        SettingsError: it is no SMTP URL, or would send a password in clear.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsError("LIENTHONG_SMTP: the port is no number; write smtp://host:25") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise SettingsError("LIENTHONG_SMTP: write smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]")
    if parts.scheme == "smtp" and (parts.username or parts.password):
        raise SettingsError(
            "LIENTHONG_SMTP: smtp:// would send user and password in clear; write smtps:// or smtp+starttls://"
        )
    user = unquote(parts.username) if parts.username else None
    password = SecretStr(unquote(parts.password)) if parts.password else None
    return SmtpServer(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], user, password)


@dataclass(frozen=True)
class Sender:
    """The sender of mails: a name that may be empty, and one address."""

    name: str
    address: str

    @property
    def header(self) -> str:
        """As it stands in From."""
        return formataddr((Header(self.name, _TEXT, header_name="From").encode() if self.name else "", self.address))


def read_sender(text: str) -> Sender:
    """Take ``address`` or ``name <address>`` apart.

    Raises:
        SettingsError: it is not one address.
    """
    found = getaddresses([text])
    if len(found) != 1 or "@" not in found[0][1] or not found[0][1].isascii():
        raise SettingsError("LIENTHONG_SMTP_SENDER: write one address, such as Một cửa <mot-cua@example.vn>")
    return Sender(*found[0])


def compose(parcel: Parcel, sender: Sender) -> bytes:
    """The mail. Its Message-ID is the message's, so that a mail server or client can tell a repeat."""
    text = MIMEText(parcel.body.replace("\n", "\r\n"), "plain", _TEXT)
    mail: Message = _with_pdf(parcel, text) if parcel.pdf else text
    mail["From"] = sender.header
    mail["To"] = parcel.to
    mail["Subject"] = Header(parcel.subject, _TEXT, header_name="Subject").encode()
    mail["Date"] = format_datetime(parcel.at)
    mail["Message-ID"] = f"<{parcel.message_id}@lienthong>"
    mail["Auto-Submitted"] = "auto-generated"
    return mail.as_bytes(policy=_WIRE)


def _with_pdf(parcel: Parcel, text: MIMEText) -> MIMEMultipart:
    # Python draws the line between the parts at random; a repeat has to be the same mail.
    mail = MIMEMultipart(boundary=f"=={parcel.message_id}==")
    mail.attach(text)
    form = MIMEApplication(parcel.pdf, "pdf")
    form.add_header("Content-Disposition", "attachment", filename=f"{parcel.message_id}.pdf")
    mail.attach(form)
    return mail


class Mail:
    """Hands mails to an SMTP server, one connection each."""

    medium: Medium = "email"

    def __init__(self, server: SmtpServer, sender: Sender, patience: Patience = RFC_5321) -> None:
        self._server = server
        self._sender = sender
        self._patience = patience

    async def send(self, parcel: Parcel, handing: Handing) -> None:
        """See Carrier."""
        client = self._client()
        try:
            await client.connect()
            await client.mail(self._sender.address)
            await client.rcpt(parcel.to)
            handing()
            await self._hand_over(client, compose(parcel, self._sender))
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=self._patience.farewell)
        except aiosmtplib.SMTPResponseException as error:
            # A refused login or sender is the operator's to mend, so only what is said of this mail is final.
            of_this_mail = isinstance(error, aiosmtplib.SMTPDataError | aiosmtplib.SMTPRecipientRefused)
            raise _refused(
                type(error).__name__, error.code, permanent=of_this_mail and error.code in _PERMANENT
            ) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            # What the server can not do it may yet do for the next mail; anything else is the line.
            down = not isinstance(error, aiosmtplib.SMTPNotSupported)
            raise CarrierError(f"smtp: {type(error).__name__}", down=down) from None
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password.get_secret_value() if server.password else None,
            use_tls=server.scheme == "smtps",
            start_tls=server.scheme == "smtp+starttls",
            timeout=self._patience.command,
        )

    async def _hand_over(self, client: aiosmtplib.SMTP, mail: bytes) -> None:
        """Send the content. Who hears no answer does not know whether the server has it (RFC 5321, 4.5.3.2.6)."""
        try:
            await client.data(mail, timeout=self._patience.content)
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
            raise CarrierError(f"smtp: {type(error).__name__}", down=True, doubtful=True) from None


def _refused(kind: str, code: int, *, permanent: bool) -> CarrierError:
    """An answer without its text, which may hold the address."""
    return CarrierError(f"smtp: {kind} {code}", permanent=permanent)
