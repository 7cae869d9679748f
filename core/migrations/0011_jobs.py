"""When a job last ended well."""

from core.store.schema import is_postgresql


def up(migrator, db):
    db.execute_sql(f"ALTER TABLE job_run ADD COLUMN good_at {'BIGINT' if is_postgresql(db) else 'INTEGER'}")
