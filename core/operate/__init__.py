"""Running an installation: set-up, backups and the demo community."""
