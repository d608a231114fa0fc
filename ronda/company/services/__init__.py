"""The writers of this app: companies and people, options, files, mail, jobs."""

from ronda.company.services.companies import create_company, create_owner, update_company
from ronda.company.services.files import attach_file, delete_attachment, keep_file, restore_version
from ronda.company.services.groups import save_group
from ronda.company.services.jobs import retry_job, stop_job
from ronda.company.services.mail import Mail, StoredFile, queue_mail, queue_mails, resend_mail
from ronda.company.services.people import (
    add_member,
    change_member,
    change_person,
    copy_role,
    create_user,
    delete_role,
    member_to_change,
    remove_member,
    reset_password,
    save_role,
    set_language,
    set_password,
)
from ronda.company.services.settings import reset_option, save_options

__all__ = [
    "Mail",
    "StoredFile",
    "add_member",
    "attach_file",
    "change_member",
    "change_person",
    "copy_role",
    "create_company",
    "create_owner",
    "create_user",
    "delete_attachment",
    "delete_role",
    "member_to_change",
    "keep_file",
    "queue_mail",
    "queue_mails",
    "remove_member",
    "resend_mail",
    "reset_option",
    "reset_password",
    "restore_version",
    "retry_job",
    "save_group",
    "save_options",
    "save_role",
    "set_language",
    "set_password",
    "stop_job",
    "update_company",
]
