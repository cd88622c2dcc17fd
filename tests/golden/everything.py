"""All golden values there are."""

from tests.golden.domain import golden_domain
from tests.golden.keeping import Golden
from tests.golden.order import golden_order
from tests.golden.stories import SERVICES, golden_states


def goldens() -> dict[str, Golden]:
    """By name: of the shared parts first, whose change explains those of the services."""
    found = [golden_order(), golden_domain(), *map(golden_states, SERVICES.values())]
    return {golden.name: golden for golden in found}
