"""An amendment on screen and on paper, for both parties to sign."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from ronda.contracts.models import Amendment
from ronda.contracts.pages.preview import meaning
from ronda.workspace.pages import DetailPage, PageMixin
from ronda.workspace.visibility import visible_to


class AmendmentPage(DetailPage):
    """What changed, from which day, and how what was billed was settled."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["contracts/amendment.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(preview=meaning(self.object), **kwargs)


class AmendmentPrint(PageMixin, TemplateView):
    """The sheet of an amendment in the customer's language, to be printed and signed."""

    permission_required = "contracts.view_amendment"
    whole_company = False
    area = "contracts"
    page_title = _("Amendment")
    template_name = "contracts/amendment_print.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = Amendment.objects.filter(contract__company=self.company).select_related(
            "contract__account__party", "contract__party", "contract__company", "adjustment"
        )
        amendment = get_object_or_404(visible_to(mine, self.request.user), pk=self.kwargs["pk"])
        contract = amendment.contract
        language = contract.account.party.language or contract.company.language
        with translation.override(language):
            facts = {"amendment": amendment, "contract": contract, "company": contract.company}
            sheet = render_to_string(
                "contracts/amendment_sheet.html", facts | {"preview": meaning(amendment)}, self.request
            )
        return super().get_context_data(amendment=amendment, language=language, sheet=sheet, **kwargs)
