"""What happened in a run, as one hash; on demand, as a story to read."""

from hashlib import blake2b


class Trace:
    """Every decision of the scheduler and everything that reached a server goes in, in order."""

    def __init__(self, *, told: bool = False) -> None:
        self._hash = blake2b(digest_size=16)
        self._told = told
        self.steps = 0

    def chose(self, place: int, among: int) -> None:
        """The scheduler let one callback of so many run."""
        self.steps += 1
        self._hash.update(b"%d/%d;" % (place, among))

    def note(self, *words: object) -> None:
        """Something happened."""
        text = " ".join(map(str, words))
        self._hash.update(text.encode())
        if self._told:
            print(f"{self.steps:6} {text}")  # noqa: T201

    @property
    def digest(self) -> str:
        """The same for the same run, and for no other."""
        return self._hash.hexdigest()
