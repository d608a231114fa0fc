"""What the description of the API says of every operation: how errors look, and how to repeat a write."""

from typing import Any

WRITES = ("post", "put", "patch", "delete")
ERROR = {
    "type": "object",
    "description": "Why a request was not done. Switch on `code`, which is stable; show `message`.",
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "field": {"type": "string", "nullable": True, "description": "The input to correct"},
    },
    "required": ["code", "message", "field"],
}
FIELD_ERRORS = {
    "type": "object",
    "description": (
        "Reasons by field; those about the whole are under `__all__`. For rows of a record: texts about "
        "all of them, then one object of reasons for each row."
    ),
    "additionalProperties": {"type": "array", "items": {"oneOf": [{"type": "string"}, {"type": "object"}]}},
}
_ERROR, _FIELD_ERRORS = ({"$ref": f"#/components/schemas/{name}"} for name in ("Error", "FieldErrors"))


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


# By status: the name under `components` and what it says.
ANSWERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "400": ("WrongInput", "The input is wrong or unreadable", {"oneOf": [_FIELD_ERRORS, _ERROR]}),
    "401": ("NotSignedIn", "No session and no token, or one unknown, expired or revoked", _ERROR),
    "403": ("NotAllowed", "The person's role, or the scopes of the token, do not allow this", _ERROR),
    "404": ("NotFound", "There is no such record, or page, in this company", _ERROR),
    "409": (
        "Refused",
        "Understood and turned down. A question is answered by repeating the request with its code among "
        "`confirmed`",
        _ERROR,
    ),
    "415": ("NotJson", "The body is not application/json", _ERROR),
    "422": ("KeyReused", "The idempotency key was used for another request", _ERROR),
}
TO_READS = ("401", "403", "404")
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "1 to 255 visible ASCII characters, new for each write. The same request with the same key gets the "
        "first answer again, with `Idempotency-Replayed: true`; kept for 48 hours."
    ),
    "schema": {"type": "string", "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
}


def complete(result: dict[str, Any], **_known: Any) -> dict[str, Any]:
    """POSTPROCESSING_HOOK: errors and the idempotency key, on every operation."""
    known = result["components"]
    known["schemas"].pop("RefusalBody", None)
    known["schemas"] = dict(sorted({**known["schemas"], "Error": ERROR, "FieldErrors": FIELD_ERRORS}.items()))
    known["responses"] = {name: _answer(text, schema) for name, text, schema in ANSWERS.values()}
    known["parameters"] = {"IdempotencyKey": IDEMPOTENCY_KEY}
    for path in result["paths"].values():
        for method, operation in path.items():
            _complete_operation(method, operation)
    return result


def _complete_operation(method: str, operation: dict[str, Any]) -> None:
    # The words of the class that all resources share say nothing of this one.
    operation.pop("description", None)
    wanted = ANSWERS if method in WRITES else TO_READS
    refused = {status: {"$ref": f"#/components/responses/{ANSWERS[status][0]}"} for status in wanted}
    if method in WRITES:
        key = {"$ref": "#/components/parameters/IdempotencyKey"}
        operation["parameters"] = [*operation.get("parameters", ()), key]
    operation["responses"] = dict(sorted({**operation["responses"], **refused}.items()))
