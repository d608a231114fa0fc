from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CompanyCreated:
    """A company exists, with its roles; apps above fill in what it starts with."""

    company_id: int
    by: str


@dataclass(frozen=True, slots=True)
class OptionsChanged:
    """A person changed options of a group; `names` are those that changed."""

    company_id: int
    branch_id: int | None
    group: str
    names: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """A person has a new password; a `temporary` one was given by somebody else, to be replaced."""

    user_id: int
    by: str
    temporary: bool


@dataclass(frozen=True, slots=True)
class MailsQueued:
    """Mails are written and wait to be sent."""

    mail_ids: tuple[int, ...]
    company_id: int
    by: str


@dataclass(frozen=True, slots=True)
class MailFailed:
    """A mail could not be sent and nobody will try again by himself."""

    mail_id: int
    error: str


@dataclass(frozen=True, slots=True)
class FilesKept:
    """Files have new bytes, whose previews and words are to be made."""

    file_ids: tuple[int, ...]
    company_id: int
    by: str
