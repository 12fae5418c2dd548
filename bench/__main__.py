"""Seed, measure, write docs/benchmarks.md."""

import os
from contextlib import ExitStack
from pathlib import Path

import django

from bench import activity, digests, installation, lists, rooms
from tests.servers import Servers

DOCUMENT = Path("docs/benchmarks.md")


def main() -> None:
    with ExitStack() as stack:
        servers = Servers()
        stack.callback(servers.stop)
        database = servers.start_postgres()
        servers.start_redis()
        mail_port = installation.free_port()
        full = installation.make(servers, database, installation.FULL, mail_port)
        tenth = installation.make(servers, database, installation.TENTH, mail_port)
        os.environ |= full.environment
        django.setup()
        document = _measured(stack, full, tenth)
        print("Measuring digests ...", flush=True)
        document += digests.section()
        print("Measuring lists ...", flush=True)
        document += lists.section(servers, database)
        print("Measuring activity ...", flush=True)
        document += activity.section(servers, database)
        print("Measuring intake rooms ...", flush=True)
        document += rooms.section(servers, database)
    DOCUMENT.write_text(document)
    print(f"\n{document}\nWritten to {DOCUMENT}.")


def _measured(
    stack: ExitStack,
    full: installation.Installation,
    tenth: installation.Installation,
) -> str:
    # Models can be imported only now that the settings are known.
    from bench import pages, report

    for one in (full, tenth):
        print(f"Seeding {one.volume.requisitions:,} requisitions ...", flush=True)
        one.fill()
        one.start()
        stack.callback(one.stop)
    print("Measuring pages ...", flush=True)
    return report.written(pages.measure(full, tenth))


if __name__ == "__main__":
    main()
