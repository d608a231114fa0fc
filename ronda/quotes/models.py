"""Quotes with their lines and versions, pictures for them, and why customers said no."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ronda.billing.models import Document
from ronda.catalogue.models import Item, VatCode
from ronda.company.models import Branch, Company, OutgoingMail
from ronda.contracts.models import Contract, ContractLine
from ronda.parties.models import BillingAccount, Contact, Party, Site
from ronda.workspace.text_index import text_indexed


class LossReason(models.Model):
    """Why a customer refuses, as the firm counts it."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("reason of loss")
        verbose_name_plural = _("reasons of loss")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="loss_reason_once",
                violation_error_message=_("There is already a reason with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


def hidden_picture(picture: "Picture", filename: str) -> str:
    """A name that cannot be guessed and says nothing of the file."""
    token = secrets.token_hex(16)
    return f"quotes/{picture.company_id}/{token[:2]}/{token}"


class Picture(models.Model):
    """A picture for items and lines. It never changes: another one takes its place."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    file = models.FileField(_("file"), upload_to=hidden_picture, max_length=200)
    mime = models.CharField(_("type"), max_length=40)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [models.UniqueConstraint(fields=["company", "sha256"], name="picture_once")]

    def __str__(self) -> str:
        return self.sha256[:12]


class QuoteItemFacts(models.Model):
    """What quotes say and show of an item besides its name and price (S20)."""

    item = models.OneToOneField(
        Item, models.CASCADE, related_name="quote_facts", verbose_name=_("service or article")
    )
    details = models.TextField(_("description on quotes"), blank=True, max_length=4000)
    picture = models.ForeignKey(
        Picture, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("picture")
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("presentation of an item")
        verbose_name_plural = _("presentations of items")

    def __str__(self) -> str:
        return str(self.item)

    @property
    def company_id(self) -> int:
        return self.item.company_id


def hidden_signature(quote: "Quote", filename: str) -> str:
    token = secrets.token_hex(16)
    return f"signatures/{quote.company_id}/{token[:2]}/{token}.png"


@text_indexed("label", "title", "addressee")
class Quote(models.Model):
    """One version of an offer: a draft, then frozen when it is sent, then decided."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", pgettext_lazy("quote", "sent")
        ACCEPTED = "accepted", pgettext_lazy("quote", "accepted")
        REFUSED = "refused", pgettext_lazy("quote", "refused")
        EXPIRED = "expired", pgettext_lazy("quote", "expired")
        SUPERSEDED = "superseded", pgettext_lazy("quote", "replaced")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("branch")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    series = models.CharField(_("series"), max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, editable=False)
    number = models.PositiveIntegerField(_("number"), null=True, editable=False)
    revision = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    # The number as people write it ("PV 12/2026/2"); empty on a first draft.
    label = models.CharField(_("quote"), max_length=60, blank=True)
    # The first version; empty on the first one itself.
    root = models.ForeignKey(
        "self", models.PROTECT, related_name="later", null=True, blank=True, verbose_name=_("first version")
    )
    state_before = models.CharField(max_length=10, blank=True)

    party = models.ForeignKey(
        Party, models.PROTECT, related_name="quotes", null=True, blank=True, verbose_name=_("customer")
    )
    prospect_name = models.CharField(_("name"), max_length=200, blank=True)
    prospect_email = models.EmailField(_("e-mail"), blank=True)
    prospect_phone = models.CharField(_("telephone"), max_length=30, blank=True)
    prospect_street = models.CharField(_("street"), max_length=200, blank=True)
    prospect_postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    prospect_city = models.CharField(_("city"), max_length=120, blank=True)
    prospect_province = models.CharField(_("province"), max_length=5, blank=True)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("contact")
    )
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="quotes", null=True, blank=True, verbose_name=_("site")
    )
    account = models.ForeignKey(
        BillingAccount, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("payer")
    )
    # Who the quote is for, kept for lists and searches; `buyer` as printed, frozen when it is sent.
    addressee = models.CharField(pgettext_lazy("quote", "for"), max_length=200, blank=True)
    buyer = models.JSONField(_("customer as printed"), default=dict, blank=True)

    title = models.CharField(_("subject"), max_length=200)
    intro = models.TextField(_("opening text"), blank=True, max_length=8000)
    closing = models.TextField(_("conditions and closing text"), blank=True, max_length=8000)
    language = models.CharField(_("language"), max_length=2, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    issued_on = models.DateField(_("date"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("salesperson"),
    )
    discount = models.DecimalField(_("discount on the whole %"), max_digits=5, decimal_places=2, default=0)

    # Kept by the services: once and a year of the fees of the lines that count.
    once_net = models.DecimalField(_("once"), max_digits=12, decimal_places=2, default=0)
    yearly_net = models.DecimalField(_("per year"), max_digits=12, decimal_places=2, default=0)
    net_total = models.DecimalField(_("net"), max_digits=12, decimal_places=2, default=0)
    vat_total = models.DecimalField(_("VAT"), max_digits=12, decimal_places=2, default=0)
    gross_total = models.DecimalField(_("total"), max_digits=12, decimal_places=2, default=0)

    # The link is made of the secret key and this salt; only its hash is kept.
    token_salt = models.CharField(max_length=32, blank=True)
    token_hash = models.CharField(max_length=64, blank=True)
    offer_hash = models.CharField(max_length=64, blank=True)
    letters = models.PositiveSmallIntegerField(_("times sent"), default=0, editable=False)
    mailed = models.PositiveSmallIntegerField(default=0, editable=False)
    mail = models.ForeignKey(OutgoingMail, models.SET_NULL, related_name="+", null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    viewed_at = models.DateTimeField(_("first opened"), null=True, blank=True)

    decided_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    decided_by = models.CharField(_("recorded by"), max_length=150, blank=True)
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    signer = models.CharField(_("signed by"), max_length=120, blank=True)
    signature = models.FileField(_("signature"), upload_to=hidden_signature, max_length=200, blank=True)
    signature_hash = models.CharField(max_length=64, blank=True)
    seal = models.CharField(_("seal of the acceptance"), max_length=64, blank=True)
    loss_reason = models.ForeignKey(
        LossReason, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("reason of loss")
    )
    loss_note = models.CharField(_("in the customer's words"), max_length=500, blank=True)

    contract = models.ForeignKey(
        Contract, models.SET_NULL, related_name="quotes", null=True, blank=True, verbose_name=_("contract")
    )
    # A draft may be deleted; then the quote may become another one.
    invoice = models.ForeignKey(
        Document, models.SET_NULL, related_name="quotes", null=True, blank=True, verbose_name=_("invoice")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        permissions = [("decide_quote", _("Can record answers to quotes and convert them"))]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "series", "year", "number", "revision"],
                condition=Q(number__isnull=False),
                name="quote_version_once",
            ),
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="quote_link_once"
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(number__isnull=False, issued_on__isnull=False, valid_until__isnull=False),
                name="sent_quotes_have_number_and_dates",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | (~Q(seal="") & Q(accepted_on__isnull=False)),
                name="accepted_quotes_are_sealed",
            ),
            # Rounded, because SQLite adds in binary.
            models.CheckConstraint(
                condition=Q(gross_total=Round(F("net_total") + F("vat_total"), 2)),
                name="quote_gross_is_net_plus_vat",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "state", "valid_until"]),
            models.Index(fields=["company", "-issued_on", "-id"]),
            models.Index(fields=["party", "-id"]),
        ]

    def __str__(self) -> str:
        return self.label or f"{_('Draft')} {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def family(self) -> int:
        """The key of the first version, which all versions share."""
        return self.root_id or self.pk

    @property
    def discounted(self) -> bool:
        return bool(self.discount)


class QuoteLine(models.Model):
    """A heading, a text, or something with a price: once, or a fee of a contract to be."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("price")
        SECTION = "section", _("heading")
        TEXT = "text", _("text only")

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="lines", verbose_name=_("quote"))
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.SERVICE)
    item = models.ForeignKey(
        Item, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("service")
    )
    text = models.CharField(_("description"), max_length=500)
    details = models.TextField(_("more about it"), blank=True, max_length=4000)
    picture = models.ForeignKey(
        Picture, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("picture")
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=4, default=1)
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=8, default=0)
    discount = models.DecimalField(_("discount %"), max_digits=7, decimal_places=4, default=0)
    vat_code = models.ForeignKey(
        VatCode, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("VAT code")
    )
    vat_rate = models.DecimalField(_("VAT %"), max_digits=5, decimal_places=2, default=0)
    nature = models.CharField(_("nature"), max_length=20, blank=True)
    net = models.DecimalField(_("net"), max_digits=12, decimal_places=2, default=0)
    is_option = models.BooleanField(pgettext_lazy("quote line", "optional"), default=False)
    alternative = models.CharField(
        _("alternatives"), max_length=4, blank=True, help_text=_("Lines with the same letter: one of them.")
    )
    # Whether it counts: as proposed, then as the customer chose.
    chosen = models.BooleanField(pgettext_lazy("quote line", "chosen"), default=True)
    frequency_unit = models.CharField(
        _("every"),
        max_length=5,
        choices=ContractLine.Frequency.choices,
        default=ContractLine.Frequency.ONCE,
    )
    frequency = models.PositiveSmallIntegerField(_("frequency"), default=1)
    timing = models.CharField(
        _("billed"), max_length=7, choices=ContractLine.Timing.choices, default=ContractLine.Timing.ADVANCE
    )

    class Meta:
        verbose_name = _("quote line")
        verbose_name_plural = _("quote lines")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["quote", "position"], name="quote_line_position_once"),
            models.CheckConstraint(
                condition=~Q(kind="service") | Q(vat_code__isnull=False),
                name="priced_quote_lines_are_taxed",
            ),
            models.CheckConstraint(
                condition=Q(frequency_unit="once") | Q(item__isnull=False),
                name="fees_on_quotes_have_a_service",
                violation_error_message=_("A fee needs a service of the catalogue: the contract bills it."),
            ),
            models.CheckConstraint(condition=Q(frequency__gte=1), name="quote_line_frequency_positive"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_priced(self) -> bool:
        return self.kind == self.Kind.SERVICE

    @property
    def is_fee(self) -> bool:
        return self.is_priced and self.frequency_unit != ContractLine.Frequency.ONCE
