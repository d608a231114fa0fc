"""Suppliers' invoices as they came in, what is to pay of them, and the register that numbers them."""

import secrets
from decimal import Decimal
from functools import cached_property
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from ronda.accounting.models import Account
from ronda.catalogue.models import Item, VatCode
from ronda.company.models import Company
from ronda.parties.models import Party
from ronda.purchases.domain.coding import from_json
from ronda.purchases.domain.facts import ReceivedInvoiceFacts
from ronda.workspace.text_index import text_indexed

FOLDER = "purchases"


def hidden_name(company_id: int) -> str:
    """A name in the store that cannot be guessed; the real one stays in the row."""
    token = secrets.token_hex(16)
    return f"{FOLDER}/{company_id}/{token[:2]}/{token}"


def random_path(record: models.Model, filename: str) -> str:
    return hidden_name(record.company_id)  # type: ignore[attr-defined]


class Delivery(models.Model):
    """Files handed over together: an upload of one file, of many, or of a zip."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be read")
        DONE = "done", _("files read")
        FAILED = "failed", _("not read")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    # All files of the upload in one zip, until they are read.
    file = models.FileField(_("file"), upload_to=random_path, max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    job = models.PositiveBigIntegerField(_("background work"), null=True, blank=True)
    taken = models.PositiveIntegerField(_("taken in"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    by = models.CharField(_("by"), max_length=150)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery of invoices")
        verbose_name_plural = _("deliveries of invoices")
        indexes: ClassVar = [models.Index(fields=["company", "-id"], name="deliveries_of_a_company")]

    def __str__(self) -> str:
        return self.name


@text_indexed("number", "seller_name", "protocol")
class SupplierInvoice(models.Model):
    """An invoice or credit note of a supplier, from its arrival to the register."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CREDIT_NOTE = "credit_note", _("credit note")

    class State(models.TextChoices):
        TO_COMPLETE = "incomplete", _("to complete")
        RECEIVED = "received", _("to register")
        REGISTERED = "registered", _("registered")
        REFUSED = "refused", _("refused")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(
        Party,
        models.PROTECT,
        related_name="supplier_invoices",
        null=True,
        blank=True,
        verbose_name=_("supplier"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.TO_COMPLETE)
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices, default=Kind.INVOICE)
    number = models.CharField(_("supplier's number"), max_length=60)
    date = models.DateField(_("date"))
    seller_name = models.CharField(_("seller"), max_length=200)
    seller_key = models.CharField(_("seller's identity"), max_length=80)
    # Equal for copies of one invoice; equal for the same number in one year (`domain.keys`).
    key = models.CharField(max_length=200, editable=False)
    year_key = models.CharField(max_length=200, editable=False)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    # Signed: a credit note is negative, so that sums of a list are what is owed.
    net_total = models.DecimalField(_("net"), max_digits=14, decimal_places=2)
    vat_total = models.DecimalField(_("VAT"), max_digits=14, decimal_places=2)
    gross_total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)
    payable = models.DecimalField(_("to pay"), max_digits=14, decimal_places=2)
    protocol = models.CharField(_("protocol"), max_length=40, blank=True)
    registered_on = models.DateField(_("registered on"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    # What the file says (`domain.facts`), never changed.
    facts = models.JSONField(_("as read"), default=dict, encoder=DjangoJSONEncoder)
    # What we noticed while taking it in: [code, text of the other record, key of the other record].
    remarks = models.JSONField(_("remarks"), default=list, blank=True)
    file = models.FileField(_("file"), upload_to=random_path, max_length=200)
    file_name = models.CharField(_("file name"), max_length=200, blank=True)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    position = models.PositiveSmallIntegerField(_("place in the file"), default=1)
    delivery = models.ForeignKey(
        Delivery,
        models.SET_NULL,
        related_name="invoices",
        null=True,
        blank=True,
        verbose_name=_("delivered with"),
    )
    received_at = models.DateTimeField(_("arrived"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("supplier's invoice")
        verbose_name_plural = _("suppliers' invoices")
        permissions: ClassVar = [("register_supplierinvoice", _("Can register suppliers' invoices"))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "key"], name="supplier_invoice_once"),
            models.UniqueConstraint(fields=["company", "sha256", "position"], name="supplier_file_once"),
            # Rounded, because SQLite adds in binary.
            models.CheckConstraint(
                condition=Q(gross_total=Round(F("net_total") + F("vat_total"), 2)),
                name="supplier_invoice_adds_up",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-date", "-id"], name="supplier_invoices_by_date"),
            models.Index(fields=["company", "year_key"], name="supplier_invoices_by_year"),
            models.Index(fields=["company", "state", "seller_key"], name="supplier_invoices_by_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @cached_property
    def read(self) -> ReceivedInvoiceFacts:
        """The facts as they were read from the file."""
        return from_json(self.facts)

    @property
    def is_open(self) -> bool:
        """Still to be completed or registered."""
        return self.state in (self.State.TO_COMPLETE, self.State.RECEIVED)


class SupplierInvoiceLine(models.Model):
    """A line with the choices that are made of it before it is registered."""

    class Why(models.TextChoices):
        NOTHING = "", _("nothing known")
        CODE = "code", _("as last time, by article code")
        TEXT = "text", _("as last time, by description")
        DEFAULT = "default", _("usual account of costs")
        PERSON = "person", _("chosen by hand")

    invoice = models.ForeignKey(
        SupplierInvoice, models.CASCADE, related_name="lines", verbose_name=_("supplier's invoice")
    )
    position = models.PositiveIntegerField(_("line"))
    text = models.TextField(_("description"), blank=True)
    code = models.CharField(_("supplier's article code"), max_length=80, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=19, decimal_places=8, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    price = models.DecimalField(_("price"), max_digits=21, decimal_places=8, null=True, blank=True)
    net = models.DecimalField(_("net"), max_digits=14, decimal_places=2)
    rate = models.DecimalField(_("VAT %"), max_digits=6, decimal_places=3)
    nature = models.CharField(_("nature"), max_length=20, blank=True)
    vat_code = models.ForeignKey(
        VatCode, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("VAT code")
    )
    deductible = models.PositiveSmallIntegerField(
        _("VAT deducted %"),
        default=100,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("account of costs")
    )
    item = models.ForeignKey(
        Item, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("article or service")
    )
    why = models.CharField(_("why"), max_length=7, choices=Why.choices, blank=True)

    class Meta:
        verbose_name = _("line of a supplier's invoice")
        verbose_name_plural = _("lines of suppliers' invoices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "position"], name="supplier_line_once"),
        ]

    def __str__(self) -> str:
        return self.text[:80] or str(self.position)

    @property
    def company_id(self) -> int:
        return self.invoice.company_id


class Registration(models.Model):
    """One number of the register of purchases. It is never deleted: taken back, it says when."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    invoice = models.ForeignKey(
        SupplierInvoice, models.PROTECT, related_name="registrations", verbose_name=_("supplier's invoice")
    )
    series = models.CharField(_("series"), max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    on = models.DateField(_("date"))
    label = models.CharField(_("protocol"), max_length=40)
    by = models.CharField(_("by"), max_length=150)
    withdrawn_on = models.DateField(_("taken back on"), null=True, blank=True)
    withdrawn_by = models.CharField(_("taken back by"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    # What waits for the payment, signed like the invoice: VAT to deduct, tax to withhold.
    waiting_vat = models.DecimalField(
        _("VAT deducted on payment"), max_digits=14, decimal_places=2, default=0
    )
    withheld = models.DecimalField(_("tax to withhold"), max_digits=14, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("number of the register of purchases")
        verbose_name_plural = _("register of purchases")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "series", "year", "number"], name="purchase_protocol_once"
            ),
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(withdrawn_on=None), name="one_registration_in_force"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Payable(models.Model):
    """An amount owed to a supplier on a day; negative where the supplier owes us (credit notes)."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Party, models.PROTECT, related_name="payables", verbose_name=_("supplier"))
    invoice = models.ForeignKey(
        SupplierInvoice, models.PROTECT, related_name="payables", verbose_name=_("supplier's invoice")
    )
    position = models.PositiveSmallIntegerField(_("instalment"), default=1)
    due_on = models.DateField(_("due date"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    settled = models.DecimalField(_("paid"), max_digits=14, decimal_places=2, default=0)
    settled_on = models.DateField(_("paid on"), null=True, blank=True)
    means = models.CharField(_("means of payment"), max_length=10, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)

    class Meta:
        verbose_name = _("amount to pay")
        verbose_name_plural = _("amounts to pay")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "position"], name="payable_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, settled__gte=0, settled__lte=F("amount"))
                | Q(amount__lt=0, settled__lte=0, settled__gte=F("amount")),
                name="paid_within_payable",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "due_on"], name="payables_by_due_date"),
            models.Index(fields=["supplier", "due_on"], name="payables_of_a_supplier"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice.number} – {self.due_on:%d/%m/%Y}"

    @property
    def is_settled(self) -> bool:
        return self.settled == self.amount

    @property
    def left(self) -> Decimal:
        """What is still to pay."""
        return self.amount - self.settled


class SupplierPayment(models.Model):
    """Money to a supplier (negative: from him) that settles payables; taken back, it says when and why."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(
        Party, models.PROTECT, related_name="supplier_payments", verbose_name=_("supplier")
    )
    date = models.DateField(_("date"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    # What was settled and not paid: a rounding, or what the account says; negative when paid too much.
    difference = models.DecimalField(_("difference"), max_digits=14, decimal_places=2, default=0)
    difference_account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("account of the difference"),
    )
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("paid from"))
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    notes = models.CharField(_("notes"), max_length=500, blank=True)
    cancelled_on = models.DateField(_("taken back on"), null=True, blank=True)
    cancelled_by = models.CharField(_("taken back by"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    # Given by the caller so that the same payment sent twice is recorded once.
    key = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001 -- unique when present
    created_by = models.CharField(_("recorded by"), max_length=150)
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("payment to a supplier")
        verbose_name_plural = _("payments to suppliers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "key"], name="supplier_payment_key_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-date", "-id"], name="supplier_payments_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.supplier} {self.date:%d/%m/%Y} {self.amount}"


class SettledPayable(models.Model):
    """The part of a payable that a payment settled; it counts until the payment is taken back."""

    payment = models.ForeignKey(
        SupplierPayment, models.CASCADE, related_name="shares", verbose_name=_("payment to a supplier")
    )
    payable = models.ForeignKey(
        Payable, models.PROTECT, related_name="shares", null=True, verbose_name=_("amount to pay")
    )
    invoice = models.ForeignKey(
        SupplierInvoice, models.PROTECT, related_name="paid_shares", verbose_name=_("supplier's invoice")
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("settled amount to pay")
        verbose_name_plural = _("settled amounts to pay")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["payment", "payable"], name="payable_once_a_payment"),
            models.CheckConstraint(condition=~Q(amount=0), name="settled_share_is_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}: {self.amount}"


class LineMemory(models.Model):
    """What was chosen last for a thing of a supplier, known by article code or by its words."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    supplier = models.ForeignKey(Party, models.CASCADE, related_name="+", verbose_name=_("supplier"))
    key = models.CharField(_("known by"), max_length=200)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("account of costs"))
    vat_code = models.ForeignKey(
        VatCode, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("VAT code")
    )
    item = models.ForeignKey(
        Item, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("article or service")
    )
    deductible = models.PositiveSmallIntegerField(_("VAT deducted %"), default=100)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("remembered choice for a line")
        verbose_name_plural = _("remembered choices for lines")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["supplier", "key"], name="line_memory_once"),
        ]

    def __str__(self) -> str:
        return self.key


class IncomingFile(models.Model):
    """A file of a delivery that became no invoice, with the reason; or, taken in, the trace that it came."""

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("taken in")
        KNOWN = "known", _("already here")
        OWN = "own", _("made out by us")
        UNREADABLE = "unreadable", _("not readable")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    delivery = models.ForeignKey(
        Delivery,
        models.CASCADE,
        related_name="files",
        null=True,
        blank=True,
        verbose_name=_("delivered with"),
    )
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    position = models.PositiveSmallIntegerField(_("place in the file"), default=1)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    invoice = models.ForeignKey(
        SupplierInvoice,
        models.CASCADE,
        related_name="arrivals",
        null=True,
        blank=True,
        verbose_name=_("supplier's invoice"),
    )
    # Kept for what could not be read, so that it can be looked at and read again.
    file = models.FileField(_("file"), upload_to=random_path, max_length=200, blank=True)
    at = models.DateTimeField(_("arrived"), auto_now_add=True)
    by = models.CharField(_("by"), max_length=150)

    class Meta:
        verbose_name = _("file received")
        verbose_name_plural = _("files received")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "name", "position"], name="file_of_a_delivery_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "outcome", "-id"], name="files_received")]

    def __str__(self) -> str:
        return self.name
