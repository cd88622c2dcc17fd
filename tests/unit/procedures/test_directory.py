import pytest

from domain.procedures import ProcedureError, load_directory


@pytest.mark.parametrize(
    ("role", "unit", "agency"),
    [
        ("one-stop", "H29.16.01", "H29.16.01"),  # the receiving unit itself
        ("one-stop", "H29.02", "H29.02"),
        ("police", "H29.16.01", "H29.16.01"),  # a role it plays itself
        ("police", "H29.16.02", "H29.01"),  # nearest upwards, before a neighbour of equal distance
        ("tax", "H29.16.02", "H29.02.01"),  # the agency that serves it in particular
        ("tax", "H29.16.01", "H29.01"),  # of equals, the lowest code
        ("tax", "H29.02.01", "H29.02.01"),
    ],
)
def test_resolving_a_role(directory_of, agencies_text, role, unit, agency):
    assert directory_of(agencies_text).resolve(role, unit) == agency


def test_the_order_of_writing_does_not_matter(directory_of, agencies_text):
    head, entries = agencies_text.split("agencies:\n")
    backwards = head + "agencies:\n" + "\n".join(reversed(entries.strip("\n").split("\n"))) + "\n"
    directory = directory_of(agencies_text)
    mirrored = directory_of(backwards)
    for role in ("tax", "police"):
        for unit in directory.agencies:
            assert mirrored.resolve(role, unit) == directory.resolve(role, unit)


def test_an_escalation_climbs_to_the_top(directory_of, agencies_text):
    assert [agency.code for agency in directory_of(agencies_text).superiors("H29.02.01")] == ["H29.02", "H29"]


def test_resolving_what_nobody_knows(directory_of, agencies_text):
    directory = directory_of(agencies_text)
    with pytest.raises(ProcedureError, match="no agency plays this role"):
        directory.resolve("justice", "H29.16.01")
    with pytest.raises(ProcedureError, match="no agency with this code"):
        directory.resolve("one-stop", "H30")
    with pytest.raises(ProcedureError, match="no agency with this code"):
        list(directory.superiors("H30"))


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("code: H29.02,", "code: H29.01,", "H29.01", "the code is given twice"),
        ("roles: [tax, police]", "roles: [tax, fire]", "H29.01", "unknown role fire"),
        ("roles: [tax, police], reports_to: H29", "roles: [tax], reports_to: H31", "H29.01", "unknown agency H31"),
        ("serves: [H29.16.02]", "serves: [H29.16.09]", "H29.02.01", "unknown agency H29.16.09"),
        (", reports_to: H29}", "}", "agencies", "without reports_to: H29, H29.01"),
        ("roles: [one-stop]}", "roles: [one-stop], reports_to: H29.01}", "agencies", "without reports_to: none"),
        ("roles: [tax], reports_to: H29}", "roles: [tax], reports_to: H29.02.01}", "H29.02", "reports to itself"),
        ("level: commune", "level: district", "agencies.4.level", "Input should be"),
        ("code: H29.02.01", "code: h29", "agencies.3.code", "should match pattern"),
        ("roles: [tax], reports_to: H29.02,", "roles: [], reports_to: H29.02,", "agencies.3.roles", "at least 1"),
    ],
)
def test_a_broken_file_is_named_with_place_and_remedy(directory_of, agencies_text, *, old, new, place, problem):
    assert old in agencies_text
    with pytest.raises(ProcedureError, match=problem) as caught:
        directory_of(agencies_text.replace(old, new, 1))
    assert (caught.value.file, caught.value.place) == ("agencies.yaml", place)
    assert caught.value.remedy


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ProcedureError, match="cannot be read"):
        load_directory(tmp_path / "agencies.yaml")
