"""`token`: ask a service as somebody, where the issuer for development is believed."""

from typing import Annotated

import typer

from tools.cli.main import app
from tools.operations.environment import local_settings
from tools.operations.identity import development_issuer


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="Whose token; without a name, all that there are")] = "",
) -> None:
    """Print a token of the issuer for development. It goes behind `Authorization: Bearer` and lasts five minutes."""
    issuer = development_issuer(local_settings())
    if not name:
        for person in issuer.people.values():
            typer.echo(f"{person.name}  {person.label}")
        return
    if name not in issuer.people:
        raise typer.BadParameter(f"nobody is called {name}; `lienthong token` lists everybody")
    typer.echo(issuer.token(issuer.people[name]))
