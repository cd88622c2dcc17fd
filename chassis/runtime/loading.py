"""Loads everything that can be loaded before the first batch, so that a missing file is found at the start."""

from typing import Any

from chassis.core.service import Service
from chassis.runtime import clock
from contracts.topics import reader
from domain.worktime.public_holidays import make_up_days, public_holidays


def load(service: Service[Any]) -> None:
    """Make the readers of all topics, and load the public holidays: their package imports a country when it is asked.

    Raises:
        ImportError, OSError: something of the installation is missing.
    """
    for topic in service.topics:
        reader(topic)
    year = clock.now().year
    public_holidays(year)
    make_up_days(year)
