"""Tasks that are tried until they are done: the world may be down, and comes back. A broken process does not."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import structlog
from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, RetryCallState, retry_if_not_exception_type, wait_exponential_jitter

from chassis.core.fault import is_of_process
from chassis.runtime.bus.trouble import Trouble, kind_of, told
from chassis.runtime.telemetry.observe import Observer

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _Work:
    """One task: the begin of its present attempt, and whether it has failed before, and with what."""

    since: float
    failing: bool = False
    error: BaseException | None = None


class Works:
    """Everything that is tried at present.

    Attributes:
        stopping: what fails is not tried again, for the process is about to end.
        fault: what is wrong with the process itself; then it is stopping, too.
    """

    def __init__(self, observer: Observer, on_fault: Callable[[], None]) -> None:
        self.stopping = False
        self.fault = ""
        self._observer = observer
        self._on_fault = on_fault
        self._works: list[_Work] = []

    @property
    def busy(self) -> bool:
        """True while anything is being tried."""
        return bool(self._works)

    @property
    def failing(self) -> bool:
        """True if any of it failed when it was last tried."""
        return any(work.failing for work in self._works)

    @property
    def troubles(self) -> list[Trouble]:
        """Why what failed did so, as far as the bus is the reason; each reason once."""
        failed = [work.error for work in self._works if isinstance(work.error, KafkaError)]
        return list({told(error): Trouble(kind_of(error), told(error)) for error in failed}.values())

    @property
    def since(self) -> float | None:
        """Begin of the oldest of the present attempts, in seconds of `time.monotonic`; None if there is none."""
        return min((work.since for work in self._works), default=None)

    async def persist(self, task: Callable[[], Awaitable[None]]) -> bool:
        """Repeat a task with back-off until it is done; False if it was given up because the process stops."""
        work = _Work(time.monotonic())
        retrying = AsyncRetrying(
            wait=wait_exponential_jitter(multiplier=0.2, max=10),
            stop=partial(self._gives_up, work),
            retry=retry_if_not_exception_type(asyncio.CancelledError),
            retry_error_callback=lambda _: False,
        )
        self._works.append(work)
        try:
            return await retrying(self._attempt, work, task)
        finally:
            self._works.remove(work)

    async def _attempt(self, work: _Work, task: Callable[[], Awaitable[None]]) -> bool:
        work.since = time.monotonic()
        await task()
        return True

    def _gives_up(self, work: _Work, state: RetryCallState) -> bool:
        work.failing = True
        work.error = error = state.outcome.exception() if state.outcome else None
        if error is not None and is_of_process(error):
            self._break(error)
            return True
        self._observer.retried()
        log.warning("loop.retry", attempt=state.attempt_number, error=f"{type(error).__name__}: {error}"[:300])
        return self.stopping

    def _break(self, error: BaseException) -> None:
        self.fault, self.stopping = f"{type(error).__name__}: {error}"[:300], True
        log.error("process.broken", error=self.fault)
        self._on_fault()
