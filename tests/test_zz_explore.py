"""temporary exploration"""

import itertools, sys, time, json, traceback
from collections import Counter
import html5lib
import pytest
from django.db import transaction
from django.test import Client as Browser
from tests.test_permissions import TABLE
import logging

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NASTY = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x07",
    "\ud800",
    "\u202eabc",
    "\ufeff",
    "'\"<script>",
    "%s{0}{{x}}",
    "\r\nX-Evil: 1",
    "-1",
    "0",
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    "9" * 5000,
    "9" * 4000,
    str(2**31),
    str(2**63),
    "-" + str(2**63),
    "1_0",
    "٣",
    "²",
    "0x10",
    "1.5",
    "1,5",
    "0001-01-01",
    "9999-12-31",
    "0000-00-00",
    "2026-02-30",
    "1/1/1",
    "10000-01-01",
    "12/31/9999",
    "0001-01-01 00:00",
    "24:00",
    "23:59:60",
    "00:00",
    "99:99",
    "not-a-uuid",
    "00000000-0000-0000-0000-000000000000",
    "{}",
    "[]",
    '{"a":"\\ud800"}',
    "null",
    '"x"',
    "[1]",
    "1",
    "true",
    "x" * 100_000,
    "é" * 11_000,
    "🙂" * 300,
    "a@b",
    "a@b.c\nBcc: x@y.z",
    "a@" + "b" * 300 + ".de",
    "ä@ö.ü",
    "Etc/GMT+12",
    "localtime",
    "Factory",
    "../../etc/passwd",
    "http://[",
    "//evil.example",
    "$1,000,000,000,000,000",
    "1" * 400 + "k",
    "1e9999999",
    "1E+1000000",
    "sNaN",
]


def fields_of(page):
    tree = html5lib.parse(page.content, namespaceHTMLElements=False)
    forms = []
    for form in tree.iter("form"):
        if (form.get("method") or "get").lower() == "dialog":
            continue
        fields = {}
        for el in form.iter():
            name = el.get("name")
            if not name or name == "csrfmiddlewaretoken":
                continue
            if el.tag == "input":
                t = el.get("type", "text")
                if t in ("checkbox", "radio") and el.get("checked") is None:
                    fields.setdefault(name, None) if False else fields.setdefault(name, "")
                    continue
                fields[name] = el.get("value", "") or ""
            elif el.tag == "textarea":
                fields[name] = el.text or ""
            elif el.tag == "select":
                opts = list(el.iter("option"))
                sel = [o for o in opts if o.get("selected") is not None] or opts[:1]
                fields[name] = (sel[0].get("value") if sel else "") or ""
        forms.append((form.get("action") or "", (form.get("method") or "get").lower(), fields))
    return forms


GOOD = {
    "title": "Job",
    "name": "Some name",
    "email": "new.person@acme.example",
    "reason": "because",
    "note": "n",
    "found": "1",
    "text": "hello",
}


@pytest.mark.parametrize("role", ["manager", "recruiter", "lead", "anonymous"])
def test_explore(role, world, manager, recruiter, lead, sign_in):
    logging.disable(logging.CRITICAL)
    people = {"manager": manager, "recruiter": recruiter, "lead": lead}
    browser = sign_in(people[role]) if role in people else Browser()
    bad = {}
    n = 0
    codes = Counter()
    t0 = time.time()

    def hit(label, fn):
        nonlocal n
        n += 1
        try:
            with transaction.atomic():
                r = fn()
                codes[r.status_code] += 1
                if r.status_code >= 500:
                    bad.setdefault((label[:3], "status %s" % r.status_code), label)
                transaction.set_rollback(True)
        except Exception as e:
            tb = traceback.extract_tb(e.__traceback__)
            ours = [f for f in tb if ".venv" not in f.filename and "tests" not in f.filename]
            where = (
                f"{ours[-1].filename}:{ours[-1].lineno}"
                if ours
                else f"{tb[-1].filename}:{tb[-1].lineno}"
            )
            bad.setdefault(
                (
                    label[0],
                    label[1],
                    label[2] if len(label) > 2 else "",
                    type(e).__name__,
                    str(e)[:120],
                    where,
                ),
                label[3:] and repr(label[3])[:60],
            )

    targets = {}
    base = sign_in(people[role]) if role in people else Browser()
    for row in TABLE:
        path = world.path(row.name)
        if row.name in ("account_logout", "signing_out"):
            continue
        targets.setdefault(path, {})
        if row.expected("get", role) == 200:
            r = browser.get(path)
            if "html" in r.get("Content-Type", ""):
                for action, method, fields in fields_of(r):
                    if method == "post":
                        targets.setdefault(action or path, {}).update(fields)
                    else:
                        hit(
                            ("form-get", action or path, str(fields)),
                            lambda: browser.get((action or path).split("?")[0], fields),
                        )
                        for f in fields:
                            for v in NASTY:
                                hit(
                                    ("GETform", action or path, f, v),
                                    lambda: browser.get(
                                        (action or path).split("?")[0],
                                        {
                                            **fields,
                                            f: v.encode("utf-8", "surrogatepass")
                                            if "\ud800" in v
                                            else v,
                                        },
                                    ),
                                )
    QUERY = [
        "page",
        "earlier",
        "q",
        "client",
        "status",
        "sort",
        "mine",
        "show",
        "manager",
        "next",
        "email",
        "take",
        "version",
        "key",
        "code",
        "credential",
    ]
    for path, fields in targets.items():
        if "logout" in path or "signing-out" in path:
            continue
        for q in QUERY:
            for v in NASTY[::1] if q in ("page", "earlier", "client", "manager") else NASTY[::5]:
                hit(
                    ("GET", path.split("?")[0], q, v),
                    lambda: browser.get(
                        path
                        + ("&" if "?" in path else "?")
                        + __import__("urllib.parse").parse.urlencode(
                            {q: v.encode("utf-8", "surrogatepass")}
                        )
                    ),
                )
        base = {k: (v or GOOD.get(k, v)) for k, v in fields.items()}
        for f in fields:
            for v in NASTY:
                hit(
                    ("POST", path.split("?")[0], f, v),
                    lambda: browser.post(path, {**base, f: v.encode("utf-8", "surrogatepass")}),
                )
                hit(
                    ("POSTu", path.split("?")[0], f, v),
                    lambda: browser.post(
                        path,
                        __import__("urllib.parse").parse.urlencode(
                            {**base, f: v.encode("utf-8", "surrogatepass")}
                        ),
                        content_type="application/x-www-form-urlencoded",
                    ),
                )
        for body, ct in [
            (b"{}", "application/json"),
            (b"\xff\xfe", "text/plain"),
            (b"a=%", "application/x-www-form-urlencoded"),
            (b"x", "multipart/form-data"),
            (b"x", "multipart/form-data; boundary=\x01"),
            (b"--b\r\n", "multipart/form-data; boundary=b"),
            (b"a=1", "application/x-www-form-urlencoded; charset=utf-7"),
            (b"a=1", "application/x-www-form-urlencoded; charset=nope"),
            (b"&".join(b"a%d=1" % i for i in range(2000)), "application/x-www-form-urlencoded"),
            (b"note=" + b"x" * 4_000_000, "application/x-www-form-urlencoded"),
            (b"", ""),
        ]:
            hit(
                ("BODY", path.split("?")[0], ct, body[:10]),
                lambda: browser.generic("POST", path, body, content_type=ct),
            )
        for hdr in [
            {"HX-Request": "true", "HX-Current-URL": "http://["},
            {"HX-Request": "true", "HX-Current-URL": "//evil\xff"},
            {"HX-Target": "\xff", "HX-Request": "true"},
            {"Referer": "http://["},
            {"Cookie": 'sessionid=\x00; theme="><script>'},
        ]:
            hit(
                ("HDR", path.split("?")[0], str(hdr)), lambda: browser.post(path, base, headers=hdr)
            )
            hit(("HDRG", path.split("?")[0], str(hdr)), lambda: browser.get(path, headers=hdr))
    print(role, n, time.time() - t0, codes)
    for k, v in bad.items():
        print("BAD", k, v)
