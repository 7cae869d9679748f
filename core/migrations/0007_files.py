"""Files: what is stored, what uses it, and what was uploaded but not used yet. The contents lie beside the store."""

from core.store.schema import changed, create_index, create_table, keep_rows

_STORED = (
    "community",
    "digest",
    "source_digest",
    "size",
    "media_type",
    "extension",
    "name",
    "width",
    "height",
    "thumb_digest",
    "thumb_size",
    "thumb_width",
    "thumb_height",
    "uploaded_at",
    "by_account",
    "by_label",
)
_USED = ("community", "file_id", "subject", "role", "name", "created_at", "by_account", "by_label")


def up(migrator, db):
    create_table(
        db,
        "file",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        digest TEXT NOT NULL,
        source_digest TEXT NOT NULL,
        size INTEGER NOT NULL,
        media_type TEXT NOT NULL,
        extension TEXT NOT NULL,
        name TEXT NOT NULL,
        width INTEGER,
        height INTEGER,
        thumb_digest TEXT,
        thumb_size INTEGER,
        thumb_width INTEGER,
        thumb_height INTEGER,
        uploaded_at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        dropped_at INTEGER,
        CONSTRAINT file_digest_form CHECK (length(digest) = 64 AND length(source_digest) = 64),
        CONSTRAINT file_size_positive CHECK (size > 0),
        CONSTRAINT file_name_given CHECK (length(name) BETWEEN 1 AND 100),
        CONSTRAINT file_extension_form CHECK (length(extension) BETWEEN 2 AND 5),
        CONSTRAINT file_picture_whole CHECK (
            (width IS NULL AND height IS NULL AND thumb_digest IS NULL AND thumb_size IS NULL
                AND thumb_width IS NULL AND thumb_height IS NULL)
            OR (width > 0 AND height > 0 AND length(thumb_digest) = 64 AND thumb_size > 0
                AND thumb_width > 0 AND thumb_height > 0
                AND width IS NOT NULL AND height IS NOT NULL AND thumb_digest IS NOT NULL AND thumb_size IS NOT NULL
                AND thumb_width IS NOT NULL AND thumb_height IS NOT NULL)
        ),
        UNIQUE (community, digest),
        UNIQUE (community, id)
        """,
    )
    create_index(db, "file_source", "file", "community, source_digest")
    create_index(db, "file_contents", "file", "digest")
    create_index(db, "file_thumbs", "file", "thumb_digest")
    create_table(
        db,
        "file_use",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        file_id INTEGER NOT NULL,
        subject TEXT NOT NULL,
        role TEXT NOT NULL,
        place INTEGER NOT NULL,
        caption TEXT NOT NULL DEFAULT '',
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        ended_at INTEGER,
        ended_by TEXT,
        CONSTRAINT file_use_role_known CHECK (role IN ('photo', 'scan', 'attachment')),
        CONSTRAINT file_use_place_positive CHECK (place > 0),
        CONSTRAINT file_use_photo_described CHECK (role <> 'photo' OR length(caption) > 0),
        CONSTRAINT file_use_caption_short CHECK (length(caption) <= 200),
        CONSTRAINT file_use_name_given CHECK (length(name) BETWEEN 1 AND 100),
        CONSTRAINT file_use_ended_by_whom CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
        CONSTRAINT file_use_of_file FOREIGN KEY (community, file_id) REFERENCES file (community, id)
        """,
    )
    create_index(db, "file_use_subject", "file_use", "community, subject, role, place")
    create_index(db, "file_use_file", "file_use", "community, file_id")
    create_table(
        db,
        "file_upload",
        """
        token TEXT NOT NULL,
        community TEXT NOT NULL,
        file_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        by_account INTEGER,
        at INTEGER NOT NULL,
        taken_at INTEGER,
        CONSTRAINT file_upload_token_form CHECK (length(token) = 32),
        CONSTRAINT file_upload_of_file FOREIGN KEY (community, file_id) REFERENCES file (community, id),
        PRIMARY KEY (token)
        """,
        without_rowid=True,
    )
    create_index(db, "file_upload_file", "file_upload", "community, file_id")
    keep_rows(db, "file", changed(_STORED))
    keep_rows(db, "file_use", changed(_USED))
