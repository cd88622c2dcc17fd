"""The addresses of citizens, as intake tells them. Only intake knows them; none is kept here."""

from collections.abc import Callable
from typing import Annotated, Literal, Protocol
from urllib.parse import quote

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from chassis.runtime.http.credentials import Credentials, NoCredentialsError
from chassis.runtime.http.person import email_address, person_name, phone_number, takes_text
from services.notify.adapters.carrier import CarrierError

_GONE = {404, 410}


def _usable(form: Callable[[str], str]) -> AfterValidator:
    """Take an address that no carrier could use for none, so that the next medium is tried.

    Intake kept other forms before it knew better.
    """

    def use(text: str | None) -> str | None:
        try:
            return form(text) if text else None
        except ValueError:
            return None

    return AfterValidator(use)


def _stored_name(text: str) -> str:
    return person_name(" ".join(text.split()))


def _textable(text: str) -> str:
    if not takes_text(text):
        raise ValueError("no text message reaches it")
    return phone_number(text)


class Contact(BaseModel):
    """Name and addresses of a person, fit for headers and salutations: each in its one normal form, or None."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    name: Annotated[str | None, _usable(_stored_name)] = None
    email: Annotated[str | None, _usable(email_address)] = None
    phone: Annotated[str | None, _usable(_textable)] = None
    language: Literal["vi", "en"] | None = None


class Contacts(Protocol):
    """Tells the addresses of citizens."""

    async def find(self, applicant_ref: str) -> Contact | None:
        """The person behind a reference; None where it was erased or never known."""


class IntakeContacts:
    """Asks intake, the only service that has personal data."""

    def __init__(self, client: httpx.AsyncClient, intake_url: str, own: Credentials) -> None:
        self._client = client
        self._url = intake_url.rstrip("/")
        self._own = own

    async def find(self, applicant_ref: str) -> Contact | None:
        """See Contacts."""
        url = f"{self._url}/internal/contacts/{quote(applicant_ref, safe='')}"
        try:
            answer = await self._client.get(url, headers={"Authorization": await self._own.header()})
        except NoCredentialsError as error:
            raise CarrierError(f"contacts: {error}", down=True) from None
        except httpx.HTTPError as error:
            raise CarrierError(f"contacts: {type(error).__name__}", down=True) from None
        return _read(answer)


def _read(answer: httpx.Response) -> Contact | None:
    if answer.status_code in _GONE:
        return None
    if answer.status_code != httpx.codes.OK:
        raise CarrierError(f"contacts: HTTP {answer.status_code}")
    try:
        return Contact.model_validate_json(answer.content)
    except ValidationError as error:
        fields = sorted(
            {str(fault["loc"][0]) if fault["loc"] else "answer" for fault in error.errors(include_input=False)}
        )
        raise CarrierError(f"contacts: unreadable {', '.join(fields)}"[:200]) from None
