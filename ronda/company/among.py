"""`name__among=values`: like `__in`, for thousands of texts at a time.

`__in` prepares and binds each value by itself. Here they are one parameter, a list that the database opens:
cheaper for hundreds, and their number has no limit.
"""

import json
from typing import Any

from django.db.models import CharField, Lookup


@CharField.register_lookup
class Among(Lookup[Any]):
    """Whether a text is one of a collection of texts; nothing is, of an empty one."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        texts = json.dumps(list(self.rhs), ensure_ascii=False)
        return f"{left} IN (SELECT value FROM json_each(%s))", [*params, texts]  # noqa: S608 -- a column

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, list(self.rhs)]
