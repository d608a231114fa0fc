"""A small S3 server for tests, in a thread: it keeps objects in memory and refuses every wrong signature.

Signature Version 4 is computed here from its description, not by the library under test. It knows what the
product asks: PUT, GET, HEAD, DELETE, ListObjectsV2, uploads in parts. It is no real store.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

KEY, SECRET, REGION, BUCKET = "test key/1", "test+secret/2", "eu-south-1", "ronda-files"


class Objects(ThreadingHTTPServer):
    """The server and what it keeps."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kept: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.refused: list[str] = []
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        """The setting that leads here."""
        who = f"{quote(KEY, safe='')}:{quote(SECRET, safe='')}"
        return f"s3://{who}@127.0.0.1:{self.server_port}/{BUCKET}/ronda?region={REGION}&tls=0"


@contextmanager
def running() -> Iterator[Objects]:
    server = Objects()
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def sign(secret: str, day: str, text: str) -> str:
    """AWS4-HMAC-SHA256 of a string to sign."""
    key = f"AWS4{secret}".encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Objects

    def log_message(self, *_args: object) -> None:
        """Tests read `asked` and `refused` instead."""

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.server.asked.append(f"{self.command} {self.path}")
        if not self.is_signed(parts.path, query, body):
            self.server.refused.append(self.path)
            self.answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
            return
        _slash, _bucket, name = (
            unquote(parts.path).split("/", 2) if parts.path.count("/") > 1 else ("", "", "")
        )
        getattr(self, f"on_{self.command.lower()}")(name, query, body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one  # noqa: N815 -- named by the library

    def is_signed(self, path: str, query: dict[str, str], body: bytes) -> bool:
        given = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=(?P<key>.+)/(?P<day>\d{8})/(?P<region>[^/]+)/s3/aws4_request, ?"
            r"SignedHeaders=(?P<headers>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})",
            self.headers.get("Authorization", ""),
        )
        digest = self.headers.get("x-amz-content-sha256", "")
        if not given or given["key"] != KEY or given["region"] != REGION:
            return False
        if digest not in (hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"):
            return False
        names = given["headers"].split(";")
        headers = "".join(f"{name}:{' '.join((self.headers.get(name) or '').split())}\n" for name in names)
        asked = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(query.items()))
        canonical = "\n".join([self.command, path, asked, headers, given["headers"], digest])
        scope = f"{given['day']}/{REGION}/s3/aws4_request"
        told = hashlib.sha256(canonical.encode()).hexdigest()
        text = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], scope, told])
        return hmac.compare_digest(sign(SECRET, given["day"], text), given["signature"])

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        headers.setdefault("Content_Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def facts(self, body: bytes) -> dict[str, str]:
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        return {"ETag": etag, "Last_Modified": formatdate(1_700_000_000, usegmt=True)}

    def on_put(self, name: str, query: dict[str, str], body: bytes) -> None:
        if "uploadId" in query:
            self.server.parts[query["uploadId"]][int(query["partNumber"])] = body
        else:
            self.server.kept[name] = body
        self.answer(200, **self.facts(body))

    def on_post(self, name: str, query: dict[str, str], body: bytes) -> None:
        if "uploads" in query:
            number = str(len(self.server.parts) + 1)
            self.server.parts[number] = {}
            told = f"<UploadId>{number}</UploadId>"
            self.answer(
                200, f"<InitiateMultipartUploadResult>{told}</InitiateMultipartUploadResult>".encode()
            )
            return
        if "delete" in query:
            keys = re.findall(r"<Key>(.*?)</Key>", body.decode())
            for key in keys:
                self.server.kept.pop(unescape(key), None)
            gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            self.answer(200, f"<DeleteResult>{gone}</DeleteResult>".encode())
            return
        parts = self.server.parts.pop(query["uploadId"])
        self.server.kept[name] = b"".join(parts[number] for number in sorted(parts))
        told = "<ETag>whole</ETag>"
        self.answer(200, f"<CompleteMultipartUploadResult>{told}</CompleteMultipartUploadResult>".encode())

    def on_head(self, name: str, query: dict[str, str], body: bytes) -> None:
        if name not in self.server.kept:
            self.answer(404)
            return
        kept = self.server.kept[name]
        self.answer(200, Content_Length=str(len(kept)), **self.facts(kept))

    def on_get(self, name: str, query: dict[str, str], body: bytes) -> None:
        if not name:
            self.listing(query)
        elif name in self.server.kept:
            kept = self.server.kept[name]
            self.answer(200, kept, **self.facts(kept))
        else:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def on_delete(self, name: str, query: dict[str, str], body: bytes) -> None:
        self.server.kept.pop(name, None)
        self.answer(204)

    def listing(self, query: dict[str, str]) -> None:
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        found, folders = "", set()
        for name, kept in sorted(self.server.kept.items()):
            if not name.startswith(prefix):
                continue
            rest = name[len(prefix) :]
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
                continue
            found += (
                f"<Contents><Key>{escape(name)}</Key><Size>{len(kept)}</Size><ETag>x</ETag>"
                "<LastModified>2023-11-14T22:13:20.000Z</LastModified></Contents>"
            )
        found += "".join(
            f"<CommonPrefixes><Prefix>{one}</Prefix></CommonPrefixes>" for one in sorted(folders)
        )
        self.answer(
            200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode()
        )
