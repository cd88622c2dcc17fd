import copy

import pytest

from contracts.compatibility import breaks
from contracts.moments import INSTANT_PATTERN
from tests.contract.changing import BASE, DATA, PAUSE, START, drop, needs, opened, put, several

ALL = ("agency", "amount", "due", "code", "claim")
NEVER, FACTS, BOTH = (False, False), (False, True), (True, True)  # whose schemas must not change so
TABLE = {
    "nothing": (several(), NEVER),
    "another description": (put(f"{DATA}/agency/description", "Who"), NEVER),
    "another title and id": (several(put("title", "x"), put("$id", "urn:x")), NEVER),
    "a new optional property": (put(f"{DATA}/note", {"type": "string", "maxLength": 9}), NEVER),
    "a new required property": (
        several(put(f"{DATA}/note", {"type": "string"}), needs(*ALL, "note")),
        BOTH,
    ),
    "an optional property removed": (drop(f"{DATA}/officer"), BOTH),
    "a required property removed": (several(drop(f"{DATA}/amount"), needs("agency", "due", "code", "claim")), BOTH),
    "a property renamed": (
        several(drop(f"{DATA}/month"), put(f"{DATA}/period", {"type": "string", "pattern": "^[0-9]{4}$"})),
        BOTH,
    ),
    "an optional property required": (needs(*ALL, "month"), BOTH),
    "a required property optional": (needs("agency", "due", "code", "claim"), FACTS),
    "the event type renamed": (put("properties/type/const", "dossier.attempted"), BOTH),
    "one value made a list": (
        several(drop("properties/type/const"), put("properties/type/enum", ["dossier.tried", "x"])),
        FACTS,
    ),
    "integer to text": (put(f"{DATA}/amount", {"type": "string"}), BOTH),
    "integer to number": (put(f"{DATA}/amount/type", "number"), BOTH),
    "a type removed": (drop(f"{DATA}/amount/type"), BOTH),
    "null allowed": (
        put(f"{DATA}/agency", {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 120}, {"type": "null"}]}),
        FACTS,
    ),
    "null allowed in a list of types": (put(f"{DATA}/agency/type", ["string", "null"]), FACTS),
    "null no longer allowed": (put(f"{DATA}/officer", {"type": "string", "maxLength": 64, "default": None}), BOTH),
    "a bound within a nullable tightened": (
        put(f"{DATA}/officer/anyOf", [{"type": "string", "maxLength": 9}, {"type": "null"}]),
        BOTH,
    ),
    "a bound beside a union": (put(f"{DATA}/officer/maxLength", 9), BOTH),
    "a format added": (put(f"{DATA}/agency/format", "uri"), BOTH),
    "a format removed": (drop(f"{DATA}/due/format"), FACTS),
    "a format changed": (put(f"{DATA}/due/format", "date"), BOTH),
    "a pattern added": (put(f"{DATA}/agency/pattern", "^H"), BOTH),
    "a pattern removed": (drop(f"{DATA}/month/pattern"), FACTS),
    "a pattern changed": (put(f"{DATA}/month/pattern", "^[0-9]{5}$"), BOTH),
    "a longest length lowered": (put(f"{DATA}/agency/maxLength", 60), BOTH),
    "a longest length raised": (put(f"{DATA}/agency/maxLength", 200), FACTS),
    "a longest length removed": (drop(f"{DATA}/agency/maxLength"), FACTS),
    "a longest length added": (put(f"{DATA}/month/maxLength", 200), BOTH),
    "a shortest length raised": (put(f"{DATA}/agency/minLength", 2), BOTH),
    "a shortest length lowered": (put(f"{DATA}/agency/minLength", 0), FACTS),
    "a smallest number raised": (put(f"{DATA}/amount/minimum", 2), BOTH),
    "a greatest number raised": (put(f"{DATA}/amount/maximum", 11), FACTS),
    "a smallest number lowered": (put(f"{DATA}/amount/minimum", 0), FACTS),
    "an exclusive bound added": (put(f"{DATA}/amount/exclusiveMinimum", 3), BOTH),
    "an exclusive bound lowered": (put(f"{DATA}/share/exclusiveMinimum", -1), FACTS),
    "an exclusive upper bound raised": (put(f"{DATA}/share/exclusiveMaximum", 10), FACTS),
    "a list lengthened": (put(f"{DATA}/missing/maxItems", 6), FACTS),
    "a list shortened": (put(f"{DATA}/missing/maxItems", 4), BOTH),
    "an empty list allowed": (drop(f"{DATA}/missing/minItems"), FACTS),
    "items shortened": (put(f"{DATA}/missing/items/maxLength", 8), BOTH),
    "items of any kind": (drop(f"{DATA}/missing/items"), BOTH),
    "a map limited": (put(f"{DATA}/answers/maxProperties", 1), BOTH),
    "a map with more": (put(f"{DATA}/answers/maxProperties", 6), FACTS),
    "a greater map asked for": (put(f"{DATA}/answers/minProperties", 2), BOTH),
    "an empty map allowed": (put(f"{DATA}/answers/minProperties", 0), FACTS),
    "a map with another name": (put(f"{DATA}/answers/propertyNames/enum", ["4", "5", "6"]), FACTS),
    "a map with a name less": (put(f"{DATA}/answers/propertyNames/enum", ["4"]), BOTH),
    "greater numbers in a map": (put(f"{DATA}/answers/additionalProperties/maximum", 3), FACTS),
    "nothing more allowed": (put("$defs/Data/additionalProperties", False), BOTH),
    "a value removed": (put(f"{DATA}/code/enum", ["a"]), BOTH),
    "a value added": (put(f"{DATA}/code/enum", ["a", "b", "c"]), FACTS),
    "a value renamed": (put(f"{DATA}/code/enum", ["a", "c"]), BOTH),
    "a value added to an open list": (put(f"{DATA}/medium/anyOf/0/enum", ["email", "sms", "post"]), NEVER),
    "a value removed from an open list": (put(f"{DATA}/medium/anyOf/0/enum", ["email"]), BOTH),
    "an open list closed": (put(f"{DATA}/medium", {"type": "string", "enum": ["email", "sms"]}), NEVER),
    "an open list said in standard words": (opened("marked"), NEVER),
    "the same with a value more": (
        several(put(f"{DATA}/marked/enum", ["email", "sms", "post"]), opened("marked")),
        NEVER,
    ),
    "the same with a value less": (several(put(f"{DATA}/marked/enum", ["email"]), opened("marked")), BOTH),
    "a list opened": (opened("code"), NEVER),
    "a list opened and grown at once": (several(put(f"{DATA}/code/enum", ["a", "b", "c"]), opened("code")), FACTS),
    "a moment's pattern said beside its format": (put(f"{DATA}/due/pattern", INSTANT_PATTERN), NEVER),
    "another pattern of a moment": (put(f"{DATA}/due/pattern", "^2"), BOTH),
    "a digit said in another way": (put(f"{DATA}/month/pattern", r"^\d{4}$"), NEVER),
    "values in another order": (put(f"{DATA}/code/enum", ["b", "a"]), NEVER),
    "any value": (drop(f"{DATA}/code/enum"), FACTS),
    "only listed values": (put(f"{DATA}/agency/enum", ["H29"]), BOTH),
    "another default": (put(f"{DATA}/language/default", "en"), BOTH),
    "a default removed": (drop(f"{DATA}/language/default"), BOTH),
    "a kind of claim added": (
        several(
            put("$defs/Pause", PAUSE),
            put(f"{DATA}/claim/oneOf", [{"$ref": f"#/$defs/{name}"} for name in ("Pause", "Start", "Stop")]),
        ),
        FACTS,
    ),
    "a kind of claim removed": (put(f"{DATA}/claim/oneOf", [{"$ref": "#/$defs/Stop"}]), BOTH),
    "a kind of claim renamed": (put(f"{START}/properties/kind/const", "begin"), BOTH),
    "a field required in a kind of claim": (
        several(put("$defs/Stop/properties/why", {"type": "string"}), put("$defs/Stop/required", ["kind", "why"])),
        BOTH,
    ),
    "a field added to a kind of claim": (put("$defs/Stop/properties/why", {"type": "string"}), NEVER),
    "a field shortened in a kind of claim": (put(f"{START}/properties/step/maxLength", 8), BOTH),
    "the class of a claim renamed": (
        several(
            lambda schema: schema["$defs"].update(Begin=schema["$defs"].pop("Start")),
            put(f"{DATA}/claim/oneOf", [{"$ref": "#/$defs/Stop"}, {"$ref": "#/$defs/Begin"}]),
        ),
        NEVER,
    ),
    "a definition written in its place": (
        lambda schema: schema["properties"].update(data=schema["$defs"].pop("Data")),
        NEVER,
    ),
    "a reference that leads nowhere": (put("properties/data/$ref", "#/$defs/Lost"), BOTH),
    "a keyword that the check does not know": (put(f"{DATA}/amount/multipleOf", 5), BOTH),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_change_is_a_break_for_whom_it_hurts(name):
    change, (hurts_claims, hurts_facts) = TABLE[name]
    changed = copy.deepcopy(BASE)
    change(changed)
    assert bool(breaks(BASE, changed, claim=True)) is hurts_claims
    assert bool(breaks(BASE, changed, claim=False)) is hurts_facts


def test_the_other_way_round_a_narrowing_is_a_widening():
    narrow = copy.deepcopy(BASE)
    put(f"{DATA}/agency/maxLength", 60)(narrow)
    assert breaks(narrow, BASE, claim=True) == []
    assert breaks(narrow, BASE, claim=False) == [
        "data.agency: `maxLength` was 60, is 120; readers of the committed schema do not expect it"
    ]


def test_a_property_added_where_nothing_more_was_allowed_surprises_readers():
    strict, more = copy.deepcopy(BASE), copy.deepcopy(BASE)
    for schema in (strict, more):
        put("$defs/Data/additionalProperties", False)(schema)
    put(f"{DATA}/note", {"type": "string"})(more)
    assert breaks(strict, more, claim=True) == []
    assert breaks(strict, more, claim=False) == [
        "data.note: is new where nothing more was allowed; readers of the committed schema do not expect it"
    ]


def test_a_break_says_where():
    changed = copy.deepcopy(BASE)
    put(f"{START}/properties/step/maxLength", 8)(changed)
    put(f"{DATA}/missing/items/maxLength", 8)(changed)
    put(f"{DATA}/code/enum", ["a"])(changed)
    harm = "records made for the committed schema are refused or read differently"
    assert breaks(BASE, changed, claim=True) == [
        f"data.claim(kind=start).step: `maxLength` was 9, is 8; {harm}",
        f'data.code: "b" is no longer allowed; {harm}',
        f"data.missing[]: `maxLength` was 9, is 8; {harm}",
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (drop(f"{DATA}/month"), "data.month: was removed"),
        (put(f"{DATA}/month/pattern", "^x$"), "data.month: has another `pattern`"),
        (
            put(f"{DATA}/language/default", "en"),
            "data.language: has another default: a record without it means something else",
        ),
        (put(f"{DATA}/amount/multipleOf", 5), "data.amount: `multipleOf` changed, which this check can not judge"),
        (put("minProperties2", 5), "record: `minProperties2` changed, which this check can not judge"),
    ],
)
def test_what_hurts_readers_as_well_as_publishers_says_so(change, told):
    changed = copy.deepcopy(BASE)
    change(changed)
    assert breaks(BASE, changed, claim=True) == [f"{told}; whoever relies on it is misled"]
