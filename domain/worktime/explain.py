"""Why a date is what it is, in sentences that a citizen can check with a calendar in hand."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from contracts.text import Lines
from domain.worktime.calendar import Reason
from domain.worktime.clock import Clock, Wait
from domain.worktime.reckon import to_local
from domain.worktime.working_out import Line, days_of

MOST_NAMED = 150
"""So many named days off are told of; a limit of many years has more."""

_WHOLE_DAY = 86_400
"""Seconds."""
_CAUSES = {
    "supplement": ("chờ bổ sung hồ sơ", "waiting for documents"),
    "payment": ("chờ thực hiện nghĩa vụ tài chính", "waiting for a payment"),
    "consultation": ("chờ ý kiến cơ quan khác", "waiting for another agency's opinion"),
    "force-majeure": ("bất khả kháng", "force majeure"),
}
_NAMED = (Reason.HOLIDAY, Reason.DAY_OFF, Reason.MAKE_UP)


class _Said(NamedTuple):
    """One line in both languages."""

    vi: str
    en: str


def explain(clock: Clock) -> Lines:
    """The working-out of a running clock: from when, how many days, which days off and why, who was waited for.

    Raises:
        ClockError: the clock stands, so there is no due moment to explain.
    """
    days = days_of(clock)
    said = [_began(clock), *_again(clock), *_counted(days), *_off(days), *_waited(clock), _ends(clock)]
    return Lines(vi=tuple(line.vi for line in said), en=tuple(line.en for line in said))


def _began(clock: Clock) -> _Said:
    at = to_local(clock.started)
    if clock.limit is None:
        promised = to_local(clock.promised or clock.started)
        return _Said(
            f"Bắt đầu tính: {_vi(at)}; ngày đã hẹn: {_vi(promised)}",
            f"Counted from {_en(at)}; date given: {_en(promised)}",
        )
    limit = clock.limit.spelled
    return _Said(f"Bắt đầu tính: {_vi(at)}; thời hạn: {limit.vi}", f"Counted from {_en(at)}; limit: {limit.en}")


def _again(clock: Clock) -> Iterator[_Said]:
    if clock.counted_from != clock.started:
        fresh = to_local(clock.counted_from)
        yield _Said(f"Tính lại từ đầu: {_vi(fresh)}", f"Counted anew from {_en(fresh)}")


def _counted(days: Iterable[Line]) -> Iterator[_Said]:
    """How many days count, and from which to which."""
    counted = [day for day in days if day.counted]
    if not counted:
        return
    first, last, total = counted[0].on, counted[-1].on, sum(day.counted for day in counted)
    if all(day.counted == _WHOLE_DAY for day in counted):
        yield _Said(
            f"Tính {len(counted)} ngày, {_days_vi(first, last)}",
            f"Counted: {_n(len(counted), 'day')}, {_days_en(first, last)}",
        )
    else:
        vi, en = _hours(total)
        yield _Said(
            f"Tính {vi} làm việc trong {len(counted)} ngày, {_days_vi(first, last)}",
            f"Counted: {en} of office hours on {_n(len(counted), 'day')}, {_days_en(first, last)}",
        )


def _off(days: Iterable[Line]) -> Iterator[_Said]:
    """Weekends together; holidays, days off and make-up days each by its name."""
    days = list(days)
    weekends = sum(day.reason is Reason.WEEKEND for day in days)
    if weekends:
        yield _Said(f"Không tính {weekends} ngày nghỉ cuối tuần", f"Not counted: {_n(weekends, 'day')} of weekends")
    runs = list(_runs(days))
    for first, last in runs[:MOST_NAMED]:
        worked, name = first.reason is Reason.MAKE_UP, first.name
        yield _Said(
            f"{'Có tính' if worked else 'Không tính'} {_days_vi(first.on, last.on)}: {name.vi}",
            f"{'Counted' if worked else 'Not counted'}, {_days_en(first.on, last.on)}: {name.en}",
        )
    if len(runs) > MOST_NAMED:
        rest = len(runs) - MOST_NAMED
        yield _Said(f"và {rest} ngày nghỉ khác", f"and {_n(rest, 'other day')} off")


def _runs(days: Iterable[Line]) -> Iterator[tuple[Line, Line]]:
    """First and last of every run of days with one name that is worth telling."""
    for (reason, _), run in groupby(days, key=lambda day: (day.reason, day.name)):
        if reason in _NAMED:
            first, *rest = run
            yield first, rest[-1] if rest else first


def _waited(clock: Clock) -> Iterator[_Said]:
    """Every wait that made the clock stand."""
    for wait in sorted(clock.waits, key=lambda wait: wait.since):
        if wait.effect != "nothing" and wait.until is not None and wait.until > clock.started:
            yield _wait(wait, wait.until)


def _wait(wait: Wait, until: datetime) -> _Said:
    vi, en = _CAUSES.get(wait.cause, (wait.cause, wait.cause))
    by_vi, by_en = (f" (theo yêu cầu của {wait.by})", f" (asked for by {wait.by})") if wait.by else ("", "")
    since, end = to_local(wait.since), to_local(until)
    return _Said(
        f"Tạm dừng từ {_vi(since)} đến {_vi(end)}: {vi}{by_vi}",
        f"Paused from {_en(since)} to {_en(end)}: {en}{by_en}",
    )


def _ends(clock: Clock) -> _Said:
    due = to_local(clock.due or clock.started)
    return _Said(f"Đến hạn: {_vi(due)}", f"Due: {_en(due)}")


def _hours(seconds: int) -> tuple[str, str]:
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [(hours, "giờ", "h"), (minutes, "phút", "min"), (rest, "giây", "s")]
    told = [part for part in parts if part[0]] or parts[:1]
    return " ".join(f"{n} {vi}" for n, vi, _ in told), " ".join(f"{n} {en}" for n, _, en in told)


def _n(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _vi(at: datetime) -> str:
    return f"{at:%H:%M} ngày {at:%d/%m/%Y}"


def _en(at: datetime) -> str:
    return f"{at:%H:%M} on {at:%Y-%m-%d}"


def _days_vi(first: date, last: date) -> str:
    return f"{first:%d/%m/%Y}" if first == last else f"từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}"


def _days_en(first: date, last: date) -> str:
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
