"""The writers of this app: companies and people, options, files, mail, jobs."""

from ronda.company.services.companies import (
    add_member,
    change_member,
    create_company,
    create_owner,
    create_user,
    remove_member,
    set_password,
)
from ronda.company.services.files import attach_file, delete_attachment
from ronda.company.services.jobs import retry_job, stop_job
from ronda.company.services.mail import Mail, StoredFile, queue_mail, queue_mails, resend_mail
from ronda.company.services.settings import reset_option, save_options

__all__ = [
    "Mail",
    "StoredFile",
    "add_member",
    "attach_file",
    "change_member",
    "create_company",
    "create_owner",
    "create_user",
    "delete_attachment",
    "queue_mail",
    "queue_mails",
    "remove_member",
    "reset_option",
    "resend_mail",
    "retry_job",
    "save_options",
    "set_password",
    "stop_job",
]
