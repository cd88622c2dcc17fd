"""E-mail, over SMTP."""

from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib
from pydantic import SecretStr

from chassis.settings import SettingsError
from contracts.notify import Medium
from services.notify.adapters.carrier import CarrierError, Parcel

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_PERMANENT = range(500, 600)


@dataclass(frozen=True)
class SmtpServer:
    """Where to hand in mail, from ``smtp://``, ``smtp+starttls://`` or ``smtps://[user:password@]host[:port]``."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: SecretStr | None


def read_smtp_url(url: str) -> SmtpServer:
    """Take the URL apart.

    Raises:
        SettingsError: it is no SMTP URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsError("LIENTHONG_SMTP: the port is no number; write smtp://host:25") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise SettingsError("LIENTHONG_SMTP: write smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]")
    user = unquote(parts.username) if parts.username else None
    password = SecretStr(unquote(parts.password)) if parts.password else None
    return SmtpServer(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], user, password)


def compose(parcel: Parcel, sender: str) -> EmailMessage:
    """The mail. Its Message-ID is the message's, so that a mail server or client can tell a repeat."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = parcel.to
    mail["Subject"] = parcel.subject
    mail["Date"] = parcel.at
    mail["Message-ID"] = f"<{parcel.message_id}@lienthong>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(parcel.body, cte="base64")
    if parcel.paper:
        mail.add_attachment(parcel.paper, maintype="application", subtype="pdf", filename=f"{parcel.message_id}.pdf")
        # Python draws the line between the parts at random; a repeat has to be the same mail.
        mail.set_boundary(f"=={parcel.message_id}==")
    return mail


class Mail:
    """Hands mails to an SMTP server, one connection each."""

    medium: Medium = "email"

    def __init__(self, server: SmtpServer, sender: str, seconds: float = 10) -> None:
        self._server = server
        self._sender = sender
        self._seconds = seconds

    async def send(self, parcel: Parcel) -> None:
        """See Carrier."""
        server = self._server
        try:
            await aiosmtplib.send(
                compose(parcel, self._sender),
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password.get_secret_value() if server.password else None,
                use_tls=server.scheme == "smtps",
                start_tls=server.scheme == "smtp+starttls",
                timeout=self._seconds,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [one.code for one in error.recipients]
            raise _refused(
                "SMTPRecipientRefused", codes[0], permanent=all(one in _PERMANENT for one in codes)
            ) from None
        except aiosmtplib.SMTPResponseException as error:
            # A refused login or sender is the operator's to mend, so only what is said of the mail itself is final.
            permanent = isinstance(error, aiosmtplib.SMTPDataError) and error.code in _PERMANENT
            raise _refused(type(error).__name__, error.code, permanent=permanent) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            # What the server can not do it may yet do for the next mail; anything else is the line.
            down = not isinstance(error, aiosmtplib.SMTPNotSupported)
            raise CarrierError(f"smtp: {type(error).__name__}", down=down) from None


def _refused(kind: str, code: int, *, permanent: bool) -> CarrierError:
    """An answer without its text, which may hold the address."""
    return CarrierError(f"smtp: {kind} {code}", permanent=permanent)
