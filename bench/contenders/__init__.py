"""Those that are compared with: each a program, `python -m bench.contenders.<name>`, set by its environment."""
