"""An auditor's look at every signature on the bus: who signed how much with which key, and what nobody may rely on.

It goes by the same check as the services, and by all keys that the root ever told of. Records are judged by several
processes, because verifying them is nearly all of the work.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context

from chassis.core.agency_keys import NO_KEYS, learn, trust
from chassis.core.signatures import signer
from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.key_reader import proved_statement
from chassis.runtime.bus.record import Kept, Record, place_of, read_record, taken_in_at
from chassis.runtime.bus.signed import SIGNED, Signatures
from chassis.runtime.bus.streams import pages, records
from chassis.runtime.dead_letters import refusal
from chassis.runtime.settings import Settings
from contracts.keys import AgencyKey
from contracts.topics import BadEventError, UnknownTypeError

TOPICS = tuple(sorted(SIGNED))
"""The topics on which agencies speak."""

PAGES_AHEAD = 2
"""Pages for each process that are read before it needs them. With one, it waits for the bus; more only fill memory."""

MOST_LISTED = 1_000
"""Bad records that are kept to be listed. A thief can write millions; all are counted."""


@dataclass(frozen=True)
class BadRecord:
    """A record without its agency's signature.

    Attributes:
        place: topic/partition/offset.
        agency: the code that its source names.
        code: what its signature lacks (`chassis.core.signatures.Code`).
    """

    place: str
    agency: str
    code: str


@dataclass
class Audit:
    """What was found.

    Attributes:
        signed: records by agency and `kid`, whose signature was proved.
        unsigned: records of agencies from before they had to sign, by agency.
        others: records of portals and imports, which sign nothing.
        unreadable: records that are no events; who sent them is not known, or they are signed.
        bad: records without their agency's signature, by agency and code.
        listed: the first of those, with their places.
    """

    signed: Counter[tuple[str, str]] = field(default_factory=Counter)
    unsigned: Counter[str] = field(default_factory=Counter)
    others: int = 0
    unreadable: int = 0
    bad: Counter[tuple[str, str]] = field(default_factory=Counter)
    listed: list[BadRecord] = field(default_factory=list)

    def add(self, found: "Audit") -> None:
        """Put together with what another process found."""
        self.signed += found.signed
        self.unsigned += found.unsigned
        self.others += found.others
        self.unreadable += found.unreadable
        self.bad += found.bad
        self.listed = sorted([*self.listed, *found.listed], key=lambda one: one.place)[:MOST_LISTED]


@dataclass(frozen=True)
class Judge:
    """What another process judges by; keys travel as statements, for a verifier can not be sent.

    Attributes:
        root: the root's public key, in BASE64URL.
        cluster: the name of the cluster.
        told: the root's statements with the broker's timestamps, those of one agency in their order.
    """

    root: str
    cluster: str
    told: tuple[tuple[AgencyKey, datetime], ...]

    @property
    def signatures(self) -> Signatures:
        """All keys that were ever told of."""
        keys = NO_KEYS
        for data, taken_in in self.told:
            keys = learn(keys, data, taken_in)
        return Signatures(keys, trust(self.root, self.cluster))


async def audit(settings: Settings, topics: Sequence[str], jobs: int, on_records: Callable[[int], None]) -> Audit:
    """Look at every record that is on these topics now.

    Args:
        settings: say where the bus answers, and by which root keys are believed.
        topics: of `TOPICS`.
        jobs: processes that judge.
        on_records: told again and again how many more records were judged.

    Raises:
        RootKeyError: the root's public key is none.
        BusError: the bus does not answer.
    """
    judge = await _judge(settings.bus, settings.root_key, settings.cluster)
    found, at_work = Audit(), set[asyncio.Future[Audit]]()
    context = get_context("spawn")  # a copy of this process would share its connections
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(judge,)) as pool:
        async for page in pages(settings.bus, list(topics)):
            at_work.add(_handed(pool, page))
            if len(at_work) >= jobs * PAGES_AHEAD:
                done, at_work = await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
                for one in done:
                    found.add(one.result())
            on_records(len(page))
        for one in at_work:
            found.add(await one)
    return found


async def _judge(bus: Bus, root: str, cluster: str) -> Judge:
    trusted, told = trust(root, cluster), list[tuple[AgencyKey, datetime]]()
    async with Admin(bus):  # says clearly where the bus does not answer
        async for record in records(bus, [AgencyKey.TYPE]):
            if statement := proved_statement(record, trusted):
                told.append((statement, taken_in_at(record)))
    return Judge(root, cluster, tuple(told))


def _handed(pool: Executor, page: Sequence[Record]) -> "asyncio.Future[Audit]":
    plain = [Kept(r.topic, r.partition, r.timestamp, r.key, r.value, r.offset, tuple(r.headers)) for r in page]
    return asyncio.get_running_loop().run_in_executor(pool, _judged, plain)


_SIGNATURES: list[Signatures] = []
"""What this process judges by; made once, because each page would need it again."""


def _begin(judge: Judge) -> None:
    _SIGNATURES.append(judge.signatures)


def _judged(page: Sequence[Kept]) -> Audit:
    return judged(page, _SIGNATURES[-1])


def judged(page: Sequence[Record], signatures: Signatures) -> Audit:
    """What is found in some records."""
    found = Audit()
    for record in page:
        try:
            event = read_record(record, signatures=signatures)
        except UnknownTypeError:
            found.unreadable += 1
        except BadEventError as error:
            _put_aside(found, record, error, signatures)
        else:
            agency = signer(event.source)
            if event.signed_by:
                found.signed[agency, event.signed_by] += 1
            elif agency:
                found.unsigned[agency] += 1
            else:
                found.others += 1
    return found


def _put_aside(found: Audit, record: Record, error: Exception, signatures: Signatures) -> None:
    reason, sender = refusal(record, error, signatures)
    if not reason.startswith("signature: "):
        found.unreadable += 1
        return
    agency, code = sender.agency if sender else "", reason.split(": ")[1]
    found.bad[agency, code] += 1
    found.listed.append(BadRecord("/".join(map(str, place_of(record).values())), agency, code))
