"""Addresses of this computer: what is sent to them never goes over a line that others could listen to."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Tell whether a host, by name or address and without a port, is this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
