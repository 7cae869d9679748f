"""Uploads made before all lists had one table for them survive the migration, on both engines."""

import shutil

from core.store import db
from core.store.db import database
from core.store.import_batches import ImportBatch, remembered
from core.store.migrate import CORE, migrate

WEST = "330481001009"
OLD = (
    "INSERT INTO community (code, name, created_at) VALUES ('330481001009', '西山社区', 1)",
    "INSERT INTO roster_import (id, community, filename, sha256, estate, columns, signature, state, summary, by_label, "
    "created_at, imported_at) VALUES (7, '330481001009', '名单.csv', 'x', '海城名家', '{}', 's', 'imported', "
    "'{\"rows\":1,\"bad\":{}}', '陆敏', 1, 2)",
    "INSERT INTO roster_mapping (community, signature, columns, at) VALUES ('330481001009', 's', '{\"door\":2}', 1)",
    "INSERT INTO area (id, community, level, name, sort_key, import_id) VALUES (3, '330481001009', 'estate', '甲苑', 'j', 7)",
    "INSERT INTO roster_change (community, import_id, record, record_id, before) VALUES ('330481001009', 7, 'person', 1, '{}')",
)


def test_uploads_columns_and_what_they_added_survive(engine, tmp_path):
    from core.config import load_config
    from core.testing import _create, _drop

    before = tmp_path / "before"
    before.mkdir()
    for path in sorted(CORE.glob("0*.py")):
        if path.name < "0016":
            shutil.copy(path, before)
    url = _create() if engine == "postgresql" else None
    (tmp_path / "instance").mkdir()
    db.open_database(load_config(tmp_path / "instance", database=url, strict=True))
    try:
        migrate("core", before)
        for statement in OLD:
            database.obj.execute_sql(statement.replace("%", "%%") if url else statement)
        migrate("core", CORE)
        batch = ImportBatch.get_of(WEST, 7)
        assert (batch.import_name, batch.given, batch.filename) == ("core.roster", {"estate": "海城名家"}, "名单.csv")
        assert remembered(WEST, "core.roster", "s") == {"door": 2}
        kept = database.obj.execute_sql("SELECT import_id FROM area UNION ALL SELECT import_id FROM roster_change")
        assert kept.fetchall() == [(7,), (7,)]
        # What an import added still refers to it.
        failed = False
        try:
            with db.transaction():
                ImportBatch.delete().where(ImportBatch.id == 7).execute()
        except db.peewee.IntegrityError:
            failed = True
        assert failed
    finally:
        db.close_database()
        if url:
            _drop(url)
