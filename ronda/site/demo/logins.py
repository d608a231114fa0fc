"""Who works in the demonstration firms. The passwords are for trying things out, nothing else."""

from dataclasses import dataclass

from ronda.company.models import Company
from ronda.company.services import create_owner, create_user

ITALIAN_FIRM = "Manutenzioni Garza Srl"
FRENCH_FIRM = "Propreté des Canuts SAS"
ADMIN = "admin"
PASSWORD = "demo-ronda"


@dataclass(frozen=True, slots=True)
class Login:
    """A person with a role in a firm."""

    company: str
    username: str
    role: str
    first_name: str
    last_name: str
    password: str = PASSWORD


#: The first one owns both firms.
DEMO_LOGINS = (
    Login(ITALIAN_FIRM, ADMIN, "owner", "Anna", "Garza"),
    Login(ITALIAN_FIRM, "laura", "billing_clerk", "Laura", "Bresciani"),
    Login(ITALIAN_FIRM, "paolo", "accountant", "Paolo", "Zanetti"),
    Login(ITALIAN_FIRM, "marco", "technician", "Marco", "Facchetti"),
    Login(ITALIAN_FIRM, "ospite", "read_only", "Ospite", "Garza"),
    Login(FRENCH_FIRM, ADMIN, "owner", "Anna", "Garza"),
    Login(FRENCH_FIRM, "claire", "owner", "Claire", "Vernay"),
    Login(FRENCH_FIRM, "julie", "billing_clerk", "Julie", "Chazal"),
    Login(FRENCH_FIRM, "sophie", "accountant", "Sophie", "Mornant"),
    Login(FRENCH_FIRM, "karim", "technician", "Karim", "Belleville"),
    Login(FRENCH_FIRM, "invite", "read_only", "Invité", "Canuts"),
)


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
