"""`erase`: an applicant's personal data is removed for good."""

import asyncio
from typing import Annotated

import typer

from tools.cli.main import app
from tools.cli.operator import operator
from tools.operations.environment import environment
from tools.operations.erasing import request_erasure


@app.command()
def erase(
    basis: Annotated[str, typer.Option(help="The law or the request it follows, without names; stays on record")],
    reference: Annotated[str, typer.Argument(help="`applicant_ref`, as the dossier's events name the person")] = "",
    dossier: Annotated[str, typer.Option(help="In its place the code of the person's dossier")] = "",
    by: Annotated[str, typer.Option(help="Who does it, as a code; without it, the user of this computer")] = "",
) -> None:
    """Erase an applicant's personal data. Intake does it, and `applicant.erased` says so."""
    found = asyncio.run(request_erasure(environment(), reference, dossier, by or operator(), basis))
    typer.echo(f"asked for: {found} is erased as soon as intake reads it, and `applicant.erased` says so")
