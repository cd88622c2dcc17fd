import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.acts import all_acts
from tests.simulation.broken import BROKEN
from tests.simulation.broken_records import BROKEN_RECORDS
from tests.simulation.broken_services import BROKEN_SERVICES
from tests.simulation.run import run_seed, run_seeds
from tests.simulation.seeds import FOUND_AT, ONCE_FAILED
from tests.simulation.variants import Variant

FEW = 8
"""Worlds that `make fast` has time for; a world takes about half a second."""

WORLDS = 120
"""Worlds that every `make test` lives through. CI has more, which no commit before saw: `make longer`."""

AT_A_TIME = 8
SEEDS = 2_000
"""Worlds that the tables of the document are made from."""

DOCUMENT = (Path(__file__).parents[2] / "docs" / "simulation.md").read_text()


@pytest.mark.parametrize("seed", range(FEW))
def test_no_law_is_broken_in_the_first_worlds(seed: int) -> None:
    run_seed(seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(FEW, WORLDS, AT_A_TIME))
def test_no_law_is_broken_in_the_worlds_after_them(first: int) -> None:
    for seed in range(first, first + AT_A_TIME):
        run_seed(seed)


@pytest.mark.long
@pytest.mark.timeout(2700)
def test_no_law_is_broken_whatever_happens_and_it_happens_as_often_as_documented() -> None:
    total = run_seeds(0, SEEDS, os.cpu_count() or 1)
    assert not total.complaint, total.complaint
    assert total.counts["seeds"] == SEEDS
    assert all(total.counts[trouble] > SEEDS // 10 for trouble in ("crashes", "failures", "expulsions", "duplicates"))
    seldom = {act: (total.acts[act], said) for act, said in documented().items() if total.acts[act] < said / 2}
    assert not seldom, f"not half as often as documented: {seldom}"


def documented() -> dict[str, int]:
    """In how many seeds each act happens, as the document says."""
    table = re.findall(r"^\| ([a-z .:-]+) \| ([\d,]+) \|$", DOCUMENT, re.MULTILINE)
    return {act: int(count.replace(",", "")) for act, count in table}


def test_the_document_says_how_often_each_act_happens_and_none_is_left_out() -> None:
    assert documented().keys() == all_acts()
    assert min(documented().values()) > 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", ONCE_FAILED, ids=ONCE_FAILED.get)
def test_what_was_mended_stays_mended(seed: int) -> None:
    run_seed(seed)


@pytest.mark.slow
@pytest.mark.parametrize("variant", BROKEN, ids=lambda variant: variant.name)
def test_a_broken_loop_is_found(variant: Variant) -> None:
    found = (seed for seed in worlds(variant) if complaint(seed, variant))
    assert next(found, None) is not None, f"{variant.name} went unnoticed in {variant.found_within} seeds"


def worlds(variant: Variant) -> list[int]:
    """Those in which it has to be found; first the one in which it was found last time."""
    first = FOUND_AT.get(variant.name, 0)
    return sorted(range(variant.found_within), key=lambda seed: (seed != first, seed))


def complaint(seed: int, variant: Variant) -> str:
    try:
        run_seed(seed, variant)
    except AssertionError as error:
        return str(error)
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("variant", [*BROKEN_SERVICES, *BROKEN_RECORDS], ids=lambda variant: variant.name)
def test_a_broken_service_is_found_by_the_law_that_it_breaks(variant: Variant) -> None:
    found = (seed for seed in worlds(variant) if f": {variant.law}: " in complaint(seed, variant))
    assert next(found, None) is not None, f"{variant.name} went unnoticed in {variant.found_within} seeds"


def test_the_document_names_everything_that_is_broken_and_how_soon_it_is_found() -> None:
    table = re.findall(r"^\| (.+) \| (\d+) seeds \|$", DOCUMENT, re.MULTILINE)
    assert table == [
        (variant.name, str(variant.found_within)) for variant in (*BROKEN, *BROKEN_SERVICES, *BROKEN_RECORDS)
    ]


def test_a_broken_law_says_how_to_run_its_seed_again() -> None:
    variant = next(one for one in BROKEN if one.name == "makes random ids")
    text = next(filter(None, (complaint(seed, variant) for seed in range(variant.found_within))))
    seed = re.match(r"seed (\d+), makes random ids: AssertionError: .+: ", text)
    assert seed, text
    assert text.endswith(
        f"python -m tests.simulation.run --first {seed[1]} --seeds 1 --variant 'makes random ids' --story"
    )


def test_a_seed_is_the_same_run_again() -> None:
    third = run_seed(3).digest
    assert third == run_seed(3).digest
    assert third != run_seed(4).digest


@pytest.mark.slow
def test_a_seed_is_the_same_run_in_any_process() -> None:
    assert output(hash_seed=1) == output(hash_seed=2)


def output(hash_seed: int) -> str:
    command = [sys.executable, "-m", "tests.simulation.run", "--first", "10", "--seeds", "3", "--jobs", "1"]
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return re.sub(r"(seconds|.* of .* seeds,).*\n", "", done.stdout)
