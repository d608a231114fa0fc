"""Names of files, as they are kept and shown."""


def plain_name(name: str, longest: int = 120) -> str:
    """A name without folders and control characters; "file" when nothing is left."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable()).strip(". ")[:longest] or "file"
