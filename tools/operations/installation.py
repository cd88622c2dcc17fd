"""Which packages of the product this installation holds. The image of the services does without some of them."""

from importlib.util import find_spec

EMBEDDED_STACK = "deploy.embedded"
SIMULATOR = "tools.simulator"
IMPORTER = "tools.importer"
KIT = "lienthong_agency"
RIGHTS_CLIENT = "confluent_kafka"
"""Of the extra `access`: the client that sets rights and users on the bus."""


def holds(package: str) -> bool:
    """Tell whether a package can be imported here. It is not imported, but its parent package is."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # of the parent
        return False
