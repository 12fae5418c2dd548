"""The cast, signing in, the browser and the mail server that tests share."""

import gc
from collections.abc import Generator

import pytest
import pytest_django
from django.db import connection
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.template import Context, Template
from django.test import TransactionTestCase
from django.test.signals import template_rendered
from hypothesis import settings as hypothesis_settings

from tests.emptying import empty_database

pytest_plugins = [
    "tests.fixtures.browser",
    "tests.fixtures.cast",
    "tests.fixtures.mails",
    "tests.fixtures.smtp",
    "tests.fixtures.world",
]

# The same examples in every run, and no verdict by the clock.
hypothesis_settings.register_profile("suite", derandomize=True, deadline=None, database=None)
hypothesis_settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """What was imported and collected stays: looking through it for cycles again and again was a
    fifth of the time of tests that draw pages."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test proves nothing, so it fails; so does one that is expected to fail."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"No test may be skipped or expected to fail: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a file of tests that skips itself."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"No file of tests may be skipped: {report.longrepr}"
    return report


_render = Template._render  # type: ignore[attr-defined]
"""Before pytest-django puts in its place one that copies each template's context for the tests."""


def _rendered(template: Template, context: Context) -> str:
    """As Django's test runner has it, for the page alone and not for each part that it includes:
    it copies the context each time, which was a tenth of all time."""
    if context.template is template:
        template_rendered.send(sender=template, template=template, context=context)
    return template.nodelist.render(context)


@pytest.fixture(scope="session", autouse=True)
def _contexts_of_pages_alone(django_test_environment: None) -> None:
    Template._render = _rendered  # type: ignore[attr-defined]


def _emptied(case: TransactionTestCase) -> None:
    empty_database()


TransactionTestCase._fixture_teardown = _emptied  # type: ignore[attr-defined]


@pytest.fixture
def drawn_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """For those who open thousands of pages and never ask for a context: a sixth less time."""
    monkeypatch.setattr(Template, "_render", _render)


@pytest.fixture(scope="session", autouse=True)
def _no_session_is_left(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Generator[None, None, None]:
    """A thread of the live server may still hold a connection; the database is dropped next."""
    yield
    with django_db_blocker.unblock():
        was_made = connection.settings_dict["NAME"].startswith(TEST_DATABASE_PREFIX)
        if connection.vendor == "postgresql" and was_made:  # not where no test asks for one
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
