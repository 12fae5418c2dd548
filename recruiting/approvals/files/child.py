"""Where files from outside are opened: `python -P recruiting/approvals/files/child.py check`.

It reads the file from its standard input and says in JSON what it is, or why it is refused. With
`show FOLDER` it writes images of pages there and says the words. It holds no secret, starts
nothing, and the kernel ends it when it takes too much.
"""

import json
import resource
import sys
import types
from pathlib import Path
from typing import Any

MEMORY_MAX = {"check": 512 * 1024 * 1024, "show": 896 * 1024 * 1024}
"""Bytes of address space."""

CPU_SECONDS = {"check": 12, "show": 60}
WRITTEN_MAX = 16 * 1024 * 1024
"""Bytes of one file that it writes, its answer too."""


def limit(task: str) -> None:
    """Take no more than this from now on. Nothing can raise it again."""
    if sys.platform != "darwin":  # which knows this limit and refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX[task], MEMORY_MAX[task]))
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS[task]),
        (resource.RLIMIT_FSIZE, WRITTEN_MAX),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def take_bare_package() -> None:
    """Know the modules beside this one without the package's own start, which loads the queue and
    Django with it."""
    package = types.ModuleType("recruiting")
    package.__path__ = [str(Path(__file__).resolve().parents[2])]
    sys.modules["recruiting"] = package


def answer_to(task: str, content: bytes, folder: str = "") -> dict[str, Any]:
    """What a file is, or the reason for which it is refused."""
    from recruiting.approvals.files import packages, plain, sniffing
    from recruiting.approvals.files.reasons import Reason, Refused

    try:
        kind = sniffing.kind_of(content) or packages.kind_of(content)
        if kind == sniffing.Kind.PDF:
            from recruiting.approvals.files import pdfs

            if task == "check":
                return {"kind": kind.value, "pages": pdfs.check(content)}
            answer = pdfs.draw(content, Path(folder))
        elif kind == sniffing.Kind.TXT:
            answer = {"text": plain.decoded(content)}
        else:
            answer = {"text": packages.text_of(content, kind)}
        if task == "check":
            return {"kind": kind.value, "pages": 0}
        return answer | {"kind": kind.value, "text": plain.cleaned(answer["text"])}
    except Refused as refusal:
        return {"refused": refusal.reason.value}
    except (MemoryError, RecursionError):
        return {"refused": Reason.BOMB.value}


if __name__ == "__main__":
    limit(sys.argv[1])
    take_bare_package()
    json.dump(answer_to(sys.argv[1], sys.stdin.buffer.read(), *sys.argv[2:]), sys.stdout)
