"""Public holidays by country and region, out of the `holidays` package, named in English where it
can. Everything is kept once it has been worked out, since a page shows many people."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType

from holidays import country_holidays, list_supported_countries

LANGUAGE = "en_US"


@cache
def countries() -> Mapping[str, str]:
    """Names by ISO 3166 code, of the countries whose holidays are known, by name."""
    listed = (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    lines = [line.split("\t") for line in listed.splitlines() if not line.startswith("#")]
    known = list_supported_countries(include_aliases=False)
    names = {code: _plain(name) for code, name in lines if code in known}
    return MappingProxyType(dict(sorted(names.items(), key=lambda pair: pair[1])))


@lru_cache(maxsize=512)
def regions(country: str) -> Mapping[str, str]:
    """Names by code, of the regions with holidays of their own; none for an unknown country."""
    if country not in countries():
        return MappingProxyType({})
    aliases = country_holidays(country).get_subdivision_aliases()
    names = {code: (names[0] if names else code) for code, names in aliases.items()}
    return MappingProxyType(dict(sorted(names.items(), key=lambda pair: pair[1])))


@lru_cache(maxsize=1024)
def holidays_of(country: str, region: str, first: int, last: int) -> Mapping[date, str]:
    """The names of the holidays of these years; none where the country or region is unknown."""
    if country not in countries() or (region and region not in regions(country)):
        return MappingProxyType({})
    found = country_holidays(
        country, subdiv=region or None, years=range(first, last + 1), language=_language(country)
    )
    return MappingProxyType(dict(found.items()))


def around(country: str, region: str, now: datetime) -> Mapping[date, str]:
    """Their names, from the year before to the third year after; none without a country."""
    if not country:
        return MappingProxyType({})
    return holidays_of(country, region, now.year - 1, now.year + 3)


def place_words(country: str, region: str) -> str:
    """Whose holidays they are, as in "Germany, Berlin"."""
    names = (countries().get(country, ""), regions(country).get(region, ""))
    return ", ".join(name for name in names if name)


@lru_cache(maxsize=512)
def _language(country: str) -> str | None:
    spoken = country_holidays(country).supported_languages
    return LANGUAGE if LANGUAGE in spoken else None


def _plain(name: str) -> str:
    """The list of time zones shortens some names."""
    return {"Britain (UK)": "United Kingdom"}.get(name, name)
