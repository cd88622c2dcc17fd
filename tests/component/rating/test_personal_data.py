"""What a rating says of who rates and who is rated: no token that could be guessed, and no name."""

import pytest
from fastapi.exceptions import RequestValidationError

from chassis.runtime.personal.keys import PersonalKeys
from contracts.topics import read_event
from services.rating.adapters.submissions import Patience, RatingBody, RatingSubmissionService
from tests.component.rating.conftest import CODE, Keys

LOCKED = PersonalKeys(references=b"r" * 32)


def body(**fields):
    given = {"dossier": CODE, "channel": "web", "holder": "0912345678", "agency": "H29.02", "answers": {"4": 2}}
    return RatingBody(**given | fields)


class Nowhere:
    """A store that knows nothing."""

    async def state_of(self, _query):
        return None


async def no_pause(_seconds):
    pass


def service(harness, published, personal=LOCKED):
    async def publish(messages):
        published.extend(read_event(one.topic, one.value) for one in messages)

    return RatingSubmissionService(
        Nowhere(),
        Keys(harness),
        publish,
        lambda: harness.at,
        Patience(polls=1, pause=no_pause),
        personal=personal,
        is_officer_code=lambda code: code.startswith("CC-"),
    )


async def test_a_token_goes_on_the_bus_by_a_keyed_hash_and_counts_once_for_its_dossier(harness):
    published = []
    ratings = service(harness, published)
    for one in (body(), body(), body(dossier="H29.16-260105-0002"), body(holder="other")):
        await ratings.submit(one, None)
    holders = [event.data.holder for event in published]
    assert "0912345678" not in repr(published)
    assert (holders[0] == holders[1], len(set(holders)), len({event.id for event in published})) == (True, 3, 3)


async def test_in_plain_mode_a_token_stays_as_it_came(harness):
    published = []
    await service(harness, published, PersonalKeys()).submit(body(), None)
    assert published[0].data.holder == "0912345678"


async def test_an_officer_is_named_by_code(harness):
    published = []
    await service(harness, published).submit(body(officer="CC-7"), None)
    with pytest.raises(RequestValidationError):
        await service(harness, published).submit(body(officer="Nguyễn Thị Hoa"), None)
    assert len(published) == 1
