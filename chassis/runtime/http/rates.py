"""How much one network or one client may ask, so that nobody shuts others out; and room that is kept for citizens.

Whoever shows no token is counted by his network. Whoever shows one is counted by what the token says once it is
verified, and before that by his network too, more generously: a portal speaks for many. Of the requests that are under
way, some places are kept for those without a token: they are citizens, with a receipt or with nothing.
"""

import ipaddress
import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.runtime import clock
from chassis.runtime.http.identity import Identity
from chassis.runtime.http.problem import problem

BUCKETS = 4096
"""Networks and clients are counted in so many buckets, because limits 5.8.0 never forgets a key. Fewer, and strangers
share a bucket more often; more cost memory and time for nothing. Each process spreads them otherwise."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Allowance:
    """How much is allowed.

    Attributes:
        seconds: of the window that counts.
        stranger: requests of one network without a token in a window. Fewer shut out an office behind one address;
            more let one machine guess and flood faster.
        network: requests of one network with tokens in a window.
        client: requests of one verified client in a window.
        at_once: requests under way; less than the connections of the server, so that refusals can be told.
        reserve: of these, for requests without a token alone.
        share: of these, for one network. A slow store must not let one network take all of them.
    """

    seconds: int = 10
    stranger: int = 300
    network: int = 3_000
    client: int = 1_500
    at_once: int = 200
    reserve: int = 60
    share: int = 100


class Rates:
    """Counts who asks.

    Args:
        allowance: how much is allowed.
        proxies: networks of our own proxies, which say whom they ask for in `X-Forwarded-For`.
    """

    def __init__(self, allowance: Allowance | None = None, proxies: Sequence[Network] = ()) -> None:
        self.allowance = allowance or Allowance()
        self._proxies = proxies
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._under_way: Counter[tuple[str, ...]] = Counter()

    def wait_for(self, network: str, *, token: bool) -> int:
        """Count a request of a network; seconds to wait, 0 if it may go on."""
        allowed = self.allowance.network if token else self.allowance.stranger
        return self._hit(allowed, "network", str(token), _bucket(network))

    def wait_for_client(self, identity: Identity) -> int:
        """Count a request of a verified client; seconds to wait, 0 if it may go on. Our services are not bounded."""
        if identity.role == "service":
            return 0
        return self._hit(self.allowance.client, "client", _bucket((identity.role, identity.subject)))

    def enter(self, network: str, *, token: bool) -> bool:
        """Take a place for a request; False if there is none for it now."""
        allowance, under_way = self.allowance, self._under_way
        room = allowance.at_once - under_way.total()
        if token:
            room = min(room, allowance.at_once - allowance.reserve - _of_kind(under_way, token=True))
        if room <= 0 or under_way["True", network] + under_way["False", network] >= allowance.share:
            return False
        under_way[str(token), network] += 1
        return True

    def leave(self, network: str, *, token: bool) -> None:
        """Give the place back."""
        place = (str(token), network)
        self._under_way[place] -= 1
        if self._under_way[place] <= 0:
            del self._under_way[place]

    def network_of(self, scope: Scope) -> str:
        """The network that asks: an IPv4 address, or the /64 of an IPv6 address, which one customer has whole."""
        peer = _address((scope.get("client") or ("", 0))[0])
        if peer is None:
            return "unknown"
        for told in reversed(_forwarded(scope)):
            if not any(peer in proxy for proxy in self._proxies):
                break
            peer = _address(told) or peer
        return str(peer) if peer.version == 4 else str(ipaddress.ip_network((peer, 64), strict=False))  # noqa: PLR2004

    def _hit(self, allowed: int, *key: str) -> int:
        item = RateLimitItemPerSecond(allowed, self.allowance.seconds)
        if self._limiter.hit(item, *key):
            return 0
        free = self._limiter.get_window_stats(item, *key).reset_time
        return max(1, min(self.allowance.seconds, math.ceil(free - clock.now().timestamp())))


class Bounded:
    """Refuses (429, 503) what is more than one network's share, before anything of it is read."""

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self._app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request, and pass it on or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        network = self._rates.network_of(scope)
        token = any(name == b"authorization" for name, _ in scope["headers"])
        if wait := self._rates.wait_for(network, token=token):
            await problem(429, TOO_MANY, headers=refused_until(wait))(scope, receive, send)
            return
        if not self._rates.enter(network, token=token):
            await problem(429, TOO_MANY_AT_ONCE, headers=refused_until(1))(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._rates.leave(network, token=token)


TOO_MANY = "too many requests: wait as long as Retry-After says, and ask more slowly"
TOO_MANY_AT_ONCE = "too many requests at the same time: wait for answers before you ask again"


def refused_until(seconds: int) -> dict[str, str]:
    """The headers of a refusal; the connection ends, so that a body that is not wanted is not waited for."""
    return {"Retry-After": str(seconds), "Connection": "close"}


def _bucket(key: Hashable) -> str:
    return str(hash(key) % BUCKETS)


def _of_kind(under_way: Counter[tuple[str, ...]], *, token: bool) -> int:
    return sum(count for (kind, _), count in under_way.items() if kind == str(token))


def _forwarded(scope: Scope) -> list[str]:
    told = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [part.strip() for part in ",".join(told).split(",") if part.strip()]


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found
