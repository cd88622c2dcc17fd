"""A little of every fault, as often as the tests are run; `make faults` has all of it."""

import pytest

from tests.faults.scenarios import a_little_of_all
from tests.faults.trial import Scenario, carry_out

pytestmark = [pytest.mark.stack, pytest.mark.long]


async def test_killed_services_a_killed_store_and_bad_records_break_no_law(tmp_path):
    found = await carry_out(Scenario("a little of all", a_little_of_all), tmp_path, seed=1)
    assert found.faults > 5
    assert found.submissions
    assert found.dead_letters
    assert not {law: broken for law, broken in found.breaches.items() if broken}
