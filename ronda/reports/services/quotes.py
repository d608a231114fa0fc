"""Quotes on paper and by mail: what was sent, and the signed copy of what was accepted (S23)."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from ronda.billing.services import seller_facts
from ronda.catalogue.queries import unit_codes
from ronda.company import options
from ronda.company.country import DocumentFacts, SellerFacts, country_pack
from ronda.company.jobs import Fence, no_fence
from ronda.company.models import Attachment, Company, OutgoingMail
from ronda.company.services import mail as mailbox
from ronda.company.services.files import keep_file
from ronda.quotes.domain.rhythms import Rhythm
from ronda.quotes.models import Picture, Quote, QuoteLine
from ronda.quotes.options import QuoteMailOptions, QuoteOptions
from ronda.quotes.queries import offer_of
from ronda.quotes.services import addresses, note_mailed
from ronda.quotes.services.drafts import buyer_of
from ronda.reports.domain import formats, liquid, rendering
from ronda.reports.domain.quotes import OfferedLine, QuoteFacts, quote_context
from ronda.reports.domain.rendering import Layout
from ronda.reports.domain.units import unit_word
from ronda.reports.options import PrintOptions
from ronda.reports.queries import layouts_in_use, logo_uri, shipped_layout

PDF = "application/pdf"


@cache
def quote_layout() -> Layout:
    """The layout quotes are printed with: the style of documents, and what quotes have besides."""
    return shipped_layout("quote.liquid", "document.css", "quote.css")


def print_quote(quote: Quote) -> bytes:
    """The quote as PDF, with the signature where it is accepted; a draft says that it is one."""
    return _pdf(quote, quote_context(quote_facts(quote)))


def _pdf(quote: Quote, context: dict[str, Any]) -> bytes:
    return rendering.to_pdf(layouts_in_use(quote.company_id).get("quote") or quote_layout(), context)


def quote_file_name(quote: Quote) -> str:
    """PV 12/2026/2 as a file: "PV 12-2026-2.pdf"."""
    text = "".join(c if c.isalnum() or c in " -_." else "-" for c in str(quote)).strip()
    return f"{text or quote.pk}.pdf"


def quote_facts(quote: Quote) -> QuoteFacts:
    """What is printed of a quote, read in a constant number of queries."""
    offer = offer_of(quote)
    seller = seller_facts(quote.company)
    buyer = quote.buyer or buyer_of(quote)
    site = quote.site
    units = unit_codes(quote.company_id)
    return QuoteFacts(
        language=quote.language,
        currency=quote.currency,
        seller=seller,
        buyer=buyer,
        lines=[_line(line, units, quote.language) for line in offer.lines],
        totals=offer.totals(),
        discount=quote.discount,
        number=quote.label,
        title=quote.title,
        on=quote.issued_on,
        valid_until=quote.valid_until,
        draft=quote.is_draft,
        intro=quote.intro,
        closing=quote.closing,
        site=", ".join((site.name, *site.address_lines)) if site else "",
        identity=_identity(quote, seller, quote.issued_on or timezone.localdate()),
        logo=logo_uri(quote.company),
        window=options.read(PrintOptions, quote.company).window,
        accepted_on=quote.accepted_on,
        signer=quote.signer,
        signature=_embedded(quote.signature, "image/png") if quote.signature else "",
        seal=quote.seal,
    )


def _line(line: QuoteLine, units: Mapping[str, str], language: str) -> OfferedLine:
    return OfferedLine(
        key=line.position,
        kind=line.kind,
        text=line.text,
        details=line.details,
        picture=_picture(line.picture),
        quantity=line.quantity,
        unit=unit_word(line.unit, units.get(line.unit, ""), line.quantity, language),
        unit_price=line.unit_price,
        discount=line.discount,
        vat_rate=line.vat_rate,
        nature=line.nature,
        rhythm=Rhythm(line.frequency_unit, line.frequency),
        is_option=line.is_option,
        alternative=line.alternative,
        chosen=line.chosen,
    )


def _picture(picture: Picture | None) -> str:
    return _embedded(picture.file, picture.mime) if picture is not None else ""


def _embedded(file: Any, mime: str) -> str:
    """A kept file inside the page itself, as the engine may load nothing; empty when it is gone."""
    try:
        with file.open("rb") as opened:
            content: bytes = opened.read()
    except OSError:
        return ""
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def _identity(quote: Quote, seller: Mapping[str, Any], on: date) -> str:
    """What the law asks a firm to say of itself on its papers."""
    facts = DocumentFacts(kind="quote", on=on, seller=SellerFacts.of(seller))
    with translation.override(quote.language):
        mentions = country_pack(quote.company).mentions(facts, quote.language)
    return " · ".join(str(one) for one in mentions if one.code == "identity")


def mail_quote(
    quote: Quote,
    *,
    letter: int,
    to: Sequence[str],
    message: str,
    link: str,
    by: str,
    fence: Fence = no_fence,
) -> OutgoingMail | None:
    """Write the mail of a quote that was sent, with its PDF: once per letter, however often this is called.

    The PDF is kept among the files of the quote. Subject and text are those of the options.
    """
    if quote.mailed >= letter:
        return None
    context = quote_context(quote_facts(quote))
    kept = _kept(quote, _pdf(quote, context), by=by)
    subject, body = _letter(quote, context | {"link": link, "message": message})
    return _write(quote, letter, to, subject, body, kept, by=by, fence=fence)


def _letter(quote: Quote, context: dict[str, Any]) -> tuple[str, str]:
    words = options.read(QuoteMailOptions, quote.company_id)
    language = formats.known(quote.language)
    subject, body = {
        "it": (words.subject_it, words.body_it),
        "fr": (words.subject_fr, words.body_fr),
        "en": (words.subject_en, words.body_en),
    }[language]
    return (
        liquid.fill_text(subject, context, language=language),
        liquid.fill_text(body, context, language=language),
    )


def _kept(quote: Quote, content: bytes, *, by: str) -> Attachment:
    """The PDF among the files of the quote; the same bytes are kept once."""
    name = quote_file_name(quote)
    kind = ContentType.objects.get_for_model(Quote)
    known = Attachment.objects.filter(content_type=kind, object_id=quote.pk, mime=PDF)
    made = ContentFile(content, name=name)
    digest = hashlib.sha256(content).hexdigest()
    if there := known.filter(sha256=digest).first():
        return there
    # Another letter is a file of its own: mails under way speak of the one before.
    return keep_file(quote, made, name=name, by=by, seen=Attachment.objects.none()).attachment


def _write(
    quote: Quote,
    letter: int,
    to: Sequence[str],
    subject: str,
    body: str,
    file: Attachment | None,
    *,
    by: str,
    fence: Fence,
) -> OutgoingMail | None:
    with transaction.atomic():
        fence()
        now = Quote.objects.select_for_update().only("pk", "mailed").get(pk=quote.pk)
        if now.mailed >= letter or not to:
            return None
        files = [file] if file else []
        mail = mailbox.queue_mail(
            quote.company, to=to, subject=subject, body=body, by=by, files=files, about=quote
        )
        note_mailed(quote, mail, letter=letter)
    return mail


def tell_answer(
    quote: Quote, *, letter: int, by_customer: bool, by: str, fence: Fence = no_fence
) -> list[OutgoingMail]:
    """After an answer: the signed copy to the files and the customer, the news to the firm.

    Each mail is written once, however often this is called.
    """
    if quote.mailed >= letter:
        return []
    accepted = quote.state == Quote.State.ACCEPTED
    file = _kept(quote, print_quote(quote), by=by) if accepted else None
    letters = _answers(quote, accepted=accepted, by_customer=by_customer)
    with transaction.atomic():
        fence()
        now = Quote.objects.select_for_update().only("pk", "mailed").get(pk=quote.pk)
        if now.mailed >= letter:
            return []
        files = [file] if file else []
        mails = [
            mailbox.Mail(to=to, subject=subject, body=body, files=files, about=quote)
            for to, subject, body in letters
        ]
        written = mailbox.queue_mails(quote.company, mails, by=by)
        Quote.objects.filter(pk=quote.pk).update(mailed=letter)
    return written


def _answers(quote: Quote, *, accepted: bool, by_customer: bool) -> list[tuple[list[str], str, str]]:
    found = []
    customer = quote.mail.to if quote.mail else addresses(quote)
    if accepted and by_customer and customer:
        found.append((list(customer), *_thanks(quote)))
    answers = options.read(QuoteOptions, quote.company_id, quote.branch_id)
    firm = _ours(quote)
    if by_customer and firm and answers.tell_sender:
        found.append(([firm], *_news(quote, accepted=accepted)))
    return found


def _ours(quote: Quote) -> str:
    return (quote.owner.email if quote.owner else "") or quote.company.email


def _thanks(quote: Quote) -> tuple[str, str]:
    """To the customer, in the quote's language."""
    with translation.override(quote.language):
        return (
            gettext("%(quote)s: accepted") % {"quote": quote},
            gettext("Thank you for your order. Attached is the offer with your signature.\n\n%(firm)s")
            % {"firm": seller_facts(quote.company)["name"]},
        )


def _news(quote: Quote, *, accepted: bool) -> tuple[str, str]:
    """To the salesperson, in the firm's language."""
    company: Company = quote.company
    with translation.override(company.language):
        amount = formats.money(quote.net_total, company.language, quote.currency)
        facts = {"quote": quote, "name": quote.signer or quote.addressee, "title": quote.title}
        if accepted:
            subject = gettext("%(quote)s was accepted") % facts
            body = gettext("%(name)s has accepted “%(title)s”: %(amount)s net.")
        else:
            subject = gettext("%(quote)s was refused") % facts
            body = gettext("%(name)s has refused “%(title)s”: %(amount)s net. %(why)s")
        why = " · ".join(str(one) for one in (quote.loss_reason, quote.loss_note) if one)
        return subject, (body % {**facts, "amount": amount, "why": why}).strip()
