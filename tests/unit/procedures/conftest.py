import pytest

from domain.procedures import load_catalogue, load_directory

FIELD = """
field: {id: testing, vi: Kiểm thử, en: Testing}
procedures:
  "1.000001":
    version: 1
    name: {vi: Thử, en: Trial}
    level: commune
    role: commune-committee
    channels: [counter]
    fee: 0
    limit: 3 working-days
    source: {code: estimate, limit: estimate}
    checklist:
      - {id: form, name: {vi: Đơn, en: Form}, original: 1}
    eligibility:
      - {id: adult, attribute: age, at_least: 18, reason: {vi: Nhỏ, en: Young}}
    steps:
      - {id: forward, name: {vi: Chuyển, en: Forward}, role: one-stop, limit: 2wh}
      - {id: decide, name: {vi: Ký, en: Sign}, role: commune-committee, limit: 1wd, after: [forward]}
"""

AGENCIES = """
roles:
  one-stop: {vi: Một cửa, en: One-stop}
  tax: {vi: Thuế, en: Tax}
  police: {vi: Công an, en: Police}
agencies:
  - {code: H29, name: {vi: Tỉnh, en: Province}, level: province, roles: [one-stop]}
  - {code: H29.01, name: {vi: A, en: A}, level: province, roles: [tax, police], reports_to: H29}
  - {code: H29.02, name: {vi: B, en: B}, level: province, roles: [tax], reports_to: H29}
  - {code: H29.02.01, name: {vi: C, en: C}, level: province, roles: [tax], reports_to: H29.02, serves: [H29.16.02]}
  - {code: H29.16.01, name: {vi: X, en: X}, level: commune, roles: [one-stop, police], reports_to: H29}
  - {code: H29.16.02, name: {vi: Y, en: Y}, level: commune, roles: [one-stop], reports_to: H29}
"""


@pytest.fixture
def catalogue_of(tmp_path):
    def load(**fields):
        for name, text in fields.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return load_catalogue(tmp_path)

    return load


@pytest.fixture
def directory_of(tmp_path):
    def load(text):
        file = tmp_path / "agencies.yaml"
        file.write_text(text, encoding="utf-8")
        return load_directory(file)

    return load


@pytest.fixture
def field_text():
    return FIELD


@pytest.fixture
def agencies_text():
    return AGENCIES
