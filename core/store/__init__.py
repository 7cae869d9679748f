"""Data: the database, records, references, migrations, the audit trail, numbers and request keys. Knows no HTTP."""
