"""`lienthong procedures`."""

import pytest
from typer.testing import CliRunner

from tools.cli.main import app


def lienthong(*words):
    return CliRunner().invoke(app, ["procedures", *map(str, words)])


@pytest.fixture
def folder(tmp_path, field_text):
    (tmp_path / "testing.yaml").write_text(field_text, encoding="utf-8")
    return tmp_path


def test_the_shipped_procedures_are_sound():
    result = lienthong("check")
    assert result.exit_code == 0, result.output
    assert "procedures in" in result.output


def test_every_fault_of_every_file_is_told_with_its_place_and_remedy(folder, field_text):
    (folder / "broken.yaml").write_text(field_text.replace("limit: 2wh", "limit: -2wh"), encoding="utf-8")
    again = field_text.replace("after: [forward]", "after: [forward, gone]").replace("role: one-stop", "role: nobody")
    (folder / "wrong.yaml").write_text(again, encoding="utf-8")
    result = lienthong("check", folder)
    assert result.exit_code == 1
    broken, gone, nobody, twice = result.output.splitlines()
    assert broken.startswith("broken.yaml: procedures.1.000001.steps.0.limit: '-2wh' is no time limit: write e.g.")
    assert gone == (
        "wrong.yaml: 1.000001.steps.decide: its predecessor gone does not exist; choose from forward, decide"
    )
    assert nobody.startswith("wrong.yaml: 1.000001.steps.forward: unknown role nobody; choose from ")
    assert twice == "wrong.yaml: 1.000001: the code is also under testing; keep it in one file"


def test_a_cycle_is_an_impossible_graph(folder, field_text):
    text = field_text.replace("limit: 2wh", "limit: 2wh, after: [decide]")
    (folder / "testing.yaml").write_text(text, encoding="utf-8")
    result = lienthong("check", folder)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"testing.yaml: 1.000001.steps.{step}: the step waits for itself (a cycle); "
        "take one step of the cycle out of `after`"
        for step in ("forward", "decide")
    ]


def test_a_procedure_is_drawn_with_its_conditions(folder, field_text):
    last = "      - {id: end, name: {vi: 'Trả \"nhanh\"', en: End}, role: tax, limit: 2d, after: [decide], when: %s}\n"
    text = field_text + last % "{attribute: floors, at_least: 7}"
    (folder / "testing.yaml").write_text(text, encoding="utf-8")
    result = lienthong("graph", "1.000001", folder)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "flowchart LR",
        '    start(["Thử<br/>3 ngày làm việc"])',
        '    s_forward["Chuyển<br/>Bộ phận Một cửa, 2 giờ làm việc"]',
        '    s_decide["Ký<br/>Ủy ban nhân dân cấp xã, 1 ngày làm việc"]',
        '    s_end["Trả #quot;nhanh#quot;<br/>Cơ quan thuế, 2 ngày"]',
        "    start --> s_forward",
        "    s_forward --> s_decide",
        '    s_decide -. "floors ≥ 7" .-> s_end',
        "    s_end --> done([Có kết quả])",
    ]


def test_a_procedure_that_is_not_there_can_not_be_drawn(folder):
    result = lienthong("graph", "9.999999", folder)
    assert result.exit_code == 2
    assert "there is no procedure 9.999999" in result.output
