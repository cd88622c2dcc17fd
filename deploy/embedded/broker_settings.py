"""A broker's settings: those that it shares with the containers, those of this place, and how it is protected."""

import re
from importlib.resources import files
from pathlib import Path

from deploy.embedded import access, authority
from deploy.embedded.endpoints import KAFKA
from deploy.embedded.joining import ADMIN
from deploy.embedded.ports import HOST, Ports

IN_SYNC = 2
"""Of three brokers, so many have a record before it is acknowledged: one may die without loss or pause."""

SCRAM = "SCRAM-SHA-512"
CIPHERS = (
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
)
"""TLS 1.3 first, then 1.2, and of each ChaCha20 first: a JVM that compiles little (`kafka.OPTIONS`) has no use of the
processor's AES, and was measured at 200 MB/s with ChaCha20 and 40 with AES (Java 17). The broker's order counts."""

_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule"


def server_properties(folder: Path, ports: Ports, name: str = KAFKA, secrets: Path | None = None) -> str:
    """Return a broker's settings. Three brokers keep every partition three times, and take a record when two have it.

    Args:
        folder: where its data lie.
        ports: of all servers.
        name: which broker.
        secrets: the folder of `access.prepare`; None: the broker lets everybody do everything.
    """
    shared = files("deploy").joinpath("kafka.properties").read_text(encoding="utf-8")
    broker, controller = (f"{HOST}:{port}" for port in ports.brokers[name])
    voters = (f"{node}@{HOST}:{port}" for node, (_, port) in enumerate(ports.brokers.values(), 1))
    if len(ports.brokers) > 1:
        shared = re.sub(r"(?m)^node\.id=.*$", f"node.id={list(ports.brokers).index(name) + 1}", shared)
        shared = re.sub(r"(?m)^(\S+\.replication\.factor)=.*$", rf"\1={len(ports.brokers)}", shared)
        shared = re.sub(r"(?m)^(\S+\.min\.isr)=.*$", rf"\1={IN_SYNC}", shared)
    listener = "PLAINTEXT"
    if secrets:
        listener = "SASL_SSL"
        protocols = "listener.security.protocol.map=CONTROLLER:SSL,SASL_SSL:SASL_SSL"
        shared = re.sub(r"(?m)^listener\.security\.protocol\.map=.*$", protocols, shared) + _protection(secrets)
    return (
        f"{shared}\n"
        f"listeners={listener}://{broker},CONTROLLER://{controller}\n"
        f"advertised.listeners={listener}://{broker}\n"
        f"controller.quorum.voters={','.join(voters)}\n"
        f"log.dirs={data(folder, name)}\n"
    )


def data(folder: Path, name: str) -> Path:
    """Return where a broker's records lie."""
    return folder / f"data{name.removeprefix(KAFKA)}"


def _protection(secrets: Path) -> str:
    """Clients show a password, controllers their certificate; what nobody allowed is refused."""
    password = access.passwords(secrets)[access.BROKER]
    return f"""
# Brokers are clients of each other, by name and password as all others are.
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms={SCRAM}
sasl.mechanism.inter.broker.protocol={SCRAM}
listener.name.sasl_ssl.{SCRAM.lower()}.sasl.jaas.config={_LOGIN} required \\
  username="{access.BROKER}" password="{password}";
ssl.cipher.suites={",".join(CIPHERS)}
ssl.keystore.type=PEM
ssl.keystore.location={secrets / authority.SERVERS}
ssl.truststore.type=PEM
ssl.truststore.location={secrets / authority.AUTHORITY}
# Only who holds the servers' own certificate is a controller: passwords stand in what the controllers keep.
listener.name.controller.ssl.client.auth=required
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:{ADMIN};User:{access.BROKER};User:CN={authority.SERVERS_NAME}
"""
