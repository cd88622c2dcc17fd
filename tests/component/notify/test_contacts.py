from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from chassis.runtime.http.credentials import SharedToken
from services.notify.adapters.carrier import CarrierError
from services.notify.adapters.contacts import Contact, IntakeContacts

KEY = "secret"


def contacts(answer: httpx.Response | Exception, token: str = KEY) -> IntakeContacts:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        assert request.url.raw_path == b"/internal/contacts/person%2F1"
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return IntakeContacts(client, "http://intake/", SharedToken(SecretStr(token)))


async def test_intake_knows() -> None:
    given = {"name": " Lê\nVăn  Bình ", "email": "binh@example.vn", "phone": "0912 345 678", "language": "en"}
    found = await contacts(httpx.Response(200, json=given)).find("person/1")
    assert found.model_dump() == {
        "name": "Lê Văn Bình",
        "email": "binh@example.vn",
        "phone": "+84912345678",
        "language": "en",
    }


@pytest.mark.parametrize(
    "given",
    [
        {"email": "binh@example.vn\r\nBcc: all@example.vn"},
        {"email": "lan,hoa@example.org"},
        {"email": "Lan <lan@example.org>"},
        {"phone": "call me"},
        {"phone": "01691234567"},
        {"phone": "028 3822 1234"},
        {"name": ""},
        {"name": "Quý khách vui lòng đăng nhập http://evil.example"},
        {"name": "evil.example"},
    ],
    ids=str,
)
async def test_what_was_stored_before_and_no_carrier_could_use_is_none(given: dict[str, str]) -> None:
    found = await contacts(httpx.Response(200, json=given | {"language": "vi"})).find("person/1")
    assert found == Contact(language="vi")


@pytest.mark.parametrize("status", [404, 410])
async def test_erased_is_nobody(status: int) -> None:
    assert await contacts(httpx.Response(status)).find("person/1") is None


@pytest.mark.parametrize(
    ("answer", "text", "down"),
    [
        (httpx.Response(503), "contacts: HTTP 503", False),
        (httpx.Response(401), "contacts: HTTP 401", False),
        (httpx.Response(200, text="<html>"), "contacts: unreadable answer", False),
        (httpx.Response(200, json={"email": 7}), "contacts: unreadable email", False),
        (httpx.ConnectTimeout("at 10.0.0.1"), "contacts: ConnectTimeout", True),
    ],
)
async def test_what_may_pass_is_tried_again(answer: Any, text: str, down: bool) -> None:
    with pytest.raises(CarrierError, match=f"^{text}$") as caught:
        await contacts(answer).find("person/1")
    assert (caught.value.permanent, caught.value.down) == (False, down)


async def test_without_a_token_nobody_is_asked() -> None:
    with pytest.raises(CarrierError, match="LIENTHONG_SERVICE_TOKEN"):
        await contacts(httpx.Response(200), token="").find("person/1")


async def test_intake_comes_back(office: Callable[..., Any], received: Callable[..., Any], citizen: Contact) -> None:
    desk = office(CarrierError("contacts: ConnectError", down=True), citizen)
    await desk.hear(received())
    await desk.wait(minutes=1)
    assert desk.outcomes == [("failed", "counter", 1, "contacts: ConnectError", False), ("sent", "email", 2)]


async def test_however_long_intake_is_away_no_message_is_given_up(office: Callable[..., Any], received: Any) -> None:
    desk = office(*[CarrierError("contacts: ConnectError", down=True)] * 60)
    await desk.hear(received())
    for _ in range(50):
        await desk.wait(minutes=15)
    assert len(desk.outcomes) > 40
    assert not any(final for *_, final in desk.outcomes)
