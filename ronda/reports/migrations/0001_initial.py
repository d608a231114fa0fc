import django.db.models.deletion
import ronda.reports.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('billing', '0001_initial'),
        ('company', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PrintedDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(max_length=200, upload_to=ronda.reports.models.hidden_path)),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='printed', to='billing.document')),
            ],
            options={
                'verbose_name': 'printed document',
                'verbose_name_plural': 'printed documents',
                'permissions': [('send_document', 'Can send documents by mail')],
            },
        ),
        migrations.CreateModel(
            name='SentAtIssue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='billing.document')),
                ('mail', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='company.outgoingmail')),
            ],
            options={
                'verbose_name': 'document sent at issue',
                'verbose_name_plural': 'documents sent at issue',
            },
        ),
        migrations.CreateModel(
            name='PrintLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('invoice', 'invoice'), ('credit_note', 'credit note'), ('advance', 'advance invoice')], max_length=12, verbose_name='prints')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('html', models.TextField(verbose_name='layout')),
                ('css', models.TextField(blank=True, verbose_name='style')),
                ('is_default', models.BooleanField(default=False, verbose_name='in use')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='company.company')),
            ],
            options={
                'verbose_name': 'print layout',
                'verbose_name_plural': 'print layouts',
                'constraints': [models.UniqueConstraint(fields=('company', 'kind', 'name'), name='layout_name_once', violation_error_message='There is already a layout with this name.'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('company', 'kind'), name='one_layout_in_use')],
            },
        ),
    ]
