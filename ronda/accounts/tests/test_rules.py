"""O57-O61 in services, log-in and requests."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from ronda.accounts.auth import may_sign_in
from ronda.accounts.models import Account, PasswordHistory
from ronda.accounts.queries import account_of, rules_of
from ronda.accounts.services import (
    activate,
    deactivate_ended,
    demand_new_passwords,
    give_one_time_password,
    note_failure,
    note_sign_in,
    set_last_day,
)
from ronda.accounts.services.people import AlreadyOver
from ronda.accounts.tests.conftest import NOW, PASSWORD, member
from ronda.company.models import AuditEntry, OutgoingMail, User
from ronda.company.services import set_password
from ronda.company.services.people import LastOwner, OwnersOnly, WeakPassword, WorksElsewhere

TODAY = NOW.date()


def fresh(user):
    return User.objects.get(pk=user.pk)


# --- last day of the account


def test_o57_after_its_last_day_the_account_is_closed_besides_the_active_flag(carla, sign_in, client):
    yesterday = timezone.localdate() - timedelta(days=1)
    assert sign_in("carla").status_code == 302
    assert client.get("/").status_code == 200
    Account.objects.filter(user=carla).update(last_day=yesterday)

    assert client.get("/").url.startswith("/login/")  # the session ends at the next request
    assert "not active" in sign_in("carla").text
    assert fresh(carla).is_active


def test_o57_on_its_last_day_the_account_is_open(carla, anna):
    set_last_day(member(carla), last_day=timezone.localdate(), on=timezone.localdate(), by="anna")
    assert may_sign_in(fresh(carla))


def test_o57_the_night_takes_the_active_flag_of_ended_accounts_and_says_so(carla, anna):
    set_last_day(member(carla), last_day=TODAY, on=TODAY, by="anna")
    assert deactivate_ended(on=TODAY) == 0
    assert deactivate_ended(on=TODAY + timedelta(days=1)) == 1
    assert (fresh(carla).is_active, fresh(anna).is_active) == (False, True)
    assert AuditEntry.objects.filter(action="accounts.account.ended", subject_pk=carla.pk).count() == 1


def test_o57_a_day_that_is_over_is_refused_and_the_last_owner_stays(anna, carla):
    with pytest.raises(AlreadyOver):
        set_last_day(member(carla), last_day=TODAY - timedelta(days=1), on=TODAY, by="anna")
    with pytest.raises(LastOwner):
        set_last_day(member(anna), last_day=TODAY, on=TODAY, by="anna")


def test_an_ended_account_is_opened_again_without_its_last_day(anna, carla):
    set_last_day(member(carla), last_day=TODAY, on=TODAY, by="anna")
    later = TODAY + timedelta(days=30)
    deactivate_ended(on=later)
    activate(member(carla), on=later, by="anna")
    assert (fresh(carla).is_active, account_of(fresh(carla)).last_day) == (True, None)


def test_a_deactivated_person_is_out_at_the_next_request(carla, sign_in, client):
    sign_in("carla")
    assert client.get("/").status_code == 200
    User.objects.filter(pk=carla.pk).update(is_active=False)
    assert client.get("/").url.startswith("/login/")


# --- first access


def test_o58_a_reset_password_must_be_changed_and_opens_once_it_is(anna, carla, sign_in, client):
    given = give_one_time_password(member(carla), by="anna")
    assert sign_in("carla", given).status_code == 302
    assert client.get("/").url == "/password/"
    form = {"old_password": given, "new_password1": "tramonto-8", "new_password2": "tramonto-8"}
    assert client.post("/password/", form).url == "/"
    assert client.get("/").status_code == 200


def test_o58_a_password_chosen_by_the_person_is_not_asked_again(carla):
    set_password(carla, password="tramonto-8", by="carla")
    assert not account_of(fresh(carla)).must_change


def test_o58_one_time_passwords_are_written_nowhere(anna, carla):
    given = give_one_time_password(member(carla), by="anna")
    facts = str(list(AuditEntry.objects.values_list("facts", flat=True)))
    assert given not in facts
    assert not PasswordHistory.objects.filter(password__contains=given).exists()


def test_who_is_no_owner_resets_no_owner_and_nobody_takes_over_from_elsewhere(
    anna, carla, join, other_company
):
    with pytest.raises(OwnersOnly):
        give_one_time_password(member(anna), by="carla")
    zoe = join("zoe")
    join("zoe", "owner", at=other_company)
    with pytest.raises(WorksElsewhere):
        give_one_time_password(zoe.memberships.first(), by="anna")


# --- strength


@pytest.mark.parametrize("password", ["girasol", "girasole", "carla-2026", "carla", "admin1234", "password1"])
def test_o59_weak_passwords_are_refused(carla, password):
    with pytest.raises(WeakPassword):
        set_password(carla, password=password, by="carla")


# --- age and history


def test_o60_a_password_over_its_months_must_be_changed_after_the_log_in(carla, rule):
    set_password(carla, password="tramonto-8", by="carla")
    Account.objects.filter(user=carla).update(password_set_at=NOW - timedelta(days=100))
    note_sign_in(carla, now=NOW)
    assert not account_of(fresh(carla)).must_change
    rule(months_valid=3)
    note_sign_in(carla, now=NOW)
    assert account_of(fresh(carla)).must_change


def test_o58_the_night_asks_for_passwords_over_their_months(carla, anna, rule):
    rule(months_valid=3)
    User.objects.update(date_joined=NOW - timedelta(days=200))
    Account.objects.create(user=anna, password_set_at=NOW - timedelta(days=10))
    assert demand_new_passwords(now=NOW) == 1
    assert demand_new_passwords(now=NOW) == 0
    assert (account_of(fresh(carla)).must_change, account_of(fresh(anna)).must_change) == (True, False)


def test_o60_the_last_ten_passwords_are_refused_and_the_eleventh_is_not(carla):
    for n in range(11):
        set_password(carla, password=f"tramonto-{n}", by="carla")
    for n in range(1, 11):
        with pytest.raises(WeakPassword):
            set_password(carla, password=f"tramonto-{n}", by="carla")
    set_password(carla, password="tramonto-0", by="carla")
    assert PasswordHistory.objects.filter(user=carla).count() == 10


def test_o60_the_password_in_use_counts_even_when_nothing_was_kept(carla):
    with pytest.raises(WeakPassword):
        set_password(carla, password=PASSWORD, by="carla")


# --- attempts


def test_o61_at_the_limit_the_account_is_deactivated_and_one_mail_goes_out(carla, rule, sign_in):
    rule(attempts=3, security_address="sicurezza@aria.example")
    for _n in range(5):
        sign_in("carla", "wrong")
    assert not fresh(carla).is_active
    assert [one.to for one in OutgoingMail.objects.all()] == [["sicurezza@aria.example"]]
    entry = AuditEntry.objects.get(action="accounts.attempts.deactivated")
    assert entry.facts == {"failures": 3, "address": "127.0.0.1"}
    assert sign_in("carla").status_code == 200  # the right password does not open it either
    assert not mail.outbox


def test_o61_without_a_security_address_the_company_is_told(carla, rule):
    rule(attempts=3)
    for _n in range(3):
        note_failure(carla, now=NOW)
    assert OutgoingMail.objects.get().to == ["studio@aria.example"]


@pytest.mark.parametrize("kind", ["owner", "superuser"])
def test_o61_an_administrator_is_reported_and_never_locked(anna, kind, rule, sign_in):
    rule(attempts=3)
    if kind == "superuser":
        anna.memberships.all().delete()
        User.objects.filter(pk=anna.pk).update(is_superuser=True)
    for _n in range(7):
        note_failure(fresh(anna), now=NOW)
    assert fresh(anna).is_active
    reported = AuditEntry.objects.filter(action="accounts.attempts.reported")
    limit = rules_of(fresh(anna)).attempts
    assert (reported.count(), OutgoingMail.objects.count()) == (7 // limit, 7 // limit)
    assert sign_in("anna").status_code == 302


def test_o61_a_log_in_forgets_the_wrong_attempts(carla, rule, sign_in, client):
    rule(attempts=3)
    for _n in range(2):
        sign_in("carla", "wrong")
    sign_in("carla")
    client.post("/logout/")
    for _n in range(2):
        sign_in("carla", "wrong")
    assert fresh(carla).is_active


def test_o61_the_strictest_company_counts(carla, join, other_company, rule):
    join("carla", "read_only", at=other_company)
    rule(attempts=8, months_valid=6)
    rule(other_company, attempts=4)
    assert (rules_of(carla).attempts, rules_of(carla).months_valid) == (4, 6)


def test_o61_unlocking_opens_the_account_and_forgets_the_attempts(anna, carla, rule, sign_in):
    rule(attempts=3)
    for _n in range(3):
        sign_in("carla", "wrong")
    activate(member(carla), on=TODAY, by="anna")
    sign_in("carla", "wrong")
    assert fresh(carla).is_active
    assert sign_in("carla").status_code == 302


def test_an_unknown_name_is_written_nowhere(company, sign_in):
    sign_in("my-secret-typed-here", "x")
    assert not AuditEntry.objects.filter(action__startswith="accounts.").exists()
    assert not Account.objects.exists()


@pytest.mark.postgres(only=True)
@pytest.mark.django_db(transaction=True)
def test_o61_two_wrong_attempts_at_once_are_two_and_make_one_mail(carla, rule):
    rule(attempts=3)
    note_failure(carla, now=NOW)
    together = threading.Barrier(2)

    def wrong():
        together.wait()
        try:
            note_failure(User.objects.get(pk=carla.pk), now=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=wrong) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Account.objects.get(user=carla).failures == 3
    assert not fresh(carla).is_active
    assert OutgoingMail.objects.count() == 1
