"""The page that shows an API: whole in a network that is closed to the world."""

import re

import httpx
import pytest
from fastapi import APIRouter

from chassis.runtime.http.application import Probes, make_api, make_operator_api

REFERENCE = re.compile(r"""(?:src|href)\s*=\s*["']([^"']*)["']""")


async def nothing():
    return {}


@pytest.fixture
async def http():
    probes = Probes(nothing, nothing, nothing)
    api = make_operator_api(make_api("intake", APIRouter(), probes), "intake", None, probes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://service") as client:
        yield client


async def test_all_that_the_page_refers_to_is_here(http):
    page = await http.get("/docs")
    references = REFERENCE.findall(page.text)
    assert {one.rpartition(".")[2] for one in references} == {"js", "css", "png"}
    for reference in references:
        assert not re.match(r"[a-z]+:|//|/", reference), "stays at this service, whatever stands before it"
        found = await http.get(httpx.URL("http://service/docs").join(reference))
        assert (found.status_code, bool(found.content)) == (200, True)
        kind = {"js": "text/javascript", "css": "text/css", "png": "image/png"}[reference.rpartition(".")[2]]
        assert found.headers["content-type"].startswith(kind)


async def test_the_style_refers_to_nothing_outside(http):
    style = (await http.get("/docs/swagger-ui.css")).text
    assert not [one for one in re.findall(r"url\(([^)]*)\)", style) if not one.strip("\"'").startswith("data:")]
    assert "@import" not in style


async def test_what_starts_the_page_asks_only_for_our_document_and_no_validator(http):
    start = (await http.get("/docs/start.js")).text
    assert 'url: "openapi.json"' in start
    assert "validatorUrl: null" in start
    assert "http" not in start


async def test_a_browser_is_told_to_load_nothing_from_elsewhere(http):
    for path in ("/docs", "/docs/start.js", "/docs/swagger-ui-bundle.js"):
        answer = await http.get(path)
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["connect-src"] == "'self'"
        assert not re.search(r"https?:|\*", str(policy))
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_page_holds_no_script_of_its_own(http):
    page = (await http.get("/docs")).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|<style", page)


async def test_the_document_it_shows_is_there(http):
    assert (await http.get("/openapi.json")).json()["info"]["title"] == "Liên Thông: intake"
