from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from services.rating.adapters.figures import FEWEST, Cell, shown


def cell(count: int, share: float = 1.0, **where: str | None) -> Cell:
    place = {"month": "2026-01", "agency": "H29.03", "officer": "CC-1", "channel": "web", **where}
    return Cell(**place, count=count, points=round(10 * count * share), of=10 * count)


def shares(cells: list[Cell], by: str) -> dict[str, float | None]:
    return {figure.key: figure.share for figure in shown(cells, by)}


def test_an_officers_month_of_one_rating_does_not_follow_from_the_other_months() -> None:
    lonely = cell(1, 0.0, month="2026-02")
    cells = [cell(8), lonely, cell(6, month="2026-03"), cell(20, officer="CC-2", month="2026-02")]
    assert shares([lonely], "officer") == {"CC-1": None}
    assert shares(cells, "officer")["CC-1"] == 1.0  # with the bad one it would be 14 of 15
    assert next(figure for figure in shown(cells, "officer") if figure.key == "CC-1").hidden == 1


def test_an_officers_few_ratings_do_not_follow_from_the_agencys() -> None:
    cells = [cell(8), cell(1, 0.0, officer="CC-2")]
    assert shares(cells, "agency") == {"H29.03": 1.0}
    assert shares(cells, "officer") == {"CC-1": 1.0, "CC-2": None}


def test_an_agencys_few_ratings_do_not_follow_from_the_sum_of_all() -> None:
    cells = [cell(8), cell(1, 0.0, agency="H29.05", officer="CC-9")]
    assert shares(cells, "month") == {"2026-01": 1.0}
    assert shares(cells, "channel") == {"web": 1.0}


def test_few_ratings_of_several_officers_are_shown_under_their_agency() -> None:
    cells = [cell(3, officer="CC-1"), cell(3, 0.0, officer="CC-2")]
    assert shares(cells, "officer") == {"CC-1": None, "CC-2": None}
    assert shares(cells, "agency") == {"H29.03": 0.5}


def test_ratings_that_name_no_officer_are_of_the_agency_alone() -> None:
    assert shares([cell(5, officer=None)], "officer") == {}
    assert shares([cell(5, officer=None)], "agency") == {"H29.03": 1.0}


CELLS = st.lists(
    st.builds(
        cell,
        st.integers(1, 7),
        st.sampled_from([0.0, 0.5, 1.0]),
        month=st.sampled_from(["2026-01", "2026-02"]),
        agency=st.sampled_from(["H29.03", "H29.05"]),
        officer=st.sampled_from(["CC-1", "CC-2", None]),
        channel=st.sampled_from(["web", "post"]),
    ),
    max_size=12,
    unique_by=lambda cell: (cell.month, cell.agency, cell.officer, cell.channel),
)


@given(CELLS)
def test_every_difference_of_two_figures_is_of_enough_ratings_or_of_none(cells: list[Cell]) -> None:
    """Of a month and of all, of an agency and its officers, of all and the agencies."""
    for month in ("2026-01", "2026-02"):
        there = [cell for cell in cells if cell.month == month]
        by = {name: sum(figure.count for figure in shown(there, name)) for name in ("month", "agency", "channel")}
        for agency, group in groupby(sorted(there, key=lambda cell: cell.agency), key=lambda cell: cell.agency):
            ours = list(group)
            told = next(figure.count for figure in shown(ours, "agency") if figure.key == agency)
            officers = sum(figure.count for figure in shown(ours, "officer"))
            assert told - officers == 0 or told - officers >= FEWEST
        assert by["month"] - by["agency"] == 0 or by["month"] - by["agency"] >= FEWEST
        assert by["month"] == by["channel"]
        for name in ("officer", "agency", "month", "channel"):
            for figure in shown(cells, name):
                parts = [
                    part
                    for month in ("2026-01", "2026-02")
                    for part in shown([c for c in cells if c.month == month], name)
                ]
                assert figure.count == sum(part.count for part in parts if part.key == figure.key)
