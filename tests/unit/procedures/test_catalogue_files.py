import pytest

from domain.procedures import ProcedureError, load_catalogue

STEPS = "procedures.1.000001.steps"


def test_a_folder_of_one_field(catalogue_of, field_text):
    catalogue = catalogue_of(testing=field_text)
    assert list(catalogue) == ["1.000001"]
    assert catalogue["1.000001"].field == "testing"
    assert catalogue.fields["testing"].vi == "Kiểm thử"


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("after: [forward]", "after: [gone]", "1.000001.steps.decide", "predecessor gone does not exist"),
        ("after: [forward]", "after: [decide]", "1.000001.steps.decide", "waits for itself"),
        (
            "role: one-stop, limit: 2wh",
            "role: one-stop, limit: 2wh, after: [decide]",
            "1.000001.steps.forward",
            "cycle",
        ),
        ("id: decide", "id: forward", "1.000001.steps.forward", "step id is given twice"),
        ("role: one-stop", "role: two-stop", "1.000001.steps.forward", "unknown role two-stop"),
        ("    role: commune-committee", "    role: village", "1.000001", "unknown role village"),
        ("limit: 2wh", "limit: 0wh", f"{STEPS}.0.limit", "out of range"),
        ("limit: 2wh", "limit: -2wh", f"{STEPS}.0.limit", "no time limit"),
        (
            "limit: 3 working-days",
            "limit: {value: 0, unit: months}",
            "procedures.1.000001.limit.value",
            "greater than 0",
        ),
        ("channels: [counter]", "channels: [pigeon]", "procedures.1.000001.channels.0", "Input should be"),
        ("channels: [counter]", "channels: []", "procedures.1.000001.channels", "at least 1"),
        ("fee: 0", "fee: -1", "procedures.1.000001.fee", "greater than or equal to 0"),
        ("fee: 0", "fees: 0", "procedures.1.000001.fee", "Field required"),
        ("version: 1", "version: 0", "procedures.1.000001.version", "greater than 0"),
        ("level: commune", "level: district", "procedures.1.000001.level", "Input should be"),
        ("at_least: 18", "at_least: 18, at_most: 60", "procedures.1.000001.eligibility.0", "exactly one"),
        ("at_least: 18, ", "", "procedures.1.000001.eligibility.0", "exactly one"),
        ("original: 1", "original: 0", "procedures.1.000001.checklist.0", "no original and no copy"),
        ("en: Testing", "en: Testing, th: x", "field.th", "Extra inputs"),
        ('"1.000001"', "1.000001", "procedures.1.000001.[key]", "valid string"),
        ('"1.000001"', '"1.1"', "procedures.1.1.code", "should match pattern"),
        ("fee: 0", "fee: 0\n    fee: 1", "line 11", "given twice"),
    ],
)
def test_a_broken_file_is_named_with_place_and_remedy(catalogue_of, field_text, *, old, new, place, problem):
    assert old in field_text
    with pytest.raises(ProcedureError, match=problem) as caught:
        catalogue_of(testing=field_text.replace(old, new, 1))
    assert (caught.value.file, caught.value.place) == ("testing.yaml", place)
    assert caught.value.remedy


def test_empty_steps(catalogue_of, field_text):
    with pytest.raises(ProcedureError, match="at least 1") as caught:
        catalogue_of(testing=field_text[: field_text.index("    steps:")] + "    steps: []\n")
    assert caught.value.place == STEPS


def test_a_checklist_item_given_twice(catalogue_of, field_text):
    item = "      - {id: form, name: {vi: Đơn, en: Form}, original: 1}\n"
    with pytest.raises(ProcedureError, match="checklist gives the id form twice"):
        catalogue_of(testing=field_text.replace(item, item * 2))


def test_a_code_in_two_files(catalogue_of, field_text):
    other = field_text.replace("id: testing", "id: zoning")
    with pytest.raises(ProcedureError, match="the code is also under testing") as caught:
        catalogue_of(testing=field_text, zoning=other)
    assert (caught.value.file, caught.value.place) == ("zoning.yaml", "1.000001")


@pytest.mark.parametrize("text", ["", "[]", "field: {id: x, vi: x, en: x}", "field: 1\nprocedures: 2"])
def test_a_file_that_is_no_field(catalogue_of, text):
    with pytest.raises(ProcedureError, match=r"^testing.yaml: "):
        catalogue_of(testing=text)


def test_a_folder_without_files(tmp_path):
    with pytest.raises(ProcedureError, match=r"there are no \*.yaml files"):
        load_catalogue(tmp_path)
