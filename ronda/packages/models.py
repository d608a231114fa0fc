"""Packages for sale, those sold with what they hold, and the ledger of every unit and every euro."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document
from ronda.catalogue.models import Item, VatCode
from ronda.company.models import Company
from ronda.parties.models import BillingAccount, Party, Site
from ronda.payments.models import Payment
from ronda.workspace.text_index import text_indexed


class PackageKind(models.TextChoices):
    COUNT = "count", _("by number of services")
    AMOUNT = "amount", _("by amount")


class PackageState(models.TextChoices):
    """How a package stands on a day; not stored. In words it is its label."""

    RUNNING = "running", _("running")
    CONCLUDED = "concluded", _("concluded")
    EXPIRED = "expired", _("expired")

    def __str__(self) -> str:
        return str(self.label)


class OverUse(models.TextChoices):
    """What happens when more is asked for than is left (R54)."""

    BLOCK = "block", _("refuse")
    WARN = "warn", _("allow and warn")
    BILL = "bill", _("bill the extra")


class Terms(models.Model):
    """What a package for sale and one sold have in common."""

    kind = models.CharField(_("counted"), max_length=6, choices=PackageKind.choices, default="count")
    price = models.DecimalField(_("price, net"), max_digits=12, decimal_places=2)
    amount = models.DecimalField(
        _("amount to spend"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("For packages by amount: what services may be had for, net. It may exceed the price."),
    )
    vat_code = models.ForeignKey(VatCode, models.PROTECT, related_name="+", verbose_name=_("VAT code"))
    over_use = models.CharField(
        _("beyond what is left"), max_length=5, choices=OverUse.choices, default="block"
    )
    period_months = models.PositiveSmallIntegerField(
        _("renewed every (months)"),
        default=0,
        help_text=_("Above zero it is a subscription: the quantities are given anew in each period."),
    )
    carry_limit = models.DecimalField(
        _("carried over at most"),
        max_digits=12,
        decimal_places=2,
        default=0,
        help_text=_("How much of what is left when a period ends moves to the next, for each service."),
    )
    carry_months = models.PositiveSmallIntegerField(
        _("carried over for (months)"),
        default=0,
        help_text=_("After that it is lost, and not carried twice."),
    )
    transferable = models.BooleanField(_("may pass to another customer"), default=False)

    class Meta:
        abstract = True


@text_indexed("code", "name")
class PackageTemplate(Terms):
    """A package of the catalogue."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    valid_months = models.PositiveSmallIntegerField(_("valid for (months)"), default=12)
    valid_days = models.PositiveSmallIntegerField(
        _("and days"), default=0, help_text=_("Both zero: it never expires.")
    )
    active = models.BooleanField(_("active"), default=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("package for sale")
        verbose_name_plural = _("packages for sale")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "code"],
                name="package_template_code_once",
                violation_error_message=_("Another package has this code."),
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0),
                name="package_template_price_not_negative",
                violation_error_message=_("A price is not below zero."),
            ),
            models.CheckConstraint(
                condition=Q(kind="count") | Q(amount__gt=0),
                name="package_template_by_amount_has_one",
                violation_error_message=_("Enter the amount to spend."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateLine(models.Model):
    """How many of a service the package holds; for subscriptions, in each period."""

    template = models.ForeignKey(
        PackageTemplate, models.CASCADE, related_name="lines", verbose_name=_("package for sale")
    )
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("service"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    extra_price = models.DecimalField(
        _("price of an extra one"), max_digits=18, decimal_places=8, null=True, blank=True
    )

    class Meta:
        verbose_name = _("service in a package")
        verbose_name_plural = _("services in a package")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "item"],
                name="template_item_once",
                violation_error_message=_("This service is already in the package."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="template_quantity_positive",
                violation_error_message=_("Enter a quantity above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}"


@text_indexed("number", "name")
class Package(Terms):
    """A package sold to a customer: a copy of what was for sale that day, so it does not change with it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=30)
    name = models.CharField(_("name"), max_length=120)
    template = models.ForeignKey(
        PackageTemplate,
        models.PROTECT,
        related_name="packages",
        null=True,
        blank=True,
        verbose_name=_("package for sale"),
    )
    party = models.ForeignKey(Party, models.PROTECT, related_name="packages", verbose_name=_("customer"))
    account = models.ForeignKey(BillingAccount, models.PROTECT, related_name="+", verbose_name=_("payer"))
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="packages", null=True, blank=True, verbose_name=_("site")
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    # The price with VAT of the day it was sold: what the customer has to pay in all.
    gross_price = models.DecimalField(_("price, VAT included"), max_digits=12, decimal_places=2)
    # Units (or money) it holds over its whole life, all periods together: what "done" is compared with.
    bought = models.DecimalField(_("bought"), max_digits=14, decimal_places=2)
    sold_on = models.DateField(_("sold on"))
    starts_on = models.DateField(_("valid from"))
    expires_on = models.DateField(_("last day"), null=True, blank=True)
    # The day periods are counted from; empty means the first day (R52).
    anchor_on = models.DateField(_("periods counted from"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        permissions = [("use_package", _("Can use up packages"))]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "number"],
                name="package_number_once",
                violation_error_message=_("Another package has this number."),
            ),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("starts_on")),
                name="package_ends_after_it_starts",
                violation_error_message=_("The last day cannot come before the first."),
            ),
            models.CheckConstraint(
                condition=Q(period_months=0) | Q(expires_on__isnull=False),
                name="subscription_has_a_last_day",
                violation_error_message=_("A subscription needs a last day."),
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="package_price_not_negative"),
        ]
        indexes = [
            models.Index(fields=["company", "-starts_on", "-id"]),
            models.Index(fields=["party", "-starts_on"]),
            models.Index(fields=["company", "expires_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def by_amount(self) -> bool:
        return self.kind == PackageKind.AMOUNT


class PackageLine(models.Model):
    """How many of a service were bought (in each period of a subscription); without service, an amount."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="lines", verbose_name=_("package"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    item = models.ForeignKey(
        Item, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("service")
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    # Part of the package's price: value of the uses of this line over the whole life.
    price = models.DecimalField(_("part of the price"), max_digits=12, decimal_places=2)
    extra_price = models.DecimalField(
        _("price of an extra one"), max_digits=18, decimal_places=8, null=True, blank=True
    )

    class Meta:
        verbose_name = _("service in a package")
        verbose_name_plural = _("services in a package")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["package", "item"], name="package_item_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="package_quantity_positive"),
        ]

    def __str__(self) -> str:
        return str(self.item) if self.item_id else str(_("any service"))


class Lot(models.Model):
    """Units granted together, with one last day. What is left of them is the sum of their entries."""

    line = models.ForeignKey(PackageLine, models.CASCADE, related_name="lots", verbose_name=_("line"))
    granted_on = models.DateField(_("from"))
    expires_on = models.DateField(_("last day"), null=True, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=2, default=0)
    carried_from = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="carried",
        null=True,
        blank=True,
        verbose_name=_("carried over from"),
    )

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "granted_on"], condition=Q(carried_from=None), name="one_lot_per_period"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="lot_quantity_positive"),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("granted_on")),
                name="lot_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["expires_on"])]

    def __str__(self) -> str:
        return f"{self.line} {self.granted_on:%d/%m/%Y}"


class Wallet(models.Model):
    """A customer's money in the firm's hands, by currency. Its balance is the sum of its entries."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, related_name="wallets", verbose_name=_("customer"))
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        constraints = [models.UniqueConstraint(fields=["party", "currency"], name="one_wallet_per_currency")]

    def __str__(self) -> str:
        return f"{self.party} ({self.currency})"


class WalletEntry(models.Model):
    """One line of the ledger, of a package or of a customer's money. Never changed, never deleted."""

    class Kind(models.TextChoices):
        GRANT = "grant", _("granted")
        CARRY = "carry", _("carried over")
        USE = "use", _("used")
        REVERSAL = "reversal", _("taken back")
        EXPIRY = "expiry", _("expired")
        ADJUSTMENT = "adjustment", _("adjusted")
        SET_ASIDE = "set_aside", _("set aside")
        SPENT = "spent", _("spent on a document")
        REFUNDED = "refunded", _("paid out")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    kind = models.CharField(_("operation"), max_length=10, choices=Kind.choices)
    package = models.ForeignKey(
        Package, models.PROTECT, related_name="entries", null=True, blank=True, verbose_name=_("package")
    )
    line = models.ForeignKey(PackageLine, models.PROTECT, related_name="entries", null=True, blank=True)
    # None on a use beyond what was left: it came out of no lot.
    lot = models.ForeignKey(
        Lot, models.PROTECT, related_name="entries", null=True, blank=True, verbose_name=_("lot")
    )
    wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="entries", null=True, blank=True, verbose_name=_("wallet")
    )
    on = models.DateField(_("date"))
    # Units of the service, or money; + comes in, − goes out.
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=2)
    # Its part of the package's price, with the same sign; the amount itself on a wallet of money.
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=2, default=0)
    item = models.ForeignKey(
        Item, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("service")
    )
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # What was written together: a use may come out of several lots.
    operation = models.CharField(max_length=32)
    # Given by the caller so that the same report sent twice is counted once (R53).
    key = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001 -- unique when present
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        related_name="reversed_by",
        null=True,
        blank=True,
        verbose_name=_("takes back"),
    )
    document = models.ForeignKey(
        Document, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("document")
    )
    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("payment")
    )
    created_by = models.CharField(_("by"), max_length=150)
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.CheckConstraint(
                condition=Q(package__isnull=False, line__isnull=False, wallet=None)
                | Q(package=None, line=None, lot=None, wallet__isnull=False),
                name="entry_of_a_package_or_a_wallet",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["grant", "carry", "set_aside"], quantity__gt=0)
                | Q(kind__in=["use", "expiry", "spent", "refunded"], quantity__lt=0)
                | (Q(kind__in=["reversal", "adjustment"]) & ~Q(quantity=0)),
                name="entry_has_the_sign_of_its_kind",
            ),
            models.UniqueConstraint(fields=["company", "key"], name="entry_key_once"),
        ]
        indexes = [
            models.Index(fields=["package", "on"]),
            models.Index(fields=["wallet", "on"]),
            models.Index(fields=["operation"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new entry; one that is written stays as it is."""
        if not self._state.adding:
            raise TypeError("entries of the ledger are taken back by another entry, not changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: the ledger only grows."""
        raise TypeError("entries of the ledger are taken back by another entry, not deleted")


class Deposit(models.Model):
    """A part of the price the customer pays before the rest: planned, then billed by an advance invoice."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="deposits", verbose_name=_("package"))
    position = models.PositiveSmallIntegerField(_("position"))
    due_on = models.DateField(_("to bill on"))
    amount = models.DecimalField(_("amount, net"), max_digits=12, decimal_places=2)
    document = models.OneToOneField(
        Document, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("advance invoice")
    )

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["package", "position"], name="deposit_position_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.package} {self.amount}"


class PackageDocument(models.Model):
    """A document that bills the package: its price, a part of it, or what went beyond."""

    class Role(models.TextChoices):
        PRICE = "price", _("price or balance")
        DEPOSIT = "deposit", _("deposit")
        EXTRA = "extra", _("extra")

    package = models.ForeignKey(Package, models.CASCADE, related_name="documents", verbose_name=_("package"))
    document = models.OneToOneField(
        Document, models.CASCADE, related_name="package_link", verbose_name=_("document")
    )
    role = models.CharField(_("bills"), max_length=7, choices=Role.choices)

    class Meta:
        verbose_name = _("document of a package")
        verbose_name_plural = _("documents of a package")

    def __str__(self) -> str:
        return str(self.document)
