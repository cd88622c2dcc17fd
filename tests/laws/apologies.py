"""What has to be true of the apologies that sla says are owed: one for each lateness, and none for nothing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chassis.core.document import Document
from contracts import sla
from contracts.envelope import AnyEvent
from tests.laws.findings import Findings

OF_CITIZENS = (sla.WHOLE, sla.NEW_DATE)


@dataclass(frozen=True)
class _Lateness:
    """What is on record of one dossier's missed dates.

    Attributes:
        standing: overdue events that hold, by id.
        retracted: since when an overdue was known not to hold, by its id.
        told: apologies by the overdue that each is for.
        withdrawn: overdues whose apology was for nothing.
    """

    standing: dict[str, AnyEvent]
    retracted: dict[str, datetime]
    told: dict[str, AnyEvent]
    withdrawn: set[str]

    def first(self, overdue_id: str) -> str:
        """The overdue whose apology stands for this one."""
        return self.told[overdue_id].data.covered_by or overdue_id


def _lateness(doc: Document) -> _Lateness:
    events = list(doc.events)
    retracted = {e.data.overdue_id: e.time for e in events if isinstance(e.data, sla.DossierOverdueRetracted)}
    late = [e for e in events if isinstance(e.data, sla.DossierOverdue) and e.data.deadline in OF_CITIZENS]
    return _Lateness(
        standing={e.id: e for e in late if e.id not in retracted},
        retracted=retracted,
        told={e.data.overdue_id: e for e in events if isinstance(e.data, sla.ApologyRequired)},
        withdrawn={e.data.overdue_id for e in events if isinstance(e.data, sla.ApologyWithdrawn)},
    )


def every_lateness_has_one_apology_that_stands(found: Findings) -> Iterator[str]:
    """Of its own, or one that was said for a date that counts as missed no more; none stands for two."""
    for doc in found.documents("sla").values():
        late = _lateness(doc)
        yield from (f"{doc.key}: none for {one}" for one in late.standing if one not in late.told)
        firsts = Counter(late.first(one) for one in late.standing if one in late.told)
        for first, times in firsts.items():
            if times > 1 or first in late.withdrawn or late.first(first) != first:
                yield f"{doc.key}: {first} stands for {times}, withdrawn: {first in late.withdrawn}"


def no_apology_stands_for_nothing(found: Findings) -> Iterator[str]:
    """It is withdrawn once no missed date stands in the place of its own, and never else."""
    for doc in found.documents("sla").values():
        late, now = _lateness(doc), found.present(doc.timeline)
        for first in (one for one in late.told if late.first(one) == one):
            covered = {one for one in late.told if late.first(one) == first}
            stands = not covered.isdisjoint(late.standing)
            since = max(late.retracted.get(one, now) for one in covered)
            if (first in late.withdrawn) == stands and (stands or since < now):
                yield f"{doc.key}: {first} stands: {stands}, withdrawn: {first in late.withdrawn}"
        yield from (f"{doc.key}: {one} was never said" for one in late.withdrawn - late.told.keys())


def an_apology_tells_the_new_date_given_with_it(found: Findings) -> Iterator[str]:
    """All of form 04 that was said of the same moment, so that who writes the letter asks nobody else."""
    for doc in found.documents("sla").values():
        forms = {
            e.data.overdue_id: e
            for e in doc.events
            if isinstance(e.data, sla.DossierRescheduled) and e.data.kind == "late" and e.time == e.data.old_date
        }
        for overdue_id, apology in _lateness(doc).told.items():
            form, told = forms.get(overdue_id), apology.data
            if (form.id if form else "") != told.rescheduled_id or (form and _content(form.data) != _content(told)):
                yield f"{doc.key}: {overdue_id} tells {told.new_date}"


def _content(data: sla.DossierRescheduled | sla.ApologyRequired) -> tuple[object, ...]:
    form = (data.cause, data.cause_en, data.signer, data.in_person, data.working_out)
    return (data.new_date, data.agency, data.officer, *form)


APOLOGIES = (
    every_lateness_has_one_apology_that_stands,
    no_apology_stands_for_nothing,
    an_apology_tells_the_new_date_given_with_it,
)
