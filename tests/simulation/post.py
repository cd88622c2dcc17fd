"""The post office of the simulated world: carriers fail, are slow, lose answers, and remember what they took."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from contracts.notify import Medium
from services.notify.adapters.carrier import Carrier, CarrierError, Handing, Parcel
from services.notify.adapters.contacts import Contact
from tests.simulation.wire import Wire

MEDIA: tuple[Medium, ...] = ("email", "sms", "counter")


@dataclass(frozen=True)
class Delivery:
    """A message was handed over at this step; `in_turn`: by the process whose partition it was."""

    step: int
    in_turn: bool


class Post:
    """Everything that was ever handed over, by message."""

    def __init__(self) -> None:
        self.delivered: dict[str, list[Delivery]] = defaultdict(list)

    @property
    def letters(self) -> int:
        """How many in all."""
        return sum(map(len, self.delivered.values()))


class FarCarrier(Carrier):
    """One process's way to the post office."""

    def __init__(self, medium: Medium, post: Post, wire: Wire, in_turn: Callable[[], bool]) -> None:
        self._medium = medium
        self._in_turn = in_turn
        self._post = post
        self._wire = wire

    @property
    def medium(self) -> Medium:
        """See Carrier."""
        return self._medium

    async def send(self, parcel: Parcel, handing: Handing) -> None:
        """See Carrier. It may say no and have taken it all the same; a mail server answers late, or never."""
        wire, rng = self._wire, self._wire.sky.rng
        if wire.draw("send") or wire.refuses():
            raise CarrierError("refused", down=rng.random() < 0.5, permanent=rng.random() < 0.1)
        await wire.wait()
        if self._medium == "email":
            handing()
        self._post.delivered[parcel.message_id].append(Delivery(wire.sky.trace.steps, self._in_turn()))
        wire.sky.trace.note(wire.owner.name, "delivered", parcel)
        if wire.draw("sent") or wire.refuses():
            wire.sky.fault("lost answers", wire.owner.name)
            raise CarrierError("no answer", down=rng.random() < 0.5, doubtful=self._medium == "email")
        await wire.wait()


class FarContacts:
    """One process's way to the address book."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def find(self, applicant_ref: str) -> Contact | None:
        """The last letter of a reference says how its person is reached."""
        await self._wire.wait()
        if self._wire.refuses():
            raise CarrierError("contacts", down=True)
        match applicant_ref[-1]:
            case "e":
                return Contact(name="E", email="e@example.org")
            case "p":
                return Contact(name="P", phone="+84900000000")
            case "b":
                return Contact(name="B", email="b@example.org", phone="+84900000000")
            case _:
                return None
