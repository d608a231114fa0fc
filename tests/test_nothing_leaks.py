"""P8: nothing of one company reaches a person who works in another one.

Every list, page, export, look-up, palette and operation of the API is asked by a person of one company, after
another company filled every kind of record the program knows. Every text of the other one carries a word that
nobody else uses: it appears nowhere. And no form takes a record of it.
"""

from io import BytesIO
from itertools import cycle, islice
from zipfile import ZipFile, is_zipfile

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import IntegrityError, models, transaction
from django.forms import ModelChoiceField
from django.test import Client
from django.urls import reverse

from ronda.company.models import Company, Membership
from ronda.site.urls import WORKSPACES
from tests.addresses import NOWHERE, every_address
from tests.makers import MAKERS, OF_THE_INSTALLATION, make_company
from tests.page_records import PAGE_RECORDS
from tests.test_every_address import ADMINISTRATORS, LEFT_OUT

pytestmark = pytest.mark.django_db
WORD = "XQZLEAK"
SHORTEST = 14
OURS = [model for model in apps.get_models() if model.__module__.startswith("ronda.")]
OF_COMPANIES = [one for one in WORKSPACES if one.__name__ not in OF_THE_INSTALLATION]
# They show every company in which the person has the right: tested where they are made.
ACROSS_COMPANIES = {"analysis-companies", "company-list", "company-export", "home"}


@pytest.fixture(autouse=True)
def _still(time_machine):
    time_machine.move_to("2026-03-02T09:00:00Z", tick=False)


def fill(company):
    """One record of every list, and what the other pages are about."""
    numbers = cycle(range(5, 95))
    records = {one.__name__: made(MAKERS[one.__name__], company, numbers) for one in OF_COMPANIES}
    pages = {name: made(make, company, numbers) for name, make in PAGE_RECORDS.items()}
    return records, pages


def made(make, company, numbers):
    """A record by the next number: makers call each other, so some are taken."""
    for n in islice(numbers, 20):
        try:
            with transaction.atomic():
                return make(company, n)
        except IntegrityError:
            continue
    raise AssertionError(f"{make.__name__} makes no record")


def last_keys():
    return {model: model.objects.aggregate(last=models.Max("pk"))["last"] or 0 for model in OURS}


def mark(before):
    """Put the word into every text written since."""
    for model, last in before.items():
        for row in model.objects.filter(pk__gt=last):
            texts = {field.name: _marked(field, row.pk) for field in model._meta.fields if _is_text(field)}
            if texts:
                model.objects.filter(pk=row.pk).update(**texts)


def _is_text(field):
    if isinstance(field, models.JSONField):
        return field.default is dict
    long_enough = field.max_length is None or field.max_length >= SHORTEST
    plain = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.FileField)
    return plain and not field.choices and long_enough


def _marked(field, pk):
    return {WORD: WORD} if isinstance(field, models.JSONField) else f"{WORD}{pk}"


def questions(records, pages):
    """Every address that answers GET, with the company's own records; the searches ask for the word."""
    for address in every_address():
        skip = address.public or address.name in LEFT_OUT | ADMINISTRATORS or "get" not in address.methods
        if skip or (address.workspace and not is_read(address)):
            continue
        record = records.get(address.workspace.__name__) if address.workspace else pages.get(address.name)
        if address.has_key and record is None:
            continue
        url = address.url.replace(str(NOWHERE), str(record.pk)) if address.has_key else address.url
        yield address.name, url
        searched = address.name.endswith("-list") and not address.is_api
        if searched or address.name in ("palette", "settings"):
            yield f"{address.name}?q", f"{url}?q={WORD}"
    for workspace in OF_COMPANIES:
        url = reverse("lookup", args=[workspace.model._meta.label_lower])
        yield f"lookup {workspace.__name__}", url
        yield f"lookup {workspace.__name__}?q", f"{url}?q={WORD}"
        for tab in workspace.tabs:
            detail = reverse(workspace.name("detail"), args=[records[workspace.__name__].pk])
            yield f"{workspace.__name__} {tab.code}", f"{detail}?tab={tab.code}"


def is_read(address):
    """Lists, records and what is made of them; what forms and actions offer is looked at below."""
    pages = ("-list", "-detail", "-export")
    return address.workspace.__name__ not in OF_THE_INSTALLATION and address.name.endswith(pages)


def answer(client, url):
    response = client.get(url)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if is_zipfile(BytesIO(body)):
        with ZipFile(BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist() if "docProps" not in name)
    kind = response.headers.get("Content-Type", "")
    return response.status_code, b"" if "pdf" in kind else body


def ask_everything(client, asked):
    return {(name, url): answer(client, url) for name, url in asked}


def told(body):
    at = body.find(WORD.encode())
    return body[max(0, at - 120) : at + 60].decode(errors="replace")


def at_desk(*companies):
    """A browser at the first of the companies, of a person who owns them all."""
    user = get_user_model().objects.create_user(f"paola-{len(companies)}")
    for firm in companies:
        role = firm.roles.get(code="owner")
        Membership.objects.create(user=user, company=firm, role=role, is_default=firm is companies[0])
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_p8_no_page_names_another_company_to_who_works_in_both():
    """The company a person is in decides, whatever else they may see elsewhere."""
    company, other = make_company(), make_company("Altra Srl")
    client = at_desk(company, other)
    records, pages = fill(company)
    keys = last_keys()
    fill(other)
    mark(keys)

    answers = ask_everything(client, list(dict.fromkeys(questions(records, pages))))
    assert len(answers) > 400
    named = {name: told(body) for (name, _url), (_status, body) in answers.items() if is_named(name, body)}
    assert not named, named


def test_p8_who_works_in_one_company_does_not_learn_that_there_is_another():
    company, other = make_company(), make_company("Altra Srl")
    client = at_desk(company)
    keys = last_keys()
    MAKERS["Documents"](other, 77)
    MAKERS["People"](other, 78)
    mark(keys)
    Company.objects.filter(pk=other.pk).update(name=WORD, legal_name=WORD)

    asked = [
        (name, reverse(name))
        for name in sorted({*ACROSS_COMPANIES, "palette", "party-list", "api-token-list", "contract-list"})
    ]
    for (name, _url), (status, body) in ask_everything(client, asked).items():
        assert status in (200, 302), name
        assert WORD.encode() not in body, told(body)


def is_named(name, body):
    """Whether a page tells the word by itself: a search says it again."""
    return WORD.encode() in body and not name.endswith("?q")


def test_p8_no_form_offers_or_accepts_a_record_of_another_company():
    company, other = make_company(), make_company("Altra Srl")
    keys = last_keys()
    fill(other)
    theirs = {
        model: set(model.objects.filter(pk__gt=last).values_list("pk", flat=True))
        for model, last in keys.items()
    }
    theirs[Company] = set()
    offered, looked_at = [], 0
    for workspace in OF_COMPANIES:
        forms = [workspace.form_class, *(one.form for one in workspace.all_actions())]
        for form_class in filter(None, forms):
            for name, field in form_class(company=company).fields.items():
                if not isinstance(field, ModelChoiceField):
                    continue
                looked_at += 1
                found = theirs.get(field.queryset.model, set())
                if field.queryset.filter(pk__in=list(found)[:500]).exists():
                    offered.append(f"{workspace.__name__} {form_class.__name__}.{name}")
    assert looked_at > 50
    assert offered == []
