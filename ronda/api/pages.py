"""The page that shows the key of a new token, once."""

from typing import Any

from django.http import HttpResponse

from ronda.workspace.saving import AddPage


class TokenAddPage(AddPage):
    def get_initial(self) -> dict[str, Any]:
        return {"user": self.request.user.pk, **super().get_initial()}

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        key = getattr(form.instance, "key_shown_once", None) or getattr(self.object, "key_shown_once", None)
        if key is None:
            return answer
        context = self.get_context_data(form=form, token=self.object, key=key)
        shown = self.response_class(
            request=self.request, template="api/token_made.html", context=context, using=self.template_engine
        )
        shown["Cache-Control"] = "no-store"
        return shown
