"""Documents issued before there was a chain get their links, a batch a transaction; stopped, it goes on."""

from django.db import migrations

from ronda.billing.services.chaining import chain_missing


def chain(apps, schema_editor):
    names = ("Document", "DocumentLine", "VatSummary", "ChainLink")
    chain_missing(given={name: apps.get_model("billing", name) for name in names})


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("billing", "0003_chain")]

    operations = [migrations.RunPython(chain, migrations.RunPython.noop, elidable=True)]
