"""P30: definitions never lose values. Records are keys here: whose they are is tested in tests/."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from ronda.company.models import Company
from ronda.customfields import services
from ronda.customfields.forms import CustomFieldForm
from ronda.customfields.models import CustomChoice, CustomField, CustomValue
from ronda.customfields.services import (
    ChoiceInUse,
    KindFixed,
    NameFixed,
    NameTaken,
    NoChoices,
    TooManyFields,
    UnknownField,
    save_values,
    switch,
)
from ronda.customfields.workspace import CustomFields
from ronda.workspace import extras
from ronda.workspace.saving import formsets
from ronda.workspace.services import RecordChanged, save_record

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
PARTY = next(model for model in extras.kinds() if model._meta.label_lower == "parties.party")
ON = "parties.party"


@pytest.fixture
def company():
    return Company.objects.create(name="Aria Srl", country="IT")


def sent(rows=(), **given):
    data = {"on": ON, "label": "Impianto", "kind": "text", "position": "10", "active": "on"} | given
    known = sum(1 for row in rows if "id" in row)
    data |= {"customchoice-TOTAL_FORMS": str(len(rows)), "customchoice-INITIAL_FORMS": str(known)}
    for n, row in enumerate(rows):
        data |= {f"customchoice-{n}-{name}": str(value) for name, value in {"active": "on", **row}.items()}
    return {name: value for name, value in data.items() if value != ""}


def save(company, field=None, rows=(), **given):
    field = field or CustomField()
    form = CustomFieldForm(sent(rows, **given), instance=field, company=company)
    inlines = formsets(CustomFields, form, form.data, company=company)
    assert form.is_valid(), form.errors
    assert all(one.is_valid() for one in inlines.values()), [one.errors for one in inlines.values()]
    rows = frozenset({"customchoice"})
    return save_record(
        form, by="anna", company=company, save=services.save_field, inlines=inlines, by_service=rows
    )


def test_p30_a_code_is_made_from_the_name_and_stays(company):
    first = save(company, label="Matricola caldaia")
    assert first.code == "matricola_caldaia"
    second = save(company, label="Matricola-caldaia")
    assert second.code == "matricola_caldaia_2"
    renamed = save(company, first, label="Numero caldaia", code=first.code, seen="1")
    assert (renamed.code, renamed.label) == ("matricola_caldaia", "Numero caldaia")


def test_p30_two_fields_of_one_name_are_refused_and_of_other_records_are_not(company):
    save(company)
    with pytest.raises(NameTaken):
        save(company, label="IMPIANTO")
    save(company, on="parties.site")


@pytest.mark.parametrize("facts", [{"code": "other"}, {"on": "parties.site"}])
def test_p30_a_program_cannot_change_what_a_field_is_called_by(company, facts):
    field = save(company)
    form = CustomFieldForm(
        sent(code=field.code, seen="1") | facts, instance=field, company=company, canonical=True
    )
    form.inlines = {}
    assert form.is_valid(), form.errors
    with pytest.raises(NameFixed):
        services.save_field(form, by="anna", company=company)


def test_p30_a_field_with_values_keeps_its_kind_and_says_what_to_do_instead(company):
    field = save(company)
    save_values(PARTY, company.pk, {7: {"custom_impianto": "A1"}}, by="anna")
    with pytest.raises(KindFixed) as refused:
        save(company, field, kind="number", code=field.code)
    assert refused.value.field == "kind"
    assert "Switch this field off" in str(refused.value.message)
    assert CustomValue.objects.get().text == "A1"


def test_p30_a_field_without_values_may_become_of_another_kind(company):
    field = save(company)
    assert save(company, field, kind="date", code=field.code, seen="1").kind == "date"


def test_p30_choices_keep_their_order_and_codes_of_their_own(company):
    field = save(company, kind="choice", rows=[{"label": "Gas"}, {"label": "Gasolio"}, {"label": "gas!"}])
    assert list(field.options.order_by("position").values_list("code", "label")) == [
        ("gas", "Gas"),
        ("gasolio", "Gasolio"),
        ("gas_2", "gas!"),
    ]


def test_p30_an_empty_list_is_refused(company):
    with pytest.raises(NoChoices):
        save(company, kind="choice")


def test_p30_a_choice_that_records_hold_is_renamed_or_withdrawn_never_removed(company):
    field = save(company, kind="choice", rows=[{"label": "Gas"}, {"label": "Gasolio"}])
    gas, oil = field.options.order_by("position")
    save_values(PARTY, company.pk, {7: {"custom_impianto": "gasolio"}}, by="anna")
    rows = [{"id": gas.pk, "label": "Metano"}, {"id": oil.pk, "label": "Gasolio", "DELETE": "on"}]
    with pytest.raises(ChoiceInUse, match="1 record holds “Gasolio”"):
        save(company, field, kind="choice", rows=rows, code=field.code)
    rows[1] = {"id": oil.pk, "label": "Gasolio", "active": ""}
    save(company, field, kind="choice", rows=rows, code=field.code)
    (known,) = extras.fields_of(PARTY, company.pk)
    assert known.choices == (("gas", "Metano"),)
    assert known.retired == (("gasolio", "Gasolio"),)
    assert extras.values_of(PARTY, company.pk, [7]) == {7: {"custom_impianto": "gasolio"}}


def test_p30_the_database_itself_keeps_a_choice_that_is_held(company):
    save(company, kind="choice", rows=[{"label": "Gas"}])
    save_values(PARTY, company.pk, {7: {"custom_impianto": "gas"}}, by="anna")
    with pytest.raises(ProtectedError):
        CustomChoice.objects.get().delete()


def test_p30_whoever_saves_second_is_told_and_nothing_is_lost(company):
    field = save(company, kind="choice", rows=[{"label": "Gas"}])
    (gas,) = field.options.all()
    mine, theirs = (CustomField.objects.get(pk=field.pk) for _n in range(2))
    rows = [{"id": gas.pk, "label": "Gas"}, {"label": "Pellet"}]
    save(company, theirs, kind="choice", rows=rows, code=field.code, seen="1")
    with pytest.raises(RecordChanged):
        save(company, mine, kind="choice", rows=rows[:1], code=field.code, seen="1", label="Mio")
    assert field.options.count() == 2


def test_p30_a_field_switched_off_disappears_and_comes_back_with_its_values(company):
    field = save(company)
    save_values(PARTY, company.pk, {7: {"custom_impianto": "A1"}}, by="anna")
    switch(field, on=False, by="anna")
    assert extras.fields_of(PARTY, company.pk) == ()
    assert extras.values_of(PARTY, company.pk, [7]) == {}
    with pytest.raises(UnknownField):
        save_values(PARTY, company.pk, {7: {"custom_impianto": "B"}}, by="anna")
    assert extras.codes_of(PARTY, company.pk) == ("impianto",)
    switch(field, on=True, by="anna")
    assert extras.values_of(PARTY, company.pk, [7]) == {7: {"custom_impianto": "A1"}}


def test_p30_a_name_taken_meanwhile_keeps_a_field_switched_off(company):
    field = save(company)
    switch(field, on=False, by="anna")
    save(company)
    with pytest.raises(NameTaken):
        switch(field, on=True, by="anna")


def test_p30_there_is_an_end_to_the_fields_of_a_record(company, monkeypatch):
    monkeypatch.setattr(services, "MOST_FIELDS", 1)
    save(company)
    with pytest.raises(TooManyFields):
        save(company, label="Altro")


def all_kinds(company):
    for kind in ("text", "number", "amount", "date", "yes_no", "link"):
        save(company, label=kind, kind=kind, code=kind)
    save(company, label="choice", kind="choice", code="choice", rows=[{"label": "Gas"}])


VALUES = {
    "custom_text": "A1",
    "custom_number": Decimal("12.5"),
    "custom_amount": Decimal("1250.00"),
    "custom_date": date(2026, 3, 2),
    "custom_yes_no": False,
    "custom_link": "https://example.com",
    "custom_choice": "gas",
}


def test_p30_every_kind_comes_back_as_it_was_written(company):
    all_kinds(company)
    save_values(PARTY, company.pk, {7: VALUES, 8: {"custom_text": "B"}}, by="anna")
    found = extras.values_of(PARTY, company.pk, [7, 8, 9])
    assert found == {7: VALUES, 8: {"custom_text": "B"}}
    assert [type(found[7][key]) for key in VALUES] == [type(value) for value in VALUES.values()]


def test_p30_saving_names_what_changes_none_removes_the_rest_stays(company):
    all_kinds(company)
    save_values(PARTY, company.pk, {7: VALUES}, by="anna")
    save_values(PARTY, company.pk, {7: {"custom_text": None, "custom_number": Decimal(3)}}, by="anna")
    left = {key: value for key, value in VALUES.items() if key != "custom_text"}
    assert extras.values_of(PARTY, company.pk, [7]) == {7: left | {"custom_number": Decimal(3)}}


def test_p30_a_thousand_records_are_written_in_as_many_statements_as_ten(
    company, django_assert_max_num_queries
):
    all_kinds(company)
    for count in (10, 1000):
        values = dict.fromkeys(range(count), VALUES)
        with extras.kept():
            extras.fields_of(PARTY, company.pk)
            # bulk_create cuts its INSERT by the parameters a statement takes.
            with django_assert_max_num_queries(5 + count * len(VALUES) * 6 // 900):
                save_values(PARTY, company.pk, values, by="anna")
    assert CustomValue.objects.count() == 1000 * len(VALUES)


def test_p30_values_are_of_one_company(company):
    other = Company.objects.create(name="Altra Srl", country="IT")
    save(company)
    with pytest.raises(UnknownField):
        save_values(PARTY, other.pk, {7: {"custom_impianto": "A1"}}, by="anna")
    save(other)
    save_values(PARTY, other.pk, {7: {"custom_impianto": "theirs"}}, by="anna")
    assert extras.values_of(PARTY, company.pk, [7]) == {}


def test_p30_erasing_forgets_the_values_of_fields_out_of_use_too(company):
    other = Company.objects.create(name="Altra Srl", country="IT")
    all_kinds(company)
    save_values(PARTY, company.pk, {7: VALUES, 8: VALUES}, by="anna")
    switch(CustomField.objects.get(code="text"), on=False, by="anna")
    assert extras.erase(PARTY, other.pk, [7]) == 0
    assert extras.erase(PARTY, company.pk, [7]) == len(VALUES)
    assert set(CustomValue.objects.values_list("object_id", flat=True)) == {8}


def test_p30_values_pass_to_the_record_that_goes_on(company):
    all_kinds(company)
    save_values(PARTY, company.pk, {7: VALUES}, by="anna")
    extras.pass_on(PARTY, company.pk, {7: 70, 8: 80}, by="anna")
    assert extras.values_of(PARTY, company.pk, [7, 70, 80]) == {7: VALUES, 70: VALUES}


def test_p30_a_row_that_says_nothing_is_refused_by_the_database(company):
    field = save(company)
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomValue.objects.create(field=field, object_id=7)


@pytest.mark.parametrize("code", ["1abc", "Abc", "_a", "a-b", "è"])
def test_p30_a_code_is_a_name_that_layouts_can_use(company, code):
    form = CustomFieldForm(sent(code=code), instance=CustomField(), company=company)
    assert "code" in form.errors


def test_p30_an_internal_field_is_not_printed_and_only_documents_have_them(company):
    wrong = CustomFieldForm(
        sent(internal="on", in_print="on", on="billing.document"), instance=CustomField(), company=company
    )
    assert "in_print" in wrong.errors
    assert "internal" in CustomFieldForm(sent(internal="on"), instance=CustomField(), company=company).errors
