"""R51, O63: every text of the database is declared, and none of a person is left anywhere."""

from itertools import count
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import connection
from django.utils.translation import gettext

from ronda.company.models import (
    AuditEntry,
    ImportBatch,
    ImportedRecord,
    ImportedSource,
    Job,
    OutgoingMail,
)
from ronda.company.personal_data import declared
from ronda.company.services.files import attach_file
from ronda.contracts.models import Contract
from ronda.packages.models import Package
from ronda.parties.models import BankAccount, BillingAccount, Party
from ronda.privacy.models import Consent
from ronda.privacy.services import ForGood, SomethingLeft, anonymise
from ronda.privacy.tests.building import MARK, Builder, hanging, mark, marked_names, text_fields
from ronda.quotes.models import Quote
from ronda.workspace.models import SavedView

OURS = [
    model for model in apps.get_models() if model.__module__.startswith("ronda.") and not model._meta.proxy
]
CONFIRMED = frozenset({ForGood.code, SomethingLeft.code})


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_r51_every_text_of_every_model_says_what_becomes_of_it(model):
    personal = declared().get(model._meta.label)
    names = {one.name for one in text_fields(model)}
    assert personal is not None, (
        f"say in {model._meta.app_label}/personal.py what {model._meta.label} keeps of a customer"
    )
    if personal.nothing or personal.held or personal.within or personal.remove:
        return
    said = {*personal.blank, *personal.files, *personal.erased, *personal.swept, *personal.kept}
    assert names <= said, f"say in personal.py what becomes of {sorted(names - said)} of {model._meta.label}"
    for name in {*said, *personal.hidden}:
        model._meta.get_field(name)
    assert not set(personal.kept) & ({*personal.blank, *personal.files, *personal.erased, *personal.swept})


@pytest.fixture
def everything(company, party, django_user_model):
    """One record of every model that can hang on the customer, each of its texts a word of its own."""
    user = django_user_model.objects.create_user("carla")
    ended = {"status": Contract.Status.ENDED, "account_id": None}
    account = party.accounts.get()
    given = {
        "contracts.Contract": {**ended, "account_id": account.pk},
        "catalogue.CustomerPrice": {"price": 1},
        "renewals.IndexClause": {"mode": "fixed", "fixed_percent": 1},
        "quotes.Quote": {"party_id": party.pk},
        "quotes.QuoteLine": {"kind": "text"},
        "agents.Agent": {"party_id": None},
        "agents.CommissionRule": {
            "party_id": party.pk,
            "line_id": None,
            "contract_id": None,
            "item_id": None,
        },
        "packages.WalletEntry": {"kind": "set_aside", "package_id": None, "line_id": None, "lot_id": None},
    }
    builder = Builder(company, party, user, account, given=given)
    numbers, marked = count(100), 0
    for personal in hanging():
        model = personal.rows()
        if model._meta.label == "privacy.Anonymisation":
            continue
        row = model._base_manager.filter(**{personal.party[0]: party.pk}).first() or builder.one(model)
        marked += mark(row, marked_names(personal), numbers)
    return builder, marked


def everywhere(word: str) -> list[str]:
    """Each place of the database and of the folders of files that holds a word."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- names the database told
            for row in cursor.fetchall():
                for column, value in zip(cursor.description, row, strict=True):
                    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    if word.lower() in text.lower():
                        found.append(f"{table}.{column[0]}: {text[:80]}")
    for folder in (Path(settings.MEDIA_ROOT), Path(settings.VAR)):
        for path in folder.rglob("*"):
            if (
                path.is_file()
                and word.encode().lower() in path.read_bytes().lower() + path.name.encode().lower()
            ):
                found.append(str(path))
    return found


NAME, MAIL = f"{MARK}Mario Bianchi", f"{MARK}mario@example.org"
SAID = f"to {NAME} <{MAIL}>, é"


def put_files(company, subjects):
    for subject in subjects:
        attach_file(subject, ContentFile(f"{MARK} text".encode()), name=f"{MARK}.txt", by="anna", note=SAID)


def write_log(company, contract):
    changed = {"title": [f"{MARK}1", f"{MARK}2"], "n": 7, "more": {"a": f"{MARK}3"}}
    for label, pk, facts in (
        ("contracts.contract", contract.pk, changed),
        ("catalogue.item", 1, {"why": SAID, "deep": [[NAME.upper()]]}),
    ):
        AuditEntry.objects.create(
            company=company, actor="anna", action="x.y", subject_label=label, subject_pk=pk, facts=facts
        )


def write_mails(company, contract):
    kind = ContentType.objects.get_for_model(Contract)
    mail = {"company": company, "subject": SAID, "body": SAID, "html": f"<p>{SAID}</p>", "by": "anna"}
    OutgoingMail.objects.create(
        **mail, to=["x@example.org"], content_type=kind, object_id=contract.pk, message_id="1", error=SAID
    )
    OutgoingMail.objects.create(**mail, to=[MAIL], message_id="2", error=f"550 {MARK} no")
    OutgoingMail.objects.create(
        **mail, to=["x@example.org"], cc=[MAIL], content_type=kind, object_id=0, message_id="3"
    )


def bring_in(company, party):
    batch = ImportBatch(company=company, kind="customers", name=f"{NAME}.csv", by="anna")
    batch.file.save("a.csv", ContentFile(f"{MARK} rows".encode()))
    batch.errors = [[2, "name", NAME, "no"], [3, "x", f"{MARK}other cell", "no"]]
    batch.summary = {"kept": SAID}
    batch.save()
    ImportedRecord.objects.create(
        batch=batch, row=1, label="parties.party", object_pk=party.pk, made=True,
        before={"a": f"{MARK}4"}, after={"name": f"{MARK}5"},
    )  # fmt: skip
    facts = {"kind": "it", "key": "IT01|FT 1|2025", "subject_pk": party.pk, "facts": {"a": f"{MARK}6"}}
    ImportedSource.objects.create(company=company, batch=batch, **facts)


@pytest.fixture
def told_elsewhere(company, party, everything):
    """Where other records speak of him: files, the log, mails, imports, the queue, saved views."""
    builder, _marked = everything
    Party.objects.filter(pk=party.pk).update(name=NAME, email=MAIL)
    contract = builder.one(Contract)
    put_files(company, (party, contract, builder.one(Quote), builder.one(Package)))
    write_log(company, contract)
    write_mails(company, contract)
    bring_in(company, party)
    facts = {"args": {"args": [SAID]}, "result": {"done": [SAID]}, "error": SAID, "note": SAID}
    Job.objects.create(company=company, kind="a.b", **facts)
    query = f"q={MARK}Mario+Bianchi&mail={MARK}mario%40example.org"
    SavedView.objects.create(
        user_id=_user(builder).pk, company_id=company.pk, workspace="party", name="Mine", query=query
    )
    return builder


def _user(builder):
    return next(one for model, one in builder.known.items() if model._meta.label == "company.User")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_r51_nothing_of_the_person_is_left_in_any_table_or_file(company, party, now, told_elsewhere):
    before = everywhere(MARK)
    assert len(before) > 100

    done = anonymise(Party.objects.get(pk=party.pk), now=now, by="anna", confirmed=CONFIRMED)

    assert everywhere(MARK) == []
    assert done.fields > 80
    assert done.files >= 4
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.django_db(transaction=True)
def test_o63_what_statistics_need_stays(company, party, now, everything):
    builder, _marked = everything
    Party.objects.filter(pk=party.pk).update(city="Bergamo", province="BG", name="Mario Bianchi Esposito")
    contract = builder.one(Contract)

    anonymise(Party.objects.get(pk=party.pk), now=now, by="anna", confirmed=CONFIRMED)

    party.refresh_from_db()
    assert (party.name, party.code, party.active) == (
        f"{gettext('Anonymised')} {party.pk}",
        f"ANON-{party.pk}",
        False,
    )
    assert (party.city, party.province, party.kind, party.country) == ("Bergamo", "BG", "person", "IT")
    assert not BankAccount.objects.filter(party=party).exists()
    assert BillingAccount.objects.filter(party=party).exists()
    contract.refresh_from_db()
    assert (contract.party_id, contract.title, contract.starts_on) == (party.pk, "", contract.starts_on)
    consent = Consent.objects.get(party=party)
    assert (consent.note, consent.purpose) == ("", builder.one(Consent).purpose)
