"""Tokens and repeated writes, for addresses below /api/ only."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from ronda.api.services import answers, tokens
from ronda.kernel.errors import Refusal

API = "/api/"
WRITES = ("POST", "PUT", "PATCH", "DELETE")
# Nothing was done and the same request may succeed later: the key stays free.
NOT_KEPT = (401, 403, 429)
Handler = Callable[[HttpRequest], HttpResponse]


def refused(refusal: Refusal, status: int) -> JsonResponse:
    """A refusal in the shape of every other of the API."""
    body = {"code": refusal.code, "message": str(refusal.message), "field": refusal.field}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


class BearerTokens:
    """Signs in the person of a token, in the company of the token; belongs before CurrentCompany."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if not request.path_info.startswith(API) or scheme.lower() != "bearer":
            return self.get_response(request)
        now = timezone.now()
        try:
            token = tokens.recognise(text.strip(), now=now)
        except Refusal as refusal:
            answer = refused(refusal, 401)
            answer["WWW-Authenticate"] = 'Bearer error="invalid_token"'
            return answer
        tokens.note_use(token, address=request.META.get("REMOTE_ADDR", ""), now=now)
        http: Any = request
        http.user, http.api_token, http.only_company = token.user, token, token.company_id
        return self.get_response(request)


class RepeatedWrites:
    """Idempotency-Key: the first answer is given again and nothing is done twice.

    Belongs after CurrentCompany: keys are each caller's own.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        http: Any = request
        if key is None or request.method not in WRITES or not request.path_info.startswith(API):
            return self.get_response(request)
        if http.company is None:  # strangers, and people without a company, do nothing anyway
            return self.get_response(request)
        try:
            answers.refuse_unreadable(key)
        except answers.KeyUnreadable as refusal:
            return refused(refusal, 400)
        return self.once(request, key)

    def once(self, request: HttpRequest, key: str) -> HttpResponse:
        http: Any = request
        token = getattr(http, "api_token", None)
        asked = answers.Asked(
            company_id=http.company.pk,
            caller=f"token:{token.pk}" if token else f"user:{http.user.pk}",
            key=key,
            fingerprint=answers.fingerprint(str(request.method), request.get_full_path(), request.body),
        )
        with transaction.atomic():
            try:
                row, ours = answers.claim(asked, now=timezone.now())
            except answers.KeyReused as refusal:
                return refused(refusal, 422)
            if not ours:
                return replayed(row)
            answer = self.get_response(request)
            if answer.status_code >= 500 or answer.status_code in NOT_KEPT:
                transaction.set_rollback(True)
            else:
                answers.keep(
                    row,
                    status=answer.status_code,
                    content_type=answer.get("Content-Type", ""),
                    body=answer.content.decode(),
                )
            return answer


def replayed(row: Any) -> HttpResponse:
    """The first answer once more."""
    answer = HttpResponse(row.body, status=row.status, content_type=row.content_type)
    answer["Idempotency-Replayed"] = "true"
    return answer
