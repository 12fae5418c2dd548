"""Mail shown under a policy that forbids style attributes."""

from base64 import b64encode
from hashlib import sha256

import pytest

from recruiting.lib.mailview import viewable


def style_block(html: str) -> str:
    return html.partition("<style>")[2].partition("</style>")[0]


def test_style_attributes_become_classes_once_each() -> None:
    page = '<head></head><p style="color:red">a</p><p class="x" style="color:red">b</p>'
    assert viewable(page, inert=True).html == (
        "<head><style>.mail-1{color:red}</style></head>"
        '<p class="mail-1">a</p><p class="x mail-1">b</p>'
    )


def test_hash_is_of_the_one_style_block() -> None:
    page = '<head><style>@media print{p{color:red}}</style></head><p style="margin:0">é</p>'
    view = viewable(page, inert=True)
    assert view.html.count("<style>") == 1
    digest = b64encode(sha256(style_block(view.html).encode()).digest()).decode()
    assert view.style_source == f"'sha256-{digest}'"


def test_the_mails_own_rules_come_after_the_classes() -> None:
    page = '<head><style>@media print{p{color:red}}</style></head><p style="margin:0">a</p>'
    css = style_block(viewable(page, inert=True).html)
    assert css.index(".mail-1") < css.index("@media")


@pytest.mark.parametrize(
    ("theme", "rule"), [("", "(prefers-color-scheme: dark)"), ("dark", "all"), ("light", "not all")]
)
def test_chosen_theme_stands_above_the_systems(theme: str, rule: str) -> None:
    page = "<head><style>@media (prefers-color-scheme: dark) {p{color:red}}</style></head>"
    assert style_block(viewable(page, inert=True, theme=theme).html).startswith(f"@media {rule} {{")


def test_inert_copy_has_no_link_and_no_form() -> None:
    page = '<a href="https://a.example/x?token=1">go</a><form action="/x"><button>b</button></form>'
    assert viewable(page, inert=True).html.endswith("<a>go</a>b")


def test_live_copy_opens_links_in_the_whole_window() -> None:
    page = '<a href="https://a.example/?a=1&amp;b=2" target="x">go</a>'
    assert (
        '<a href="https://a.example/?a=1&amp;b=2" target="_top"' in viewable(page, inert=False).html
    )


@pytest.mark.parametrize("inert", [True, False])
@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        '<p onclick="alert(1)">a</p>',
        '<a href="javascript:alert(1)">a</a>',
        '<img src="https://spy.example/pixel.gif">',
        '<meta http-equiv="refresh" content="0;url=https://spy.example">',
        '<base href="https://spy.example">',
        '<iframe src="https://spy.example"></iframe>',
        '<link rel="stylesheet" href="https://spy.example">',
        '<p style="background:url(x)}</style><script>alert(1)</script>">a</p>',
        '<td background="https://spy.example">a</td>',
    ],
)
def test_nothing_in_a_mail_acts_or_calls_home(bad: str, inert: bool) -> None:
    html = viewable(f"<head></head>{bad}", inert=inert).html
    for sign in ("alert", "spy", "javascript", "onclick"):
        assert sign not in html


def test_text_and_entities_stay_as_they_are() -> None:
    page = "<!doctype html><p>a &amp; b &lt; c &#8364; é &nbsp;</p>"
    assert "a &amp; b &lt; c &#8364; é &nbsp;" in viewable(page, inert=True).html
