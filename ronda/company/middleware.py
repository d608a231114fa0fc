from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from ronda.company import options
from ronda.company.context import acting_for
from ronda.company.devices import workstation_of
from ronda.company.queries import desk_of
from ronda.workspace.visibility import viewing


class CurrentCompany:
    """Puts the company the person works in on the request, and speaks its language and time.

    `request.company` is None for strangers and for people without a company. `request.workstation_id` is the
    till or desk that the browser was told to be.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        http: Any = request
        http.company, http.membership, http.companies = None, None, ()
        http.workstation_id = None
        user = http.user
        if not user.is_authenticated:
            with options.kept():
                return self.get_response(request)
        # A token belongs to one company; in a browser the person chooses.
        chosen = getattr(http, "only_company", None) or http.session.get("company")
        desk = desk_of(user, chosen)
        http.company, http.membership, http.companies = desk.company, desk.membership, desk.companies
        user.company, user.company_id = http.company, http.company.pk if http.company else None
        user.membership = http.membership
        # A program with a token stands at no till.
        at_desk = getattr(http, "only_company", None) is None
        http.workstation_id = workstation_of(request, user.company_id) if at_desk else None
        with ExitStack() as around:
            around.enter_context(options.kept())
            around.enter_context(acting_for(user.company_id, user.get_username(), http.workstation_id))
            around.enter_context(viewing(user))
            if language := user.language or (http.company and http.company.language):
                around.enter_context(translation.override(language))
                http.LANGUAGE_CODE = language
            if http.company:
                around.enter_context(timezone.override(http.company.timezone))
            return self.get_response(request)
