"""Reading, signing, amending and comparing briefs, signed in."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from intake.brief_page import kept_shown
from intake.content import Content, digest_of
from intake.differences import runs
from intake.models import Answer, Brief, BriefChanged, Intake, Requirement, Signature
from intake.versions import versions_of
from recruiting.accounts.models import Absence, Client, Delegation, Notification, Role, User
from recruiting.mailing.models import Mail
from requisitions.models import Requisition, Status
from tests.factories import NOW, make_brief, make_draft, make_requisition, make_user
from tests.queries import counted
from tests.test_every_page import parse_errors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def job(acme: Client, recruiter: User, manager: User) -> Requisition:
    return make_requisition(
        acme, recruiter=recruiter, manager=manager, status=Status.INTAKE, title="Data Engineer"
    )


@pytest.fixture
def draft(job: Requisition) -> Intake:
    return make_draft(job)


def say(draft: Intake, text: str, *, key: str = "pay", by: User | None = None) -> None:
    """Write an answer over whatever stands."""
    seen = "".join(draft.answers.filter(key=key).values_list("text", flat=True))
    by = by or draft.requisition.recruiter
    Answer.write(draft, key, text, seen=seen, by=by, now=NOW)


def page_of(browser: Browser, job: Requisition) -> Any:
    return browser.get(reverse("brief", args=[job.pk]))


def form_of(page: Any) -> dict[str, str]:
    """What the form on the page carries."""
    asked = page.context["page"].asked if "page" in page.context else page.context["asked"]
    return {"digest": asked.digest, "shown": asked.shown}


def sign(browser: Browser, job: Requisition, **fields: str) -> Any:
    return browser.post(reverse("brief_signature", args=[job.pk]), fields)


# --- reading and signing -------------------------------------------------------------------


def test_empty_draft_says_what_is_missing_and_leads_to_its_part(
    sign_in: SignIn, job: Requisition, recruiter: User
) -> None:
    Intake.prepare(job, by=recruiter, now=NOW)
    page = page_of(sign_in(recruiter), job)
    room = reverse("intake", args=[job.pk])
    assert f'<a href="{room}#part-why">Say why this job exists.</a>' in page.text
    assert f'<a href="{room}#part-requirements">Agree on at least one dealbreaker.' in page.text
    assert page.context["page"].sentence == (
        "A draft: 2 things are missing before it can be signed."
    )
    assert page.context["page"].asked is None


def test_both_sign_and_the_requisition_opens(
    sign_in: SignIn, job: Requisition, draft: Intake, recruiter: User, manager: User
) -> None:
    browser = sign_in(recruiter)
    page = page_of(browser, job)
    statement = "You sign brief 1 as Rosa Recruiter for the recruiter&#x27;s side."
    assert (statement in page.text, "Sign brief 1</button>" in page.text) == (True, True)
    page = sign(browser, job, **form_of(page))
    assert page["Location"] == reverse("brief", args=[job.pk])
    page = page_of(browser, job)
    assert "Signed. Max Manager is asked to sign brief 1 now." in page.text
    assert page.context["page"].sentence == "Brief 1 is waiting on Max Manager since today."
    assert page.context["page"].asked is None
    other = sign_in(manager)
    page = page_of(other, job)
    assert (
        page.context["page"].statement == "You sign brief 1 as Max Manager for the hiring manager."
    )
    sign(other, job, **form_of(page))
    job.refresh_from_db()
    assert job.status == Status.OPEN
    page = page_of(other, job)
    assert page.context["page"].sentence == "Brief 1 is in force: both signed it today."
    names = [one.signature.name for one in page.context["page"].signers]
    assert names == ["Rosa Recruiter", "Max Manager"]


def test_brief_signed_where_nobody_is_the_hiring_manager_says_who_is_asked(
    sign_in: SignIn, acme: Client, recruiter: User
) -> None:
    job = make_requisition(acme, recruiter=recruiter, manager=None, status=Status.DRAFT)
    digest = make_draft(job).content().digest
    desk = sign_in(recruiter)
    answer = desk.post(reverse("brief_signature", args=[job.pk]), {"digest": digest}, follow=True)
    assert "The hiring manager is asked to sign it as soon as one is named." in answer.text


def test_brief_changed_meanwhile_shows_both_texts_and_signs_neither(
    sign_in: SignIn, job: Requisition, draft: Intake, manager: User
) -> None:
    say(draft, "70,000")
    browser = sign_in(manager)
    form = form_of(page_of(browser, job))
    say(draft, "60,000")
    answer = sign(browser, job, **form)
    assert answer.status_code == 409
    assert not Signature.objects.exists()
    (change,) = answer.context["changes"]
    assert (change.name, change.before, change.after) == ("Pay", "70,000", "60,000")
    texts = [str(answer.context[name].blocks[0].lines[0].html) for name in ("shown", "current")]
    assert texts == ["<p>70,000</p>\n", "<p>60,000</p>\n"]
    fresh = form_of(answer)
    assert fresh["digest"] != form["digest"]
    sign(browser, job, **fresh)
    assert Brief.objects.get().content.texts["pay"] == "60,000"
    assert parse_errors(answer.content) == []


def test_brief_that_lacks_something_meanwhile_says_what(
    sign_in: SignIn, job: Requisition, draft: Intake, recruiter: User
) -> None:
    browser = sign_in(recruiter)
    form = form_of(page_of(browser, job))
    say(draft, "", key="why-job")
    answer = sign(browser, job, **form)
    assert (answer.status_code, answer.context["asked"]) == (409, None)
    assert '#part-why">Say why this job exists.</a>' in answer.text
    assert parse_errors(answer.content) == []


def test_signing_under_a_digest_of_nobody_asks_to_read_again(
    sign_in: SignIn, job: Requisition, draft: Intake, recruiter: User
) -> None:
    browser = sign_in(recruiter)
    for digest in ("", "x", "A" * 64, "0" * 65, "\x00"):
        answer = sign(browser, job, digest=digest)
        assert (answer.status_code, "Read the brief again" in answer.text) == (422, True)
    assert sign(browser, job, digest="0" * 64, shown="forged:x").status_code == 409
    assert not Brief.objects.exists()


@pytest.mark.parametrize("text", ["", "x", "a:b:c", "\ud800", "é:é"])
def test_shown_text_of_somebody_else_is_not_taken_for_ours(text: str) -> None:
    assert kept_shown(text) is None


def test_colleague_reads_and_does_not_sign(
    sign_in: SignIn, job: Requisition, draft: Intake, acme: Client, recruiter: User
) -> None:
    colleague = make_user(role=Role.RECRUITER, clients=[acme])
    browser = sign_in(colleague)
    page = page_of(browser, job)
    assert page.context["page"].asked is None
    assert sign(browser, job, digest="0" * 64).status_code == 403


def test_stand_in_signs_in_place_of_the_absent_manager(
    sign_in: SignIn, job: Requisition, draft: Intake, acme: Client, manager: User
) -> None:
    delegate = make_user(clients=[acme], name="Dana Deputy")
    Delegation.settle(manager, {acme.pk: delegate.pk}, by=manager, now=NOW)
    Absence.plan(NOW.date(), NOW.date(), by=manager, now=NOW)
    browser = sign_in(delegate)
    page = page_of(browser, job)
    assert page.context["page"].statement == (
        "You sign brief 1 as Dana Deputy, in place of Max Manager."
    )
    sign(browser, job, **form_of(page))
    assert "in place of Max Manager</p>" in page_of(browser, job).text


def test_closed_requisition_is_read_and_not_signed(
    sign_in: SignIn, job: Requisition, draft: Intake, recruiter: User
) -> None:
    job.cancel(by=recruiter, now=NOW, reason="No budget.")
    browser = sign_in(recruiter)
    page = page_of(browser, job)
    assert page.context["page"].asked is None
    answer = sign(browser, job, digest=draft.content().digest)
    assert (answer.status_code, "This requisition is closed" in answer.text) == (422, True)


def test_request_for_a_signature_is_taken_back(
    sign_in: SignIn, job: Requisition, draft: Intake, recruiter: User, manager: User
) -> None:
    brief = make_brief(job, manager)
    url = reverse("brief_withdrawal", args=[brief.pk])
    assert "Take brief 1 back" not in page_of(sign_in(recruiter), job).text
    assert sign_in(recruiter).post(url).status_code == 403
    for _ in range(2):
        assert sign_in(manager).post(url)["Location"] == reverse("brief", args=[job.pk])
    brief.refresh_from_db()
    assert brief.withdrawn_at == NOW
    with pytest.raises(BriefChanged):
        brief.sign(digest=brief.digest, by=recruiter, now=NOW)


def test_brief_in_force_is_not_taken_back(
    sign_in: SignIn, job: Requisition, recruiter: User
) -> None:
    brief = make_brief(job)
    page = sign_in(recruiter).post(reverse("brief_withdrawal", args=[brief.pk]), follow=True)
    assert "Both have signed it. Amend it instead." in page.text
    assert page.context["page"].versions.in_force.brief == brief


def test_script_in_a_brief_is_shown_without(
    sign_in: SignIn, job: Requisition, draft: Intake, recruiter: User
) -> None:
    say(draft, "[x](javascript:alert(1)) **well** <script>alert(1)</script>")
    values = {"text": "<script>alert(2)</script>", "kind": "nice"}
    Requirement.add(draft, values, by=recruiter, now=NOW, pk=uuid.UUID(int=1))
    page = page_of(sign_in(recruiter), job).text
    assert ("<script>alert" in page, 'href="javascript' in page) == (False, False)
    assert "<strong>well</strong>" in page


# --- amendments and versions ---------------------------------------------------------------


def test_amendment_shows_what_changes_and_asks_why(
    sign_in: SignIn, job: Requisition, draft: Intake, recruiter: User, manager: User
) -> None:
    say(draft, "Up to 60,000")
    make_brief(job)
    say(draft, "Up to 70,000")
    browser = sign_in(recruiter)
    page = page_of(browser, job)
    (change,) = page.context["page"].changes
    assert change.name == "Pay"
    assert '<del><span class="visually-hidden"> [no longer: </span>60,000<' in page.text
    assert '<ins><span class="visually-hidden"> [now: </span>70,000<' in page.text
    answer = sign(browser, job, **form_of(page), reason=" ")
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"reason": ["Say why the brief changes."]}
    sign(browser, job, **form_of(page), reason="Three declined.")
    other = sign_in(manager)
    page = page_of(other, job)
    assert ("“Three declined.”" in page.text, len(page.context["page"].changes)) == (True, 1)
    sign(other, job, **form_of(page))
    page = page_of(other, job)
    assert page.context["page"].amendments == "1 amendment since today"


def test_draft_changed_after_one_side_signed_is_signed_by_both_again(
    sign_in: SignIn, job: Requisition, draft: Intake, recruiter: User, manager: User
) -> None:
    make_brief(job, recruiter)
    say(draft, "60,000", by=manager)
    browser = sign_in(manager)
    page = page_of(browser, job)
    assert page.context["page"].sentence == (
        "The draft has changed since Rosa Recruiter signed brief 1 today. "
        "Both sign it as it is now."
    )
    sign(browser, job, **form_of(page))
    states = [(one.brief.number, one.lacking) for one in versions_of(job.pk).rows]
    assert states == [(2, "recruiter"), (1, None)]


def test_draft_that_says_the_same_again_leaves_nothing_to_sign(
    sign_in: SignIn, job: Requisition, draft: Intake, recruiter: User
) -> None:
    make_brief(job)
    say(draft, "60,000")
    make_brief(job, recruiter, reason="Budget")
    say(draft, "")
    page = page_of(sign_in(recruiter), job).context["page"]
    assert (page.asked, page.may_take_back) == (None, True)
    assert page.sentence.endswith("The draft says the same again, so brief 2 is void.")


def test_old_version_is_read_as_it_was(
    sign_in: SignIn, job: Requisition, draft: Intake, watcher: User, recruiter: User
) -> None:
    job.watch(watcher, by=recruiter, now=NOW)
    say(draft, "60,000")
    first = make_brief(job)
    say(draft, "70,000")
    make_brief(job, reason="Market")
    page = sign_in(watcher).get(reverse("brief_version", args=[first.pk]))
    assert ("60,000" in page.text, "70,000" in page.text) == (True, False)
    assert page.context["page"].sentence == (
        "Brief 1, signed by both today, was in force until today, when brief 2 took its place."
    )


def test_any_two_versions_are_compared(
    sign_in: SignIn, job: Requisition, draft: Intake, recruiter: User
) -> None:
    for pay in ("50", "60", "70"):
        say(draft, pay)
        make_brief(job, reason="Market")
    say(draft, "80")
    make_brief(job, recruiter, reason="Market")
    browser, url = sign_in(recruiter), reverse("brief_comparison", args=[job.pk])

    def pay_in(query: str) -> tuple[str, str]:
        (change,) = browser.get(url + query).context["comparison"].changes
        return change.before, change.after

    assert pay_in("") == ("60", "70")
    assert pay_in("?from=1&to=3") == ("50", "70")
    assert pay_in("?from=4&to=1") == ("80", "50")
    assert "They say the same" in browser.get(f"{url}?from=2&to=2").text
    for query in ("?from=5", "?to=0", "?from=-1", "?to=²", "?from=9999999999"):
        assert browser.get(url + query).status_code == 404


def test_single_version_has_nothing_to_be_compared_with(
    sign_in: SignIn, job: Requisition, recruiter: User
) -> None:
    make_brief(job)
    page = sign_in(recruiter).get(reverse("brief_comparison", args=[job.pk]))
    assert "There are no two versions yet" in page.text


def test_long_texts_with_little_in_common_are_compared_in_their_words() -> None:
    one = " ".join(f"w{n * n % 97} the" for n in range(3000))
    two = " ".join(f"w{n * n * n % 89} the" for n in range(3000))
    marked = runs(one, two)
    assert "".join(run.text for run in marked if run.mark != "added") == one
    assert "".join(run.text for run in marked if run.mark != "removed") == two


# --- at once -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_signature_while_the_other_edits_is_under_the_words_that_stand(
    job: Requisition, draft: Intake, recruiter: User, manager: User
) -> None:
    """The recruiter edits, the manager signs what he was shown until it is taken."""

    def edit() -> None:
        try:
            for number in range(12):
                say(Intake.objects.get(pk=draft.pk), f"{number}")
        finally:
            connection.close()

    def sign_what_is_shown() -> Brief:
        try:
            while True:
                mine = Intake.objects.get(pk=draft.pk)
                shown = mine.content()
                try:
                    return Brief.propose(mine, digest=shown.digest, by=manager, now=NOW)
                except BriefChanged:
                    continue
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        editing, signing = pool.submit(edit), pool.submit(sign_what_is_shown)
        editing.result()
        signed = signing.result()
    kept = Brief.objects.get(pk=signed.pk)
    (signature,) = kept.signatures.all()
    assert signature.digest == kept.digest == digest_of(kept.document)
    last = Intake.objects.get(pk=draft.pk).content()
    if last.digest != kept.digest:
        with pytest.raises(BriefChanged):
            kept.sign(digest=kept.digest, by=recruiter, now=NOW)
    assert not Brief.objects.in_force().exclude(digest=last.digest).exists()


@pytest.mark.django_db(transaction=True)
def test_both_sign_different_drafts_at_once_and_neither_is_in_force(
    sign_in: SignIn, job: Requisition, draft: Intake, recruiter: User, manager: User
) -> None:
    """Each was shown another text; at most the one that stands is taken."""
    browsers = {user: sign_in(user) for user in (recruiter, manager)}
    old = form_of(page_of(browsers[manager], job))
    say(draft, "60,000")
    new = form_of(page_of(browsers[recruiter], job))

    def post(user: User, form: dict[str, str]) -> int:
        try:
            return int(sign(browsers[user], job, **form).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(post, (manager, recruiter), (old, new)))
    assert codes == [409, 302]
    assert [one.side for one in Signature.objects.all()] == ["recruiter"]
    assert not Brief.objects.in_force().exists()


# --- who is told ---------------------------------------------------------------------------


def told(user: User) -> list[str]:
    return [one.sentence for one in Notification.objects.visible_to(user).order_by("at", "id")]


def test_recruiter_is_told_when_asked_and_when_both_have_signed(
    job: Requisition, draft: Intake, recruiter: User, manager: User
) -> None:
    make_brief(job, manager)
    assert told(recruiter) == [
        "Max Manager signed brief 1 of Data Engineer and asks for your signature"
    ]
    make_brief(job, recruiter)
    assert not Notification.objects.visible_to(recruiter).unread().exists()
    say(draft, "60,000")
    make_brief(job, recruiter, manager, reason="Market", now=LATER)
    assert told(recruiter)[1:] == ["Max Manager signed brief 2 of Data Engineer: it is in force"]
    assert told(manager) == []


def test_request_that_is_replaced_is_told_no_more(
    job: Requisition, draft: Intake, recruiter: User, manager: User
) -> None:
    make_brief(job, manager)
    say(draft, "60,000")
    make_brief(job, manager)
    assert told(recruiter) == [
        "Max Manager signed brief 2 of Data Engineer and asks for your signature"
    ]
    assert Mail.objects.filter(kind="brief to sign", recipient=recruiter).count() == 2


# --- what it costs -------------------------------------------------------------------------


def test_statements_of_the_pages_do_not_grow(
    sign_in: SignIn, job: Requisition, draft: Intake, manager: User, recruiter: User
) -> None:
    first = make_brief(job)
    say(draft, "1")
    make_brief(job, reason="Market")
    say(draft, "2")
    browser = sign_in(manager)
    urls = [
        reverse("brief", args=[job.pk]),
        reverse("brief_version", args=[first.pk]),
        reverse("brief_comparison", args=[job.pk]),
    ]

    def costs() -> list[int]:
        return [counted(lambda url=url: browser.get(url)) for url in urls]  # type: ignore[misc]

    few = costs()
    for number in range(50):
        values = {"text": f"Skill {number}", "kind": "nice"}
        Requirement.add(draft, values, by=recruiter, now=NOW, pk=uuid.UUID(int=number + 1))
    for number in range(3, 9):
        say(draft, f"{number}")
        make_brief(job, reason="Market")
    say(draft, "the end")
    assert costs() == few
    assert [cost <= limit for cost, limit in zip(few, (13, 6, 8), strict=True)] == [True] * 3


def test_content_of_any_size_is_read(sign_in: SignIn, job: Requisition, recruiter: User) -> None:
    draft = make_draft(job)
    Requirement.objects.bulk_create(
        Requirement(intake=draft, text="y" * 300, kind="nice", position=n, saved_at=NOW)
        for n in range(199)
    )
    page = page_of(sign_in(recruiter), job)
    shown = kept_shown(page.context["page"].asked.shown)
    assert isinstance(shown, Content)
    assert shown.digest == page.context["page"].asked.digest
