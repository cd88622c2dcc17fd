"""Routing (luân chuyển hồ sơ): takes each dossier along its route, from agency to agency.

Owns: dossier.transferred, acknowledged, step-completed, suspended, resumed, completed;
      consultation.requested, answered; delay.explained; report.rejected.
Consumes: dossier.received, supplemented, paid, withdrawn; agency.reported.
"""
