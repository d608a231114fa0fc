"""Opening what strangers sent: always in a process of its own, with limits of time and memory."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import ronda
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

SECONDS = 120


class PictureTooLarge(Refusal):
    code = "company.picture_too_large"


class PictureUnreadable(Refusal):
    code = "company.picture_unreadable"


def clean_picture(source: Path, target: Path, *, mime: str, name: str, megapixels: int) -> None:
    """Write a picture anew, upright and without what the camera wrote beside it.

    Refuses PictureTooLarge above so many million pixels, all its frames together, and PictureUnreadable.
    """
    told = ask(what="clean", source=str(source), target=str(target), mime=mime, pixels=megapixels * 1_000_000)
    if told.get("refused") == "pixels":
        text = _("“%(name)s” has %(width)d × %(height)d dots, more than %(most)d million. Make it smaller.")
        width, height = told["size"]
        raise PictureTooLarge(
            text % {"name": name, "width": width, "height": height, "most": megapixels}, field="file"
        )
    if "refused" in told:
        text = _("“%(name)s” is a broken picture. Open it in a program for pictures and save it again.")
        raise PictureUnreadable(text % {"name": name}, field="file")


def look_inside(source: Path, folder: Path, *, mime: str, megapixels: int) -> str:
    """Put `preview` and `thumbnail` into the folder where they can be made; the words found inside."""
    pixels = megapixels * 1_000_000
    told = ask(what="previews", source=str(source), folder=str(folder), mime=mime, pixels=pixels)
    return str(told.get("words", ""))


def ask(**asked: Any) -> dict[str, Any]:
    """What the other process answers; a refusal when it ended by itself."""
    path = os.pathsep.join([str(Path(ronda.__file__).resolve().parent.parent), *sys.path])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ronda.company.domain.looking_inside"],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=SECONDS,
            env={"PYTHONPATH": path, "PATH": os.environ.get("PATH", "")},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "unreadable", "why": "time"}
    if done.returncode or not done.stdout:
        return {"refused": "unreadable", "why": f"ended with {done.returncode}"}
    told: dict[str, Any] = json.loads(done.stdout)
    return told
