"""What people say of files: kind, words, tags, who sees them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ronda.company.file_rights import role_of
from ronda.company.models import Attachment, FileTag
from ronda.company.services.file_details import LONGEST_TAG, MOST_TAGS
from ronda.workspace.forms import CompanyForm, CompanyModelForm
from ronda.workspace.visibility import viewer

KNOWN_TAGS = 2000


class TagSelect(forms.SelectMultiple):
    """The company's words, found while typing; a new word is typed and kept."""

    template_name = "company/widgets/tags.html"


class TagsField(forms.MultipleChoiceField):
    """Names of tags; those not known yet become known when they are saved."""

    widget = TagSelect

    def offer(self, company: Any, *more: str) -> None:
        """Fill in the company's tags, and others that are chosen already."""
        known = FileTag.objects.filter(company=company).order_by("name").values_list("name", flat=True)
        names = dict.fromkeys([*known[:KNOWN_TAGS], *filter(None, more)])
        self.choices = [(name, name) for name in names]

    def valid_value(self, value: str) -> bool:
        return True

    def clean(self, value: Any) -> list[str]:
        found = [" ".join(str(one).split()) for one in super().clean(value)]
        found = list(dict.fromkeys(filter(None, found)))
        if len(found) > MOST_TAGS:
            raise ValidationError(_("A file has %(most)d tags at most."), params={"most": MOST_TAGS})
        if any(len(one) > LONGEST_TAG or not one.isprintable() for one in found):
            raise ValidationError(_("A tag has %(most)d letters at most."), params={"most": LONGEST_TAG})
        return found


class FileForm(CompanyModelForm):
    tags = TagsField(label=_("Tags"), required=False, help_text=_("Words of your own to find files by."))

    class Meta:
        model = Attachment
        fields = ("name", "kind", "note", "tags", "restricted", "roles")

    fieldsets = (
        (_("File"), ("name", "kind", "note", "tags")),
        (_("Who sees it"), ("restricted", "roles")),
    )
    wide = ("note", "tags", "roles")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["tags"] = self.instance.tags
        field: Any = self.fields["tags"]
        sent = self.data.getlist("tags") if hasattr(self.data, "getlist") else self.data.get("tags") or []
        field.offer(self.company, *self.instance.tags, *map(str, sent))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        roles = list(given.get("roles") or ())
        if not given.get("restricted"):
            return given
        if not roles and role_of(viewer()) is not None and not self._sees_all():
            self.add_error("roles", _("Choose who sees the file."))
        elif role_of(viewer()) not in roles and not self._sees_all():
            self.add_error("roles", _("Choose your own role as well: you would not see the file any more."))
        return given

    def _sees_all(self) -> bool:
        user, role = viewer(), role_of(viewer())
        return user is None or user.is_superuser or bool(role and role.grants_all)


class TagForm(CompanyForm):
    tags = TagsField(label=_("Tags"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["tags"]
        sent = self.data.getlist("tags") if hasattr(self.data, "getlist") else self.data.get("tags") or []
        field.offer(self.company, *map(str, sent))
