"""What becomes of mail beside its going out: rhythms that people chose, a digest that is held back,
an address that a server refused, and one mail of which nobody knows whether it arrived."""

from recruiting.accounts.models import Invitation, Membership, Preferences
from recruiting.accounts.models.cadences import DigestRhythm
from recruiting.accounts.models.invitations import KIND as INVITATION
from recruiting.dashboards.demo.cast import Cast
from recruiting.mailing.models import Mail, State, Suspension
from recruiting.mailing.recording import PERHAPS
from status_updates.digests.snapshot import KIND as DIGEST
from status_updates.digests.upcoming import upcoming
from status_updates.models import DigestHold

HELD_BECAUSE = "An answer to the offer is due any day, and I want to tell him myself."

REFUSED = "550 5.1.1 <{address}>: Recipient address rejected: User unknown in virtual mailbox table"


def choose_rhythms(cast: Cast) -> None:
    """From their next period on; what went out before was once a week."""
    wishes = Preferences.objects
    wishes.filter(user=cast.users["petra.lindqvist"]).update(
        digest_rhythm=DigestRhythm.WEEKDAYS, digest_weekdays=[1, 4]
    )
    wishes.filter(user=cast.users["anna.kowalczyk"]).update(
        digest_rhythm=DigestRhythm.FORTNIGHTLY, digest_only_news=True
    )


def hold_one_back(cast: Cast, *, manager: str, by: str) -> None:
    """The next digest of a manager, since yesterday afternoon."""
    of = Membership.objects.select_related("user__preferences", "user__working_card", "client")
    membership = of.get(user=cast.users[manager])
    DigestHold.place(
        HELD_BECAUSE,
        manager=membership.user,
        client=membership.client,
        period=str(upcoming([membership], cast.now)[membership.pk].period),
        by=cast.users[by],
        now=cast.days_ago(by, 1, "16:20"),
    )


def let_it_bounce(invitation: Invitation) -> None:
    """Why somebody who was invited has not come: there is no such mailbox."""
    mails = Mail.objects.kind(INVITATION).filter(recipient=invitation.user)
    address = invitation.user.email
    said = REFUSED.format(address=address)
    mails.update(state=State.FAILED, reason="The server refused the address.", server_said=said)
    Suspension.objects.create(address=address, at=invitation.created_at, server_said=said)


def leave_one_in_doubt(cast: Cast, *, manager: str) -> None:
    """The connection ended twice while a digest of some weeks ago was on its way."""
    sent = Mail.objects.kind(DIGEST).filter(recipient=cast.users[manager], state=State.SENT)
    doubtful = sent.order_by("-scheduled_at")[2]
    doubtful.state, doubtful.reason, doubtful.interruptions = State.AMBIGUOUS, PERHAPS, 2
    doubtful.save(update_fields=["state", "reason", "interruptions"])
