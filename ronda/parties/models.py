"""Customers and suppliers, where work is done, who is billed and who receives what."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.company.models import Company
from ronda.workspace.extras import extensible
from ronda.workspace.text_index import text_indexed


class Place(models.Model):
    """A municipality with its postcodes and a point on the map; loaded from the country packs."""

    country = models.CharField(_("country"), max_length=2)
    code = models.CharField(_("code"), max_length=10)
    name = models.CharField(_("name"), max_length=120, db_index=True)
    other_name = models.CharField(_("other name"), max_length=120, blank=True)
    # The two names as they are searched: small letters without accents (`domain.names.normalised`).
    key = models.CharField(max_length=120, blank=True, db_index=True, editable=False)
    other_key = models.CharField(max_length=120, blank=True, db_index=True, editable=False)
    province = models.CharField(_("province"), max_length=5)
    region = models.CharField(_("region"), max_length=80, blank=True)
    postcodes = models.CharField(_("postcodes"), max_length=4000, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True)
    population = models.PositiveIntegerField(_("population"), default=0)

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        constraints = [models.UniqueConstraint(fields=["country", "code"], name="place_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.province})"


class Postcode(models.Model):
    """One postcode of one municipality: the way in when the person types the postcode first."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="codes")
    country = models.CharField(max_length=2)
    code = models.CharField(max_length=10)

    class Meta:
        verbose_name = _("postcode")
        verbose_name_plural = _("postcodes")
        constraints = [models.UniqueConstraint(fields=["country", "code", "place"], name="postcode_once")]

    def __str__(self) -> str:
        return self.code


class Address(models.Model):
    """Where something is. `precision` says how the point was found."""

    class Precision(models.TextChoices):
        NONE = "", _("not located")
        PLACE = "place", _("municipality")
        PIN = "pin", _("placed by hand")

    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    province = models.CharField(_("province"), max_length=5, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    precision = models.CharField(_("located by"), max_length=8, choices=Precision.choices, blank=True)

    class Meta:
        abstract = True

    @property
    def city_line(self) -> str:
        province = f"({self.province})" if self.province else ""
        return " ".join(part for part in (self.postcode, self.city, province) if part)

    @property
    def coordinates(self) -> str:
        """Latitude and longitude in degrees, empty where not located."""
        if self.latitude is None or self.longitude is None:
            return ""
        return f"{self.latitude.normalize():f}, {self.longitude.normalize():f}"

    @property
    def address_lines(self) -> list[str]:
        return [line for line in (self.street, self.city_line) if line]


class Family(models.Model):
    """A kind of customer the firm tells apart: private, professional, property manager (S7)."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("family")
        verbose_name_plural = _("families")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="family_once",
                violation_error_message=_("There is already a family with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PaymentTerms(models.Model):
    """How the total is split into due dates (R45). The rule is read by `payments.domain.terms`."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    # Parallel lists: one instalment per entry. Percentages are empty when the parts are equal.
    days = models.JSONField(_("days"), default=list)
    percents = models.JSONField(_("percentages"), default=list, blank=True)
    in_months = models.BooleanField(_("count in months"), default=False)
    end_of_month = models.BooleanField(_("from the end of the month"), default=False)
    pay_day = models.PositiveSmallIntegerField(_("fixed day of the month"), null=True, blank=True)
    shift_months = models.JSONField(_("months moved on"), default=list, blank=True)
    shift_to_day = models.PositiveSmallIntegerField(_("to day of the next month"), null=True, blank=True)
    remainder_on_first = models.BooleanField(_("remainder on the first"), default=False)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("payment terms")
        verbose_name_plural = _("payment terms")
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="payment_terms_once")]

    def __str__(self) -> str:
        return self.name


class PaymentMethod(models.Model):
    """How money arrives: transfer, direct debit, bank receipt, cash… with its code for e-invoices."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    legal_code = models.CharField(_("code on e-invoices"), max_length=10, blank=True)
    account_role = models.CharField(_("account"), max_length=20, default="bank")
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="payment_method_once")]

    def __str__(self) -> str:
        return self.name


@extensible()
@text_indexed("name", "code", "tax_id", "registration_id", "email", "phone", "mobile", "city")
class Party(Address):
    """A customer or supplier. The name and the billing address are enough to begin (S2)."""

    class Kind(models.TextChoices):
        FIRM = "firm", _("firm")
        PERSON = "person", _("person")
        PUBLIC = "public", _("public body")
        BUILDING = "building", _("condominium")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=28)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.FIRM)
    name = models.CharField(_("name"), max_length=200)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    is_customer = models.BooleanField(_("customer"), default=True)
    is_supplier = models.BooleanField(_("supplier"), default=False)
    active = models.BooleanField(_("active"), default=True)
    tax_id = models.CharField(_("VAT number"), max_length=28, blank=True)
    registration_id = models.CharField(_("tax code or registration number"), max_length=28, blank=True)
    recipient_code = models.CharField(_("e-invoice address"), max_length=140, blank=True)
    pec = models.EmailField(_("certified e-mail"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    mobile = models.CharField(_("mobile"), max_length=30, blank=True)
    website = models.CharField(_("web site"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=2, blank=True)
    families = models.ManyToManyField(Family, verbose_name=_("families"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("salesperson"), null=True, blank=True
    )
    accounting_code = models.CharField(_("accounting code"), max_length=20, blank=True)
    notes = models.TextField(_("observations"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "code"],
                name="party_code_once",
                violation_error_message=_("Another customer has this code."),
            )
        ]
        indexes = [
            models.Index(fields=["company", "name"]),
            models.Index(fields=["company", "tax_id"]),
            models.Index(fields=["company", "registration_id"]),
        ]

    def __str__(self) -> str:
        return self.name


class PartyKey(models.Model):
    """What a customer is found by when he might be entered twice; written by the services only."""

    class Kind(models.TextChoices):
        WORD = "w", "word of the name, as it sounds"
        NAME = "n", "all words of the name"
        EMAIL = "e", "e-mail"
        PHONE = "p", "last digits of a telephone number"

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    party = models.ForeignKey(Party, models.CASCADE, related_name="keys")
    kind = models.CharField(max_length=1, choices=Kind.choices)
    value = models.CharField(max_length=254)

    class Meta:
        verbose_name = _("search key")
        verbose_name_plural = _("search keys")
        constraints = [models.UniqueConstraint(fields=["party", "kind", "value"], name="party_key_once")]
        indexes = [models.Index(fields=["company", "kind", "value"], name="party_key_value")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class BankAccount(models.Model):
    """A customer's account; the IBAN is checked before it is kept (S30)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="bank_accounts", verbose_name=_("customer"))
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    holder = models.CharField(_("account holder"), max_length=140, blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [models.UniqueConstraint(fields=["party", "iban"], name="iban_once_per_party")]

    def __str__(self) -> str:
        return self.iban


class BillingAccount(models.Model):
    """Who pays and on which conditions. A party has one by default and may have more (R13)."""

    class TaxRegime(models.TextChoices):
        ORDINARY = "ordinary", _("ordinary")
        SPLIT = "split", _("split payment")

    party = models.ForeignKey(Party, models.CASCADE, related_name="accounts", verbose_name=_("payer"))
    name = models.CharField(_("name"), max_length=80, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    terms = models.ForeignKey(
        PaymentTerms, models.PROTECT, verbose_name=_("payment terms"), null=True, blank=True
    )
    method = models.ForeignKey(
        PaymentMethod, models.PROTECT, verbose_name=_("payment method"), null=True, blank=True
    )
    bank_account = models.ForeignKey(
        BankAccount, models.SET_NULL, verbose_name=_("bank account"), null=True, blank=True
    )
    tax_regime = models.CharField(
        _("VAT regime"), max_length=10, choices=TaxRegime.choices, default=TaxRegime.ORDINARY
    )
    withholding_code = models.CharField(_("withholding"), max_length=10, blank=True)
    # Whoever has a reason here is exempt; the reason is kept because the firm has to prove it.
    stamp_duty_exemption = models.CharField(
        _("exempt from stamp duty because"),
        max_length=200,
        blank=True,
        help_text=_("The law that exempts this customer. Empty: the duty is due as for everybody."),
    )
    purchase_order = models.CharField(_("order number"), max_length=20, blank=True)
    cig = models.CharField("CIG", max_length=15, blank=True)
    cup = models.CharField("CUP", max_length=15, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    discount = models.DecimalField(_("discount %"), max_digits=5, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("billing account")
        verbose_name_plural = _("billing accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=Q(is_default=True), name="one_default_account_per_party"
            )
        ]

    def __str__(self) -> str:
        return f"{self.party} – {self.name}" if self.name else str(self.party)


class BillingGroup(models.Model):
    """A letter: same letter, one invoice; another letter, another invoice (S15, S16)."""

    class Layout(models.TextChoices):
        PLAIN = "plain", _("one list of lines")
        SITES = "sites", _("one section per site")

    account = models.ForeignKey(
        BillingAccount, models.CASCADE, related_name="groups", verbose_name=_("billing account")
    )
    code = models.CharField(_("letter"), max_length=10, blank=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    layout = models.CharField(_("layout"), max_length=6, choices=Layout.choices, default=Layout.PLAIN)

    class Meta:
        verbose_name = _("billing group")
        verbose_name_plural = _("billing groups")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "code"],
                name="billing_group_letter_once",
                violation_error_message=_("This letter is already in use for the customer."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.account} [{self.code}]" if self.code else str(self.account)


@extensible()
@text_indexed("name", "code", "street", "city", "phone")
class Site(Address):
    """A place where the firm works for the customer (S3, S13, S14)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="sites", verbose_name=_("customer"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    billing_group = models.ForeignKey(
        BillingGroup,
        models.SET_NULL,
        related_name="sites",
        verbose_name=_("billing group"),
        null=True,
        blank=True,
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    access_notes = models.TextField(_("access and instructions"), blank=True)
    distance_km = models.DecimalField(
        _("distance (km)"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.UniqueConstraint(
                fields=["party", "code"],
                name="site_code_once",
                violation_error_message=_("Another site of this customer has this code."),
            )
        ]
        indexes = [models.Index(fields=["party", "name"])]

    def __str__(self) -> str:
        return self.name

    @property
    def letter(self) -> str:
        """The letter of its billing group; empty where it is on the main invoice."""
        return self.billing_group.code if self.billing_group else ""


@text_indexed("name", "email", "phone", "mobile")
class Contact(models.Model):
    """A person at the customer's, with the subjects he or she is to be told about (S24, S25)."""

    class Role(models.TextChoices):
        MANAGEMENT = "management", _("management")
        ACCOUNTING = "accounting", _("accounting")
        TECHNICAL = "technical", _("technical")
        FAMILY = "family", _("family member")
        OTHER = "other", _("other")

    party = models.ForeignKey(Party, models.CASCADE, related_name="contacts", verbose_name=_("customer"))
    site = models.ForeignKey(
        Site, models.CASCADE, related_name="contacts", verbose_name=_("site"), null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.OTHER)
    position = models.CharField(_("position"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    mobile = models.CharField(_("mobile"), max_length=30, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.name


class DocumentRecipient(models.Model):
    """An e-mail address that receives the documents of a billing group (S26, S27)."""

    group = models.ForeignKey(
        BillingGroup, models.CASCADE, related_name="recipients", verbose_name=_("billing group")
    )
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    site = models.ForeignKey(
        Site, models.CASCADE, verbose_name=_("only for the site"), null=True, blank=True, related_name="+"
    )
    part_only = models.BooleanField(
        _("only the part of this site"),
        default=False,
        help_text=_("Of a document with other sites, a copy with the section of this site alone."),
    )

    class Meta:
        verbose_name = _("document recipient")
        verbose_name_plural = _("document recipients")
        constraints = [
            models.UniqueConstraint(fields=["group", "email", "site"], name="recipient_once_per_group")
        ]

    def __str__(self) -> str:
        return self.email


class TakenParty(models.Model):
    """A customer taken over from another company of the group: whose copy it is, and whether it follows."""

    party = models.OneToOneField(
        Party, models.CASCADE, related_name="taken", verbose_name=_("customer or supplier")
    )
    source = models.ForeignKey(
        Party, models.SET_NULL, related_name="copies", null=True, verbose_name=_("taken over from")
    )
    in_step = models.BooleanField(_("follows changes"), default=False)
    # Why the last change could not be followed; empty when all is well.
    trouble = models.CharField(_("not followed because"), max_length=500, blank=True)
    by = models.CharField(_("taken over by"), max_length=150)
    at = models.DateTimeField(_("taken over on"), auto_now_add=True)

    class Meta:
        verbose_name = _("customer taken over")
        verbose_name_plural = _("customers taken over")

    def __str__(self) -> str:
        return str(self.party)

    @property
    def company_id(self) -> int:
        return self.party.company_id
