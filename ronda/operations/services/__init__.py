"""Making, checking, rehearsing and restoring backups."""
