"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import STAFF, says_nothing

says_nothing(
    STAFF,
    "accounts.Account",
    "accounts.PasswordHistory",
    "account.EmailAddress",
    "account.EmailConfirmation",
    "mfa.Authenticator",
    "usersessions.UserSession",
)
