"""Whom the development issuer knows: the people and programs of the simulated province, their secrets, its keys.

All of it lies in one file, `<home>/access/issuer.json`, which only its owner may read. It is made once.
"""

import json
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from chassis.runtime.bus.secret_files import write_private
from chassis.runtime.settings import SettingsError
from contracts.topics import SERVICES
from domain.procedures import Directory

FILE = Path("access") / "issuer.json"

KEYS = 2
"""Signing keys that are kept: today's and the one before, whose tokens may still be under way."""


class IssuerBookError(SettingsError):
    """The issuer's file can not be used; says why and what to do."""


@dataclass(frozen=True)
class Person:
    """Somebody who may log in, or a program: his name at the issuer, and what tokens say of him.

    Attributes:
        name: of the client, and the subject of its tokens.
        label: what the login page calls him, in Vietnamese.
        claims: role, and agency, unit and officer where the role has them.
    """

    name: str
    label: str
    claims: Mapping[str, str]


@dataclass
class IssuerBook:
    """The keys, today's first, the secret of each client, and the key that receipts are made with."""

    keys: list[ECKey]
    receipt_key: str = field(default_factory=lambda: secrets.token_hex(32))
    secrets: dict[str, str] = field(default_factory=dict)

    def rotate(self) -> None:
        """Sign with a new key from now on; the one before still counts."""
        self.keys = [_new_key(), *self.keys][:KEYS]


def people_of(directory: Directory) -> dict[str, Person]:
    """Everybody of the province by his name: services, portals, every agency and counter, and those who look on."""
    people = [
        *(Person(name, f"Dịch vụ {name}", {"lt_role": "service"}) for name in SERVICES),
        Person("portal", "Cổng dịch vụ công", {"lt_role": "portal"}),
        Person("payment", "Cổng thanh toán", {"lt_role": "payment"}),
        Person("leader", "Lãnh đạo tỉnh", {"lt_role": "leader"}),
        Person("operator", "Vận hành", {"lt_role": "operator"}),
        Person("auditor", "Thanh tra", {"lt_role": "auditor"}),
        Person("citizen-1", "Công dân 1", {"lt_role": "citizen"}),
        Person("citizen-2", "Công dân 2", {"lt_role": "citizen"}),
    ]
    for code, agency in directory.agencies.items():
        label, officer = agency.name.vi, f"{code}-cb01"
        claims = {"lt_role": "agency", "lt_agency": code, "lt_officer": officer}
        people.append(Person(f"agency-{code}", label, claims))
        if "one-stop" in agency.roles:
            claims = {"lt_role": "counter", "lt_unit": code, "lt_officer": officer}
            people.append(Person(f"counter-{code}", f"Bộ phận Một cửa: {label}", claims))
    return {person.name: person for person in people}


def open_book(home: Path, people: Mapping[str, Person]) -> IssuerBook:
    """The book of this home; a new one, or what lacks in it, is made and written.

    Raises:
        IssuerBookError: others may read it, or it is damaged.
    """
    path = home / FILE
    book = _read(path) if path.exists() else IssuerBook([_new_key()])
    lacking = people.keys() - book.secrets.keys()
    book.secrets |= {name: secrets.token_urlsafe(32) for name in sorted(lacking)}
    if lacking:
        write_book(home, book)
    return book


def write_book(home: Path, book: IssuerBook) -> None:
    """Write the book so that nobody else can read it, and nobody sees half of it."""
    path = home / FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {
        "keys": [key.as_dict(private=True) for key in book.keys],
        "receipt_key": book.receipt_key,
        "secrets": book.secrets,
    }
    write_private(path, json.dumps(content, indent=2).encode())


def _read(path: Path) -> IssuerBook:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise IssuerBookError(f"{path} holds secrets and others may read it: chmod 600 {path}")
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
        keys = [ECKey.import_key(key) for key in content["keys"]]
        return IssuerBook(keys, str(content["receipt_key"]), dict(content["secrets"]))
    except (OSError, ValueError, KeyError, TypeError, JoseError):
        raise IssuerBookError(f"{path} is damaged: delete it, and a new one is made") from None


def _new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": secrets.token_hex(8), "use": "sig", "alg": "ES256"})
