"""The file of a backup: its list of contents, its form, its seal. Plain Python."""
