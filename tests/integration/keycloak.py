"""Keycloak, a real issuer: fetched with Maven, started on a port of its own with a realm of the province."""

import json
import os
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

VERSION = "26.4.5"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
READY_SECONDS = 600
"""On a quiet machine it takes eleven seconds; on a busy one three minutes were seen for its first start."""

ADMIN, SECRET = "admin", "only-for-this-test"
REALM = "tinh"


def mapped(claim: str, **config: str) -> dict[str, Any]:
    """A mapper that puts a claim into access tokens: a fixed value, or an attribute of the user."""
    kind = "oidc-hardcoded-claim-mapper" if "claim.value" in config else "oidc-usermodel-attribute-mapper"
    told = {"claim.name": claim, "jsonType.label": "String", "access.token.claim": "true", **config}
    return {"name": claim, "protocol": "openid-connect", "protocolMapper": kind, "config": told}


def client(name: str, *mappers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A confidential client with a service account."""
    return {
        "clientId": name,
        "secret": SECRET,
        "serviceAccountsEnabled": True,
        "directAccessGrantsEnabled": True,
        "protocolMappers": [*mappers],
        **more,
    }


def account(name: str, *roles: str) -> dict[str, Any]:
    """The service account of a client, with its roles."""
    return {
        "username": f"service-account-{name}",
        "enabled": True,
        "serviceAccountClientId": name,
        "realmRoles": [*roles],
    }


CLERK = {
    "username": "canbo1",
    "enabled": True,
    "emailVerified": True,
    "email": "canbo1@example.vn",
    "firstName": "Cán",
    "lastName": "Bộ",
    "credentials": [{"type": "password", "value": SECRET}],
    "attributes": {"unit": ["H29.16.01"], "officer": ["H29.16.01-cb01"]},
    "realmRoles": ["canbo-motcua"],
}

PROFILE = {
    "org.keycloak.userprofile.UserProfileProvider": [
        {
            "providerId": "declarative-user-profile",
            "config": {
                "kc.user.profile.config": [
                    json.dumps(
                        {"attributes": [{"name": "username"}, {"name": "email"}], "unmanagedAttributePolicy": "ENABLED"}
                    )
                ]
            },
        }
    ]
}
"""Attributes that the realm does not declare are kept: unit and officer are such."""

PROVINCE = {
    "realm": REALM,
    "enabled": True,
    "roles": {"realm": [{"name": name} for name in ("canbo-motcua", "portal", "agency", "leader")]},
    "clients": [
        client("portal-a"),
        client("agency-a", mapped("lt_agency", **{"claim.value": "H29.02"})),
        client("two-roles"),
        client("short", attributes={"access.token.lifespan": "1"}),
        client("elsewhere"),
        client(
            "one-stop",
            mapped("lt_unit", **{"user.attribute": "unit"}),
            mapped("lt_officer", **{"user.attribute": "officer"}),
        ),
    ],
    "users": [
        account("portal-a", "portal"),
        account("agency-a", "agency"),
        account("two-roles", "portal", "leader"),
        account("short", "portal"),
        account("elsewhere", "portal"),
        CLERK,
    ],
    "components": PROFILE,
}


class Keycloak:
    """A running one."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.url = f"{base}/realms/{REALM}"

    def token(self, name: str, **form: str) -> str:
        """A token of a client, or of a user by his password."""
        return str(self.granted(name, form or {"grant_type": "client_credentials"})["access_token"])

    def granted(self, name: str, asked: dict[str, str]) -> dict[str, Any]:
        """All that a client is granted."""
        return self._granted(f"{self.url}/protocol/openid-connect/token", asked, (name, SECRET))

    def add_key(self) -> None:
        """Sign with a new key from now on."""
        provider = {
            "name": "another",
            "providerId": "rsa-generated",
            "providerType": "org.keycloak.keys.KeyProvider",
            "config": {"priority": ["900"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"]},
        }
        asked = {"grant_type": "password", "client_id": "admin-cli", "username": ADMIN, "password": SECRET}
        token = self._granted(f"{self.base}/realms/master/protocol/openid-connect/token", asked, None)["access_token"]
        answer = httpx.post(
            f"{self.base}/admin/realms/{REALM}/components", json=provider, headers={"Authorization": f"Bearer {token}"}
        )
        answer.raise_for_status()

    @staticmethod
    def _granted(url: str, asked: dict[str, str], auth: tuple[str, str] | None) -> dict[str, Any]:
        answer = httpx.post(url, data=asked, auth=auth, timeout=30)
        assert answer.is_success, answer.text
        return dict(answer.json())


@contextmanager
def keycloak(folder: Path, port: int) -> Iterator[Keycloak]:
    """Keycloak with the realm of the province, for as long as the context is open."""
    fetched = subprocess.run(
        ["mvn", "-q", "-B", COPY, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}"], check=False
    )
    assert fetched.returncode == 0, "Maven could not fetch Keycloak"
    archive = folder / f"keycloak-quarkus-dist-{VERSION}.tar.gz"
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    archive.unlink()
    home = folder / f"keycloak-{VERSION}"
    (home / "data" / "import").mkdir(parents=True)
    (home / "data" / "import" / "realm.json").write_text(json.dumps(PROVINCE))
    base = f"http://127.0.0.1:{port}"
    command = [
        str(home / "bin" / "kc.sh"),
        "start-dev",
        "--import-realm",
        "--http-host=127.0.0.1",
        f"--http-port={port}",
        f"--hostname={base}",
        "--cache=local",
    ]
    own = {
        "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": SECRET,
        "JAVA_OPTS_KC_HEAP": "-Xmx512m",
    }
    with (folder / "keycloak.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    try:
        running = Keycloak(base)
        _await(running, process, folder / "keycloak.log")
        yield running
    finally:
        process.terminate()
        process.wait()


def _await(running: Keycloak, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while True:
        try:
            if httpx.get(f"{running.url}/.well-known/openid-configuration").is_success:
                return
        except httpx.HTTPError:
            pass
        assert process.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < end, log.read_text()[-3000:]
        time.sleep(0.2)
