"""A server's settings, with the empty page beside the application's own."""

from recruiting.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
