"""Who works in the demonstration firms. The passwords are for trying things out, nothing else."""

from dataclasses import dataclass

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
