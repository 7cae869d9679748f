"""The inbox: who makes which call, deputies, messages with the time they are due, and how people want to be reached."""

from core.store.schema import create_index, is_postgresql


def up(migrator, db):
    db.execute_sql(f"ALTER TABLE call_task ADD COLUMN assigned_to {'BIGINT' if is_postgresql(db) else 'INTEGER'}")
    create_index(
        db, "call_task_assigned", "call_task", "community, assigned_to, state", where="assigned_to IS NOT NULL"
    )
