"""What a service wants an index over stands in its states."""

import pytest

from chassis.runtime.settings import Settings
from tools.operations.registry import all_services

SERVICES = all_services(Settings())


@pytest.mark.parametrize("name", SERVICES)
def test_an_index_is_over_fields_that_the_state_has(name):
    service = SERVICES[name]
    fields = service.dump(service.initial)
    assert {path.split(".")[0] for paths in service.indexes for path in paths} <= fields.keys()
