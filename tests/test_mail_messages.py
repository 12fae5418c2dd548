"""The bytes of a message: as Django would make them, and as any parser reads them."""

import quopri
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import BadHeaderError
from hypothesis import example, given
from hypothesis import strategies as st

from recruiting.mailing.messages import as_bytes, build, envelope, header, quoted_printable
from recruiting.mailing.models import Mail

HEADERS = {
    "From": "Sämi Page <same-page@localhost>",
    "Date": "Wed, 11 Mar 2026 10:00:00 +0000",
    "Message-ID": "<0123456789012345678901234567890123456789@acme.example>",
    "Reply-To": "rosa@acme.example, ana@acme.example",
}
LINE_OF_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), max_size=40
)
TEXT = st.lists(st.one_of(LINE_OF_TEXT, st.just("."), st.just("ž" * 1200), st.just("From x"),
                          st.just("= " * 600))).map("\n".join)  # fmt: skip
SUBJECT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=150)


def mail(subject: str = "S", text: str = "T", html: str = "<p>T</p>", **fields: Any) -> Mail:
    fields = {"address": "max@acme.example", "headers": HEADERS, **fields}
    return Mail(subject=subject, text=text, html=html, **fields)


def parsed(content: bytes) -> Parsed:
    message = message_from_bytes(content, policy=policy.default)
    assert not message.defects
    assert isinstance(message, Parsed)
    return message


def content(message: Parsed, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@given(subject=SUBJECT, text=TEXT, html=TEXT)
@example(subject="Škoda 東京: 2 résumés 🙂" * 7, text=".\n..\n.", html="")
@example(subject="=?utf-8?q?not_encoded?=", text="", html="= =\n \n\t")
@example(subject="a" * 150, text="x\n\n", html="<p>" + "x" * 5000)
def test_any_text_arrives_as_it_was_written(subject: str, text: str, html: str) -> None:
    message = parsed(as_bytes(mail(subject, text, html)))
    assert " ".join(str(message["Subject"]).split()) == " ".join(subject.split())
    assert content(message, "plain").rstrip("\n") == text.rstrip("\n")
    assert content(message, "html").rstrip("\n") == html.rstrip("\n")


@given(subject=SUBJECT, text=TEXT)
def test_lines_are_as_short_as_mail_wants_them(subject: str, text: str) -> None:
    raw = as_bytes(mail(subject, text, text))
    head, _, _ = raw.partition(b"\r\n\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert head.isascii()


@pytest.mark.parametrize("text", ["Plain.\n", "Ž\n.\nFrom us\n", "long " * 400 + "\n"])
def test_message_says_what_djangos_says(text: str) -> None:
    subject = "Acme: 3 requisitions · 2 resumes"
    theirs = EmailMultiAlternatives(
        subject, text, HEADERS["From"], ["max@acme.example"], headers=dict(HEADERS)
    )
    theirs.attach_alternative(f"<p>{text}</p>", "text/html")
    expected = parsed(theirs.message().as_bytes())
    found = parsed(as_bytes(mail(subject, text, f"<p>{text}</p>")))
    assert {name: str(value) for name, value in found.items() if name != "Content-Type"} == {
        name: str(value) for name, value in expected.items() if name != "Content-Type"
    }
    for one, other in zip(found.walk(), expected.walk(), strict=True):
        assert one.get_content_type() == other.get_content_type()
        assert one["Content-Transfer-Encoding"] == other["Content-Transfer-Encoding"]
    assert content(found, "plain") == content(expected, "plain")
    assert content(found, "html") == content(expected, "html")


def test_django_backends_get_the_same_bytes() -> None:
    one = mail("Žluť", "ž\n", "<p>ž</p>")
    assert build(one).message().as_bytes().replace(b"\n", b"\r\n") == as_bytes(one)


def test_headers_come_in_the_same_order_whatever_the_ledger_does_to_them() -> None:
    shuffled = dict(sorted(HEADERS.items(), reverse=True))
    assert as_bytes(mail()) == as_bytes(mail(headers=shuffled))


@pytest.mark.parametrize("name", ["Subject", "To", "Reply-To", "List-Id", "X-Any"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\r\n\r\n"])
def test_value_of_two_lines_is_refused(name: str, end: str) -> None:
    with pytest.raises(BadHeaderError):
        header(name, f"max@acme.example{end}Bcc: everybody@acme.example")


@pytest.mark.parametrize("name", ["To", "Reply-To"])
def test_address_with_a_control_character_is_refused(name: str) -> None:
    with pytest.raises(BadHeaderError):
        header(name, "max\x00@acme.example")


def test_value_that_fits_no_line_is_refused() -> None:
    with pytest.raises(BadHeaderError):
        header("List-Unsubscribe", f"<https://acme.example/{'x' * 1000}>")


def test_long_list_of_addresses_is_folded_between_them() -> None:
    people = ", ".join(f"Rosa Recruiter {n} <rosa{n}@acme.example>" for n in range(9))
    written = header("Reply-To", people)
    assert max(map(len, written.splitlines())) <= 78
    assert written.replace("\r\n", "") == f"Reply-To: {people}"


def test_name_that_is_not_ascii_is_encoded_and_the_address_is_not() -> None:
    written = header("From", HEADERS["From"])
    assert written == "From: =?utf-8?q?S=C3=A4mi_Page?= <same-page@localhost>\r\n"


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("Sämi Page <same-page@localhost>", "same-page@localhost"),
        ("max@acme.example", "max@acme.example"),
        ("max@münchen.example", "max@xn--mnchen-3ya.example"),
    ],
)
def test_envelope_has_the_bare_address_in_ascii(address: str, bare: str) -> None:
    assert envelope(address) == bare


def test_long_line_of_html_is_broken_within_a_tag_instead_of_encoded() -> None:
    html = '<table><tr><td class="a">x</td></tr></table>' * 60
    raw = as_bytes(mail(html=html))
    assert b"quoted-printable" not in raw
    assert content(parsed(raw), "html").replace("\n", " ").strip() == html


@given(st.lists(LINE_OF_TEXT).map("\r\n".join))
def test_quoted_printable_has_short_lines_and_loses_nothing(text: str) -> None:
    coded = quoted_printable(text.encode())
    assert quopri.decodestring(coded) == text.encode()
    assert coded.isascii()
    assert max(map(len, coded.split(b"\r\n"))) <= 76
    assert not any(line.endswith((b" ", b"\t")) for line in coded.split(b"\r\n"))
