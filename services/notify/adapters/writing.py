"""The words: templates in Vietnamese and English, filled in with names instead of codes.

A template's first line is the subject, its second the short text for a phone, and after a blank line comes the letter.
An apology is printed on form 04 as well: its template has a block for each part of the sheet.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from contracts.procedures import Catalogue, Directory, load_catalogue, load_directory
from contracts.sla import Rung
from contracts.worktime import ZONE, Text
from services.notify.adapters.contacts import Contact
from services.notify.adapters.press import Press, Sheet
from services.notify.decide import Order
from services.notify.dossier import Language

_TEMPLATES = Path(__file__).parent.parent / "templates"

_HEADS: dict[Rung, Text] = {
    "one-stop-head": Text(vi="trưởng Bộ phận Một cửa", en="head of the one-stop unit"),
    "agency-head": Text(vi="thủ trưởng cơ quan", en="head of the agency"),
    "level-above": Text(vi="thủ trưởng cơ quan cấp trên", en="head of the level above"),
}
_LINES = ("remark", "country", "motto", "number", "date", "title", "about", "recipient", "signer", "sign", "reference")
_BARE_MONTHS = 3
"""Decree 30/2020 writes days below 10 and the months 1 and 2 with a zero, so that none can be put before them."""


@dataclass(frozen=True)
class Letter:
    """A message in words: `short` is all of it in one line, `paper` the letter as PDF where it has an official form."""

    subject: str
    short: str
    body: str
    paper: bytes = b""


class Writer:
    """Writes the letters, with the names that directory and catalogue give to codes."""

    def __init__(self, directory: Directory, catalogue: Catalogue, press: Press) -> None:
        self._directory = directory
        self._catalogue = catalogue
        self._press = press
        # Plain text: what is an escape in HTML would be rubbish here.
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=False,  # noqa: S701
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._templates.filters.update(
            moment=_moment,
            moment_en=_moment_en,
            day=_day,
            long_day=_long_day,
            long_day_en=_long_day_en,
            dong=_dong,
            sentence=_sentence,
        )

    @classmethod
    def shipped(cls) -> "Writer":
        """With the directory, the catalogue and the fonts that come with the product.

        Raises:
            ProcedureError: directory or catalogue is unusable.
            SettingsError: a font is.
        """
        directory = load_directory()
        return cls(directory, load_catalogue(directory=directory), Press())

    def load(self) -> None:
        """Load every template, so that one that is missing or broken is found before the first message.

        Raises:
            jinja2.TemplateError: one is unusable.
        """
        for name in self._templates.list_templates(extensions=["j2"]):
            self._templates.get_template(name)

    def write(self, order: Order, contact: Contact | None) -> Letter:
        """Fill in a template, in the language the person chose."""
        language = (contact and contact.language) or order.recipient.language
        template = self._templates.get_template(f"{language}/{order.template}.j2")
        subject, short, _, body = template.render(self._facts(order, contact, language)).split("\n", 3)
        paper = self._paper(order, contact, language) if order.template == "apology" else b""
        return Letter(subject.strip(), short.strip(), body, paper)

    def _paper(self, order: Order, contact: Contact | None, language: Language) -> bytes:
        """Form 04 in Vietnamese, which is the letter; who asked for another language finds a translation behind it."""
        languages: tuple[Language, ...] = ("vi",) if language == "vi" else ("vi", language)
        return self._press.render([self._sheet(order, contact, one) for one in languages])

    def _sheet(self, order: Order, contact: Contact | None, language: Language) -> Sheet:
        facts = self._facts(order, contact, language)
        # A name with boxes for letters is worse than none; the mail has it as it is.
        facts["name"] = facts["name"] if self._press.can_write(facts["name"] or "") else None
        template = self._templates.get_template(f"{language}/form-04.j2")
        return Sheet(
            superior=self._superior(order.details.agency, language),
            agency=facts["agency"],
            body=tuple(_block(template, "body", facts)),
            copies=tuple(_block(template, "copies", facts)),
            **{name: " ".join(_block(template, name, facts)) for name in _LINES},
        )

    def _superior(self, code: str, language: Language) -> str:
        agency = self._directory.agencies.get(code)
        return self._agency(agency.reports_to, language) if agency and agency.reports_to else ""

    def _facts(self, order: Order, contact: Contact | None, language: Language) -> dict[str, Any]:
        recipient, details = order.recipient, order.details
        return {
            "code": order.cause.subject,
            "at": order.cause.time,
            "name": contact.name if contact else None,
            "procedure": self._procedure(recipient.procedure, language),
            "unit": self._agency(recipient.receiving_unit, language),
            "agency": self._agency(details.agency, language),
            "missing": [self._item(recipient.procedure, item, language) for item in details.missing],
            "reason": (language == "en" and details.reason_en) or details.reason,
            "amount": details.amount,
            "due": details.due,
            "new_date": details.new_date,
            "head": _said(_HEADS[details.signer], language),
            "in_person": details.in_person,
            "working_out": details.working_out.vi if language == "vi" else details.working_out.en,
            "received": recipient.received,
            "written": order.cause.time,
            "message_id": order.message_id,
            "outcome": details.outcome,
        }

    def _agency(self, code: str, language: Language) -> str:
        agency = self._directory.agencies.get(code)
        return _said(agency.name, language) if agency else code

    def _procedure(self, code: str, language: Language) -> str:
        procedure = self._catalogue.get(code)
        return _said(procedure.name, language) if procedure else code

    def _item(self, procedure_code: str, item: str, language: Language) -> str:
        procedure = self._catalogue.get(procedure_code)
        names = {one.id: _said(one.name, language) for one in procedure.checklist} if procedure else {}
        return names.get(item, item)


def _block(template: Template, name: str, facts: dict[str, Any]) -> list[str]:
    """The lines of one part of the sheet."""
    text = "".join(template.blocks[name](template.new_context(facts)))
    return [line.strip() for line in text.splitlines() if line.strip()]


def _said(text: Text, language: Language) -> str:
    return text.vi if language == "vi" else text.en


def _moment(at: datetime) -> str:
    """As offices write it: ``17:00 ngày 05/01/2026``."""
    return at.astimezone(ZONE).strftime("%H:%M ngày %d/%m/%Y")


def _moment_en(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%H:%M on %d/%m/%Y")


def _day(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%d/%m/%Y")


def _long_day(at: datetime) -> str:
    on = at.astimezone(ZONE)
    month = f"{on.month:02}" if on.month < _BARE_MONTHS else str(on.month)
    return f"ngày {on.day:02} tháng {month} năm {on.year}"


def _long_day_en(at: datetime) -> str:
    on = at.astimezone(ZONE)
    return f"{on.day} {on:%B} {on.year}"


def _sentence(text: str) -> str:
    return f"{text.rstrip(' .;')}."


def _dong(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")
