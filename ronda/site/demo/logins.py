"""The people of the demonstration firms, made with their roles."""

from ronda.company.models import Company
from ronda.company.services import create_owner, create_user
from ronda.site.demo_logins import ADMIN, DEMO_LOGINS, ITALIAN_FIRM


def open_with_owner(**facts: str) -> Company:
    """The Italian firm with the person who owns the installation; AlreadySetUp when somebody does."""
    owner = DEMO_LOGINS[0]
    user, company = create_owner(
        username=owner.username, password=owner.password, company_name=ITALIAN_FIRM, country="IT", **facts
    )
    user.first_name, user.last_name = owner.first_name, owner.last_name
    user.save(update_fields=["first_name", "last_name"])
    return company


def add_people(company: Company) -> None:
    """Everybody else of the firm."""
    roles = {role.code: role for role in company.roles.all()}
    for login in DEMO_LOGINS:
        if login.company == company.name and login.username != ADMIN:
            create_user(
                company,
                username=login.username,
                password=login.password,
                role=roles[login.role],
                by=ADMIN,
                first_name=login.first_name,
                last_name=login.last_name,
            )
