"""The issuer for development: what clients of a real one expect, and nothing for who can not prove himself."""

import base64
import hashlib
import json
import stat
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from chassis.runtime.http.credentials import ClientCredentials, NoCredentialsError, SharedToken
from chassis.runtime.http.settings import HttpSettings, access_of
from chassis.runtime.settings import Settings, SettingsError
from domain.procedures import load_directory
from tools.operations.development_issuer import CODE_SECONDS, TOKEN_SECONDS
from tools.operations.identity import ask_who_calls, identity_of_process
from tools.operations.issuer_book import FILE, IssuerBookError, open_book, people_of

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REDIRECT = "http://127.0.0.1:8300/back"
ASKED = {
    "client_id": "web",
    "response_type": "code",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "redirect_uri": REDIRECT,
    "state": "<x>&",
}


@pytest.fixture
async def http(world):
    transport = httpx.ASGITransport(world.api)
    async with httpx.AsyncClient(transport=transport, base_url="http://issuer") as client:
        yield client


async def test_a_program_gets_a_token_by_its_secret_and_a_service_uses_it_until_it_ends(world):
    own = world.access().own
    first = await own.header()
    assert (await world.issuer.claims(first.removeprefix("Bearer ")))["lt_role"] == "service"
    asked = len(world.asked)
    assert await own.header() == first
    assert len(world.asked) == asked
    world.now += TOKEN_SECONDS
    assert await own.header() != first


@pytest.mark.parametrize(
    ("auth", "body", "status"),
    [
        (("portal", "wrong"), {"grant_type": "client_credentials"}, 401),
        (("portal", ""), {"grant_type": "client_credentials"}, 401),
        (("nobody", ""), {"grant_type": "client_credentials"}, 401),
        (None, {"grant_type": "client_credentials"}, 401),
        (("portal", "secret-of-portal"), {"grant_type": "password"}, 400),
        (("portal", "secret-of-portal"), {}, 400),
    ],
)
async def test_who_can_not_prove_himself_gets_no_token(http, auth, body, status):
    answer = await http.post("/token", data=body, auth=auth)
    assert (answer.status_code, "access_token" in answer.text) == (status, False)


@pytest.mark.parametrize("given", ["Basic !!!", "Basic", "Bearer x", "Basic /w==", "Basic " + "A" * 9_999])
async def test_a_strange_authorization_is_no_proof(http, given):
    data = {"grant_type": "client_credentials"}
    assert (await http.post("/token", data=data, headers={"Authorization": given})).status_code == 401


async def test_a_person_chooses_who_he_is_and_the_web_application_gets_his_token_once(world, http):
    page = await http.get("/authorize", params=ASKED)
    assert "&lt;x&gt;&amp;" in page.text
    assert "<x>" not in page.text
    assert 'value="counter-H29.16.01"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    back = await http.post("/authorize", data=ASKED | {"person": "counter-H29.16.01"})
    told = parse_qs(urlsplit(back.headers["location"]).query)
    assert (back.status_code, told["state"]) == (303, ["<x>&"])
    exchange = {
        "grant_type": "authorization_code",
        "code": told["code"][0],
        "code_verifier": VERIFIER,
        "redirect_uri": REDIRECT,
    }
    granted = await http.post("/token", data=exchange)
    assert (await world.issuer.claims(granted.json()["access_token"]))["lt_unit"] == "H29.16.01"
    assert (await http.post("/token", data=exchange)).status_code == 401


@pytest.mark.parametrize("change", [{"code_verifier": "w" * 43}, {"redirect_uri": "http://127.0.0.1/x"}, {"late": 1}])
async def test_a_code_is_for_who_asked_for_it_and_for_a_minute(world, http, change):
    back = await http.post("/authorize", data=ASKED | {"person": "citizen-1"})
    code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
    world.now += CODE_SECONDS + 1 if change.pop("late", 0) else 0
    exchange = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER, "redirect_uri": REDIRECT}
    assert (await http.post("/token", data=exchange | change)).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://far.example/"},
        {"redirect_uri": "http://127.0.0.1.far.example/"},
        {"redirect_uri": ""},
        {"client_id": "portal"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"response_type": "token"},
    ],
    ids=str,
)
async def test_a_request_that_could_give_tokens_to_strangers_is_refused(http, change):
    assert (await http.get("/authorize", params=ASKED | change)).status_code == 400
    answer = await http.post("/authorize", data=ASKED | change | {"person": "citizen-1"})
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_nobody_is_nobody(http):
    assert (await http.post("/authorize", data=ASKED | {"person": "king"})).status_code == 400


def test_its_book_is_made_once_and_only_its_owner_reads_it(tmp_path):
    people = people_of(load_directory())
    book = open_book(tmp_path, people)
    path = tmp_path / FILE
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    again = open_book(tmp_path, people)
    assert (again.secrets, again.receipt_key) == (book.secrets, book.receipt_key)
    assert again.keys[0].as_dict(private=True) == book.keys[0].as_dict(private=True)
    path.chmod(0o644)
    with pytest.raises(IssuerBookError, match="chmod 600"):
        open_book(tmp_path, people)


@pytest.mark.parametrize("content", ["", "{}", "[]", json.dumps({"keys": [{}], "secrets": {}, "receipt_key": ""})])
def test_a_damaged_book_says_what_to_do(tmp_path, content):
    (tmp_path / "access").mkdir()
    (tmp_path / FILE).write_text(content)
    (tmp_path / FILE).chmod(0o600)
    with pytest.raises(IssuerBookError, match="delete it"):
        open_book(tmp_path, {})


def test_beside_a_secure_bus_processes_believe_it_unless_the_environment_says_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("LIENTHONG_ISSUER", raising=False)
    settings = Settings(home=tmp_path)
    assert not ask_who_calls(settings, secure=False)
    assert identity_of_process(settings, "intake").issuer == ""
    assert ask_who_calls(settings, secure=True)
    http = identity_of_process(settings, "intake")
    access = access_of(settings, http, httpx.AsyncClient())
    assert access.issuer is not None
    assert access.issuer.url == "http://127.0.0.1:8210"
    assert isinstance(access.own, ClientCredentials)
    monkeypatch.setenv("LIENTHONG_ISSUER", "none")
    assert not ask_who_calls(settings, secure=True)
    plain = access_of(settings, identity_of_process(settings, "intake"), httpx.AsyncClient())
    assert plain.issuer is None
    assert isinstance(plain.own, SharedToken)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": "http://far.example"}, "LIENTHONG_ISSUER: give an https URL"),
        ({"issuer": "somewhere"}, "LIENTHONG_ISSUER: give an https URL"),
        ({"issuer": "https://"}, "LIENTHONG_ISSUER: give an https URL"),
        ({"receipt_key": ""}, "LIENTHONG_RECEIPT_KEY: with an issuer"),
        ({"receipt_key": "short"}, "32 characters"),
        ({"receipt_key_before": "short"}, "32 characters"),
        ({"audience": " , "}, "LIENTHONG_AUDIENCE"),
        ({"role_names": {"clerk": "king"}}, "LIENTHONG_ROLE_NAMES: king is no role"),
        ({"proxies": "10.0.0.1/8"}, "LIENTHONG_PROXIES"),
        ({"receipt_key_file": "/nowhere"}, "LIENTHONG_RECEIPT_KEY_FILE"),
    ],
    ids=str,
)
def test_a_setting_that_can_not_be_used_is_named(changes, words):
    http = HttpSettings(**{"issuer": "https://issuer.example", "receipt_key": "k" * 32, **changes})
    with pytest.raises(SettingsError, match=words) as refused:
        access_of(Settings(), http, httpx.AsyncClient())
    assert "kkkk" not in str(refused.value)


@pytest.mark.parametrize(
    "answer", [httpx.Response(401), httpx.Response(200, json={}), httpx.Response(200, text="<html>")], ids=range(3)
)
async def test_a_service_without_a_token_says_why_and_never_its_secret(world, answer):
    world.answers["/token"] = answer
    with pytest.raises(NoCredentialsError) as refused:
        await world.access().own.header()
    assert "secret-of" not in str(refused.value)
