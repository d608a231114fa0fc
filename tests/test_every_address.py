"""P24: every address and every operation of the API, for each of the six roles a company starts with.

Nothing is listed by hand: what is expected is the permission that the view declares.
"""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from ronda.company.domain.roles import ROLE_TEMPLATES
from ronda.company.models import Membership
from tests.addresses import Address, every_address
from tests.makers import make_company
from tests.page_records import PAGE_RECORDS

pytestmark = pytest.mark.django_db
ROLES = [template.code for template in ROLE_TEMPLATES]
# They end the session or move it to another company; the description of the API says nothing about anybody.
LEFT_OUT = {"logout", "account_logout", "company-switch", "api-schema"}
# Proof of who one is, asked again of those who have a password or a second factor: the tester has none.
LEFT_OUT |= {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
# For administrators of the installation, whatever their role.
ADMINISTRATORS = {"backup-now"}
# About a person's own means of signing in, tested where they are made.
OF_ONESELF = {"mfa_remove_webauthn"}


def guarded() -> list[Address]:
    return [one for one in every_address() if not one.public and one.name not in LEFT_OUT]


def log_in(company, role):
    user = get_user_model().objects.create_user(f"{role}-{company.pk}")
    Membership.objects.create(user=user, company=company, role=company.roles.get(code=role), is_default=True)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client, user


def ask(client, address: Address, method: str) -> int:
    call = getattr(client, method)
    body = {} if method in ("get", "options") else {"data": "{}" if address.is_api else {}}
    if address.is_api and body:
        body["content_type"] = "application/json"
    return call(address.url, **body).status_code


def methods_to_try(address: Address, *, may: bool) -> tuple[str, ...]:
    """All of them where they are refused; of what is allowed, one that changes nothing.

    The pages of workspaces ask for the permission before they look at the method, so OPTIONS is enough and
    needs no page to be made: test_every_workspace opens them all.
    """
    if not may:
        return address.methods
    if address.workspace and address.asks_first:
        return ("options",)
    return address.methods[:1]


def test_p24_every_page_declares_who_may_open_it():
    silent = [str(one) for one in guarded() if one.permission is None and one.name not in ADMINISTRATORS]
    assert not silent, f"say permission_required on the views of {silent}"


@pytest.mark.parametrize("code", ROLES)
def test_p24_each_role_opens_what_it_may_and_nothing_else(code):
    company = make_company()
    client, user = log_in(company, code)
    user.company_id = company.pk
    wrong = []
    for address in [one for one in guarded() if one.is_ours]:
        may = (
            not address.never
            and address.name not in ADMINISTRATORS
            and (not address.permission or user.has_perm(address.permission))
        )
        for method in methods_to_try(address, may=may):
            status = ask(client, address, method)
            refused = status == 403 or (not may and status == 405)
            if refused == may or status >= 500 or status == 401:
                held = "held" if may else "not held"
                wrong.append(f"{method} {address}: {status}, {address.permission} is {held}")
    assert not wrong, "\n".join(wrong)


def test_p24_strangers_are_sent_to_the_login_page_everywhere():
    make_company()
    wrong = []
    client = Client(raise_request_exception=False)
    for address in guarded():
        for method in address.methods:
            response = getattr(client, method)(address.url)
            to_login = response.status_code == 302 and response["Location"].startswith(reverse("login"))
            if not to_login and response.status_code not in (401, 403):
                wrong.append(f"{method} {address}: {response.status_code}")
    assert not wrong, "\n".join(wrong)


OWN_PAGES = [
    one
    for one in guarded()
    if one.has_key and one.is_ours and not one.workspace and one.name not in OF_ONESELF
]


@pytest.mark.parametrize("address", OWN_PAGES, ids=lambda one: one.name)
def test_p8_pages_of_another_companys_record_are_not_found(address):
    assert address.name in PAGE_RECORDS, f"say in tests/makers.py which record {address.name} is about"
    company, other = make_company(), make_company("Altra Srl")
    record = PAGE_RECORDS[address.name](other, 77)
    client, _user = log_in(company, "owner")
    url = address.url.replace("999999999", str(record.pk))
    for method in address.methods:
        assert getattr(client, method)(url).status_code == 404, f"{method} {url}"
