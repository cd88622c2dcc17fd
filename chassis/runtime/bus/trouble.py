"""The kinds of trouble with the bus. They are told apart because different people mend them.

aiokafka says "unable to bootstrap" of a broker that is down and of a password that is wrong; which of them it is stands
in its log alone. So its log is listened to.
"""

import logging
import ssl
from dataclasses import dataclass

from aiokafka import TopicPartition
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    ClusterAuthorizationFailedError,
    CorruptRecordException,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    RecordTooLargeError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedCodecError,
    UnsupportedSaslMechanismError,
)
from typing_extensions import override

from chassis.runtime.bus.tokens import TokenEndpointError

CODEC = "codec"
"""A batch is compressed in a way for which nothing is installed here."""

DAMAGED = "damaged"
"""A batch can not be unpacked."""

NO_RIGHT = "no-right"
"""The broker knows us, and does not let us."""

CREDENTIALS = "credentials"
"""The broker does not know us: wrong name, password or mechanism."""

CERTIFICATE = "certificate"
"""The broker's certificate is not one that we believe, or ours is not one that it believes; or one of us speaks no
TLS."""

DOWN = "down"
"""The broker does not answer, or is not able to."""

KINDS = (CODEC, DAMAGED, NO_RIGHT, CREDENTIALS, CERTIFICATE, DOWN)

_RIGHTS = (TopicAuthorizationFailedError, GroupAuthorizationFailedError, ClusterAuthorizationFailedError)
_CREDENTIALS = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)


class CertificateError(KafkaConnectionError):  # type: ignore[misc]
    """The two ends of the line do not believe each other's certificates; says what TLS says."""


UNKNOWN = -1
"""A partition or an offset that could not be found out."""


@dataclass(frozen=True)
class Trouble:
    """A reason why something can not be read.

    Attributes:
        kind: one of KINDS.
        error: in words, without personal data.
        place: the partition; None: all of them.
        offset: the first that can not be read; UNKNOWN where nothing was ever read of it.
    """

    kind: str
    error: str
    place: TopicPartition | None = None
    offset: int = UNKNOWN


def kind_of(error: BaseException) -> str:
    """The kind of trouble that an error of the bus is: one of KINDS."""
    if isinstance(error, UnsupportedCodecError):
        return CODEC
    if isinstance(error, _RIGHTS):
        return NO_RIGHT
    if isinstance(error, _CREDENTIALS):
        return CREDENTIALS
    if isinstance(error, CertificateError | ssl.SSLError):
        return CERTIFICATE
    if isinstance(error, CorruptRecordException | RecordTooLargeError) or not isinstance(error, KafkaError):
        return DAMAGED  # what unpacks a batch raises whatever its library raises
    return DOWN


def about_place(error: BaseException, topic: str) -> bool:
    """True if an error that came with the question for one partition says something about that partition."""
    if isinstance(error, TopicAuthorizationFailedError):
        topics = error.args[0] if error.args else ()
        return topic in ([topics] if isinstance(topics, str) else topics)
    return kind_of(error) in {CODEC, DAMAGED}


def told(error: BaseException) -> str:
    """An error in words. Of what is not Kafka's only the class: its text may quote what it was given."""
    name = type(error).__name__
    return f"{name}: {error}"[:300] if isinstance(error, KafkaError) else name


class _Overheard(logging.Handler):
    """The last error that aiokafka met while it connected."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last: BaseException | None = None

    @override
    def emit(self, record: logging.LogRecord) -> None:
        found = record.args if isinstance(record.args, tuple) else ()
        self.last = next((argument for argument in found if isinstance(argument, BaseException)), self.last)


_overheard = _Overheard()
logging.getLogger("aiokafka").addHandler(_overheard)


def true_reason(error: KafkaError) -> KafkaError:
    """The error itself, or the one behind it that aiokafka only wrote into its log."""
    last, _overheard.last = _overheard.last, None
    if not isinstance(error, KafkaConnectionError) or last is None:
        return error
    if isinstance(last, ssl.SSLError):
        return CertificateError(getattr(last, "verify_message", "") or last.reason or "no TLS")
    return last if kind_of(last) == CREDENTIALS or isinstance(last, TokenEndpointError) else error
