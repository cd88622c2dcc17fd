import json

import pytest

from tools.operations.contracts import ContractError, build, check

pytestmark = pytest.mark.slow

SCHEMA = "schemas/dossier.overdue.v1.json"
SAMPLE = "samples/dossier.overdue/whole.json"


def change(file, edit):
    content = json.loads(file.read_bytes())
    edit(content)
    file.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def data_of(schema):
    return schema["$defs"]["DossierOverdue"]


def test_what_is_committed_is_in_order(committed):
    assert check(committed) == []


def test_a_schema_that_differs_is_told(folder):
    change(folder / SCHEMA, lambda schema: data_of(schema).update(description="Otherwise"))
    assert check(folder) == [f"{SCHEMA}: is not what the code says; run `lienthong contracts build`"]
    build(folder)
    assert check(folder) == []


@pytest.mark.parametrize("name", [SCHEMA, "asyncapi.yaml"])
def test_a_missing_file_is_told_and_built(folder, name):
    (folder / name).unlink()
    assert check(folder) == [f"{name}: is missing; run `lienthong contracts build`"]
    assert folder / name in build(folder)
    assert check(folder) == []


def test_a_changed_document_is_told(folder):
    (folder / "asyncapi.yaml").write_text("asyncapi: 3.0.0\n")
    assert check(folder) == ["asyncapi.yaml: is not what the code says; run `lienthong contracts build`"]


def test_a_property_that_the_code_dropped_is_told_and_never_overwritten(folder):
    change(folder / SCHEMA, lambda schema: data_of(schema)["properties"].update(rung={"type": "string"}))
    before = (folder / SCHEMA).read_bytes()
    (folder / "asyncapi.yaml").unlink()
    assert f"{SCHEMA}: data.rung: was removed; whoever relies on it is misled" in check(folder)
    with pytest.raises(ContractError, match=r"(?s)data\.rung: was removed.*as a new event type"):
        build(folder)
    assert (folder / SCHEMA).read_bytes() == before
    assert not (folder / "asyncapi.yaml").exists()


def test_a_claim_may_be_widened_and_a_fact_may_not(folder):
    def tighten(schema):
        (payload,) = [found for name, found in schema["$defs"].items() if "Submitted" in name or "Overdue" in name]
        payload["properties"]["agency"]["maxLength"] = 60

    change(folder / "schemas/rating.submitted.v1.json", tighten)
    build(folder)
    change(folder / SCHEMA, tighten)
    with pytest.raises(ContractError, match="maxLength"):
        build(folder)


def test_a_type_that_the_code_dropped_is_told(folder):
    (folder / "schemas/dossier.lost.v1.json").write_bytes((folder / SCHEMA).read_bytes())
    told = "schemas/dossier.lost.v1.json: the code has no such event type, and types stay for good"
    assert check(folder) == [told]
    with pytest.raises(ContractError, match=r"dossier\.lost"):
        build(folder)


@pytest.mark.parametrize("text", ["<<<<<<< ours\n", "[]", "null", "{", '{"type": "object", "properties": 1}'])
def test_a_damaged_schema_is_told_and_never_overwritten(folder, text):
    (folder / SCHEMA).write_text(text)
    assert any(problem.startswith(f"{SCHEMA}: is no schema") for problem in check(folder))
    with pytest.raises(ContractError, match="restore the committed file"):
        build(folder)


def test_building_leaves_samples_alone(folder):
    (folder / SAMPLE).write_text("mine\n")
    build(folder)
    assert (folder / SAMPLE).read_text() == "mine\n"


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda event: event["data"].pop("due"), "can not be read: data.due: Field required"),
        (lambda event: event["data"].update(agency="x" * 200), "can not be read: data.agency:"),
        (lambda event: event.update(type="dossier.lost"), "can not be read: dossier.lost"),
        (lambda event: event["data"].update(reason="gone"), "loses data.reason"),
        (lambda event: event.update(time="2026-01-29T17:00:00+07:00"), "loses time"),
    ],
)
def test_a_sample_that_is_no_longer_understood_is_told(folder, edit, told):
    change(folder / SAMPLE, edit)
    (problem,) = check(folder)
    assert problem.startswith(f"{SAMPLE}: {told}")


def test_a_sample_from_before_an_optional_field_is_fine(folder):
    old = folder / "samples/dossier.overdue/old.json"
    old.write_bytes((folder / SAMPLE).read_bytes())
    change(old, lambda event: event.pop("timeline"))
    assert check(folder) == []


def test_a_new_field_needs_a_sample_that_shows_it(folder):
    change(folder / "samples/dossier.paid/tax.json", lambda event: event.pop("timeline"))
    assert check(folder) == ["samples/dossier.paid: no file shows dossier.paid exactly as it is written today; add one"]


def test_every_kind_of_claim_needs_a_sample(folder):
    for file in (folder / "samples/agency.reported").glob("recalls*.json"):
        file.unlink()
    assert check(folder) == [
        "samples/agency.reported: no file shows agency.reported (recalls) exactly as it is written today; add one"
    ]


def test_a_sample_of_no_known_type_is_told(folder):
    (folder / "samples/stray.json").write_text("{}\n")
    assert check(folder) == ["samples/stray.json: there is no event type samples"]
