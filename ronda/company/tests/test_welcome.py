"""The first start of an installation."""

import pytest
from django.urls import reverse

from ronda.company.models import Company, Membership, User

pytestmark = pytest.mark.django_db
FIRM = {"company_name": "Aria Srl", "country": "IT", "username": "anna", "password": "una-frase-lunga"}


def test_an_empty_installation_asks_for_the_firm_and_its_owner(client):
    assert client.get(reverse("login")).url == reverse("welcome")

    answer = client.post(reverse("welcome"), FIRM)

    assert (answer.status_code, answer.url) == (302, "/")
    assert [(m.user.username, m.company.name) for m in Membership.objects.all()] == [("anna", "Aria Srl")]
    assert client.get(reverse("home")).status_code == 200


def test_a_weak_password_is_told_at_its_field_and_nothing_is_made(client):
    page = client.post(reverse("welcome"), {**FIRM, "password": "12345"})

    assert "password" in page.context["form"].errors
    assert (User.objects.count(), Company.objects.count()) == (0, 0)


def test_the_door_is_closed_once_there_is_an_owner(client):
    client.post(reverse("welcome"), FIRM)
    client.logout()

    assert client.get(reverse("welcome")).url == reverse("login")
    client.post(reverse("welcome"), {**FIRM, "username": "eve"})
    assert User.objects.filter(username="eve").count() == 0
