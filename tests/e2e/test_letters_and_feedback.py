"""A letter of apology from the bus to the outbox, and a feedback from the citizen to the agency and back."""

import asyncio
import json
from datetime import datetime, timedelta
from io import BytesIO

import httpx
import pytest
from pypdf import PdfReader

from chassis.runtime import clock
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from chassis.runtime.bus.streams import records
from contracts import sla
from contracts.envelope import new_event
from domain.procedures import load_catalogue
from services.notify.settings import mail_spool
from tools.operations.environment import store_of
from tools.operations.registry import all_services
from tools.operations.replay import compare, read_facts

pytestmark = [pytest.mark.stack, pytest.mark.slow]

UNIT = "H29.16.01"
BIRTH = load_catalogue()["1.001193"]
BEARER = {"Authorization": "Bearer only-for-this-test"}


@pytest.fixture
async def http():
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


async def received(shop, http):
    body = {
        "procedure": BIRTH.code,
        "channel": "counter",
        "receiving_unit": UNIT,
        "components": [item.id for item in BIRTH.checklist if item.required],
        "applicant": {"name": "Nguyễn Thị Hoa"},
    }
    answer = await http.post(shop.url("intake", "/v1/submissions"), json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def late(dossier):
    """An overdue with its new date and the apology for it, as the watch would tell them."""
    due = datetime.fromisoformat(dossier["appointment_date"])
    known = {"subject": dossier["dossier_code"], "correlationid": dossier["submission_id"], "unique": ()}
    known |= {"source": "/lienthong/sla", "time": clock.now()}
    overdue = new_event(sla.DossierOverdue(deadline=sla.WHOLE, due=due, agency=UNIT, rescheduled=True), **known)
    told = {"new_date": due + timedelta(days=1), "cause": "Chờ xác minh", "agency": UNIT}
    told |= {"signer": "agency-head", "in_person": True, "overdue_id": overdue.id}
    given = new_event(sla.DossierRescheduled(old_date=due, **told), **known)
    apology = new_event(sla.ApologyRequired(due=due, rescheduled_id=given.id, **told), **known)
    return [overdue, given, apology]


async def the_file(folder, ending):
    while not (found := [path for path in folder.glob(ending) if not path.name.startswith(".")]):  # noqa: ASYNC110 - another process does it
        await asyncio.sleep(0.1)
    (file,) = found
    return file


async def test_a_late_dossier_gets_its_letter_and_the_name_stands_nowhere_else(shop, http):
    dossier = await received(shop, http)
    publisher = Publisher(shop.settings.bus)
    await publisher([message_of(event) for event in late(dossier)])
    await publisher.stop()
    paper = await the_file(mail_spool(shop.settings.home), "*.pdf")
    page = " ".join(PdfReader(BytesIO(paper.read_bytes())).pages[0].extract_text().split())
    assert "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ" in page
    assert "Kính gửi: Ông/Bà Nguyễn Thị Hoa" in page
    assert "Lý do: Chờ xác minh." in page
    await shop.settled()
    (letter,) = [json.loads(one.value)["data"] async for one in records(shop.settings.bus, ["letter.issued"])]
    assert (letter["message_id"], letter["cause"], letter["in_person"]) == (paper.stem, "Chờ xác minh", True)
    topics = list(all_services(shop.settings)["notify"].recorded_topics)
    assert not [one async for one in records(shop.settings.bus, topics) if b"Hoa" in one.value]
    assert "Hoa" not in shop.log("notify") + shop.log("intake")


async def test_a_feedback_is_lodged_read_answered_and_counted(shop, http):
    body = {"category": "delay", "agency": UNIT, "text": "Hồ sơ của Nguyễn Thị Hoa chậm ba ngày."}
    url = shop.url("rating", "/v1/feedback")
    lodged, again = [
        (await http.post(url, json=body, headers={"Idempotency-Key": "key-of-hoa"})).json() for _ in range(2)
    ]
    assert lodged == again
    assert lodged["status"] == "open"
    feedback = lodged["feedback_id"]
    words = await http.get(shop.operator_url("rating", f"/internal/feedback/{feedback}"), headers=BEARER)
    assert words.json() == {"text": body["text"]}
    answer = {"agency": UNIT, "text": "Kết quả đã sẵn sàng."}
    assert (await http.post(f"{url}/{feedback}/answer", json=answer)).status_code == 403
    answered = await http.post(f"{url}/{feedback}/answer", json=answer, headers=BEARER)
    assert (answered.status_code, answered.json()["status"]) == (201, "in-time")
    assert (await http.get(f"{url}/{feedback}")).json()["answer"] == answer["text"]
    figures = (await http.get(shop.url("rating", "/v1/figures/feedback"), params={"by": "category"})).json()
    assert [(one["key"], one["count"], one["in_time"]) for one in figures] == [("delay", 1, 1)]
    found = [one.value async for one in records(shop.settings.bus, ["feedback.submitted", "feedback.answered"])]
    assert len(found) == 2
    assert not [value for value in found if b"Hoa" in value or "sẵn sàng".encode() in value]


@pytest.mark.parametrize("name", ["rating", "notify"])
async def test_replay_equals_the_store(shop, name):
    await shop.settled()
    service, store = all_services(shop.settings)[name], store_of(shop.settings, name)
    try:
        found = await compare(service, await read_facts(shop.settings.bus, service, None, lambda _: None), store)
    finally:
        store.close()
    assert found.same, found
    assert found.equal
