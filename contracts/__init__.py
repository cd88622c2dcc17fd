"""The published language of Liên Thông: envelope, events by owner, topics, procedures, working time.

Everything here is pure and imports nothing but pydantic, the standard library and data readers, so that an agency's
developer can install this package alone and speak with the system.
"""
