"""The dozen requisitions of the demo."""

from recruiting.dashboards.demo.stories import (
    brackwater,
    brackwater_joliet,
    havelmark,
    havelmark_closing,
    havelmark_integration,
)

STORIES = (
    havelmark_integration.INTEGRATION,
    *havelmark.STORIES,
    *havelmark_closing.STORIES,
    *brackwater_joliet.STORIES,
    *brackwater.STORIES,
)

__all__ = ["STORIES"]
