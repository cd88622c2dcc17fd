"""The invariants of chassis.core.settle, each for any document in any round."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from hypothesis import strategies as st

from chassis.core.arrival import Arrival
from chassis.core.decision import Decision, Effect, Timer
from chassis.core.document import Document, Fact, Schedule
from chassis.core.folding import IncrementalFold
from chassis.core.job import Job
from chassis.core.settle import LAST, Settlement, settle
from chassis.core.stream_time import INSTANT, Timeline
from contracts.envelope import LIVE, AnyEvent
from contracts.intake import DossierPaid
from tests.given import fact, suppose

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TICKED = "history"
PRESENT = START + timedelta(hours=5)
TIMELINES = {TICKED: Timeline(acted={0: PRESENT})}
"""On the timeline that ticks tell, everything until then is acted on."""

moments = st.integers(0, 20).map(lambda hours: START + timedelta(hours=hours, microseconds=hours))
timelines = st.sampled_from([LIVE, TICKED])
EVENTS = [fact(DossierPaid(amount=number + 1), START, number) for number in range(12)]


@dataclass(frozen=True)
class Case:
    """A decided document, and the round in which it was decided."""

    job: Job
    now: datetime | None
    redelivered: bool

    @cached_property
    def settlement(self) -> Settlement:
        return settle(self.job, TIMELINES, now=self.now, redelivered=self.redelivered)

    @property
    def saved_version(self) -> int:
        """The version of the document once it is saved."""
        return self.job.doc.version + self.settlement.saved

    @property
    def own(self) -> list[Fact]:
        return [fact for fact in self.job.doc.facts.values() if fact.own]

    @property
    def new(self) -> list[Fact]:
        """What this save brings in of its own."""
        return [fact for fact in self.own if fact.version == self.saved_version > self.job.doc.version]


@st.composite
def documents(draw: st.DrawFn, *, unsent_too: bool) -> Document:
    """A document as it was saved some times: with facts of others, own ones, and perhaps some unsent."""
    version = draw(st.integers(1, 4)) if unsent_too else draw(st.integers(0, 4))
    unsent = draw(st.integers(1, version)) if unsent_too else None
    due = draw(moments if unsent is not None else st.none() | moments)
    doc = Document("D.1", version=version, due=due, timeline=draw(timelines), unsent=unsent, stream_time=START)
    for event in EVENTS[: draw(st.integers(0, 6))] if version else ():
        saved = draw(st.integers(1, version))
        caused = Fact(event, event.to_json(), saved, draw(st.booleans()), draw(st.integers(1, saved)))
        doc.fact_versions[event.identity], doc.facts[event.identity] = saved, caused
    return doc


@st.composite
def cases(draw: st.DrawFn, *kinds: str, unsent_too: bool | None = None, refused: bool = False) -> Case:
    """What a batch, a sweep, or what came of effects, did to a document; or a batch of which everything was refused."""
    doc = draw(documents(unsent_too=draw(st.booleans()) if unsent_too is None else unsent_too))
    kind = draw(st.sampled_from(kinds or ("batch", "outcomes", "sweep")))
    now = draw(moments) if kind == "sweep" else None
    job = Job(doc, IncrementalFold(doc), failed=draw(st.sampled_from(["", "", "", "can not decide"])))
    if kind != "sweep":
        job.parked = draw(st.booleans())
        job.broker_timestamp = None if job.parked else draw(moments)
        most = 0 if refused else 2
        arrived = draw(st.lists(st.sampled_from(EVENTS[6:9]), max_size=most, unique_by=lambda event: event.identity))
        for event in arrived:
            clock = TICKED if job.parked else draw(timelines)
            moved: AnyEvent = event.model_copy(update={"timeline": clock, "time": draw(moments)})
            if doc.add(moved, moved.to_json(), own=kind == "outcomes"):
                job.fresh.append(Arrival(moved))
        job.repeats = draw(st.lists(st.integers(1, doc.version), max_size=most)) if doc.version else []
    if not job.parked:
        for event in EVENTS[9 : 9 + draw(st.integers(0, 2))]:
            doc.add(event, event.to_json(), own=True, cause=draw(st.sampled_from([None, *job.repeats])))
        timer = draw(st.none() | st.builds(Timer, moments | st.just(LAST), timelines))
        effects = draw(st.sampled_from([(), (Effect("effect", "do it"),)]))
        job.decision = Decision() if job.failed else Decision(timer=timer, effects=effects)
    return Case(job, now, kind == "batch")


@suppose(case=cases())
def test_nothing_is_published_before_it_is_saved(case: Case) -> None:
    assert all(fact.own and fact.version <= case.saved_version for fact in case.settlement.publish)
    if case.job.failed:
        assert case.saved_version == case.job.doc.version


@suppose(case=cases())
def test_everything_that_a_save_brings_in_and_everything_unsent_is_published(case: Case) -> None:
    published, unsent = case.settlement.publish, case.job.doc.unsent
    assert all(fact in published for fact in case.new)
    if unsent is not None:
        assert all(fact in published for fact in case.own if unsent <= fact.version <= case.saved_version)


@suppose(case=cases())
def test_a_save_that_no_batch_brings_back_is_found_by_a_sweep(case: Case) -> None:
    settlement, brought_back = case.settlement, case.job.fresh or case.job.repeats
    if settlement.saved and not (case.redelivered and brought_back):
        assert settlement.at_save.due is not None
        assert settlement.at_save.unsent is not None
        assert settlement.at_save.unsent <= case.saved_version


@suppose(case=cases("batch", unsent_too=False))
def test_a_redelivery_publishes_what_the_saves_of_its_facts_caused_and_nothing_else(case: Case) -> None:
    job = case.job
    saves = {*job.repeats, *([case.saved_version] if case.settlement.saved else [])}
    caused = [fact for fact in case.own if fact.cause in saves or fact.version in saves]
    saved = [fact for fact in caused if fact.version <= case.saved_version]
    assert case.settlement.publish == sorted(saved, key=lambda fact: fact.version)


@suppose(case=cases(unsent_too=True))
def test_while_something_is_unsent_the_save_leaves_its_timer_alone_unless_a_tick_comes_first(case: Case) -> None:
    before, at_save = case.job.doc.schedule, case.settlement.at_save
    assert at_save.unsent == before.unsent
    assert at_save.due is not None
    assert at_save == before or (case.job.parked and case.redelivered and at_save.timeline == TICKED)


@suppose(case=cases(unsent_too=False))
def test_unsent_is_set_only_by_a_save_that_no_batch_brings_back(case: Case) -> None:
    settlement = case.settlement
    if settlement.at_save.unsent is not None:
        assert settlement.at_save.unsent == case.saved_version
        assert settlement.saved
        assert not case.redelivered or not (case.job.fresh or case.job.repeats)


@suppose(case=cases("batch", unsent_too=False, refused=True))
def test_what_is_emitted_although_all_arrivals_were_refused_is_brought_back_by_a_sweep(case: Case) -> None:
    settlement = case.settlement
    assert settlement.publish == case.new
    if case.new:
        assert settlement.at_save.unsent == case.saved_version
        assert settlement.at_save.due is not None


@suppose(case=cases("outcomes"))
def test_a_sweep_brings_back_what_came_of_effects_until_all_further_ones_are_carried_out(case: Case) -> None:
    settlement = case.settlement
    through = not case.job.failed and not case.job.decision.effects
    if settlement.at_save.unsent is not None and through:
        assert settlement.after_publish is not None
        assert settlement.after_publish.unsent is None
    else:
        assert settlement.after_publish is None


@suppose(case=cases("batch"))
def test_a_batch_moves_a_timer_with_its_save_alone_unless_everything_in_it_was_refused(case: Case) -> None:
    after, brought_back = case.settlement.after_publish, case.job.fresh or case.job.repeats
    assert after is None or not brought_back


@suppose(case=cases("sweep"))
def test_after_a_sweep_nothing_is_unsent(case: Case) -> None:
    after = case.settlement.after_publish
    assert after is not None
    assert after.unsent is None


@suppose(case=cases("sweep"))
def test_no_sweep_meets_a_document_twice(case: Case) -> None:
    after = case.settlement.after_publish
    if case.now is not None:
        assert after is not None
        assert after.due is None or after.due > case.now


@suppose(case=cases("sweep"))
def test_what_a_sweep_can_not_decide_is_looked_at_again(case: Case) -> None:
    after = case.settlement.after_publish
    if case.now is not None and case.job.failed:
        assert after is not None
        assert after.due is not None


@suppose(case=cases("batch"))
def test_what_is_parked_is_taken_up_by_a_tick_that_is_still_to_come(case: Case) -> None:
    if case.job.parked and case.redelivered and case.job.fresh and not case.job.failed:
        before, (due, timeline, _) = case.job.doc.schedule, case.settlement.at_save
        taken_up = min(max(arrival.event.time, PRESENT + INSTANT) for arrival in case.job.fresh)
        assert timeline == TICKED
        assert due == (min(before.due, taken_up) if before.due and before.timeline == TICKED else taken_up)


def settled(timer: datetime, heard: datetime | None) -> Schedule:
    doc = Document("D.1")
    job = Job(doc, IncrementalFold(doc), decision=Decision(timer=Timer(timer)), broker_timestamp=heard)
    job.doc.add(EVENTS[0], EVENTS[0].to_json(), own=False)
    job.fresh.append(Arrival(EVENTS[0]))
    return settle(job, {}).at_save


@suppose(timer=moments, heard=st.none() | moments)
def test_a_timer_is_due_neither_before_its_moment_nor_before_it_was_heard_of(
    timer: datetime, heard: datetime | None
) -> None:
    due = settled(timer, heard).due
    assert due is not None
    assert due.microsecond % 1000 == 0
    earliest = max(timer, heard) if heard else timer
    assert timedelta() <= due - earliest < timedelta(milliseconds=1)
