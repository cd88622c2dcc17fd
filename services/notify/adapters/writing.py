"""The words: templates in Vietnamese and English, filled in with names instead of codes.

A template's first line is the subject, its second the short text for a phone, and after a blank line comes the letter.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.procedures import Catalogue, Directory, load_catalogue, load_directory
from contracts.worktime import ZONE, Text
from services.notify.adapters.contacts import Contact
from services.notify.decide import Order
from services.notify.state import Language

_TEMPLATES = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True)
class Letter:
    """A message in words: `short` is all of it in one line."""

    subject: str
    short: str
    body: str


class Writer:
    """Writes the letters, with the names that directory and catalogue give to codes."""

    def __init__(self, directory: Directory, catalogue: Catalogue) -> None:
        self._directory = directory
        self._catalogue = catalogue
        # Plain text: what is an escape in HTML would be rubbish here.
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=False,  # noqa: S701
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._templates.filters.update(moment=_moment, moment_en=_moment_en, dong=_dong)

    @classmethod
    def shipped(cls) -> "Writer":
        """With the directory and the catalogue that come with the product."""
        directory = load_directory()
        return cls(directory, load_catalogue(directory=directory))

    def write(self, order: Order, contact: Contact | None) -> Letter:
        """Fill in a template, in the language the person chose."""
        language = (contact and contact.language) or order.recipient.language
        template = self._templates.get_template(f"{language}/{order.template}.j2")
        subject, short, _, body = template.render(self._facts(order, contact, language)).split("\n", 3)
        return Letter(subject.strip(), short.strip(), body)

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
            "reason": details.reason,
            "amount": details.amount,
            "due": details.due,
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


def _said(text: Text, language: Language) -> str:
    return text.vi if language == "vi" else text.en


def _moment(at: datetime) -> str:
    """As offices write it: ``17:00 ngày 05/01/2026``."""
    return at.astimezone(ZONE).strftime("%H:%M ngày %d/%m/%Y")


def _moment_en(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%H:%M on %d/%m/%Y")


def _dong(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")
