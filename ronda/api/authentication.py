"""What the REST framework is told of a token that the middleware has recognised."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer`; no cookie is involved, so no CSRF token is asked for."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        http = request._request
        token = getattr(http, "api_token", None)
        return None if token is None else (http.user, token)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "ronda.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made under Settings → API tokens. It belongs to one company.",
        }
