"""`lienthong`, also as `python -m services.cli`: every command is registered, then the asked one runs."""

from services.cli import commands
from services.cli.main import main

__all__ = ["commands", "main"]

if __name__ == "__main__":
    main()
