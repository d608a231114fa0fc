"""What holds on both databases before any app says a word."""

import pytest
from django.apps import apps
from django.db import connection


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_migrations_make_every_table_of_the_models():
    wanted = {model._meta.db_table for model in apps.get_models() if model._meta.managed}

    assert sorted(wanted - set(connection.introspection.table_names())) == []
