"""What runs in containers is what `make run` starts, and none of it runs as root."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from recruiting import run

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["web", "worker", "beat"]
DOCKERFILE = (ROOT / "Dockerfile").read_text().splitlines()


def test_compose_holds_every_part_of_an_installation() -> None:
    assert set(SERVICES) == {*OURS, "migrate", "postgres", "redis", "mail"}


@pytest.mark.parametrize("name", OURS)
def test_compose_command_is_the_one_of_the_procfile(name: str) -> None:
    assert SERVICES[name]["command"].split() == run.commands(ROOT / "Procfile")[name]


def test_procfile_starts_nothing_else() -> None:
    assert list(run.commands(ROOT / "Procfile")) == OURS


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_compose_service_does_not_run_as_root(name: str) -> None:
    user = str(SERVICES[name]["user"]).partition(":")[0]
    assert user not in {"", "0", "root"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_compose_service_that_stays_up_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_compose_service_names_its_version(name: str) -> None:
    service = SERVICES[name]
    assert "build" in service or re.search(r":v?\d", service["image"])


@pytest.mark.parametrize("name", OURS)
def test_compose_service_waits_for_migrations_and_the_queue(name: str) -> None:
    waits_for = {other: when["condition"] for other, when in SERVICES[name]["depends_on"].items()}
    assert waits_for == {
        "migrate": "service_completed_successfully",
        "redis": "service_healthy",
    }


def test_compose_state_lies_in_named_volumes() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]
    assert {mount.partition(":")[0] for mount in mounts} == set(COMPOSE["volumes"])
    assert SERVICES["postgres"]["volumes"] == ["database:/var/lib/postgresql"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_compose_publishes_ports_to_this_machine_alone(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:")


@pytest.mark.parametrize("name", [*OURS, "migrate"])
def test_compose_sets_only_variables_that_the_application_reads(name: str) -> None:
    source = (ROOT / "recruiting/settings.py").read_text() + (ROOT / "gunicorn.conf.py").read_text()
    read = set(re.findall(r"""(?:env\.\w+|environ\.get)\(\s*["']([A-Z_]+)["']""", source))
    assert set(SERVICES[name]["environment"]) <= read


@pytest.mark.parametrize("variable", ["SECRET_KEY", "POSTGRES_PASSWORD"])
def test_compose_refuses_to_start_without_a_secret(variable: str) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert f"${{{variable}:?" in text
    assert f"${{{variable}:-" not in text


def test_image_is_built_in_two_stages_and_runs_as_an_ordinary_user() -> None:
    stages = [line for line in DOCKERFILE if line.startswith("FROM ")]
    users = [line.split()[1] for line in DOCKERFILE if line.startswith("USER ")]
    assert len(stages) == 2
    assert users[-1] == SERVICES["web"]["user"]


def test_image_holds_neither_state_nor_history_nor_tests() -> None:
    left_out = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".*", "var", "tests"} <= set(left_out)
