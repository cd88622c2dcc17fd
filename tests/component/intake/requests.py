"""Requests that the tests of intake's API make."""

BIRTH = {
    "procedure": "1.001193",
    "channel": "counter",
    "receiving_unit": "H29.16.01",
    "components": ["form", "birth-proof", "identity"],
}


PERSON = {"name": "Nguyễn Thị Hoa", "email": "hoa@example.vn", "phone": "0901 234 567"}


UNKNOWN = "no-such-submission"


async def lodge(unit, **fields):
    return await unit.http.post("/v1/submissions", json=BIRTH | fields)
