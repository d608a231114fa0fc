from django.db import migrations


def forget_places(apps, schema_editor):
    """Municipalities are loaded again at the next start, with the keys they are searched by."""
    apps.get_model("parties", "Postcode").objects.all().delete()
    apps.get_model("parties", "Place").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_search_keys")]

    operations = [migrations.RunPython(forget_places, migrations.RunPython.noop)]
