"""Good inputs made bad: in one to four places, by what programs, people and adversaries put there."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

CANARIES = ("Đỗ Kim Ngân", "0987 654 321", "kim.ngan@example.org", "con tôi bị bệnh")
"""A name, a phone number, an address and words: nowhere but where they belong may they be seen again."""

CANARY = f"{CANARIES[0]} <{CANARIES[2]}> {CANARIES[1]} {CANARIES[3]}"

TEXTS = (
    "", " ", "\x00", "\n", "|", "a|b", "$where", "a.b", "..", "../../etc/passwd", "live", "null", "NaN", "true", "0x10",
    "1_000", "500.000", "'; drop table", "<script>", "{{7*7}}", "%s%n", "\ufeff", "\u202e", "e\u0301", "\U0001f600",
    "x" * 121, "x" * 5000, "20270305", "2027-03-05", "2026-03-02T09:00:00+07:00", "9999-12-31T23:57:59.9995Z",
    "0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z", "2026-12-01T24:00:00Z", "2026-12-01T00:00:60Z",
    "/lienthong/routing", "/agency/H29.13", "/clock/a", "3 working-days", "-1 working-days", "999999999 working-days",
    CANARY, *CANARIES,
)  # fmt: skip
NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 10**30, -(10**30), 0.5, -0.0, 1e308, 5e-324, 1.0)

scalars = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS),
    st.sampled_from((None, True, False)),
    st.text(max_size=30),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
)
names = st.sampled_from(TEXTS[:30]) | st.sampled_from(CANARIES) | st.text(max_size=10)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=8
)


@st.composite
def mutated(draw: st.DrawFn, samples: list[Any]) -> Any:
    """One of the samples, changed in one to four places."""
    found = deepcopy(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 4))):
        holder, place = draw(st.sampled_from(list(_places(found)) or [([found], 0)]))
        _change(draw, holder, place)
    return found


def _places(value: Any) -> Any:
    """Every place in a value: what holds it, and where."""
    for place in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, place
        yield from _places(value[place])


def _change(draw: st.DrawFn, holder: Any, place: Any) -> None:
    match draw(st.sampled_from(("replace", "replace", "replace", "drop", "add", "nest", "repeat"))):
        case "drop":
            del holder[place]
        case "add" if isinstance(holder, dict):
            holder[draw(names)] = draw(values)
        case "nest":
            holder[place] = [holder[place]]
        case "repeat" if isinstance(holder, list):
            holder.extend([holder[place]] * draw(st.sampled_from((1, 3, 120))))
        case _:
            holder[place] = draw(values)


@st.composite
def spoilt(draw: st.DrawFn, samples: list[Any]) -> bytes:
    """The JSON text of a mutated sample; seldom with its bytes damaged too."""
    text = json.dumps(draw(mutated(samples)), ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    match draw(st.integers(0, 19)):
        case 0:
            return text[: draw(st.integers(0, len(text)))]
        case 1:
            at = draw(st.integers(0, len(text)))
            return text[:at] + draw(st.binary(min_size=1, max_size=4)) + text[at:]
        case 2:
            return text.replace(b":", b': "\\ud800", "x":', 1)
        case 3:
            return b"[" * 50_000 + text
        case 4:
            return text.replace(b"0", b"9" * 5000, 1)
        case 5:
            return text.replace(b"null", b"NaN").replace(b"true", b"-Infinity")
        case 6:
            return draw(st.binary(max_size=200))
        case _:
            return text


def told(text: str) -> list[str]:
    """Which canaries can be seen in a text, however it is escaped."""
    plain = text.encode().decode("unicode_escape", "replace") if "\\u" in text else text
    return [canary for canary in CANARIES if canary in text or canary in plain]
