"""Rules that the whole code base keeps, found by reading it."""

import inspect
import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.utils import get_app_template_dirs
from django.urls import URLPattern, URLResolver, get_resolver

from recruiting.celery import app as celery

ROOT = Path(__file__).resolve().parent.parent
APPS = ["recruiting", "requisitions", "intake", "status_updates"]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
MAIL_FILES = ("_subject.txt", "_body.txt", "_body.html")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def relative(paths: Iterable[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def name_of(template: Path) -> str:
    return str(template.relative_to(ROOT / "templates"))


def python_source() -> str:
    return "\n".join(path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py"))


def markup(template: Path) -> str:
    """The template without its comments."""
    text = re.sub(r"{#.*?#}", "", template.read_text())
    return re.sub(r"{% comment.*?endcomment %}|<!--.*?-->", "", text, flags=re.DOTALL)


def pages() -> list[Path]:
    """Templates that become pages; mail has its styles written inline, as mail programs want."""
    return [path for path in TEMPLATES if path.suffix == ".html" and "emails" not in path.parts]


# --- views ---------------------------------------------------------------------------------


def routes(patterns: Iterable[Any], prefix: str = "") -> list[tuple[str, Callable[..., Any]]]:
    found: list[tuple[str, Callable[..., Any]]] = []
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += routes(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            found.append((route, entry.callback))
    return found


ALL_ROUTES = routes(get_resolver().url_patterns)
OUR_ROUTES = [
    (route, view) for route, view in ALL_ROUTES if view.__module__.partition(".")[0] in APPS
]


def allowed_methods(view: Callable[..., Any] | None) -> list[str]:
    """What `require_GET` and its kin say somewhere in the view's decorators."""
    while view is not None:
        methods: list[str] | None = inspect.getclosurevars(view).nonlocals.get(
            "request_method_list"
        )
        if methods:
            return methods
        view = getattr(view, "__wrapped__", None)
    return []


def test_views_of_ours_are_found() -> None:
    assert {"", "requisitions/", "requisitions/<uuid:pk>/"} <= {route for route, _ in OUR_ROUTES}


@pytest.mark.parametrize(("route", "view"), OUR_ROUTES, ids=[route for route, _ in OUR_ROUTES])
def test_view_states_the_methods_it_answers(route: str, view: Callable[..., Any]) -> None:
    assert inspect.isfunction(view)
    assert allowed_methods(view)


@pytest.mark.parametrize(("route", "view"), OUR_ROUTES, ids=[route for route, _ in OUR_ROUTES])
def test_view_is_thin(route: str, view: Callable[..., Any]) -> None:
    lines, _ = inspect.getsourcelines(inspect.unwrap(view))
    assert len([line for line in lines if line.strip()]) <= 30


def test_route_carries_no_number_that_can_be_guessed() -> None:
    """But the page of a resume, which is named by a UUID itself."""
    routes = [route.replace("/resume/pages/<int:number>/", "") for route, _ in OUR_ROUTES]
    assert [route for route in routes if "<int:" in route] == []


# --- templates -----------------------------------------------------------------------------


def test_template_is_used() -> None:
    """By a view, by another template, or as our version of a template of a library."""
    source = python_source()
    used_in = {path: markup(path) for path in TEMPLATES}
    libraries = get_app_template_dirs("templates")
    unused = []
    for path in TEMPLATES:
        name = name_of(path)
        mail = next((name.removesuffix(end) for end in MAIL_FILES if name.endswith(end)), "")
        by_python = f'"{name}' in source or (mail and f'"{mail.removeprefix("emails/")}"' in source)
        by_template = any(f'"{name}' in text for other, text in used_in.items() if other != path)
        original = re.sub(r"__\w+\.html$", ".html", name)  # allauth's elements vary by layout
        by_library = any((Path(folder) / original).is_file() for folder in libraries)
        by_status = re.fullmatch(r"(4\d\d|403_csrf|500)\.html", name)
        if not (by_python or by_template or by_library or by_status):
            unused.append(name)
    assert unused == []


def test_template_compiles() -> None:
    for path in TEMPLATES:
        engines["django"].get_template(name_of(path))


def test_mail_has_a_subject_and_two_bodies() -> None:
    files = {path.name for path in (ROOT / "templates/emails").iterdir()} - {
        "base.html",
        "base.txt",
    }
    mails = {re.sub(r"_(subject|body)\.(txt|html)$", "", name) for name in files}
    assert mails
    assert files == {f"{mail}{end}" for mail in mails for end in MAIL_FILES}


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a script in the page", r"<script(?![^>]*(\bsrc=|application/json))"),
        ("a style sheet in the page", r"<style"),
        ("a style attribute", r"<[^>]*\sstyle\s*="),
        ("a handler attribute", r"<[^>]*\son[a-z]+\s*="),
        ("a script address", r"javascript:"),
        ("a data address", r"""(src|href)\s*=\s*["']data:"""),
        ("an attribute of htmx without data-", r"<[^>]*\shx-[a-z]"),
        (
            "something from another host",
            r"""<(script|link|img)[^>]*\s(src|href)=["'](https?:)?//""",
        ),
        ("unescaped text", r"(?<!totp_svg)\|\s*safe\b|autoescape off"),
    ],
)
def test_page_holds_nothing_that_the_policy_forbids(what: str, pattern: str) -> None:
    guilty = [path for path in pages() if re.search(pattern, markup(path), re.IGNORECASE)]
    assert relative(guilty) == [], what


def test_named_url_exists() -> None:
    text = "\n".join(markup(path) for path in TEMPLATES)
    named = set(re.findall(r"""{%\s*url\s+["']([^"']+)["']""", text))
    named |= set(re.findall(r"""\b(?:reverse|redirect)\(\s*["']([\w:-]+)["']""", python_source()))
    known = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert named - known == set()


def test_static_file_exists() -> None:
    text = "\n".join(markup(path) for path in TEMPLATES)
    named = set(re.findall(r"""{%\s*static\s+["']([^"']+)["']""", text))
    assert named
    assert [name for name in sorted(named) if finders.find(name) is None] == []


def test_style_sheet_is_linked() -> None:
    sheets = {path.name for path in (ROOT / "static/css").glob("*.css")}
    text = "\n".join(path.read_text() for path in [*TEMPLATES, *(ROOT / "static").rglob("*.css")])
    assert {sheet for sheet in sheets if f"{sheet}" not in text} == set()


# --- tasks, migrations, modules ------------------------------------------------------------


def test_beat_entry_names_a_task() -> None:
    celery.loader.import_default_modules()
    entries = celery.conf.beat_schedule.values()
    assert entries
    assert {entry["task"] for entry in entries} - set(celery.tasks) == set()


def test_migration_is_named_for_what_it_does() -> None:
    names = relative(path for app in APPS for path in (ROOT / app).rglob("migrations/[0-9]*.py"))
    assert names
    assert [name for name in names if "auto_" in name] == []
    again = [name for name in names if "initial" in name and "/0001_" not in name]
    assert again == []


def test_module_has_a_name_of_the_domain() -> None:
    vague = {"services.py", "utils.py", "helpers.py", "common.py", "misc.py"}
    assert relative(p for app in APPS for p in (ROOT / app).rglob("*.py") if p.name in vague) == []


def test_business_state_moves_by_no_signal() -> None:
    source = python_source()
    assert re.findall(r"\b(?:post|pre)_(?:save|delete|init)\b|m2m_changed", source) == []


def test_row_is_reached_by_a_uuid_where_an_address_names_it() -> None:
    """Models with a page of their own have a UUID as their key."""
    with_page = [model for model in apps.get_models() if hasattr(model, "get_absolute_url")]
    ours = [model for model in with_page if model.__module__.partition(".")[0] in APPS]
    assert ours
    assert [m for m in ours if m._meta.pk.get_internal_type() != "UUIDField"] == []


# --- locks and documents -------------------------------------------------------------------


def pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_host(lock: str) -> None:
    assert re.findall(r"https?:|--(?:extra-)?index|--find-links", (ROOT / lock).read_text()) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_every_package_by_hash(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.findall(r"^([\w.-]+)==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert entries
    assert set(entries) == set(pinned(lock))


def test_lock_of_the_tests_holds_what_the_server_runs() -> None:
    assert pinned("requirements.lock").items() <= pinned("requirements-dev.lock").items()


def test_lock_holds_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for lock, wanted in (
        ("requirements.lock", project["project"]["dependencies"]),
        ("requirements-dev.lock", project["dependency-groups"]["dev"]),
    ):
        names = {re.split(r"[\[<>=~ ]", line)[0] for line in wanted}
        assert names - set(pinned(lock)) == set()


def test_changelog_tells_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_link_between_documents_leads_somewhere() -> None:
    links = [
        (document, target)
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text())
        if "://" not in target
    ]
    assert links
    assert [to for document, to in links if not (document.parent / to).exists()] == []


def test_variable_of_the_environment_is_documented() -> None:
    source = "\n".join(
        (ROOT / name).read_text() for name in ("recruiting/settings.py", "gunicorn.conf.py")
    )
    read = set(re.findall(r"""(?:env\.\w+|environ\.get)\(\s*["']([A-Z_]+)["']""", source))
    described = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/operations.md").read_text()))
    assert read
    assert read - described == set()


def test_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = r"(?:^|[`\d] ?)make ([a-z-]+)"
    named = set(re.findall(commands, (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {"run", "test"} <= named
    assert named - targets == set()
