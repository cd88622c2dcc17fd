"""The kinds in which a bus can be protected, in Kafka's own words."""

from typing import Literal

from pydantic import SecretStr

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
"""Kafka's `security.protocol`: whether the line is encrypted (SSL), and whether a client says who it is (SASL)."""

Mechanism = Literal["SCRAM-SHA-512", "OAUTHBEARER"]
"""Kafka's `sasl.mechanism`: a name with a password that never goes over the line (RFC 5802), or a token (RFC 7628)."""

NOTHING = SecretStr("")
"""The place of a secret that is not set."""
