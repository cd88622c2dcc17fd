"""The published language of Liên Thông: the envelope, the events by their owner, the topics, schemas and samples.

Everything here is pure and imports nothing but pydantic and the standard library. It is a distribution of its own as
well (see `pyproject.toml` beside this file), so that an agency's developer can install it alone.
"""
