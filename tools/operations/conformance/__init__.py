"""Conformance: dossiers with unusual turns are played at an agency's real program, and what it says is judged."""
