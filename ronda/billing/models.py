"""Documents with a number, and the runs that make many of them at once."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from ronda.catalogue.models import Item, VatCode
from ronda.company.models import Branch, Company
from ronda.parties.models import BillingAccount, BillingGroup, Party, PaymentMethod, PaymentTerms, Site
from ronda.workspace.extras import extensible
from ronda.workspace.text_index import text_indexed


class SellerIdentity(models.Model):
    """The firm's own data as printed on documents; one row each time they change."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    facts = models.JSONField()

    class Meta:
        verbose_name = _("seller as printed")
        verbose_name_plural = _("sellers as printed")
        constraints = [models.UniqueConstraint(fields=["company", "digest"], name="seller_identity_once")]

    def __str__(self) -> str:
        return str(self.facts.get("name", ""))


class DocumentKind(models.TextChoices):
    INVOICE = "invoice", _("invoice")
    CREDIT_NOTE = "credit_note", _("credit note")
    ADVANCE = "advance", _("advance invoice")


@extensible(closed=Q(status="issued"))
@text_indexed("label", "heading", "purchase_order")
class Document(models.Model):
    """A draft, then an issued document that never changes any more (R34)."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("branch")
    )
    kind = models.CharField(
        _("kind"), max_length=12, choices=DocumentKind.choices, default=DocumentKind.INVOICE
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.DRAFT)
    series = models.CharField(_("series"), max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    number = models.PositiveIntegerField(_("number"), null=True)
    # The number as people write it ("FT 12/2026"), kept so that lists and searches need no formatting.
    label = models.CharField(_("document"), max_length=40, blank=True)
    date = models.DateField(_("date"), null=True)
    party = models.ForeignKey(Party, models.PROTECT, related_name="documents", verbose_name=_("payer"))
    account = models.ForeignKey(
        BillingAccount, models.PROTECT, related_name="+", verbose_name=_("billing account")
    )
    group = models.ForeignKey(
        BillingGroup, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("billing group")
    )
    language = models.CharField(_("language"), max_length=2, default="it")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    terms = models.ForeignKey(
        PaymentTerms, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("payment terms")
    )
    method = models.ForeignKey(
        PaymentMethod,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("payment method"),
    )
    tax_regime = models.CharField(
        _("VAT regime"),
        max_length=10,
        choices=BillingAccount.TaxRegime.choices,
        default=BillingAccount.TaxRegime.ORDINARY,
    )
    withholding_code = models.CharField(_("withholding"), max_length=10, blank=True)
    stamp_duty_exemption = models.CharField(_("exempt from stamp duty because"), max_length=200, blank=True)
    purchase_order = models.CharField(_("order number"), max_length=20, blank=True)
    cig = models.CharField("CIG", max_length=15, blank=True)
    cup = models.CharField("CUP", max_length=15, blank=True)
    # Code of the country's list (Italy: TD24...); empty is the usual one of the kind.
    legal_kind = models.CharField(_("legal kind"), max_length=10, blank=True)
    operation_on = models.DateField(_("day of the operation"), null=True, blank=True)
    heading = models.CharField(_("subject"), max_length=200, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    discount = models.DecimalField(_("header discount %"), max_digits=5, decimal_places=2, default=0)
    net_total = models.DecimalField(_("net"), max_digits=12, decimal_places=2, default=0)
    vat_total = models.DecimalField(_("VAT"), max_digits=12, decimal_places=2, default=0)
    gross_total = models.DecimalField(_("total"), max_digits=12, decimal_places=2, default=0)
    stamp_duty = models.DecimalField(_("stamp duty"), max_digits=12, decimal_places=2, default=0)
    # How the duty came about, or why it is not due; empty below the threshold.
    stamp_duty_derivation = models.JSONField(_("derivation of the stamp duty"), default=list, blank=True)
    withholding_total = models.DecimalField(
        _("withholding amount"), max_digits=12, decimal_places=2, default=0
    )
    payable = models.DecimalField(_("to pay"), max_digits=12, decimal_places=2, default=0)
    corrects = models.ForeignKey(
        "self", models.PROTECT, related_name="corrections", null=True, blank=True, verbose_name=_("corrects")
    )
    # What drafts of later runs may be appended to: the hash of the run's grouping key (R16).
    run_key = models.CharField(max_length=64, blank=True)
    run = models.ForeignKey(
        "BillingRun", models.SET_NULL, related_name="documents", null=True, blank=True, verbose_name=_("run")
    )
    run_position = models.PositiveIntegerField(null=True, blank=True)
    seller = models.ForeignKey(SellerIdentity, models.PROTECT, related_name="+", null=True, blank=True)
    buyer = models.JSONField(_("customer as printed"), default=dict, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(_("issued at"), null=True)
    issued_by = models.CharField(_("issued by"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("issue_document", _("Can issue documents")), ("run_billing", _("Can run the month"))]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "series", "year", "number"],
                condition=Q(number__isnull=False),
                name="document_number_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", number=None)
                | Q(status="issued", number__isnull=False, date__isnull=False, year__isnull=False),
                name="issued_documents_have_number_and_date",
            ),
            # Rounded, because SQLite adds in binary: 100.10 + 22.02 is not 122.12 there.
            models.CheckConstraint(
                condition=Q(gross_total=Round(F("net_total") + F("vat_total"), 2)),
                name="gross_is_net_plus_vat",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-date", "-number", "-id"]),
            # Counting, summing and sorting a whole list without reading its rows.
            models.Index(fields=["company", "gross_total", "date", "number", "net_total", "vat_total"]),
            models.Index(fields=["company", "status", "kind"]),
            models.Index(fields=["party", "-date"]),
        ]

    def __str__(self) -> str:
        return self.label or f"{_('Draft')} {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def sign(self) -> int:
        """+1 for what the customer owes, −1 for what is given back."""
        return -1 if self.kind == DocumentKind.CREDIT_NOTE else 1

    @property
    def signed_payable(self) -> Decimal:
        return self.payable * self.sign


class DocumentLine(models.Model):
    """A line. Amounts on a credit note are positive: the kind of document gives the sign."""

    class Kind(models.TextChoices):
        SALE = "sale", _("sale")
        NOTE = "note", _("text only")
        STAMP = "stamp", _("stamp duty")
        ADVANCE = "advance", _("advance deducted")
        FUND = "fund", _("social fund")

    class Gift(models.TextChoices):
        """What a gift takes off (O11): the goods, or what the customer owes for them."""

        NONE = "", _("no gift")
        DISCOUNT = "discount", _("gift as a discount")
        TOTAL = "total_allowance", _("gift, VAT included")
        NET = "net_allowance", _("gift, the customer pays the VAT")

    document = models.ForeignKey(Document, models.CASCADE, related_name="lines", verbose_name=_("document"))
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.SALE)
    item = models.ForeignKey(
        Item, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("item")
    )
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("site")
    )
    text = models.CharField(_("description"), max_length=1000)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=4, default=1)
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=8, default=0)
    discount = models.DecimalField(_("discount %"), max_digits=7, decimal_places=4, default=0)
    gift = models.CharField(_("gift"), max_length=15, choices=Gift.choices, blank=True)
    net = models.DecimalField(_("net"), max_digits=12, decimal_places=2, default=0)
    vat_code = models.ForeignKey(VatCode, models.PROTECT, related_name="+", verbose_name=_("VAT code"))
    vat_rate = models.DecimalField(_("VAT %"), max_digits=5, decimal_places=2, default=0)
    nature = models.CharField(_("nature"), max_length=20, blank=True)
    withholding = models.BooleanField(_("subject to withholding"), default=False)
    revenue_account = models.CharField(_("revenue account"), max_length=20, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    # Steps of the calculation (contracts.domain.charges), shown on request and printable.
    derivation = models.JSONField(_("derivation"), default=list, blank=True)
    corrects = models.ForeignKey(
        "self", models.PROTECT, related_name="corrections", null=True, blank=True, verbose_name=_("corrects")
    )
    source = models.CharField(_("origin"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("document line")
        verbose_name_plural = _("document lines")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="line_position_once"),
        ]

    def __str__(self) -> str:
        return self.text


class DocumentReference(models.Model):
    """What a document refers to besides the order of its header; of some of its lines, or of all."""

    class Kind(models.TextChoices):
        ORDER = "order", _("order")
        CONTRACT = "contract", _("contract")
        AGREEMENT = "agreement", _("framework agreement")
        RECEPTION = "reception", _("goods receipt")
        DELIVERY_NOTE = "delivery_note", _("delivery note")
        INVOICE = "invoice", _("linked invoice")

    document = models.ForeignKey(
        Document, models.CASCADE, related_name="references", verbose_name=_("document")
    )
    kind = models.CharField(_("kind"), max_length=13, choices=Kind.choices, default=Kind.ORDER)
    number = models.CharField(_("number"), max_length=20)
    day = models.DateField(_("date"), null=True, blank=True)
    # Positions as written ("1, 3"); empty for all lines.
    lines = models.CharField(_("lines"), max_length=200, blank=True)
    item = models.CharField(_("item of the order"), max_length=20, blank=True)
    job_code = models.CharField(_("job or agreement code"), max_length=100, blank=True)
    cig = models.CharField("CIG", max_length=15, blank=True)
    cup = models.CharField("CUP", max_length=15, blank=True)

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class SocialFund(models.Model):
    """What the firm charges on its fees for a social fund, by days (R36)."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+", verbose_name=_("company"))
    code = models.CharField(_("fund"), max_length=4)
    name = models.CharField(_("name on documents"), max_length=80)
    rate = models.DecimalField(_("rate %"), max_digits=5, decimal_places=2)
    vat_code = models.ForeignKey(
        VatCode, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("VAT code")
    )
    withholding = models.BooleanField(_("subject to withholding"), default=False)
    revenue_account = models.CharField(_("account"), max_length=20, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("social fund")
        verbose_name_plural = _("social funds")
        constraints = [
            models.UniqueConstraint(fields=["company", "code", "starts_on"], name="social_fund_once_a_day"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="social_fund_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0, rate__lte=100), name="social_fund_rate_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VatSummary(models.Model):
    """VAT once per rate, nature and exigibility, on the sum of the lines (R29)."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="vat_groups")
    rate = models.DecimalField(_("VAT %"), max_digits=5, decimal_places=2)
    nature = models.CharField(_("nature"), max_length=20, blank=True)
    exigibility = models.CharField(_("exigibility"), max_length=1, default="I")
    net = models.DecimalField(_("net"), max_digits=12, decimal_places=2)
    vat = models.DecimalField(_("VAT"), max_digits=12, decimal_places=2)
    text = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("VAT total")
        verbose_name_plural = _("VAT totals")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "rate", "nature", "exigibility"], name="vat_group_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate} % {self.nature}".strip()


class ChainLink(models.Model):
    """An issued document in the chain of its series and year; never changed (`billing.domain.chain`)."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="+", verbose_name=_("document"))
    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    series = models.CharField(_("series"), max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    content = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("link of the chain of documents")
        verbose_name_plural = _("links of the chain of documents")
        # The last link of a chain is read at every issue.
        indexes = [models.Index(fields=["company", "series", "year", "id"], name="last_link_of_a_chain")]

    def __str__(self) -> str:
        return f"{self.series} {self.number}/{self.year}"


class BillingRun(models.Model):
    """One month in one click: what is owed as of a day, shown, confirmed once, issued."""

    class State(models.TextChoices):
        PREPARING = "preparing", _("being prepared")
        PREVIEW = "preview", _("to be confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        RUNNING = "running", _("being issued")
        DONE = "done", _("done")
        PARTLY = "partly", _("done with failures")
        DISCARDED = "discarded", _("discarded")

    class Mode(models.TextChoices):
        ISSUE = "issue", _("issued documents")
        DRAFT = "draft", _("drafts")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    as_of = models.DateField(_("everything due by"))
    document_date = models.DateField(_("document date"))
    mode = models.CharField(_("make"), max_length=5, choices=Mode.choices, default=Mode.ISSUE)
    filters = models.JSONField(_("restricted to"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PREPARING)
    # Hash of the proposal: two previews of the same facts have the same one.
    digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(_("prepared at"), auto_now_add=True)
    created_by = models.CharField(_("prepared by"), max_length=150)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True)
    # First day of the oldest period it would bill: very old ones are asked about (R9).
    oldest_on = models.DateField(_("oldest period from"), null=True)
    rounds = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    proposed = models.PositiveIntegerField(_("documents"), default=0)
    issued = models.PositiveIntegerField(_("issued"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    skipped = models.PositiveIntegerField(_("not billed"), default=0)
    net_total = models.DecimalField(_("net"), max_digits=14, decimal_places=2, default=0)
    gross_total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, default=0)
    previous = models.ForeignKey(
        "self", models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("compared with")
    )

    class Meta:
        verbose_name = _("billing run")
        verbose_name_plural = _("billing runs")
        indexes = [models.Index(fields=["company", "-created_at"])]

    def __str__(self) -> str:
        return f"{_('Month')} {self.as_of:%Y-%m}"


class RunEntry(models.Model):
    """One document the run proposes: a payer and a billing group with their charges."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("to be issued")
        EXCLUDED = "excluded", _("left out by hand")
        HELD = "held", _("held: below the minimum")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        NOTHING = "nothing", _("already billed meanwhile")

    run = models.ForeignKey(BillingRun, models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField()
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("payer"))
    account = models.ForeignKey(BillingAccount, models.PROTECT, related_name="+")
    group = models.ForeignKey(BillingGroup, models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=12, choices=DocumentKind.choices, default=DocumentKind.INVOICE)
    key = models.CharField(max_length=64)
    net = models.DecimalField(_("net"), max_digits=12, decimal_places=2)
    gross = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    # The lines to be written, compact: billing.domain.runs.ProposedLine as lists.
    charges = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PROPOSED)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    reason_code = models.CharField(max_length=60, blank=True)
    previous_net = models.DecimalField(_("previous"), max_digits=12, decimal_places=2, null=True)
    anomaly = models.CharField(_("anomaly"), max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="run_entry_position_once")]
        verbose_name = _("proposed document")
        verbose_name_plural = _("proposed documents")
        indexes = [models.Index(fields=["run", "state", "position"])]

    def __str__(self) -> str:
        return f"{self.party} {self.gross}"


class RunSkip(models.Model):
    """Why something was not billed by a run: one row for everything left out."""

    run = models.ForeignKey(BillingRun, models.CASCADE, related_name="skips")
    party = models.ForeignKey(Party, models.CASCADE, related_name="+", verbose_name=_("payer"))
    source = models.CharField(max_length=40)
    source_pk = models.BigIntegerField()
    label = models.CharField(_("contract"), max_length=200)
    code = models.CharField(_("reason"), max_length=40)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("item left out of a run")
        verbose_name_plural = _("items left out of a run")
        indexes = [models.Index(fields=["run", "code"])]

    def __str__(self) -> str:
        return f"{self.label}: {self.code}"
