"""What is on record of a manager after a digest."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from recruiting.accounts.models import Client, User
from recruiting.audit.models import record
from recruiting.mailing import ledger
from recruiting.mailing.models import Mail, State
from requisitions.models import Requisition
from status_updates.digests import aftermath
from status_updates.digests.snapshot import KIND
from tests.factories import make_user
from tests.queries import counted

pytestmark = pytest.mark.one_database
MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SignIn = Callable[[User], Browser]


def sent(manager: User, client: Client, at: datetime = MONDAY) -> Mail:
    row = ledger.new_row(
        KIND, recipient_id=manager.pk, client_id=client.pk, period=f"{at:%Y-%m-%d}",
        scheduled_at=at, now=at,
    )  # fmt: skip
    row.state, row.rendered_at, row.finished_at = State.SENT, at, at
    row.subject = "Acme: 1 requisition"
    row.save()
    return row


@pytest.fixture
def does(requisition: Requisition, manager: User) -> Callable[..., None]:
    """`does("approved a resume", 40 * MINUTE)`: so long after Monday's digest."""

    def do(action: str, later: timedelta, *, by: User = manager, about: str = "") -> None:
        about = about or str(uuid4())
        record(action, requisition, by=by, now=MONDAY + later, client=requisition.client_id,
               submission=about)  # fmt: skip

    return do


def words(mail: Mail, now: datetime = MONDAY + 10 * DAY) -> str:
    return aftermath.after([mail], now)[mail.pk]


def test_deeds_are_told_with_how_long_after_it_they_were(
    does: Callable[..., None], manager: User, acme: Client
) -> None:
    does("approved a resume", 40 * MINUTE)
    does("declined a resume", 55 * MINUTE)
    does("signed the brief", 26 * HOUR)
    does("answered a question", 2 * HOUR)
    assert words(sent(manager, acme)) == (
        "decided on 2 resumes, from 40 minutes later on; answered a question 2 hours later; "
        "signed the brief 1 day later"
    )


def test_only_his_own_deeds_of_three_days_at_that_client_count(
    does: Callable[..., None], manager: User, recruiter: User, acme: Client, globex: Client,
    requisition: Requisition,
) -> None:  # fmt: skip
    does("approved a resume", -MINUTE)
    does("approved a resume", 3 * DAY)
    sent(manager, acme, MONDAY + 7 * DAY)
    does("signed the brief", HOUR, by=recruiter)
    does("changed preferences", HOUR)
    record("signed the brief", requisition, by=manager, now=MONDAY + HOUR, client=globex)
    assert words(sent(manager, acme)) == "nothing on record"


def test_what_was_taken_back_is_no_deed(
    does: Callable[..., None], manager: User, acme: Client
) -> None:
    one, other = str(uuid4()), str(uuid4())
    does("approved a resume", MINUTE, about=one)
    does("took back a decision", 2 * MINUTE, about=one)
    does("declined a resume", 5 * MINUTE, about=one)
    does("declined a resume", 6 * MINUTE, about=other)
    does("took back a decision", 7 * MINUTE, about=other)
    assert words(sent(manager, acme)) == "decided on 1 resume 5 minutes later"


def test_deed_after_the_next_digest_is_told_of_that_one(
    does: Callable[..., None], manager: User, acme: Client
) -> None:
    first, second = sent(manager, acme), sent(manager, acme, MONDAY + DAY)
    does("gave feedback", DAY + HOUR)
    told = aftermath.after([first, second], MONDAY + 10 * DAY)
    assert told[first.pk] == "nothing on record"
    assert told[second.pk] == "gave feedback on an interview 1 hour later"
    # The same when the next one stands on another page.
    assert words(first) == "nothing on record"


def test_nothing_is_claimed_while_there_is_time(manager: User, acme: Client) -> None:
    mail = sent(manager, acme)
    assert words(mail, MONDAY + 2 * DAY) == ""
    Mail.objects.filter(pk=mail.pk).update(state=State.SKIPPED)
    mail.refresh_from_db()
    assert aftermath.after([mail], MONDAY + 10 * DAY) == {}


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (timedelta(seconds=59), "within a minute"),
        (MINUTE, "1 minute later"),
        (119 * MINUTE, "1 hour later"),
        (50 * HOUR, "2 days later"),
    ],
)
def test_time_is_told_in_words(later: timedelta, said: str) -> None:
    assert aftermath.later_words(later) == said


def test_after_costs_the_same_statements_for_1_and_for_50(
    does: Callable[..., None], manager: User, acme: Client
) -> None:
    mails = [sent(manager, acme)]
    does("approved a resume", MINUTE)
    one = counted(lambda: aftermath.after(mails, MONDAY + 10 * DAY))
    for _ in range(49):
        user = make_user(clients=[acme])
        mails.append(sent(user, acme))
        does("approved a resume", MINUTE, by=user)
    assert counted(lambda: aftermath.after(mails, MONDAY + 10 * DAY)) == one == 2


@pytest.mark.parametrize(("who", "told"), [("recruiter", True), ("lead", True), ("manager", False)])
def test_archive_tells_recruiters_alone(
    who: str, told: bool, does: Callable[..., None], manager: User, acme: Client,
    sign_in: SignIn, request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    does("approved a resume", 40 * MINUTE)
    mail = sent(manager, acme)
    browser = sign_in(request.getfixturevalue(who))
    for path in (reverse("digests"), reverse("digest", args=[mail.pk])):
        page = browser.get(path).content.decode().lower()
        assert ("decided on 1 resume 40 minutes later" in page) is told
