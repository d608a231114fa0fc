import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('company', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company_id', models.BigIntegerField(null=True)),
                ('workspace', models.CharField(max_length=80)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('query', models.TextField(blank=True)),
                ('columns', models.JSONField(default=list)),
                ('is_default', models.BooleanField(default=False, verbose_name='open the list with it')),
                ('shared', models.BooleanField(default=False, verbose_name='everyone in the company sees it')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'constraints': [models.UniqueConstraint(fields=('user', 'company_id', 'workspace', 'name'), name='one_saved_view_per_name', violation_error_message='You already have a view with this name. Choose another one.')],
            },
        ),
    ]
