"""The database's own guard of the history: what is written stays as it was written (DESIGN section 4).

Used by the migration that installs it; kept apart from it because restoring a backup installs it too.
"""

TABLE = "tickets_historyentry"

_SAME = f"SELECT 1 FROM {TABLE} WHERE id = NEW.id OR (ticket_id = NEW.ticket_id AND seq = NEW.seq)"  # noqa: S608  # names
SQLITE = {
    "history_refuses_update": f"BEFORE UPDATE ON {TABLE}",
    "history_refuses_delete": f"BEFORE DELETE ON {TABLE}",
    # REPLACE removes the old row without asking the trigger above.
    "history_refuses_replace": f"BEFORE INSERT ON {TABLE} WHEN EXISTS ({_SAME})",
}

CREATE = {
    "sqlite": [
        f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
        for name, event in SQLITE.items()
    ],
    "postgresql": [
        """
        CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        f"""
        CREATE TRIGGER history_refuses_change BEFORE UPDATE OR DELETE ON {TABLE}
            FOR EACH ROW EXECUTE FUNCTION history_is_append_only()
        """,
        f"""
        CREATE TRIGGER history_refuses_truncate BEFORE TRUNCATE ON {TABLE}
            FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()
        """,
    ],
}

DROP = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in SQLITE],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS history_refuses_change ON {TABLE}",
        f"DROP TRIGGER IF EXISTS history_refuses_truncate ON {TABLE}",
        "DROP FUNCTION IF EXISTS history_is_append_only()",
    ],
}


def create(apps, schema_editor):
    """Install the triggers of this database."""
    _run(CREATE, schema_editor)


def drop(apps, schema_editor):
    """Remove them."""
    _run(DROP, schema_editor)


# The audit trail: rows are added, and removed when their time has come (`tickets.retention`), but never changed.

AUDIT_TABLE = "tickets_auditentry"
AUDIT_CREATE = {
    "sqlite": [
        f"""
        CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON {AUDIT_TABLE}
            BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
        """
    ],
    "postgresql": [
        """
        CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        f"""
        CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON {AUDIT_TABLE}
            FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()
        """,
    ],
}
AUDIT_DROP = {
    "sqlite": ["DROP TRIGGER IF EXISTS audit_refuses_update"],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS audit_refuses_update ON {AUDIT_TABLE}",
        "DROP FUNCTION IF EXISTS audit_is_append_only()",
    ],
}


def create_for_audit(apps, schema_editor):
    """Install the trigger of the audit trail."""
    _run(AUDIT_CREATE, schema_editor)


def drop_for_audit(apps, schema_editor):
    """Remove it."""
    _run(AUDIT_DROP, schema_editor)


def _run(statements, schema_editor):
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)
