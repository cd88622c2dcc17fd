"""The texts for citizens: templates in Vietnamese and English, filled in with names instead of codes.

An apology has form 04 as a PDF as well, and its withdrawal has a sheet of the same layout. Their templates have one
block for each part of the sheet.
"""

from dataclasses import dataclass
from typing import Any

from jinja2 import Template

from contracts.notify import Template as TemplateName
from contracts.sla import Rung
from domain.worktime import Text
from services.notify.adapters.contacts import Contact
from services.notify.adapters.gsm import without_marks
from services.notify.adapters.names import Names, in_language
from services.notify.adapters.pdf import PdfRenderer, Sheet
from services.notify.adapters.plain import plain
from services.notify.adapters.templates import templates
from services.notify.decide import Order
from services.notify.state import Language

_HEADS: dict[Rung, Text] = {
    "one-stop-head": Text(vi="trưởng Bộ phận Một cửa", en="head of the one-stop unit"),
    "agency-head": Text(vi="thủ trưởng cơ quan", en="head of the agency"),
    "level-above": Text(vi="thủ trưởng cơ quan cấp trên", en="head of the level above"),
}
_LINES = ("remark", "country", "motto", "number", "date", "title", "about", "recipient", "signer", "sign", "reference")
_FORMS: dict[TemplateName, str] = {"apology": "form-04", "apology-withdrawn": "withdrawal-of-form-04"}
"""The messages that have an official form, each with the template of its sheet."""


@dataclass(frozen=True)
class Wording:
    """A message in words.

    Attributes:
        subject: one line.
        short: all of it in one line, for a text message.
        body: all of it, for a mail or a sheet at the counter.
        pdf: the official form, where the message has one; empty for the others.
    """

    subject: str
    short: str
    body: str
    pdf: bytes = b""


class Writer:
    """Writes the messages to citizens.

    Args:
        names: they stand in the place of codes.
        renderer: prints as PDF what has an official form.
        marks: text messages keep Vietnamese diacritics; without them, a message takes fewer segments.
    """

    def __init__(self, names: Names, renderer: PdfRenderer, *, marks: bool = True) -> None:
        self._names = names
        self._renderer = renderer
        self._marks = marks
        self._templates = templates()

    def load(self) -> None:
        """Load every template, so that one that is missing or broken is found before the first message.

        Raises:
            jinja2.TemplateError: one is unusable.
        """
        for name in self._templates.list_templates(extensions=["j2"]):
            self._templates.get_template(name)

    def write(self, order: Order, contact: Contact | None) -> Wording:
        """Fill in a template, in the language the person chose.

        Raises:
            UnprintableError: it has a form, and the font lacks a letter that can not be left out.
        """
        language = (contact and contact.language) or order.recipient.language
        template = self._templates.get_template(f"{language}/{order.template}.j2")
        subject, short, _, body = template.render(self._facts(order, contact, language)).split("\n", 3)
        short = short.strip() if self._marks else without_marks(short.strip())
        form = _FORMS.get(order.template)
        pdf = self._pdf(form, order, contact, language) if form else b""
        return Wording(subject.strip(), short, body, pdf)

    def _pdf(self, form: str, order: Order, contact: Contact | None, language: Language) -> bytes:
        """The sheet in Vietnamese, which is the letter; for a reader of another language a translation follows it."""
        languages: tuple[Language, ...] = ("vi",) if language == "vi" else ("vi", language)
        return self._renderer.render([self._sheet(form, order, contact, known) for known in languages])

    def _sheet(self, form: str, order: Order, contact: Contact | None, language: Language) -> Sheet:
        facts = self._facts(order, contact, language)
        # A name with boxes for letters is worse than none; a reason is told by the message, which has it as it is.
        facts["name"] = facts["name"] if self._renderer.can_write(facts["name"] or "") else None
        facts["reason_elsewhere"] = not self._renderer.can_write(facts["reason"])
        template = self._templates.get_template(f"{language}/{form}.j2")
        return Sheet(
            superior=self._names.superior(order.details.agency, language),
            agency=facts["agency"] or facts["unit"],
            body=tuple(_block(template, "body", facts)),
            copies=tuple(_block(template, "copies", facts)),
            **{name: " ".join(_block(template, name, facts)) for name in _LINES},
        )

    def _facts(self, order: Order, contact: Contact | None, language: Language) -> dict[str, Any]:
        recipient, details, names = order.recipient, order.details, self._names
        return {
            "code": order.cause.subject,
            "at": order.cause.time,
            "name": contact.name if contact else None,
            "procedure": names.procedure(recipient.procedure, language),
            "unit": plain(names.agency(recipient.receiving_unit, language)),
            "agency": plain(names.agency(details.agency, language)),
            "missing": [plain(names.item(recipient.procedure, item, language)) for item in details.missing],
            "reason": plain((language == "en" and details.reason_en) or details.reason),
            "amount": details.amount,
            "due": details.due,
            "new_date": details.new_date,
            "head": in_language(_HEADS[details.signer], language),
            "in_person": details.in_person,
            "working_out": [*map(plain, details.working_out.vi if language == "vi" else details.working_out.en)],
            "received": recipient.received,
            "written": order.cause.time,
            "message_id": order.message_id,
            "outcome": details.outcome,
        }


def _block(template: Template, name: str, facts: dict[str, Any]) -> list[str]:
    """The lines of one part of the sheet."""
    text = "".join(template.blocks[name](template.new_context(facts)))
    return [line.strip() for line in text.splitlines() if line.strip()]
