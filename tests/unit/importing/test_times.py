from datetime import UTC, datetime

import pytest

from services.cli.importing.report import Kind
from services.cli.importing.times import Times, TimeUnusable


@pytest.mark.parametrize(
    ("text", "form", "zone"),
    [
        ("2026-03-02T08:00:00.5+07:00", "", ""),
        ("2026-03-02T01:00:00.500Z", "", ""),
        ("2026-03-02 08:00:00.5", "", "Asia/Ho_Chi_Minh"),
        ("02/03/2026 08:00:00.5", "%d/%m/%Y %H:%M:%S.%f", "Asia/Ho_Chi_Minh"),
    ],
)
def test_a_moment_is_a_moment_however_it_is_written(text, form, zone):
    assert Times(form, zone).parse(text) == datetime(2026, 3, 2, 1, 0, 0, 500_000, UTC)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("yesterday", Kind.UNREADABLE_TIME),
        ("2026-02-30T08:00:00Z", Kind.UNREADABLE_TIME),
        ("0001-01-01T00:00:00+14:00", Kind.UNREADABLE_TIME),
        ("9999-12-31T23:59:59-12:00", Kind.UNREADABLE_TIME),
        ("2026-03-02T08:00:00", Kind.TIME_WITHOUT_ZONE),
        ("\x00", Kind.UNREADABLE_TIME),
    ],
)
def test_what_is_no_moment_says_why(text, kind):
    with pytest.raises(TimeUnusable) as refusal:
        Times().parse(text)
    assert refusal.value.kind is kind
