"""A client that a generator makes of our OpenAPI documents works, and its types hold what we answer."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import httpx
import pytest

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

GENERATOR = "openapi-python-client==0.29.1"
"""In an environment of its own: it wants another typer than we do."""

LIFE = """
import sys
from intake import Client
from intake.api.procedures import list_procedures, show_procedure
from intake.api.submissions import look_at_dossier, look_at_submission, pay, submit, supplement, withdraw
from intake.models import Applicant, Outcome, PaymentBody, Pending, Problem, Submission, SubmissionAttributes
from intake.models import SubmissionChannel, SupplementBody
from rating import Client as RatingClient
from rating.api.feedback import feedback_categories, look_at_feedback, submit_feedback
from rating.api.rating import look_at_rating, rate, rating_figures
from rating.models import FeedbackBody, FeedbackOutcome, RatingBody, RatingBodyAnswers, RatingBodyChannel
from rating.models import RatingFiguresBy
from sla import Client as SlaClient
from sla.api.sla import backlog, deadlines_of_dossier

intake, rating, sla = Client(sys.argv[1]), RatingClient(sys.argv[2]), SlaClient(sys.argv[3])

codes = [one.code for one in list_procedures.sync(client=intake)]
assert "1.001193" in codes
birth = show_procedure.sync("1.001193", client=intake)
assert birth.checklist[0].id == "form" and birth.name.vi

body = Submission(
    procedure="1.001193", channel=SubmissionChannel.COUNTER, receiving_unit="H29.16.01", components=["form"],
    applicant=Applicant(name="Trần Văn Bình", phone="0912345678"),
)
body.attributes = SubmissionAttributes.from_dict({})
asked = submit.sync_detailed(client=intake, body=body, idempotency_key="key-number-1")
assert asked.status_code == 200 and isinstance(asked.parsed, Outcome), asked
assert asked.parsed.missing == ["birth-proof", "identity"]
body.components = []
refused = submit.sync_detailed(client=intake, body=body, idempotency_key="key-number-1")
assert refused.status_code == 409 and isinstance(refused.parsed, Problem), refused
assert "take a new one" in refused.parsed.detail
body.procedure = "|"
unfit = submit.sync(client=intake, body=body)
assert isinstance(unfit, Problem) and unfit.errors[0].loc == ["body", "procedure"], unfit

here = asked.parsed.submission_id
received = supplement.sync(here, client=intake, body=SupplementBody(components=["birth-proof", "identity"]))
assert isinstance(received, Outcome) and received.outcome == "received", received
assert received.appointment_date.tzinfo and received.working_out.vi
assert look_at_dossier.sync(received.dossier_code, client=intake) == received
assert isinstance(look_at_submission.sync("never-submitted", client=intake), Pending)
assert isinstance(look_at_dossier.sync("never-received", client=intake), Problem)
assert isinstance(pay.sync(here, client=intake, body=PaymentBody(amount=8000)), Pending)
assert withdraw.sync(here, client=intake).outcome == "withdrawn"

stars = RatingBodyAnswers.from_dict({"7": 2})
slip = RatingBody(
    dossier="H29.16-260105-0001", channel=RatingBodyChannel.WEB, holder="slip-1", agency="H29.02", answers=stars
)
open_still = rate.sync_detailed(client=rating, body=slip)
assert open_still.status_code == 202 and open_still.parsed.counted is None, open_still
assert look_at_rating.sync(slip.dossier, open_still.parsed.rating_id, client=rating) == open_still.parsed
assert feedback_categories.sync(client=rating)[0].name.vi
told = submit_feedback.sync(client=rating, body=FeedbackBody(category="delay", agency="H29.02", text="chậm"))
assert isinstance(told, FeedbackOutcome) and told.status == "open" and told.due.tzinfo, told
assert look_at_feedback.sync(told.feedback_id, client=rating) == told
assert rating_figures.sync(client=rating, by=RatingFiguresBy.AGENCY) == []

late = backlog.sync(client=sla, limit=1)
assert len(late.entries) == 1 and late.next_
view = deadlines_of_dossier.sync(late.entries[0].dossier, client=sla)
assert view.deadlines[0].working_out.en and view.received_at.tzinfo
print("lived")
"""
"""What a portal does, said in the generated client's own words."""


@pytest.fixture(scope="session")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of the generator's environment."""
    folder = tmp_path_factory.mktemp("generator")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [python, "-m", "pip", "install", "--quiet", GENERATOR]
    told = subprocess.run(install, capture_output=True, text=True, check=False)
    if told.returncode:
        pytest.skip(f"{GENERATOR} can not be installed here: {told.stderr[-300:]}")
    return python


def test_a_generated_client_lives_a_whole_life(generator: Path, addresses: dict[str, str], tmp_path: Path) -> None:
    for service, address in addresses.items():
        document = tmp_path / f"{service}.json"
        document.write_text(json.dumps(httpx.get(f"{address}/openapi.json").json()))
        made = run(
            generator, "-m", "openapi_python_client", "generate", "--path", document, "--meta", "none",
            "--output-path", tmp_path / service,
        )  # fmt: skip
        assert "WARNING" not in made.upper()
    assert run(generator, "-c", LIFE, *addresses.values(), cwd=tmp_path) == "lived\n"


def run(*command: object, cwd: Path | None = None) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=cwd, check=False)
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


def test_every_operation_has_a_name_of_its_own_that_stays(addresses: dict[str, str]) -> None:
    names = {
        service: [
            operation["operationId"]
            for path in httpx.get(f"{address}/openapi.json").json()["paths"].values()
            for operation in path.values()
        ]
        for service, address in addresses.items()
    }
    assert {service: sorted(found) for service, found in names.items()} == {
        "intake": [
            "collect", "contact_looks", "contact_of_dossier", "list_procedures", "look_at_dossier",
            "look_at_submission", "pay", "show_procedure", "submit", "supplement", "withdraw",
        ],
        "rating": [
            "answer_feedback", "feedback_categories", "figures_of_feedback", "look_at_feedback", "look_at_rating",
            "rate", "rating_figures", "submit_feedback", "words_of_feedback",
        ],
        "sla": ["backlog", "deadlines_of_dossier"],
    }  # fmt: skip
