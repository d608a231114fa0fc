from django.db import migrations, models

import ronda.reports.models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_layouts_of_quotes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="printlayout",
            name="kind",
            field=models.CharField(
                choices=ronda.reports.models.layout_kinds, max_length=12, verbose_name="prints"
            ),
        ),
    ]
