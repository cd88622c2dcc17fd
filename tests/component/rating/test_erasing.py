"""The words about an erased applicant's dossier are gone; what was counted of them stays."""

from contracts.envelope import new_event
from contracts.intake import ApplicantErased
from contracts.rating import FeedbackErased
from contracts.topics import read_event
from services.rating.adapters.erasing import WordEraser
from services.rating.service import service
from tests.component.rating.conftest import CODE, START
from tests.component.rating.test_feedback import lodge


class Documents:
    """As far as erasing asks the store."""

    def __init__(self, store):
        self._store = store

    async def states(self, query):
        (wanted,) = query.values()
        for key, doc in self._store.documents.items():
            if (doc.state["feedback"] or {}).get("dossier") == wanted:
                yield key, doc.state


class Words:
    """The words of the harness, erased."""

    def __init__(self, words):
        self._words = words

    async def erase(self, references):
        kept = self._words.by_key
        for key in [key for key, found in kept.items() if found.reference in references]:
            del kept[key]


def erased():
    data = ApplicantErased(submission_id="submission-1", reference="person-1", reason="request", basis="?", by="CB-1")
    return new_event(
        data,
        source="/lienthong/intake",
        subject=CODE,
        time=START,
        correlationid="submission-1",
        unique=(),
    )


def said(harness):
    return [
        event for one in harness.said if isinstance((event := read_event(one.topic, one.value)).data, FeedbackErased)
    ]


async def test_words_about_the_dossier_are_gone_and_others_stay(harness, received):
    harness.loop.service = service(WordEraser(Documents(harness.store), Words(harness.words)).perform)
    await harness.hear(received)
    about = await lodge(harness)
    other = await lodge(harness, "key-of-binh", dossier="H29.16-260105-0002")
    await harness.hear(erased())
    assert await harness.words.get(about["feedback_id"]) is None
    assert await harness.words.get(other["feedback_id"]) is not None
    (event,) = said(harness)
    assert (event.subject, event.data.reference) == (CODE, "person-1")
    assert harness.store.documents[about["feedback_id"]].state["feedback"]["category"] == "delay"
    assert (await harness.client.get(f"/v1/feedback/{about['feedback_id']}")).status_code == 404


async def test_an_erasure_is_said_once_however_often_it_is_told(harness, received):
    harness.loop.service = service(WordEraser(Documents(harness.store), Words(harness.words)).perform)
    await harness.hear(received)
    await harness.hear(erased())
    await harness.hear(erased())
    assert len({event.id for event in said(harness)}) == 1


async def test_a_store_that_was_restored_is_cleared_again(harness, received):
    await harness.hear(received)
    about = await lodge(harness)
    eraser = WordEraser(Documents(harness.store), Words(harness.words))
    await eraser.apply(erased())
    await eraser.apply(erased())
    assert await harness.words.get(about["feedback_id"]) is None
