"""The versions that tell stored states apart are raised when the same facts fold to another state, and only then."""

from dataclasses import replace

import pytest

from chassis.core.service import Service
from services.rating.service import service as rating
from tests.golden.everything import goldens
from tests.golden.keeping import Golden, UnraisedError
from tests.golden.order import FOLDER, ORDERED, golden_order
from tests.golden.stories import SERVICES, UNIT, golden_states, stories_of

GOLDENS = goldens()


@pytest.mark.parametrize("golden", GOLDENS.values(), ids=GOLDENS)
def test_the_same_facts_give_what_they_gave_under_this_version(golden):
    if complaint := golden.complaint():
        pytest.fail(complaint, pytrace=False)


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_stories_tell_of_every_kind_of_event_that_is_folded(service):
    told = {type(fact.data) for facts in stories_of(UNIT / service.name / "golden").values() for fact in facts}
    assert {payload.TYPE for payload in service.folds} - {payload.TYPE for payload in told} == set()


def test_facts_are_told_in_no_order():
    """Or another order of the fold would not show."""
    for facts in stories_of(FOLDER).values():
        assert [fact.identity for fact in sorted(facts, key=ORDERED.placed)] != [fact.identity for fact in facts]


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_version_is_told_by_numbers_and_by_the_digest_of_the_data(service):
    stated = f"{service.name} {service.fold_version} / domain {service.domain_version} / order 1"
    assert service.code.startswith(stated)
    assert service.code.removeprefix(stated) == "" if not service.basis else len(service.code) == len(stated) + 19


class Unordered(Service[tuple[str, ...]]):
    """A chassis that folds by time alone, whoever says it."""

    def placed(self, event):
        return super().placed(event)._replace(order=f"{event.time.isoformat()}|{event.identity}")


def test_another_fold_order_under_the_same_version_is_found():
    parts = {name: getattr(ORDERED, name) for name in ("name", "folds", "emits", "initial", "decide", "genesis")}
    complaint = golden_order(Unordered(**parts, settles=ORDERED.settles)).complaint()
    assert "other values under the same version, order 1" in complaint
    assert "raise ORDER_VERSION in chassis/core/service.py" in complaint
    assert "python -m tests.golden order" in complaint


def test_another_fold_under_the_same_version_is_found_and_says_where():
    service = rating()
    deaf = replace(service, folds={payload: lambda state, _: state for payload in service.folds})
    complaint = golden_states(deaf).complaint()
    assert "raise FOLD_VERSION in services/rating/fold.py" in complaint
    assert 'complaint.dossier was "feedback-1" and is ""' in complaint


@pytest.fixture
def kept(tmp_path):
    golden = Golden("toy", tmp_path, "toy 1", "TOY_VERSION", lambda: {"life": {"dates": ["a", "b"]}})
    golden.renew()
    return golden


def test_what_is_as_it_was_kept_is_fine(kept):
    assert not kept.complaint()


def test_other_values_do_not_become_golden_under_the_same_version(kept):
    other = replace(kept, make=lambda: {"life": {"dates": ["a", "c"]}})
    with pytest.raises(UnraisedError, match=r'life\.dates\[1\] was "b" and is "c"'):
        other.renew()
    raised = replace(other, version="toy 2")
    raised.renew()
    assert not raised.complaint()


def test_a_version_that_was_raised_without_renewal_is_found_though_nothing_changed(kept):
    assert "the version was toy 1 and is now toy 2; run" in replace(kept, version="toy 2").complaint()


def test_a_story_may_be_added_under_the_same_version(kept):
    more = replace(kept, make=lambda: {**kept.make(), "another life": {}})
    assert "stories came or went" in more.complaint()
    more.renew()
    assert not more.complaint()
