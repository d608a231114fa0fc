"""Removing the bytes of files whose records let go of them."""

from django.core.files.storage import default_storage
from django.db import transaction


def drop_file(name: str) -> None:
    """Remove a file of the default storage once the transaction is committed."""
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))
