"""Those that are compared with: each a program of its own, `python -m bench.contenders.<name>`, set by its environment."""
