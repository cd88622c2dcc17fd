"""Find in which world each variant is found: `python -m tests.simulation.find` prints the lines for `seeds.py`."""

from tests.simulation.broken import BROKEN
from tests.simulation.broken_records import BROKEN_RECORDS
from tests.simulation.broken_services import BROKEN_SERVICES
from tests.simulation.run import run_seed
from tests.simulation.variants import Variant


def found_at(variant: Variant) -> int | None:
    """The first world in which a variant breaks its law; of a broken loop, any law."""
    for seed in range(variant.found_within):
        try:
            run_seed(seed, variant)
        except AssertionError as error:
            if not variant.law or f": {variant.law}: " in str(error):
                return seed
    return None


def main() -> None:
    """Print a line for each variant that the first world does not show."""
    for variant in (*BROKEN, *BROKEN_SERVICES, *BROKEN_RECORDS):
        if seed := found_at(variant):
            print(f'    "{variant.name}": {seed},', flush=True)  # noqa: T201 - a command line prints


if __name__ == "__main__":
    main()
