"""What the firm sells, in which units, at which price and with which VAT."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.company.models import Company
from ronda.parties.models import BillingAccount, Party
from ronda.workspace.extras import extensible
from ronda.workspace.text_index import text_indexed


class Unit(models.Model):
    """Month, hour, piece… with the code the European e-invoice knows (UN/ECE Rec 20)."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    code = models.CharField(_("code"), max_length=10)
    name = models.CharField(_("name"), max_length=40)
    legal_code = models.CharField(_("code on e-invoices"), max_length=3, default="C62")

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="unit_once")]

    def __str__(self) -> str:
        return self.code


class VatCode(models.Model):
    """A way of taxing a line: a rate that changes with time, or no tax for a stated reason."""

    class Exigibility(models.TextChoices):
        IMMEDIATE = "I", _("immediate")
        DEFERRED = "D", _("on payment")
        SPLIT = "S", _("split payment")

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    code = models.CharField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=120)
    nature = models.CharField(_("nature"), max_length=20, blank=True)
    category = models.CharField(_("category on European e-invoices"), max_length=2, default="S")
    exempt_code = models.CharField(_("exemption code (VATEX)"), max_length=30, blank=True)
    exempt_text = models.CharField(_("reason printed on documents"), max_length=200, blank=True)
    stamp_relevant = models.BooleanField(_("counts for stamp duty"), default=False)
    reverse_charge = models.BooleanField(_("reverse charge"), default=False)
    exigibility = models.CharField(
        _("exigibility"), max_length=1, choices=Exigibility.choices, default=Exigibility.IMMEDIATE
    )
    is_default = models.BooleanField(_("default"), default=False)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("VAT code")
        verbose_name_plural = _("VAT codes")
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="vat_code_once"),
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_default=True), name="one_default_vat_code"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VatRate(models.Model):
    """The percentage of a VAT code from a day on."""

    vat_code = models.ForeignKey(VatCode, models.CASCADE, related_name="rates", verbose_name=_("VAT code"))
    valid_from = models.DateField(_("from"))
    percent = models.DecimalField(_("VAT %"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        constraints = [models.UniqueConstraint(fields=["vat_code", "valid_from"], name="vat_rate_once")]

    def __str__(self) -> str:
        return f"{self.percent} %"


class ItemFamily(models.Model):
    """A heading of the catalogue."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("item family")
        verbose_name_plural = _("item families")
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="item_family_once")]

    def __str__(self) -> str:
        return self.name


@extensible()
@text_indexed("name", "code", "description")
class Item(models.Model):
    """A service or an article that can stand on a line."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("service")
        ARTICLE = "article", _("article")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("text on documents"), blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.SERVICE)
    family = models.ForeignKey(ItemFamily, models.SET_NULL, verbose_name=_("family"), null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("unit"), null=True, blank=True)
    vat_code = models.ForeignKey(VatCode, models.PROTECT, verbose_name=_("VAT code"))
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=8, default=0)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=8, null=True, blank=True)
    revenue_account = models.CharField(_("revenue account"), max_length=20, blank=True)
    withholding = models.BooleanField(_("subject to withholding"), default=False)
    active = models.BooleanField(_("active"), default=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("service or article")
        verbose_name_plural = _("services and articles")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "code"],
                name="item_code_once",
                violation_error_message=_("Another item has this code."),
            )
        ]
        indexes = [models.Index(fields=["company", "name"])]

    def __str__(self) -> str:
        return self.name


class PriceList(models.Model):
    """Prices for a kind of customer, in a time."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    accounts = models.ManyToManyField(BillingAccount, blank=True, related_name="price_lists")

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="price_list_once")]

    def __str__(self) -> str:
        return self.name


class ListPrice(models.Model):
    """An item's price in a list, from a quantity on."""

    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="prices", verbose_name=_("price list")
    )
    item = models.ForeignKey(Item, models.CASCADE, related_name="list_prices", verbose_name=_("item"))
    from_quantity = models.DecimalField(_("from quantity"), max_digits=12, decimal_places=3, default=0)
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=8)

    class Meta:
        verbose_name = _("list price")
        verbose_name_plural = _("list prices")
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "item", "from_quantity"], name="list_price_once_per_quantity"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.price}"


class CustomerPrice(models.Model):
    """What one customer pays for an item, or the discount he has on it (P6)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="prices", verbose_name=_("customer"))
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", verbose_name=_("item"))
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=8, null=True, blank=True)
    discount = models.DecimalField(_("discount %"), max_digits=5, decimal_places=2, null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("customer price")
        verbose_name_plural = _("customer prices")
        constraints = [
            models.CheckConstraint(
                condition=Q(price__isnull=False) | Q(discount__isnull=False),
                name="customer_price_says_something",
                violation_error_message=_("Enter a price or a discount."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.item}"
