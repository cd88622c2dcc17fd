from datetime import UTC, datetime

import pytest

from tools.importer.report import Kind
from tools.importer.times import Times, TimeUnusable, ZoneUnknown, check_format


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


NAMED = "%d/%m/%Y %H:%M %Z"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("02/03/2026 01:00 UTC", NAMED),
        ("02/03/2026 01:00 GMT", NAMED),
        ("02/03/2026 01:00 Z", NAMED),
        ("02/03/2026 08:00 Asia/Ho_Chi_Minh", NAMED),
        ("02/03/2026 08:00 ICT", NAMED),
        ("Mon, 02 Mar 2026 08:00 ICT", "%a, %d %b %Y %H:%M %Z"),
        ("08:00 ICT 02/03/2026", "%H:%M %Z %d/%m/%Y"),
        ("02/03/2026 08:00 +0700", "%d/%m/%Y %H:%M %z"),
        ("02/03/2026 08:00 +07:00", "%d/%m/%Y %H:%M %z"),
        ("02/03/2026 01:00 Z", "%d/%m/%Y %H:%M %z"),
        ("02/03/2026 08:00 +0700 ICT", "%d/%m/%Y %H:%M %z %Z"),
    ],
)
def test_a_zone_that_the_text_names_counts_whatever_the_default(text, form):
    times = Times(form, "America/New_York", {"ICT": "Asia/Ho_Chi_Minh"})
    assert times.parse(text) == datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["ICT", "CET", "EST", "Mars/Base"])
def test_a_name_that_means_nothing_or_several_things_is_not_guessed(name):
    with pytest.raises(ZoneUnknown, match=name):
        Times(NAMED, "America/New_York").parse(f"02/03/2026 08:00 {name}")


def test_a_text_without_the_zone_that_the_format_has_can_not_be_read():
    with pytest.raises(TimeUnusable):
        Times(NAMED, "America/New_York").parse("02/03/2026 08:00")


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("%Q", "bad directive"),
        ("%", "stray %"),
        ("%Y %Y", "twice"),
        ("%d/%m %H:%M", "no year"),
        ("%Y-%m-%dT%H:%M:%SZ", "'Z' as mere text"),
        ("%Y-%m-%d %H:%M UTC", "'UTC' as mere text"),
        ("%Y-%m-%dT%H:%M:%S+07:00", "'[+]07:00' as mere text"),
        ("%Y-%m-%d %H:%M Asia/Ho_Chi_Minh", "'Asia/Ho' as mere text"),
    ],
)
def test_a_format_by_which_moments_can_not_be_read_is_refused(form, says):
    with pytest.raises(ValueError, match=says):
        check_format(form)


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%S.%f%z", "%Hh%M ngày %d/%m/%Y", "%c", "%d.%m.%y"])
def test_an_honest_format_is_taken(form):
    check_format(form)


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("2026-03-05", "", True),
        ("20260305", "", True),
        ("2026-03-05T00:00", "", False),
        ("2026-03-05 00:00:00+07:00", "", False),
        ("05/03/2026", "%d/%m/%Y", True),
        ("05/03/2026 00:00", "%d/%m/%Y %H:%M", False),
    ],
)
def test_a_date_alone_is_told_from_midnight(text, form, day):
    assert (Times(form, "Asia/Ho_Chi_Minh").day(text) is not None) is day
