"""`lienthong`, also as `python -m tools.cli`."""

from tools.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
