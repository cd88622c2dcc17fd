"""An asyncio loop without a clock, sockets or threads: who is next is drawn from the seed, time goes where it is told.

Unmodified production code runs on it: tasks, groups, locks, semaphores, timeouts, sleeps. What belongs to a process
that is dead or paused is not run; it is held, each task at the await where it stood.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from random import Random
from typing import Any

from typing_extensions import override

from tests.simulation.trace import Trace


class Mortal:
    """Somebody whose code can be stopped at any await: a process."""

    def __init__(self, name: str, loop: "SimulatedLoop") -> None:
        self.name = name
        self.asyncio = loop
        self.still = False
        self.held: list[asyncio.Handle] = []
        self.tasks: list[asyncio.Task[Any]] = []
        self._context = copy_context()
        self._context.run(OWNER.set, self)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin a task of its own; whatever that begins is its own too."""
        task = self.asyncio.create_task(work, context=self._context.copy())
        self.tasks.append(task)
        return task

    def halt(self) -> None:
        """From this moment on none of its code runs."""
        self.still = True

    def go_on(self) -> None:
        """Run again, from where it stood."""
        self.still = False
        held, self.held = self.held, []
        self.asyncio.ready += held


OWNER: ContextVar[Mortal | None] = ContextVar("owner", default=None)


class SimulatedTask(asyncio.Task[Any]):
    """Its hash is its number, so that sets of tasks have the same order in every run."""

    def __init__(self, work: Coroutine[Any, Any, Any], *, loop: "SimulatedLoop", **names: Any) -> None:
        self.number = next(loop.numbers)
        super().__init__(work, loop=loop, **names)

    def __hash__(self) -> int:
        return self.number


class SimulatedFuture(asyncio.Future[Any]):
    """The same for futures."""

    def __init__(self, *, loop: "SimulatedLoop") -> None:
        self.number = next(loop.numbers)
        super().__init__(loop=loop)

    def __hash__(self) -> int:
        return self.number


class SimulatedLoop(asyncio.BaseEventLoop):
    """See above. The world drives it with `step` and `advance`; `run_until_complete` does both by itself."""

    def __init__(self, rng: Random, trace: Trace) -> None:
        super().__init__()
        self.numbers = itertools.count(1)
        self.ready: list[asyncio.Handle] = []
        self.complaints: list[str] = []
        self._random = rng.random
        self._trace = trace
        self._present = 0.0
        self._timers: list[asyncio.TimerHandle] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Inside, code finds this loop."""
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            yield
        finally:
            asyncio._set_running_loop(before)

    def step(self) -> bool:
        """Run one of the callbacks that are ready; False if none is."""
        ready = self.ready
        among = len(ready)
        if not among:
            return False
        place = int(self._random() * among)
        handle, ready[place] = ready[place], ready[-1]
        ready.pop()
        self._trace.chose(place, among)
        self._run(handle)
        return True

    def advance(self, to: float) -> None:
        """Let time pass; whatever was due until then is ready now, at once."""
        self._present = max(to, self._present)
        timers = self._timers
        while timers and timers[0].when() <= self._present:
            timer = heapq.heappop(timers)
            if not timer.cancelled():
                self.ready.append(timer)

    @property
    def next_timer(self) -> float | None:
        """When somebody wants to be woken."""
        while self._timers and self._timers[0].cancelled():
            heapq.heappop(self._timers)
        return self._timers[0].when() if self._timers else None

    def bury(self, everybody: list[Mortal]) -> None:
        """End all tasks, dead ones too, so that nothing is left behind; their servers must not hear them any more."""
        for mortal in everybody:
            mortal.go_on()
        while tasks := sorted((one for one in asyncio.all_tasks(self) if not one.done()), key=hash):
            for task in tasks:
                task.cancel()
            while self.ready:
                self._run(self.ready.pop(0))
        self.close()

    @staticmethod
    def _run(handle: asyncio.Handle) -> None:
        owner = handle._context.get(OWNER)  # type: ignore[attr-defined]
        if owner is not None and owner.still:
            owner.held.append(handle)
        elif not handle.cancelled():
            handle._run()

    @override
    def time(self) -> float:
        return self._present

    @override
    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.Handle:  # type: ignore[override]
        handle = asyncio.Handle(callback, args, self, context)
        self.ready.append(handle)
        return handle

    @override
    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, timer)
        return timer

    @override
    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._present + delay, callback, *args, context=context)

    @override
    def create_task(  # type: ignore[override]
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Context | None = None
    ) -> SimulatedTask:
        return SimulatedTask(coro, loop=self, name=name, context=context)

    @override
    def create_future(self) -> SimulatedFuture:
        return SimulatedFuture(loop=self)

    @override
    def run_in_executor(self, *_: Any) -> Any:
        raise NotImplementedError("a thread has no place in a world that can be repeated")

    @override
    def call_exception_handler(self, context: dict[str, Any]) -> None:  # type: ignore[override]
        self.complaints.append(f"{context['message']}: {context.get('exception')!r}")

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are dropped when their time comes."""

    def _run_once(self) -> None:
        """What `run_until_complete` repeats."""
        if self.step():
            return
        if (upcoming := self.next_timer) is None:
            raise AssertionError("everybody waits and nobody will ever come")
        self.advance(upcoming)
