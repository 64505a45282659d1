"""The flask commands; each parses, calls one service, prints. Data on stdout, progress on stderr, exit 0, 1 or 2."""

from flask import Flask

from server.cli import (
    aids,
    backups,
    bundles,
    cases,
    casework,
    checks,
    conflicts,
    demo,
    devices,
    documents,
    faces,
    forms,
    office,
    parameters,
    rules,
    upkeep,
    uploads,
)


def register(app: Flask) -> None:
    """Put every command on the app."""
    for command in aids.COMMANDS:
        rules.policy.add_command(command)
    for command in (
        demo.demo,
        bundles.bundles,
        office.users,
        office.areas,
        devices.devices,
        cases.cases,
        casework.households,
        casework.held,
        checks.checks,
        conflicts.conflicts,
        documents.documents,
        rules.policy,
        parameters.parameters,
        faces.faces,
        faces.face_policy,
        forms.form_commands,
        uploads.uploads,
        backups.backup,
        upkeep.audit,
        upkeep.openapi,
        upkeep.doctor,
    ):
        app.cli.add_command(command)
