"""Where uploads are kept, as one address says: a folder, or a bucket that speaks S3."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

FOLDER = "django.core.files.storage.FileSystemStorage"
BUCKET = "storages.backends.s3.S3Storage"
SCHEMES = {"s3": "https", "s3+http": "http"}
"""By which an address names a bucket, and how it is spoken to."""


class HalfSet(Exception):
    """An address of a store that cannot be meant. Says what is missing."""


def store_of(address: str, default: Path) -> dict[str, Any]:
    """The setting of Django for `s3://key:secret@host/bucket?region=…` or `file:///folder`;
    without an address the default folder. Raises HalfSet."""
    if not address:
        return {"BACKEND": FOLDER, "OPTIONS": {"location": str(default)}}
    parts = urlsplit(address)
    if parts.scheme == "file":
        if parts.netloc or not parts.path.startswith("/"):
            raise HalfSet("name a folder by its whole path, as in file:///srv/files.")
        return {"BACKEND": FOLDER, "OPTIONS": {"location": unquote(parts.path)}}
    if parts.scheme not in SCHEMES:
        raise HalfSet("begin it with s3:// or file:///.")
    return {"BACKEND": BUCKET, "OPTIONS": _bucket(parts)}


def _bucket(parts: SplitResult) -> dict[str, Any]:
    bucket, _, folder = parts.path.strip("/").partition("/")
    if not parts.hostname or not bucket:
        raise HalfSet("name the host and the bucket, as in s3://key:secret@host/bucket.")
    if bool(parts.username) != bool(parts.password):
        raise HalfSet("give both the key and its secret, or neither.")
    more = parse_qs(parts.query, strict_parsing=bool(parts.query))
    if set(more) - {"region"}:
        raise HalfSet("after the question mark only region= is known.")
    if find_spec("storages") is None:
        raise HalfSet("install django-storages[s3] for it.")
    port = f":{parts.port}" if parts.port else ""
    options = {
        "endpoint_url": f"{SCHEMES[parts.scheme]}://{parts.hostname}{port}",
        "bucket_name": bucket,
        "location": folder,
        "region_name": more.get("region", [None])[0],
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "default_acl": None,
        "querystring_auth": True,
        "file_overwrite": False,
        "signature_version": "s3v4",
        "addressing_style": "path",
    }
    return {name: value for name, value in options.items() if value is not None}
