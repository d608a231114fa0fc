"""One record of each list about the firm itself: people, roles, counters, log."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile

from ronda.company.models import (
    Attachment,
    AuditEntry,
    Branch,
    Company,
    CompanyGroup,
    Membership,
    NumberSeries,
    OutgoingMail,
    Role,
    Schedule,
    Team,
    Workstation,
)
from ronda.company.services.companies import create_company
from ronda.company.services.files import attach_file, delete_attachment
from ronda.customfields.models import CustomField


def make_company(name: str = "Aria Srl", country: str = "IT", **facts: Any) -> Company:
    """A company with its roles, in English so that tests read the same words everywhere."""
    return create_company(name=name, country=country, by="test", **{"language": "en", **facts})


def make_branch(company: Company, n: int) -> Branch:
    return Branch.objects.create(company=company, code=f"B{n}", name=f"Branch number {n}")


def make_company_group(company: Company, n: int) -> CompanyGroup:
    return CompanyGroup.objects.create(name=f"Group number {n} of {company.pk}")


def make_workstation(company: Company, n: int) -> Workstation:
    return Workstation.objects.create(
        company=company, name=f"Workstation number {n}", branch=make_branch(company, n)
    )


def make_role(company: Company, n: int) -> Role:
    return Role.objects.create(company=company, name=f"Role number {n}")


def make_member(company: Company, n: int) -> Membership:
    user = get_user_model().objects.create_user(f"person-{company.pk}-{n}")
    return Membership.objects.create(
        user=user, company=company, role=make_role(company, n), branch=make_branch(company, n)
    )


def make_team(company: Company, n: int) -> Team:
    team = Team.objects.create(company=company, name=f"Team number {n}")
    team.members.add(make_member(company, n))
    return team


def make_counter(company: Company, n: int) -> NumberSeries:
    return NumberSeries.objects.create(
        company=company, kind="tests", code=f"S{n}", year=2026, branch=make_branch(company, n)
    )


def make_operation(company: Company, n: int) -> AuditEntry:
    return AuditEntry.objects.create(
        company=company,
        actor="test",
        action="company.branch.added",
        subject_label="company.branch",
        subject_pk=n,
    )


def make_mail(company: Company, n: int) -> OutgoingMail:
    return OutgoingMail.objects.create(
        company=company,
        to=["a@example.org"],
        subject=f"Mail {n}",
        body="-",
        by="test",
        message_id=f"{company.pk}-{n}@example.org",
    )


def make_schedule(company: Company, n: int) -> Schedule:
    return Schedule.objects.create(
        name=f"Every night {company.pk} {n}", kind="tests.nothing", cron="0 3 * * *"
    )


def make_branch_file(company: Company, n: int) -> Attachment:
    text = ContentFile(f"text {n}".encode())
    return attach_file(make_branch(company, n), text, name=f"file {n}.txt", by="test", note=f"Note {n}")


def make_binned_file(company: Company, n: int) -> Attachment:
    file = make_branch_file(company, n)
    delete_attachment(file, by="test")
    return Attachment.objects.get(pk=file.pk)


def make_custom_field(company: Company, n: int) -> CustomField:
    return CustomField.objects.create(
        company=company, on="parties.party", code=f"field_{n}", label=f"Field number {n}"
    )
