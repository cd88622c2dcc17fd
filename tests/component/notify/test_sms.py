from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Header, Response
from pydantic import BaseModel

from chassis.runtime.settings import SettingsError
from services.notify.adapters.contacts import Contact
from services.notify.adapters.sms import SmsGateway

Make = Callable[..., Any]
CITIZEN = Contact(name="Trần Văn An", phone="0912345678")


class Text(BaseModel):
    to: str
    text: str
    idempotency_key: str


@dataclass
class Gateway:
    """An SMS gateway that answers as told, and keeps every request."""

    answers: list[int] = field(default_factory=list)
    taken: list[tuple[Text, str]] = field(default_factory=list)

    def carrier(self) -> SmsGateway:
        api = FastAPI()

        @api.post("/send")
        async def send(body: Text, response: Response, idempotency_key: Annotated[str, Header()]) -> None:
            self.taken.append((body, idempotency_key))
            response.status_code = self.answers.pop(0) if self.answers else 202

        return SmsGateway(httpx.AsyncClient(transport=httpx.ASGITransport(api)), "http://gateway/send")


async def test_a_gateway_that_fails_once_gets_the_same_message_again(office: Make, received: Make) -> None:
    gateway = Gateway([500])
    desk = office(CITIZEN, live={"sms": gateway.carrier()})
    await desk.hear(received())
    await desk.wait(minutes=1)
    assert desk.outcomes == [("failed", "sms", 1, "sms: HTTP 500", False), ("sent", "sms", 2)]
    (first, key), (second, again) = gateway.taken
    assert (first, key) == (second, again)
    assert key == first.idempotency_key == desk.said[0].data.message_id
    assert first.to == "+84912345678"
    assert first.text.startswith("Đã tiếp nhận hồ sơ H29.16-260105-0001. Hẹn trả kết quả: 17:00 ngày 05/01/2026")


@pytest.mark.parametrize(("status", "final"), [(400, True), (422, True), (401, False), (429, False), (503, False)])
async def test_only_what_nobody_mends_is_final_and_goes_to_the_counter(
    status: int, final: bool, office: Make, received: Make
) -> None:
    desk = office(CITIZEN, live={"sms": Gateway([status]).carrier()})
    await desk.hear(received())
    assert desk.outcomes[0] == ("failed", "sms", 1, f"sms: HTTP {status}", False)
    assert desk.outcomes[1:] == ([("sent", "counter", 2)] if final else [])


@pytest.mark.parametrize(("marks", "segments", "words"), [(True, 2, "Đã tiếp nhận"), (False, 1, "Da tiep nhan")])
async def test_segments_are_recorded_and_marks_can_be_saved(
    marks: bool, segments: int, words: str, office: Make, received: Make
) -> None:
    gateway = Gateway()
    desk = office(CITIZEN, live={"sms": gateway.carrier()}, marks=marks)
    await desk.hear(received())
    (outcome,) = desk.said
    ((sent, _),) = gateway.taken
    assert sent.text.startswith(words)
    assert outcome.data.segments == segments
    assert b"tiep" not in outcome.to_json().encode()


def test_a_password_in_clear_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"^LIENTHONG_SMS: http:// would send .* in clear; write https://$"):
        SmsGateway(httpx.AsyncClient(), "http://user:secret@gateway/send")


async def test_an_unreachable_gateway_is_an_outcome(office: Make, received: Make) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"no way to {request.url}")

    client = httpx.AsyncClient(transport=httpx.MockTransport(refuse))
    desk = office(CITIZEN, live={"sms": SmsGateway(client, "http://gateway/send")})
    await desk.hear(received())
    assert desk.outcomes == [("failed", "sms", 1, "sms: ConnectError", False)]
