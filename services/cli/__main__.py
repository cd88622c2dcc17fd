"""`python -m services.cli`: the same as `lienthong`."""

import services.cli.commands  # noqa: F401 - registers every command
from services.cli.main import main

main()
