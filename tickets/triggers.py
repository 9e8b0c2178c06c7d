"""The database's own guard of the history: what is written stays as it was written (DESIGN section 4).

Used by the migration that installs it; kept apart from it because restoring a backup installs it too.
"""

TABLE = "tickets_historyentry"

CREATE = {
    "sqlite": [
        f"CREATE TRIGGER history_refuses_{verb.lower()} BEFORE {verb} ON {TABLE} "
        "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
        for verb in ("UPDATE", "DELETE")
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
    ],
}

DROP = {
    "sqlite": [f"DROP TRIGGER IF EXISTS history_refuses_{verb}" for verb in ("update", "delete")],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS history_refuses_change ON {TABLE}",
        "DROP FUNCTION IF EXISTS history_is_append_only()",
    ],
}


def create(apps, schema_editor):
    """Install the triggers of this database."""
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    """Remove them."""
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)
