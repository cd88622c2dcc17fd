"""The subject that a reader sees is the one that was written, whichever program decodes it."""

import email
import email.policy
import shutil
import subprocess
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest

from chassis.runtime.settings import SettingsError
from services.notify.adapters.carrier import Parcel
from services.notify.adapters.mail import Sender, compose, read_sender
from services.notify.adapters.writing import Writer
from services.notify.state import Language
from tests.component.notify.test_writing import LANGUAGES, TEMPLATES, order
from tests.examples import examples

SENDER = read_sender("Trung tâm Phục vụ hành chính công thành phố Đà Nẵng <mot-cua@h29.gov.vn>")
CODES = [
    f"H29.16.{unit:02}-26{month:02}05-{number:04}"
    for unit in (1, 12)
    for month in (1, 11)
    for number in range(examples(16))
]


def mail(subject: str, sender: Sender = SENDER) -> bytes:
    at = datetime(2026, 1, 5, 2, tzinfo=UTC)
    return compose(Parcel("message-1", "hoa@example.vn", subject, "", "Kính gửi Ông/Bà,\n.\nhết", at), sender)


def subjects(writer: Writer, language: Language) -> list[str]:
    templates = [writer.write(order(template, language), None).subject for template in TEMPLATES]
    return [subject.replace("H29.16-260105-0001", code) for subject in templates for code in CODES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_with_every_code_is_decoded_as_it_was_written(language: Language, writer: Writer) -> None:
    for subject in subjects(writer, language):
        content = mail(subject)
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert parsed["Subject"] == subject
        assert max(map(len, content.split(b"\r\n"))) <= 78


@pytest.mark.skipif(not shutil.which("perl"), reason="no perl here")
@pytest.mark.parametrize("language", LANGUAGES)
def test_another_program_decodes_them_the_same(language: Language, writer: Writer) -> None:
    written = subjects(writer, language)
    headers = [mail(subject).partition(b"\r\nDate: ")[0].partition(b"\r\nSubject: ")[2] for subject in written]
    unfolded = b"\n".join(header.replace(b"\r\n", b"") for header in headers)
    program = "binmode STDOUT, ':utf8'; while (<STDIN>) { chomp; print decode('MIME-Header', $_), \"\\n\" }"
    decoded = subprocess.run(["perl", "-MEncode", "-e", program], input=unfolded, capture_output=True, check=True)
    assert decoded.stdout.decode().splitlines() == written


def test_the_sender_has_its_name_and_its_one_address() -> None:
    """By the older parser: the newer one of Python 3.11 puts a space between the parts of an encoded name."""
    parsed = email.message_from_bytes(mail("x"))
    ((name, address),) = getaddresses([parsed["From"]])
    assert (str(make_header(decode_header(name))), address) == (SENDER.name, "mot-cua@h29.gov.vn")


@pytest.mark.parametrize("text", ["", "a@x.vn, b@x.vn", "Một cửa", "Một cửa <>", "một-cửa@x.vn"])
def test_a_sender_that_is_not_one_address_is_refused_at_start(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^LIENTHONG_SMTP_SENDER: write one address"):
        read_sender(text)


def test_the_body_is_the_one_that_was_written() -> None:
    parsed = email.message_from_bytes(mail("x"), policy=email.policy.default)
    assert parsed.get_content().splitlines() == ["Kính gửi Ông/Bà,", ".", "hết"]
