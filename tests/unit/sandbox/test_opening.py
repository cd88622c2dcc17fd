"""A sandbox's folder, and what citizens ask for in it."""

import pytest

from domain.procedures import load_catalogue, load_directory
from lienthong_agency.signing import new_key
from tools.operations.environment import NotReadyError
from tools.operations.sandbox.kept_keys import keep_keys, kept_keys
from tools.operations.sandbox.neighbours import errands
from tools.operations.sandbox.opening import opened

DIRECTORY = load_directory()
CATALOGUE = load_catalogue(directory=DIRECTORY)


def test_an_empty_folder_becomes_a_sandbox_with_a_root_of_its_own(tmp_path):
    made = opened("H29.08", tmp_path / "shop", DIRECTORY, tmp_path)
    variables = made.variables
    assert variables["LIENTHONG_ROOT_KEY"] == made.root.public_key
    assert variables["LIENTHONG_CLUSTER"] == "sandbox-H29.08"
    assert variables["LIENTHONG_STACK_SECURITY"] == "secure"
    assert (tmp_path / "shop").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "shop" / "root.json").stat().st_mode & 0o777 == 0o600


def test_another_start_forgets_everything_but_the_jars(tmp_path):
    home = tmp_path / "shop"
    first = opened("H29.08", home, DIRECTORY, tmp_path)
    for name in ("kafka/libs/kafka.jar", "kafka/data/log", "store/sla/db", "credentials/bus.json", "stack.json"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("old")
    second = opened("H29.08", home, DIRECTORY, tmp_path)
    left = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    assert left == {"kafka/libs/kafka.jar", "sandbox", "root.json"}
    assert second.root.public_key != first.root.public_key


def test_jars_that_are_there_already_are_not_fetched_again(tmp_path):
    jars = tmp_path / "usual" / "kafka" / "libs"
    jars.mkdir(parents=True)
    (jars / "kafka.jar").write_text("jar")
    opened("H29.08", tmp_path / "shop", DIRECTORY, tmp_path / "usual")
    assert (tmp_path / "shop" / "kafka" / "libs" / "kafka.jar").read_text() == "jar"


def test_a_folder_that_is_somebody_elses_stays_as_it_is(tmp_path):
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(NotReadyError, match="is not empty, and no sandbox: name another folder"):
        opened("H29.08", tmp_path, DIRECTORY, tmp_path)
    assert (tmp_path / "letter").read_text() == "mine"


def test_an_agency_that_nobody_knows_is_refused_before_anything_is_touched(tmp_path):
    with pytest.raises(NotReadyError, match="the directory has no agency H99"):
        opened("H99", tmp_path / "shop", DIRECTORY, tmp_path)
    assert not (tmp_path / "shop").exists()


def test_keys_of_neighbours_are_kept_for_their_owner_alone(tmp_path):
    key = new_key("H29.02", "sandbox")
    keep_keys(tmp_path, {"H29.02": key})
    assert kept_keys(tmp_path)["H29.02"].public_key == key.public_key
    assert (tmp_path / "neighbours" / "H29.02.json").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_no_sandbox_has_no_keys_of_neighbours(tmp_path):
    assert kept_keys(tmp_path) == {}


@pytest.mark.parametrize("code", ["H29.08", "H29.04.01", "H29.16.01"])
def test_citizens_ask_for_what_is_planned_for_the_agency_and_hand_in_all_of_it(code):
    found = list(errands(code, CATALOGUE, DIRECTORY))
    assert found
    for errand in found:
        steps = {step.id: step for step in errand.procedure.steps}
        assert DIRECTORY.resolve(steps[errand.step].role, errand.unit) == code
        declared = errand.application.attributes
        assert all(rule.met(declared) for rule in errand.procedure.eligibility)
        assert set(errand.application.components) == {i.id for i in errand.procedure.checklist if i.required}


def test_who_plays_no_role_in_any_procedure_is_asked_for_nothing():
    assert list(errands("H29.08", {}, DIRECTORY)) == []
