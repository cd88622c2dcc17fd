"""What sla tells over HTTP, on a store in memory that answers what the register asks."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from chassis.core.document import Document
from chassis.core.refold import fold_anew
from chassis.runtime.http.application import Probes, make_api
from chassis.runtime.states import States
from contracts.routing import DelayExplained, DossierCompleted, DossierResumed, DossierSuspended
from services.sla.adapters import router
from services.sla.decide import Rules
from services.sla.service import service
from tests.given import CODE, OFFICE, Story, at, fact, given, received
from tests.stored import OLDER, ReadableStore

RULES = Rules(OFFICE)
SLA = service(RULES)
MONDAY = at(2, "09:00")
DUE = at(5, "09:00")
LATE = DUE + timedelta(seconds=1)


class Stored(ReadableStore):
    """The documents of some stories."""

    def __init__(self, **stories: Story) -> None:
        super().__init__()
        for code, story in stories.items():
            doc = self.documents[code] = Document(code, version=1)
            for one in story.record:
                doc.add(one, one.to_json(), own=SLA.owns(one))
            fold_anew(doc, SLA)


async def nothing() -> Any:
    return {}


def api_of(store: Stored) -> FastAPI:
    return make_api("sla", router(SLA, RULES, States(SLA, store)), Probes(nothing, nothing, nothing))


def client(store: Stored) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(api_of(store)), base_url="http://sla")


async def get(store: Stored, path: str) -> httpx.Response:
    async with client(store) as http:
        return await http.get(path)


def dossier(*facts, code=CODE):
    return given(
        SLA, *(one.model_copy(update={"subject": code}) for one in (received(MONDAY, appointment=DUE), *facts))
    )


def suspended(time):
    return fact(DossierSuspended(cause="payment", step="check", agency="H29.02"), time)


def explained(time):
    told = {"step": "check", "agency": "H29.05", "cause": "Thiếu người", "owner": "PTP-1", "plan": "Thêm người"}
    return fact(DelayExplained(**told, target=at(20)), time)


async def test_a_citizen_can_read_why_the_date_is_what_it_is():
    resumed = dossier(suspended(at(3)), fact(DossierResumed(cause="payment"), at(4)))
    answer = (await get(Stored(**{CODE: resumed}), f"/v1/dossiers/{CODE}/deadlines")).json()
    (whole,) = answer["deadlines"]
    assert (answer["dossier"], answer["rule_set"], whole["key"]) == (CODE, "ND118", "dossier")
    assert whole["due"] == "2026-03-06T02:00:00Z"
    waited = "Tạm dừng từ 08:00 ngày 03/03/2026 đến 08:00 ngày 04/03/2026: chờ thực hiện nghĩa vụ tài chính"
    assert whole["working_out"]["vi"] == [
        "Bắt đầu tính: 09:00 ngày 02/03/2026; thời hạn: 3 ngày làm việc",
        "Tính 24 giờ làm việc trong 5 ngày, từ 02/03/2026 đến 06/03/2026",
        f"{waited} (theo yêu cầu của H29.02)",
        "Đến hạn: 09:00 ngày 06/03/2026",
    ]
    assert [day["counted"] for day in whole["days"]] == [23_400, 1_800, 27_000, 28_800, 5_400]
    assert [(one["cause"], one["effect"]) for one in whole["waits"]] == [("payment", "pauses")]


async def test_while_the_clock_stands_there_is_no_date_and_it_says_for_what():
    answer = (await get(Stored(**{CODE: dossier(suspended(at(3)))}), f"/v1/dossiers/{CODE}/deadlines")).json()
    (whole,) = answer["deadlines"]
    assert whole["due"] is whole["working_out"] is None
    assert [(one["cause"], one["until"]) for one in whole["waits"]] == [("payment", None)]


@pytest.mark.parametrize("code", ["H29.16-260302-0009", "no dossier"])
async def test_a_dossier_that_nobody_received(code):
    assert (await get(Stored(), f"/v1/dossiers/{code}/deadlines")).status_code in (404, 422)


def backlog() -> Stored:
    codes = [f"H29.16-260302-000{n}" for n in range(1, 5)]
    stories = [dossier(code=code).when(now=LATE) for code in codes]
    stories[1] = stories[1].when(explained(at(6)).model_copy(update={"subject": codes[1]}))
    done = fact(DossierCompleted(outcome="granted", agency="H29.05"), at(9))
    stories[2] = stories[2].when(done.model_copy(update={"subject": codes[2]}))
    return Stored(**dict(zip(codes, stories, strict=True)), open=dossier(code="open"))


async def test_the_register_has_what_is_late_and_open_with_all_four_or_none_of_them():
    entries = (await get(backlog(), "/v1/register")).json()["entries"]
    assert [one["dossier"][-4:] for one in entries] == ["0001", "0002", "0004"]
    first, second, _ = entries
    assert (first["explained"], first["cause"], first["owner"], first["plan"], first["target"]) == (False, *[None] * 4)
    told = (second["cause"], second["owner"], second["plan"], second["target"])
    assert told == ("Thiếu người", "PTP-1", "Thêm người", "2026-03-20T01:00:00Z")
    assert (second["explained"], second["agency"], second["due"]) == (True, "H29.05", "2026-03-05T02:00:00Z")


@pytest.mark.parametrize(("wanted", "found"), [("true", ["0002"]), ("false", ["0001", "0004"])])
async def test_the_register_by_what_is_explained(wanted, found):
    entries = (await get(backlog(), f"/v1/register?explained={wanted}")).json()["entries"]
    assert [one["dossier"][-4:] for one in entries] == found


async def test_the_register_is_of_one_timeline():
    assert (await get(backlog(), "/v1/register?timeline=week-1")).json()["entries"] == []
    assert len((await get(backlog(), "/v1/register?timeline=live")).json()["entries"]) == 3


async def test_the_register_comes_in_pages():
    page = (await get(backlog(), "/v1/register?limit=2")).json()
    assert ([one["dossier"][-4:] for one in page["entries"]], page["next"][-4:]) == (["0001", "0002"], "0002")
    rest = (await get(backlog(), f"/v1/register?limit=2&after={page['next']}")).json()
    assert ([one["dossier"][-4:] for one in rest["entries"]], rest["next"]) == (["0004"], None)


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "explained=perhaps", f"after={'x' * 65}"])
async def test_a_page_that_can_not_be_is_refused(query):
    assert (await get(Stored(), f"/v1/register?{query}")).status_code == 422


async def test_a_dossier_that_older_code_folded_is_told_as_this_code_folds_it():
    store = Stored(**{CODE: dossier(suspended(at(3)))})
    told = (await get(store, f"/v1/dossiers/{CODE}/deadlines")).json()
    store.age(CODE, phase="of another shape")
    assert (await get(store, f"/v1/dossiers/{CODE}/deadlines")).json() == told
    assert store.documents[CODE].code == OLDER  # who asks changes nothing


async def test_the_register_leaves_out_what_only_older_code_took_for_late():
    store = backlog()
    in_register = {"phase": "open", "overdue": True, "kind": "dossier", "timeline": "live", "explained": True}
    store.age("open", **in_register)
    store.age("H29.16-260302-0001", **in_register)
    entries = (await get(store, "/v1/register")).json()["entries"]
    assert [one["dossier"][-4:] for one in entries] == ["0001", "0002", "0004"]
    assert entries[0]["explained"] is False
    page = (await get(store, "/v1/register?explained=true&limit=1")).json()
    assert (page["entries"], page["next"][-4:]) == ([], "0001")
