import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('company', '0001_initial'),
        ('parties', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ItemFamily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='company.company')),
            ],
            options={
                'verbose_name': 'item family',
                'verbose_name_plural': 'item families',
                'constraints': [models.UniqueConstraint(fields=('company', 'name'), name='item_family_once')],
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='text on documents')),
                ('kind', models.CharField(choices=[('service', 'service'), ('article', 'article')], default='service', max_length=8, verbose_name='kind')),
                ('price', models.DecimalField(decimal_places=8, default=0, max_digits=18, verbose_name='price')),
                ('cost', models.DecimalField(blank=True, decimal_places=8, max_digits=18, null=True, verbose_name='cost')),
                ('revenue_account', models.CharField(blank=True, max_length=20, verbose_name='revenue account')),
                ('withholding', models.BooleanField(default=False, verbose_name='subject to withholding')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='company.company')),
                ('family', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='catalogue.itemfamily', verbose_name='family')),
            ],
            options={
                'verbose_name': 'service or article',
                'verbose_name_plural': 'services and articles',
            },
        ),
        migrations.CreateModel(
            name='PriceList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('accounts', models.ManyToManyField(blank=True, related_name='price_lists', to='parties.billingaccount')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='company.company')),
            ],
            options={
                'verbose_name': 'price list',
                'verbose_name_plural': 'price lists',
                'constraints': [models.UniqueConstraint(fields=('company', 'name'), name='price_list_once')],
            },
        ),
        migrations.CreateModel(
            name='ListPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_quantity', models.DecimalField(decimal_places=3, default=0, max_digits=12, verbose_name='from quantity')),
                ('price', models.DecimalField(decimal_places=8, max_digits=18, verbose_name='price')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='list_prices', to='catalogue.item', verbose_name='item')),
                ('price_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='catalogue.pricelist', verbose_name='price list')),
            ],
            options={
                'verbose_name': 'list price',
                'verbose_name_plural': 'list prices',
                'constraints': [models.UniqueConstraint(fields=('price_list', 'item', 'from_quantity'), name='list_price_once_per_quantity')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=10, verbose_name='code')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('legal_code', models.CharField(default='C62', max_length=3, verbose_name='code on e-invoices')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='company.company')),
            ],
            options={
                'verbose_name': 'unit',
                'verbose_name_plural': 'units',
                'constraints': [models.UniqueConstraint(fields=('company', 'code'), name='unit_once')],
            },
        ),
        migrations.AddField(
            model_name='item',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='catalogue.unit', verbose_name='unit'),
        ),
        migrations.CreateModel(
            name='VatCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('nature', models.CharField(blank=True, max_length=20, verbose_name='nature')),
                ('category', models.CharField(default='S', max_length=2, verbose_name='category on European e-invoices')),
                ('exempt_code', models.CharField(blank=True, max_length=30, verbose_name='exemption code (VATEX)')),
                ('exempt_text', models.CharField(blank=True, max_length=200, verbose_name='reason printed on documents')),
                ('stamp_relevant', models.BooleanField(default=False, verbose_name='counts for stamp duty')),
                ('reverse_charge', models.BooleanField(default=False, verbose_name='reverse charge')),
                ('exigibility', models.CharField(choices=[('I', 'immediate'), ('D', 'on payment'), ('S', 'split payment')], default='I', max_length=1, verbose_name='exigibility')),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='company.company')),
            ],
            options={
                'verbose_name': 'VAT code',
                'verbose_name_plural': 'VAT codes',
                'constraints': [models.UniqueConstraint(fields=('company', 'code'), name='vat_code_once'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('company',), name='one_default_vat_code')],
            },
        ),
        migrations.AddField(
            model_name='item',
            name='vat_code',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='catalogue.vatcode', verbose_name='VAT code'),
        ),
        migrations.CreateModel(
            name='VatRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='from')),
                ('percent', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='VAT %')),
                ('vat_code', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='catalogue.vatcode', verbose_name='VAT code')),
            ],
            options={
                'verbose_name': 'VAT rate',
                'verbose_name_plural': 'VAT rates',
                'constraints': [models.UniqueConstraint(fields=('vat_code', 'valid_from'), name='vat_rate_once')],
            },
        ),
        migrations.CreateModel(
            name='CustomerPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('price', models.DecimalField(blank=True, decimal_places=8, max_digits=18, null=True, verbose_name='price')),
                ('discount', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='discount %')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='parties.party', verbose_name='customer')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalogue.item', verbose_name='item')),
            ],
            options={
                'verbose_name': 'customer price',
                'verbose_name_plural': 'customer prices',
                'constraints': [models.CheckConstraint(condition=models.Q(('price__isnull', False), ('discount__isnull', False), _connector='OR'), name='customer_price_says_something', violation_error_message='Enter a price or a discount.')],
            },
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['company', 'name'], name='catalogue_i_company_85b3ac_idx'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(fields=('company', 'code'), name='item_code_once', violation_error_message='Another item has this code.'),
        ),
    ]
