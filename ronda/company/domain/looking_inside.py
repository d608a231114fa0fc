"""Pictures written anew, previews and words of files: what opens what strangers made.

Run as `python -m ronda.company.domain.looking_inside`, a process of its own that ends when it takes
too much time or memory; see `services/opening_files.py`. One line of JSON on stdin, one on stdout.
"""

import contextlib
import json
import re
import resource
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

SECONDS = 30
MEMORY = 2_000_000_000
MOST_FRAMES = 300
THUMBNAIL, PREVIEW = 160, 1200
MOST_WORDS = 20_000
MOST_PAGES = 40
ORIENTATION = 0x0112
FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
}
# What belongs to the picture itself; place, camera, words and all else written beside it is left out.
KEPT = ("icc_profile", "transparency", "background", "duration", "loop", "dpi", "compression")


class TooManyPixels(Exception):
    """The picture would fill the memory; carries its width and height."""


class Unreadable(Exception):
    """No picture, or a broken one."""


def clean_picture(source: Path, target: Path, *, mime: str, most_pixels: int) -> tuple[int, int]:
    """Write the picture anew as it is to be looked at; its width and height.

    Pixels are counted from the head of the file, before anything is unpacked.
    """
    with _opened(source, mime, most_pixels) as picture:
        frames = getattr(picture, "n_frames", 1)
        if frames > 1:
            _save_frames(picture, target, FORMATS[mime])
            return picture.size
        lies_right = picture.getexif().get(ORIENTATION, 1) in (0, 1)
        upright = picture if lies_right else ImageOps.exif_transpose(picture)
        _without_facts(upright)
        # A picture that was not turned keeps the fineness it had: nothing is lost by writing it again.
        how: dict[str, Any] = {"quality": "keep" if lies_right and mime == "image/jpeg" else 90}
        upright.save(target, FORMATS[mime], **(how if mime in ("image/jpeg", "image/webp") else {}))
        return upright.size


@contextlib.contextmanager
def _opened(source: Path, mime: str, most_pixels: int) -> Iterator[Image.Image]:
    Image.MAX_IMAGE_PIXELS = None  # counted here, with a reason that people can read
    try:
        with Image.open(source, formats=[FORMATS[mime]]) as picture:
            width, height = picture.size
            frames = min(getattr(picture, "n_frames", 1), MOST_FRAMES + 1)
            if width * height * frames > most_pixels or frames > MOST_FRAMES:
                raise TooManyPixels(width, height)
            yield picture
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Unreadable(str(error)) from error


def _save_frames(picture: Image.Image, target: Path, kind: str) -> None:
    frames = [ImageOps.exif_transpose(frame.copy()) for frame in ImageSequence.Iterator(picture)]
    times = [frame.info.get("duration", 0) for frame in frames]
    for frame in frames:
        _without_facts(frame)
    first, *others = frames
    more: dict[str, Any] = {"duration": times} if any(times) else {}
    first.save(target, kind, save_all=True, append_images=others, **more)


def _without_facts(picture: Image.Image) -> None:
    picture.info = {name: picture.info[name] for name in KEPT if name in picture.info}
    if hasattr(picture, "_exif"):
        picture._exif = None
    if hasattr(picture, "tag_v2"):
        del picture.tag_v2


def picture_previews(source: Path, folder: Path, *, mime: str, most_pixels: int) -> None:
    """A preview and a thumbnail of a picture, as WebP."""
    with _opened(source, mime, most_pixels) as picture:
        picture.draft("RGB", (PREVIEW * 2, PREVIEW * 2))
        _save_previews(picture, folder)


def _save_previews(picture: Image.Image, folder: Path) -> None:
    plain = picture.convert("RGBA" if picture.mode in ("RGBA", "LA", "P", "PA") else "RGB")
    for name, longest in (("preview", PREVIEW), ("thumbnail", THUMBNAIL)):
        plain.thumbnail((longest, longest))
        plain.info = {}
        plain.save(folder / name, "WEBP", quality=80, method=2)


def open_pdf(source: Path, folder: Path) -> str:
    """Preview and thumbnail of the first page; the words of the first pages."""
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(str(error)) from error
    with contextlib.closing(document):
        words: list[str] = []
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            if number == 0:
                scale = PREVIEW / max(*page.get_size(), 1)
                _save_previews(page.render(scale=min(scale, 4)).to_pil(), folder)
            words.append(page.get_textpage().get_text_bounded())
            if sum(map(len, words)) > MOST_WORDS:
                break
        return tidy("\n".join(words))


def words_of_text(source: Path) -> str:
    """The first words of a text; tags of XML are left out."""
    with source.open("rb") as opened:
        raw = opened.read(MOST_WORDS * 4)
    for encoding in ("utf-8-sig", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            return tidy(re.sub(r"<[^<>]{0,500}>", " ", raw.decode(encoding)))
    return tidy(raw.decode("latin-1"))


def tidy(text: str) -> str:
    """Lines of words, without what no database keeps; MOST_WORDS characters at most."""
    kept = "".join(sign if sign.isprintable() else ("\n" if sign in "\n\r" else " ") for sign in text)
    lines = (" ".join(line.split()) for line in kept.split("\n"))
    return "\n".join(line for line in lines if line)[:MOST_WORDS]


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What was asked on one line of JSON: "clean", "previews" or "words"."""
    source, mime = Path(asked["source"]), asked["mime"]
    try:
        if asked["what"] == "clean":
            size = clean_picture(source, Path(asked["target"]), mime=mime, most_pixels=asked["pixels"])
            return {"size": size}
        folder = Path(asked["folder"])
        if mime == "application/pdf":
            return {"words": open_pdf(source, folder)}
        if mime in FORMATS:
            picture_previews(source, folder, mime=mime, most_pixels=asked["pixels"])
            return {"words": ""}
        return {"words": words_of_text(source)}
    except TooManyPixels as many:
        return {"refused": "pixels", "size": many.args}
    except (Unreadable, MemoryError) as error:
        return {"refused": "unreadable", "why": str(error)[:200]}


def main() -> None:
    """The child: limits first, then the work."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    sys.stdout.write(json.dumps(answer(json.loads(sys.stdin.readline()))))


if __name__ == "__main__":
    main()
