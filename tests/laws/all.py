"""All laws that any run can be held to. A law yields a complaint for each breach."""

from collections.abc import Callable, Iterator

from tests.laws.apologies import APOLOGIES
from tests.laws.bounds import BOUNDED
from tests.laws.deadlines import DEADLINES
from tests.laws.deadlines import IN_THE_END as TOLD_IN_THE_END
from tests.laws.erasure import ERASURE
from tests.laws.findings import Findings
from tests.laws.messages import IN_THE_END as SENT_IN_THE_END
from tests.laws.messages import MESSAGES
from tests.laws.names import NAMES
from tests.laws.routing import ROUTING
from tests.laws.stores import STORES
from tests.laws.streams import STREAMS

Law = Callable[[Findings], Iterator[str]]

LAWS: tuple[Law, ...] = (*NAMES, *BOUNDED, *STORES, *ROUTING, *DEADLINES, *APOLOGIES, *STREAMS, *MESSAGES, *ERASURE)
"""Of everything at rest: all that could be done by now is done. The narrow laws come first."""

ENDED: tuple[Law, ...] = (*TOLD_IN_THE_END, *SENT_IN_THE_END)
"""Of what is over: no moment is still to come."""
