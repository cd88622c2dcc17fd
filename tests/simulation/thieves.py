"""A thief: he has one agency's key and its right to write to the bus, and speaks in other agencies' names.

What must come of it: `laws_records.py`. The world in which he lives is one where agencies sign (`keys.Keyring`).
"""

from dataclasses import replace
from datetime import timedelta

from chassis.runtime.bus.record import Message, message_of
from contracts import claims, intake, routing
from contracts.envelope import AnyEvent, Payload, new_event
from lienthong_agency.signing import HEADER, SigningKey, sign
from tests.signing import key_of
from tests.simulation.bus import BusRecord
from tests.simulation.keys import Keyring
from tests.simulation.voice import Voice

AGENCY = "H29.07"
"""Whose key he has. Dossiers come to this agency now and then, as to any other."""

STOLEN = 0.3
"""How often he makes something of a hand-over, or of a receipt."""

OVERHEARD = 20
"""Signed records of others that he remembers."""


class Thief:
    """He hears what everybody hears."""

    def __init__(self, voice: Voice, keyring: Keyring) -> None:
        self._voice = voice
        self._keyring = keyring
        self._overheard: list[BusRecord] = []
        self._told: set[tuple[object, ...]] = set()
        self.ids: set[str] = set()

    def told(self, record: BusRecord) -> bool:
        """Whether a record is one of his, or a copy that somebody made of it."""
        return (record.topic, record.value, record.headers) in self._told

    def hear(self, event: AnyEvent, record: BusRecord) -> None:
        """Perhaps make something of an event."""
        if not self._keyring.used:
            return
        match event.data:
            case claims.AgencyReported() as data if data.agency != AGENCY:
                self._overheard = [*self._overheard, record][-OVERHEARD:]
            case routing.DossierTransferred() as data if data.to_agency != AGENCY:
                self._perhaps(event, self._report, data.to_agency)
            case intake.DossierReceived() as data:
                self._perhaps(event, self._withdraw, data.receiving_unit)

    def _perhaps(self, event: AnyEvent, lie: object, victim: str) -> None:
        if self._voice.chance(STOLEN):
            self._voice.later(lie, event, victim)  # type: ignore[arg-type]

    def _report(self, event: AnyEvent, victim: str) -> None:
        """What would move the dossier, or its clock, if the agency that holds it said so."""
        step = event.data.step
        claim = self._voice.rng.choice(
            (
                claims.FinishedStep(step=step),
                claims.TookCustody(step=step),
                claims.Forwards(step=step, to_agency=AGENCY),
                claims.NeedsPayment(step=step, amount=1000),
                claims.Suspends(step=step, reason="storm"),
                claims.AsksOpinion(step=step, of_agency=AGENCY, question="is it so?", limit="1 working-days"),
                claims.Recalls(reason="taken in by mistake"),
                claims.ExplainsDelay(
                    step=step,
                    cause="nobody there",
                    owner="officer-1",
                    plan="hurry",
                    target=self._voice.now(event.timeline) + timedelta(days=9),
                ),
            )
        )
        self._say(event, claims.AgencyReported(agency=victim, claim=claim), victim, event.subject)

    def _withdraw(self, event: AnyEvent, victim: str) -> None:
        """As if the citizen had taken the dossier back at the victim's counter."""
        data = claims.IntakeSubmitted(submission_id=event.correlationid, claim=claims.Withdrawal())
        self._say(event, data, victim, event.correlationid)

    def _say(self, about: AnyEvent, data: Payload, victim: str, subject: str) -> None:
        if not self._keyring.counts():
            return
        number = self._voice.rng.random()
        event = new_event(
            data,
            source=f"/agency/{victim}",
            subject=subject,
            time=self._voice.now(about.timeline),
            correlationid=about.correlationid,
            unique=("stolen", number),
            timeline=about.timeline,
        )
        self.ids.add(event.id)
        message = self._voice.rng.choice((self._bare, self._by_his_key, self._under_their_kid, self._transplanted))(
            event
        )
        self._voice.bus.append(message)
        self._told.add((message.topic, message.value, message.headers))

    def _bare(self, event: AnyEvent) -> Message:
        return message_of(event)

    def _by_his_key(self, event: AnyEvent) -> Message:
        return self._with(event, key_of(AGENCY))

    def _under_their_kid(self, event: AnyEvent) -> Message:
        victim = event.source.removeprefix("/agency/")
        return self._with(event, replace(key_of(AGENCY), kid=key_of(victim).kid))

    def _transplanted(self, event: AnyEvent) -> Message:
        """With a signature that he overheard."""
        proofs = [one for record in self._overheard for one in record.headers if one[0] == HEADER]
        if not proofs:
            return self._bare(event)
        message = message_of(event)
        return replace(message, headers=(*message.headers, self._voice.rng.choice(proofs)))

    def _with(self, event: AnyEvent, key: SigningKey) -> Message:
        message = message_of(event)
        return replace(message, headers=(*message.headers, (HEADER, sign(message.value or b"", key))))
