"""One story as deeds: what was done, and when."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from recruiting.accounts.models import User
from recruiting.dashboards.demo import agreeing
from recruiting.dashboards.demo.approving import Approving
from recruiting.dashboards.demo.cast import Cast
from recruiting.dashboards.demo.story import (
    THIS_FRIDAY,
    Amend,
    Answer,
    Cancel,
    Correct,
    Edit,
    Hold,
    Log,
    Meet,
    Move,
    Open,
    Pledge,
    Prepare,
    Propose,
    Resume,
    Sign,
    Spoke,
    Step,
    Story,
    Undo,
    Write,
)
from recruiting.dashboards.demo.workdays import coming_friday, shifted, with_days
from requisitions.models import Requisition
from status_updates.models import Checkpoint, Note, Touchpoint
from status_updates.models.checkpoint import PromiseMade
from status_updates.models.touchpoint import Said

CREATED_AT = "08:35"
Deed = tuple[datetime, Callable[[], None]]
"""Something that was done, and when."""


class Telling:
    """One story on its way into the database, through the methods that clicks go through."""

    requisition: Requisition

    def __init__(self, story: Story, cast: Cast) -> None:
        self.story = story
        self.cast = cast
        self.recruiter: User = cast.users[story.recruiter]
        self.zone = cast.zone(story.recruiter)
        self.today = cast.now.astimezone(self.zone).date()
        self.named: dict[str, Checkpoint] = {}
        self.written: dict[str, Note] = {}
        self.approving = Approving(story, cast)

    def deeds(self) -> Iterator[Deed]:
        created = self._when(self.story.created, CREATED_AT)
        yield created, partial(self._create, created)
        for step in self.story.steps:
            at = self._when(step.back, step.clock)
            yield at, partial(self._do, step, at)

    def _when(self, back: int, clock: str) -> datetime:
        return self.cast.days_ago(self.story.recruiter, back, clock)

    def _ahead(self, workdays: int) -> date:
        return shifted(self.today, workdays)

    def _create(self, at: datetime) -> None:
        story, cast = self.story, self.cast
        low, high = story.salary or (None, None)
        self.requisition = Requisition.create(
            by=self.recruiter,
            now=at,
            client=cast.clients[story.client],
            recruiter=self.recruiter,
            manager=cast.users[story.manager] if story.manager else None,
            title=story.title,
            code=story.code,
            place=story.place,
            description=story.description,
            openings=story.openings,
            salary_low=None if low is None else Decimal(low),
            salary_high=None if high is None else Decimal(high),
            currency=story.currency,
            basis=story.basis,
            target_on=None if story.target_ahead is None else self._ahead(story.target_ahead),
        )
        for login in story.watchers:
            self.requisition.watch(cast.users[login], by=self.recruiter, now=at)

    def _do(self, step: Step, at: datetime) -> None:
        by, requisition = self.recruiter, self.requisition
        match step:
            case Open(reason=reason):
                requisition.open_for_sourcing(by=by, now=at, reason=reason)
            case Hold(reason=reason, until_ahead=ahead):
                requisition.put_on_hold(by=by, now=at, reason=reason, until=self._ahead(ahead))
            case Resume():
                requisition.resume(by=by, now=at)
            case Cancel(reason=reason):
                requisition.cancel(by=by, now=at, reason=reason)
            case Move(of=name, reason=reason):
                promise, friday = self.named[name].promises.get(), coming_friday(self.today)
                promise.move(friday, seen=promise.due_on, reason=reason, by=by, now=at)
            case Undo(of=name):
                self.named[name].undo(by=by, now=at)
            case Correct():
                self._correct(step, at)
            case Log():
                self._log(step, at)
            case Prepare() | Propose() | Amend() | Sign() | Meet():
                self._agree(step, at)
            case Write() | Answer() | Edit() | Spoke():
                self._talk(step, at)
            case _:
                requisition.refresh_from_db()
                self.approving.do(step, requisition, at)

    def _agree(self, step: Step, at: datetime) -> None:
        by, requisition = self.recruiter, self.requisition
        requisition.refresh_from_db()
        match step:
            case Prepare(draft=draft):
                agreeing.prepare(draft, requisition, by=by, now=at)
            case Propose():
                agreeing.propose(requisition, by=by, now=at)
            case Amend(change=change):
                agreeing.amend(change, requisition, by=by, now=at)
            case Sign():
                agreeing.sign(requisition, now=at)
            case Meet():
                agreeing.meet_today(requisition, today=self.cast.now, by=by, now=at)

    def _talk(self, step: Step, at: datetime) -> None:
        by, on, key = self.recruiter, at.date(), uuid.uuid4()
        match step:
            case Write():
                self._write(step, at)
            case Answer(of=name, text=text):
                self.written[name].answer(with_days(text, on), by=by, now=at, key=key)
            case Edit(of=name, text=text):
                note = self.written[name]
                note.edit(with_days(text, on), version=note.version, by=note.by, now=at)
            case Spoke(kind=kind, minutes=minutes, said=said, next_step=next_step):
                spoke = Said(kind, at, minutes, with_days(said, on), with_days(next_step, on))
                Touchpoint.log(self.requisition, spoke, by=by, now=at, key=key)

    def _log(self, step: Log, at: datetime) -> None:
        on = at.date()
        checkpoint = Checkpoint.log(
            self.requisition,
            by=self.recruiter,
            now=at,
            key=uuid.uuid4(),
            counts=step.counts,
            on=on,
            note=with_days(step.note, on),
            next_step=with_days(step.next_step, on),
            promise=self._promise(step.promise, on),
        )
        if step.name:
            self.named[step.name] = checkpoint

    def _write(self, step: Write, at: datetime) -> None:
        note = Note.write(
            self.requisition,
            with_days(step.text, at.date()),
            kind=Note.Kind.QUESTION if step.asks else Note.Kind.NOTE,
            is_private=step.private,
            by=self.cast.users[step.by] if step.by else self.recruiter,
            now=at,
            key=uuid.uuid4(),
        )
        if step.name:
            self.written[step.name] = note

    def _correct(self, step: Correct, at: datetime) -> None:
        wrong = self.named[step.of]
        wrong.correct(
            by=self.recruiter,
            now=at,
            key=uuid.uuid4(),
            counts=step.counts,
            on=wrong.on,
            note=with_days(step.note, wrong.on),
            next_step=with_days(step.next_step, wrong.on),
            promise=self._promise(step.promise, wrong.on),
        )

    def _promise(self, pledge: Pledge | None, on: date) -> PromiseMade | None:
        if pledge is None:
            return None
        if pledge.due == THIS_FRIDAY:
            return PromiseMade(pledge.stage, pledge.count, coming_friday(self.today))
        return PromiseMade(pledge.stage, pledge.count, shifted(on, int(pledge.due)))
