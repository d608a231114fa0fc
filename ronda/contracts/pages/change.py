"""Change what was agreed, from any day: enter, look at what it means, confirm (R17, R24)."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from ronda.contracts.forms import AddedLines, ChangeForm, ChangeRows
from ronda.contracts.models import Amendment, Contract
from ronda.contracts.pages.preview import Preview, meaning, preview
from ronda.contracts.pages.situation import may_be_changed
from ronda.contracts.services import amend
from ronda.kernel.errors import Refusal
from ronda.workspace.pages import PageMixin
from ronda.workspace.registry import url_of
from ronda.workspace.saving import error_summary, tell_refusal
from ronda.workspace.services import refuse_if_changed
from ronda.workspace.visibility import visible_to

#: Fields of the page itself, not of the change.
OF_THE_PAGE = {"csrfmiddlewaretoken", "then", "digest"}


class OtherFigures(Refusal):
    code = "contracts.other_figures"


class ChangePage(PageMixin, TemplateView):
    """The current fees with their values, what they become, and the money it moves before it moves."""

    permission_required = "contracts.change_contract"
    whole_company = False
    area = "contracts"
    template_name = "contracts/change.html"

    def get_page_title(self) -> Any:
        return _("Change from a day")

    def get_breadcrumb(self) -> Any:
        contract = self.contract
        return [
            (gettext_lazy("Contracts"), reverse("contract-list")),
            (contract, reverse("contract-detail", args=[contract.pk])),
        ]

    @property
    def contract(self) -> Contract:
        if not hasattr(self, "_contract"):
            mine = Contract.objects.filter(company=self.company).select_related("account__party", "company")
            self._contract = get_object_or_404(visible_to(mine, self.request.user), pk=self.kwargs["pk"])
        return self._contract

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self.has_permission() and not may_be_changed(self.contract):
            if self.contract.status == Contract.Status.DRAFT:
                return HttpResponseRedirect(reverse("contract-edit", args=[self.contract.pk]))
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def forms(self, data: Any = None) -> ChangeForm:
        """The head with its rows: `inlines` holds those of the fees and those added."""
        contract = self.contract
        form = ChangeForm(data, contract=contract, company=self.company, today=timezone.localdate())
        form.inlines = {
            "lines": ChangeRows(data, contract=contract, company=self.company),
            "added": AddedLines(
                data, prefix="added", form_kwargs={"contract": contract, "company": self.company}
            ),
        }
        return form

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.forms(request.POST)
        then = request.POST.get("then", "")
        if then == "correct":
            return self.render_to_response(self.get_context_data(form=form))
        try:
            if not all([form.is_valid(), *(rows.is_valid() for rows in form.inlines.values())]):
                self.refuse_if_changed(form)
                return self.show(form, status=422)
            if then == "confirm":
                return self.confirm(form)
            return self.show(form, preview(lambda: self.change(form), lambda one: one))
        except OtherFigures as refusal:
            return self.show(form, preview(lambda: self.change(form), lambda one: one), told=refusal)
        except Refusal as refusal:
            tell_refusal(form, refusal)
            return self.show(form, status=422)

    @transaction.atomic
    def refuse_if_changed(self, form: ChangeForm) -> None:
        """The second of two people is told: his fees may not even be there any more."""
        refuse_if_changed(form)

    def change(self, form: ChangeForm) -> Amendment:
        """Run the service with what was entered; the record seen must still be the one there is."""
        self.refuse_if_changed(form)
        facts = form.cleaned_data
        return amend(
            self.contract,
            effective_on=facts["effective_on"],
            changes=form.inlines["lines"].changes(),
            added=form.inlines["added"].lines(on=facts["effective_on"]),
            reason=facts["reason"],
            settles_by=facts["settles_by"],
            by=self.request.user.get_username(),
            on=facts["decided_on"] or timezone.localdate(),
        )

    def confirm(self, form: ChangeForm) -> HttpResponse:
        """Do it, if it still means what was shown."""
        with transaction.atomic():
            amendment = self.change(form)
            if meaning(amendment).digest != self.request.POST.get("digest"):
                raise OtherFigures(
                    _("The figures changed since you looked at them. Look again, then confirm.")
                )
        messages.success(
            self.request,
            _("Changed: %(document)s issued.") % {"document": amendment.adjustment}
            if amendment.adjustment
            else _("Changed. Nothing billed had to be settled."),
        )
        return HttpResponseRedirect(url_of(amendment) or reverse("contract-detail", args=[self.contract.pk]))

    def show(
        self,
        form: ChangeForm,
        found: Preview | None = None,
        *,
        told: Refusal | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = self.get_context_data(form=form, preview=found, told=told)
        return self.render_to_response(context, status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or self.forms()
        rows, added = form.inlines["lines"], form.inlines["added"]
        added.title, added.row_name = _("Fees that are added"), _("fee")
        asked = self.request.POST if self.request.method == "POST" else {}
        sent = [
            (name, value)
            for name in asked
            if name not in OF_THE_PAGE
            for value in self.request.POST.getlist(name)
        ]
        found = {"form": form, "lines": rows, "added": added, "sent": sent, "contract": self.contract}
        errors = [] if self.request.POST.get("then") == "correct" else error_summary(form)
        return super().get_context_data(**found, errors=errors, **kwargs)
