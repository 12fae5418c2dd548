"""A mail server that misbehaves on order, and keeps account of every message that it took.

It speaks SMTP by itself, word by word, so that it can fail at each of them.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from enum import Enum

MANAGERS = "@people.example"
"""Hiring managers, whose digests the scenarios are about: what goes to others is told apart."""

FOR_EVER = 3600.0
"""Seconds for which nobody waits."""


class Moment(Enum):
    BANNER = "before the banner"
    RCPT = "at the recipient"
    DATA = "at DATA"
    END = "after the whole message"


@dataclass(frozen=True)
class Answer:
    """What the server does at a moment instead of going on: wait, reply, hang up.

    `keeps`: the message is taken all the same, which only makes sense at the end of it.
    """

    reply: str = ""
    wait: float = 0
    hangs_up: bool = False
    keeps: bool = False


Behaviour = Callable[[Moment, str], Answer | None]
"""By moment and recipient, which is empty before the banner. None: as a good server does."""


@dataclass(frozen=True)
class Taken:
    """A message that the server took: `at` by a clock that only goes on; `connection` counts."""

    message_id: str
    recipient: str
    content: bytes
    at: float
    connection: int


def behaves(moment: Moment, recipient: str) -> Answer | None:
    return None


@dataclass
class Tally:
    """What became of messages: for a plain server, and for a relay that knows a Message-ID again.

    A relay takes the second copy and drops it; all that differs is what its readers find.
    """

    taken: list[Taken] = field(default_factory=list)

    @property
    def copies(self) -> Counter[str]:
        """Messages by recipient as a plain server hands them on."""
        return Counter(one.recipient for one in self.taken)

    @property
    def copies_by_relay(self) -> Counter[str]:
        """Messages by recipient as a relay hands them on that honours the Message-ID."""
        known = {(one.recipient, one.message_id) for one in self.taken}
        return Counter(recipient for recipient, _ in known)

    @property
    def duplicates(self) -> int:
        return sum(self.copies.values()) - len(self.copies)

    @property
    def duplicates_by_relay(self) -> int:
        return sum(self.copies_by_relay.values()) - len(self.copies_by_relay)

    def of(self, recipient: str) -> list[Taken]:
        return [one for one in self.taken if one.recipient == recipient]

    def most_in_a_second(self) -> int:
        """The most messages that came within any second."""
        times = sorted(one.at for one in self.taken)
        most = first = 0
        for last, at in enumerate(times):
            while at - times[first] >= 1:
                first += 1
            most = max(most, last - first + 1)
        return most


class MisbehavingServer:
    """Listens on `port` of this machine, in a thread of its own, from `start` to `stop`."""

    def __init__(self) -> None:
        self.port = 0
        self.pause = 0.0
        self.behaviour: Behaviour = behaves
        self.tally, self.others = Tally(), Tally()
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def reset(self) -> None:
        """A good server again, which remembers nothing. `pause`: seconds that each step takes."""
        self.pause, self.behaviour = 0.0, behaves
        self.tally, self.others = Tally(), Tally()

    @property
    def count(self) -> int:
        return len(self.tally.taken)

    # --- the protocol ------------------------------------------------------------------

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await _Talk(self, self.connections, reader, writer).hold()
        except (OSError, asyncio.IncompleteReadError, _HungUp):
            pass  # workers are killed in the middle of it
        finally:
            writer.close()


class _HungUp(Exception): ...


class _Talk:
    """One connection."""

    def __init__(
        self,
        server: MisbehavingServer,
        number: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.server, self.number, self.reader, self.writer = server, number, reader, writer
        self.recipient = ""

    async def hold(self) -> None:
        await self._step(Moment.BANNER, "220 mail.example ready")
        while line := (await self.reader.readuntil(b"\n")).decode("ascii", "replace").strip():
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO":
                    await self._say("250-mail.example\r\n250 8BITMIME")
                case "MAIL" | "RSET":
                    self.recipient = ""
                    await self._say("250 2.0.0 Ok")
                case "RCPT":
                    self.recipient = rest[rest.index("<") + 1 : rest.index(">")].lower()
                    await self._step(Moment.RCPT, "250 2.1.5 Ok")
                case "DATA":
                    if await self._step(Moment.DATA, "354 End with a dot"):
                        await self._message()
                case "QUIT":
                    await self._say("221 2.0.0 Bye")
                    return
                case _:
                    await self._say("502 5.5.1 Not known")

    async def _message(self) -> None:
        content = await self.reader.readuntil(b"\r\n.\r\n")
        found = BytesHeaderParser().parsebytes(content)
        taken = Taken(
            message_id=found["Message-ID"] or "",
            recipient=self.recipient,
            content=content[:-3].replace(b"\r\n..", b"\r\n."),
            at=time.monotonic(),
            connection=self.number,
        )
        await asyncio.sleep(self.server.pause)
        answer = self.server.behaviour(Moment.END, self.recipient)
        if answer is None or answer.keeps:
            of_manager = self.recipient.endswith(MANAGERS)
            tally = self.server.tally if of_manager else self.server.others
            tally.taken.append(taken)
        await self._answer(answer, "250 2.0.0 Taken")

    async def _step(self, moment: Moment, usual: str) -> bool:
        """Whether the server went on as a good one does."""
        await asyncio.sleep(self.server.pause)
        answer = self.server.behaviour(moment, self.recipient)
        await self._answer(answer, usual)
        return answer is None or not answer.reply

    async def _answer(self, answer: Answer | None, usual: str) -> None:
        if answer is not None:
            await asyncio.sleep(answer.wait)
            if answer.hangs_up and not answer.reply:
                self.writer.transport.abort()
                raise _HungUp
        reply = answer.reply if answer and answer.reply else usual
        await self._say(reply)
        if answer is not None and answer.hangs_up:
            raise _HungUp

    async def _say(self, text: str) -> None:
        self.writer.write(f"{text}\r\n".encode())
        await self.writer.drain()
