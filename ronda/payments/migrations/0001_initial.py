import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('billing', '0001_initial'),
        ('company', '0001_initial'),
        ('parties', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Instalment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='amount')),
                ('settled', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='settled')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='company.company')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instalments', to='billing.document', verbose_name='document')),
                ('method', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.paymentmethod', verbose_name='method')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instalments', to='parties.party', verbose_name='payer')),
            ],
            options={
                'verbose_name': 'due date',
                'verbose_name_plural': 'due dates',
                'indexes': [models.Index(fields=['company', 'due_on'], name='payments_in_company_62f9f6_idx'), models.Index(fields=['party', 'due_on'], name='payments_in_party_i_a55e71_idx')],
                'constraints': [models.UniqueConstraint(fields=('document', 'position'), name='instalment_once'), models.CheckConstraint(condition=models.Q(models.Q(('amount__gte', 0), ('settled__gte', 0), ('settled__lte', models.F('amount'))), models.Q(('amount__lt', 0), ('settled__gte', models.F('amount')), ('settled__lte', 0)), _connector='OR'), name='settled_within_amount', violation_error_message='More than the amount due cannot be settled.')],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(verbose_name='date')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='amount')),
                ('rounding', models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name='cash rounding')),
                ('allocated', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='allocated')),
                ('reference', models.CharField(blank=True, max_length=140, verbose_name='reference')),
                ('notes', models.CharField(blank=True, max_length=500, verbose_name='notes')),
                ('cancelled_on', models.DateField(blank=True, null=True, verbose_name='cancelled on')),
                ('key', models.CharField(blank=True, max_length=80, null=True)),
                ('created_by', models.CharField(max_length=150, verbose_name='recorded by')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='company.company')),
                ('method', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.paymentmethod', verbose_name='method')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='parties.party', verbose_name='payer')),
            ],
            options={
                'verbose_name': 'payment',
                'verbose_name_plural': 'payments',
                'indexes': [models.Index(fields=['company', '-date'], name='payments_pa_company_a7a1bf_idx'), models.Index(fields=['party', '-date'], name='payments_pa_party_i_98f90e_idx')],
                'constraints': [models.UniqueConstraint(fields=('company', 'key'), name='payment_key_once'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='payment_is_not_zero')],
            },
        ),
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='amount')),
                ('date', models.DateField(verbose_name='date')),
                ('created_by', models.CharField(max_length=150)),
                ('credit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='used_by', to='payments.instalment', verbose_name='credit note')),
                ('instalment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='payments.instalment')),
                ('payment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='payments.payment')),
            ],
            options={
                'verbose_name': 'allocation',
                'verbose_name_plural': 'allocations',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('credit__isnull', True), ('payment__isnull', False)), models.Q(('credit__isnull', False), ('payment__isnull', True)), _connector='OR'), name='allocation_has_one_origin'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='allocation_is_not_zero')],
            },
        ),
    ]
