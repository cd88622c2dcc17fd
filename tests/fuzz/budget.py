"""How much is tried: a little in the ordinary suite, as much as EXAMPLES says in `make fuzz`."""

import os

from hypothesis import HealthCheck, Phase, settings

from tests.examples import examples

EXAMPLES = int(os.environ.get("EXAMPLES", examples(25)))
"""Examples of each property; 25 take some forty seconds in all, 600 ten minutes on two cores."""

SECONDS = 10
"""No single input may take longer: what does, hangs."""


def tried(share: float = 1.0) -> settings:
    """Settings of a property that takes this share of the examples; repeatable where few are tried."""
    return settings(
        max_examples=max(5, round(EXAMPLES * share)),
        deadline=None,
        derandomize="EXAMPLES" not in os.environ,
        database=None,
        print_blob=True,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
