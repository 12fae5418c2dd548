"""Where uploads are kept, as one address says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from recruiting.lib import storages
from recruiting.lib.storages import BUCKET, FOLDER, HalfSet, store_of

pytestmark = pytest.mark.one_database
HERE = Path("/srv/var/files")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if django-storages were there, which few need."""
    monkeypatch.setattr(storages, "find_spec", lambda name: name)


@pytest.mark.parametrize(
    ("address", "folder"),
    [("", "/srv/var/files"), ("file:///srv/re%20sumes", "/srv/re sumes")],
)
def test_folder(address: str, folder: str) -> None:
    assert store_of(address, HERE) == {"BACKEND": FOLDER, "OPTIONS": {"location": folder}}


def test_bucket(installed: None) -> None:
    store = store_of("s3://key:se%2Fcret@s3.example:9000/resumes/one?region=eu-west-1", HERE)
    assert store["BACKEND"] == BUCKET
    named = ("endpoint_url", "bucket_name", "location", "region_name", "access_key", "secret_key")
    assert {name: store["OPTIONS"][name] for name in named} == {
        "endpoint_url": "https://s3.example:9000",
        "bucket_name": "resumes",
        "location": "one",
        "region_name": "eu-west-1",
        "access_key": "key",
        "secret_key": "se/cret",
    }


def test_bucket_with_the_credentials_of_the_machine(installed: None) -> None:
    options = store_of("s3+http://127.0.0.1/resumes", HERE)["OPTIONS"]
    assert options["endpoint_url"] == "http://127.0.0.1"
    assert {"access_key", "secret_key", "region_name"} & set(options) == set()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("s3://key:secret@host", "name the host and the bucket"),
        ("s3:///bucket", "name the host and the bucket"),
        ("s3://key@host/bucket", "both the key and its secret"),
        ("s3://:secret@host/bucket", "both the key and its secret"),
        ("s3://host/bucket?zone=a", "only region="),
        ("file://host/folder", "by its whole path"),
        ("/srv/files", "begin it with"),
        ("https://host/bucket", "begin it with"),
    ],
)
def test_half_set_address_is_refused(address: str, says: str, installed: None) -> None:
    with pytest.raises(HalfSet, match=says):
        store_of(address, HERE)


def test_bucket_without_what_speaks_to_it_is_refused() -> None:
    with pytest.raises(HalfSet, match=r"install django-storages\[s3\]"):
        store_of("s3://host/bucket", HERE)


def test_installation_does_not_start_with_a_half_set_address(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "FILES_URL": "s3://h"}
    command = [sys.executable, "-c", "import recruiting.settings"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "FILES_URL: name the host and the bucket" in ended.stderr.splitlines()[-1]
