"""The law and its data, pure: working time, procedures, rule sets, feedback. All services fold by it."""

DOMAIN_VERSION = 1
"""The version of what the domain gives to a fold: due moments, working time, the days from which rules hold.

Raise it by one whenever the same facts and the same data files can give another state: every document of every service
is then folded anew. Unraised, documents that were folded before keep what the old code made of them. Other data needs
no other version: each service's `basis` tells it.
"""
