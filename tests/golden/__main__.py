"""`python -m tests.golden [NAME…]`: keep the golden values of now, where a version was raised or a story is new."""

import argparse
import sys

from tests.golden.everything import goldens
from tests.golden.keeping import UnraisedError


def main() -> int:
    """Renew those asked for, or all. Returns 1 if one of them has other values under the same version."""
    known = goldens()
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*known, []], help="by default all")
    refused = 0
    for name in parser.parse_args().names or list(known):
        try:
            known[name].renew()
        except UnraisedError as error:
            refused = 1
            print(error, file=sys.stderr)  # noqa: T201 - a command line prints
        else:
            print(f"{name}: kept under {known[name].version}")  # noqa: T201 - a command line prints
    return refused


if __name__ == "__main__":
    sys.exit(main())
