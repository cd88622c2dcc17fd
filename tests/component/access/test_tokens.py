"""Which tokens count: genuine, whole, for us, of now; and what their claims have to say."""

import json
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from chassis.runtime.http.identity import Identity, Naming, UnfitTokenError, identity_of
from chassis.runtime.http.issuer import ASK_AGAIN, FRESH, LEEWAY, OLDEST, IssuerDownError, RefusedTokenError
from tools.operations.development_issuer import TOKEN_SECONDS


async def test_a_token_of_the_issuer_tells_its_claims(world):
    claims = await world.issuer.claims(world.token("counter-H29.16.01"))
    assert identity_of(claims, Naming()) == Identity(
        "counter", "counter-H29.16.01", unit="H29.16.01", officer="H29.16.01-cb01"
    )


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"iss": "https://elsewhere.example"}, "another issuer"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": "tomorrow"}, "expired"),
        ({"exp": True}, "expired"),
        ({"nbf": 4_000_000_000}, "does not count yet"),
        ({"aud": "account", "azp": "somebody"}, "somebody else"),
        ({"aud": [], "azp": None}, "somebody else"),
        ({"aud": [{"lienthong": 1}], "azp": ["lienthong"]}, "somebody else"),
        ({"typ": "ID"}, "no access token"),
        ({"typ": "Refresh"}, "no access token"),
        ({"nonce": "x"}, "no access token"),
    ],
    ids=str,
)
async def test_a_genuine_token_that_is_not_for_us_or_not_of_now_is_refused(world, claims, words):
    with pytest.raises(RefusedTokenError, match=words):
        await world.issuer.claims(world.token("portal", **claims))


@pytest.mark.parametrize("claims", [{"aud": ["x", "lienthong"]}, {"aud": "account", "azp": "lienthong"}], ids=str)
async def test_a_token_names_us_in_its_audience_or_as_the_party_it_was_given_to(world, claims):
    assert await world.issuer.claims(world.token("portal", **claims))


async def test_clocks_may_differ_a_little(world):
    token = world.token("portal", nbf=int(world.now) + LEEWAY)
    assert await world.issuer.claims(token)
    world.now += TOKEN_SECONDS + LEEWAY - 1
    assert await world.issuer.claims(token)
    world.now += 1
    with pytest.raises(RefusedTokenError, match="expired"):
        await world.issuer.claims(token)


def forged(world: Any, header: dict[str, Any], key: Any) -> str:
    good = jwt.decode(world.token("portal"), world.issuing.book.keys[0]).claims
    return jwt.encode({"kid": world.issuing.book.keys[0].kid, **header}, good, key, algorithms=[header["alg"]])


async def test_a_token_of_another_key_under_the_same_name_is_refused(world):
    with pytest.raises(RefusedTokenError, match="signature"):
        await world.issuer.claims(forged(world, {"alg": "ES256"}, ECKey.generate_key("P-256")))


@pytest.mark.parametrize(
    ("alg", "key"), [("HS256", OctKey.import_key("public" * 8)), ("PS256", RSAKey.generate_key(2048)), ("none", None)]
)
async def test_a_token_signed_otherwise_than_agreed_is_refused_whatever_it_is_signed_with(world, alg, key):
    with pytest.raises(RefusedTokenError, match="RS256, ES256, EdDSA"):
        await world.issuer.claims(forged(world, {"alg": alg}, key) if key else "eyJhbGciOiJub25lIiwia2lkIjoiYSJ9.e30.")


async def test_one_altered_letter_anywhere_is_refused(world):
    token = world.token("portal")
    for place in range(0, len(token) - 2, 7):  # the last letter holds bits that say nothing
        altered = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(RefusedTokenError):
            await world.issuer.claims(altered)


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b.c", "x" * 100_000, "đ.e.f", "\0", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "e30.e30.e30"],
)
async def test_garbage_is_refused_and_the_issuer_is_not_asked(world, token):
    with pytest.raises(RefusedTokenError):
        await world.issuer.claims(token)
    assert world.asked == []


async def test_a_key_that_is_not_known_is_asked_for_but_not_by_every_invented_token(world):
    old = world.token("portal")
    await world.issuer.claims(old)
    before = len(world.asked)
    world.issuing.book.rotate()
    new = world.token("portal")
    with pytest.raises(RefusedTokenError, match="no such key"):  # it was asked just now
        await world.issuer.claims(new)
    world.now += ASK_AGAIN
    assert await world.issuer.claims(new)
    assert await world.issuer.claims(old), "the key before still counts"
    asked = len(world.asked)
    assert asked > before
    for _ in range(50):
        with pytest.raises(RefusedTokenError, match="no such key"):
            await world.issuer.claims(forged(world, {"alg": "ES256", "kid": "invented"}, ECKey.generate_key("P-256")))
    assert len(world.asked) == asked


async def test_a_key_that_was_withdrawn_stops_counting(world):
    old = world.token("portal", exp=int(world.now) + 10_000)
    await world.issuer.claims(old)
    world.issuing.book.rotate()
    world.issuing.book.rotate()
    world.now += FRESH + 1
    with pytest.raises(RefusedTokenError, match="no such key"):
        await world.issuer.claims(old)


async def test_while_the_issuer_is_down_known_keys_go_on_counting_for_a_day(world):
    token = world.token("portal", exp=int(world.now) + 200_000)
    await world.issuer.claims(token)
    world.down = True
    world.now += FRESH + 1
    assert await world.issuer.claims(token)
    world.now += OLDEST
    with pytest.raises(IssuerDownError):
        await world.issuer.claims(token)


async def test_an_issuer_that_was_never_reached_judges_nobody(world):
    world.down = True
    with pytest.raises(IssuerDownError):
        await world.issuer.claims(world.token("portal"))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "http://127.0.0.1/other"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"issuer": "https://elsewhere.example", "jwks_uri": "http://127.0.0.1:9/issuer/jwks"}),
        httpx.Response(200, json={"issuer": "http://127.0.0.1:9/issuer"}),
        httpx.Response(200, json={"issuer": "http://127.0.0.1:9/issuer", "jwks_uri": "http://far.example/jwks"}),
        httpx.Response(200, json={"issuer": "http://127.0.0.1:9/issuer", "jwks_uri": 7}),
        httpx.Response(200, content=b'{"x": "' + b"x" * 300_000 + b'"}'),
    ],
    ids=range(9),
)
async def test_an_issuer_that_answers_strangely_is_as_one_that_is_down(world, answer):
    world.answers["/.well-known/openid-configuration"] = answer
    with pytest.raises(IssuerDownError):
        await world.issuer.claims(world.token("portal"))


async def test_keys_for_encryption_and_kinds_nobody_knows_are_passed_over(world):
    [good] = [key.as_dict(private=False) for key in world.issuing.book.keys]
    strange = [
        RSAKey.generate_key(2048).as_dict(private=False) | {"kid": "enc", "use": "enc", "alg": "RSA-OAEP"},
        {"kty": "new", "kid": "new"},
        {"kty": "EC", "crv": "P-256", "x": "!", "y": "!", "kid": "broken"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"no": "kid"},
        "text",
    ]
    world.answers["/jwks"] = httpx.Response(200, json={"keys": [*strange, good]})
    assert await world.issuer.claims(world.token("portal"))
    for kid in ("enc", "shared", "broken"):
        with pytest.raises(RefusedTokenError, match="no such key"):
            await world.issuer.claims(forged(world, {"alg": "ES256", "kid": kid}, ECKey.generate_key("P-256")))


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({}, "tells no role"),
        ({"lt_role": "king"}, "tells no role"),
        ({"lt_role": ["counter", "agency"]}, "several roles"),
        ({"lt_role": {"counter": 1}}, "tells no role"),
        ({"lt_role": "counter"}, "one-stop unit"),
        ({"lt_role": "agency"}, "lt_agency"),
        ({"lt_role": "agency", "lt_agency": ["H29.02"]}, "lt_agency"),
        ({"lt_role": "portal", "sub": "x" * 256}, "sub of the token"),
        ({"lt_role": "portal", "sub": ""}, "no subject"),
    ],
    ids=str,
)
def test_a_token_that_does_not_say_who_it_is_says_which_claim_to_mend(claims, words):
    with pytest.raises(UnfitTokenError, match=words):
        identity_of({"sub": "somebody", **claims}, Naming())


def test_roles_of_keycloak_are_found_by_their_path_and_their_own_words():
    naming = Naming("realm_access.roles", {"canbo-motcua": "counter"})
    claims = {"sub": "s", "realm_access": {"roles": ["offline_access", "canbo-motcua"]}, "lt_unit": "H29.16.01"}
    assert identity_of(claims, naming).role == "counter"
    assert json.loads(json.dumps(claims)) == claims
