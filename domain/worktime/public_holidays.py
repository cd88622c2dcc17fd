from datetime import date

from holidays import country_holidays

from contracts.text import Text

_FIXED = {
    (1, 1): Text(vi="Tết Dương lịch", en="New Year's Day"),
    (4, 30): Text(vi="Ngày Chiến thắng", en="Liberation Day/Reunification Day"),
    (5, 1): Text(vi="Ngày Quốc tế Lao động", en="International Labor Day"),
    (9, 2): Text(vi="Quốc khánh", en="National Day"),
}


def public_holidays(year: int) -> dict[date, Text]:
    """Vietnam's public holidays of one year, with the compensation for holidays that fall on a weekend.

    Labour Code Art. 112 and its predecessors, as the `holidays` package knows them (1901 to 2100; from 1995 with
    compensation). Outside these years only the holidays with a fixed date are known, without Tết and Hùng Kings' day.
    """
    vietnamese = country_holidays("VN", years=year, expand=False, language="vi")
    english = country_holidays("VN", years=year, expand=False, language="en_US")
    if not vietnamese:
        return {date(year, month, day): name for (month, day), name in _FIXED.items()}
    return {day: Text(vi=name, en=english[day]) for day, name in vietnamese.items() if day.year == year}


def make_up_days(year: int) -> frozenset[date]:
    """Weekend days of one year that were worked in exchange for a bridging day off, as far as `holidays` knows them."""
    known = country_holidays("VN", years=year, expand=False)
    return frozenset(day for day in known.weekend_workdays if day.year == year)
