"""Routing (luân chuyển hồ sơ): takes each dossier along its route, from agency to agency.

`events.OWNED` names the events that it owns, `fold.folds` those that it reads, each with its function.
"""
