"""`lienthong`, also as `python -m services.cli`."""

from services.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
