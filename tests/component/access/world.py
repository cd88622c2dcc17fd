"""The development issuer in one process, with everybody of the province, and services that believe it."""

from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import SecretStr

from chassis.runtime.http.access import Access
from chassis.runtime.http.credentials import ClientCredentials
from chassis.runtime.http.issuer import Issuer
from chassis.runtime.http.receipt import Receipts
from domain.procedures import load_directory
from tools.operations.development_issuer import DevelopmentIssuer, make_issuer_api
from tools.operations.issuer_book import IssuerBook, _new_key, people_of

URL = "http://127.0.0.1:9/issuer"
KEY = "k" * 32
PEOPLE = people_of(load_directory())


@dataclass
class World:
    """The issuer as the services see it: it can be down, and time can pass."""

    now: float = 1_800_000_000.0
    down: bool = False
    asked: list[str] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        secrets = {name: f"secret-of-{name}" for name in PEOPLE}
        self.issuing = DevelopmentIssuer(URL, IssuerBook([_new_key()], KEY, secrets), PEOPLE, lambda: self.now)
        self.api = make_issuer_api(self.issuing)
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        self.issuer = Issuer(URL, frozenset({"lienthong"}), self.client, lambda: self.now, lambda: self.now)
        self.receipts = Receipts([KEY])

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.down:
            raise httpx.ConnectError("down")
        path = request.url.path.removeprefix("/issuer")
        if path in self.answers:
            return self.answers[path]
        inner = httpx.ASGITransport(self.api)
        async with httpx.AsyncClient(transport=inner, base_url="http://issuer") as client:
            answer = await client.request(
                request.method, path, content=await request.aread(), headers=dict(request.headers)
            )
        return httpx.Response(answer.status_code, content=answer.content)

    def access(self) -> Access:
        own = ClientCredentials(self.issuer, self.client, "notify", self._secret("notify"), lambda: self.now)
        return Access(issuer=self.issuer, receipts=self.receipts, own=own)

    def _secret(self, name: str) -> SecretStr:
        return SecretStr(self.issuing.book.secrets[name])

    def token(self, name: str, **claims: Any) -> str:
        return self.issuing.token(PEOPLE[name], **claims)

    def bearer(self, name: str, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(name, **claims)}"}
