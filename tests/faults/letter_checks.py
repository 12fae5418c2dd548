"""A digest as programs of others see it: SpamAssassin, and a MIME parser that is not Python's.

Both are Debian's: the packages spamassassin and libmime-tools-perl. Neither asks the network.
"""

import json
import re
import subprocess
from dataclasses import dataclass
from typing import Any

SCORE_MAX = 1.0
"""Points of SpamAssassin below which a digest has to stay; from 5.0 on it is taken for spam."""

_PARSER = r"""
use strict; use warnings;
use MIME::Parser; use Encode qw(decode); use JSON::PP;
my $parser = MIME::Parser->new;
$parser->output_to_core(1);
$parser->tmp_to_core(1);
binmode STDIN;
my $mail = $parser->parse(\*STDIN);
my (%headers, @parts);
for my $name ($mail->head->tags) {
    $headers{lc $name} = [map { s/\r?\n(?=[ \t])//g; chomp; decode("MIME-Header", $_) }
                          $mail->head->get_all($name)];
}
for my $part (grep { !$_->parts } $mail->parts_DFS) {
    my $charset = $part->head->mime_attr("content-type.charset") || "us-ascii";
    push @parts, {type => $part->mime_type, text => decode($charset, $part->bodyhandle->as_string)};
}
my @problems = map { "$_" } $parser->results->errors, $parser->results->warnings;
print JSON::PP->new->ascii->encode(
    {headers => \%headers, parts => \@parts, problems => \@problems});
"""


@dataclass(frozen=True)
class Parsed:
    """A message as Perl's MIME-tools read it: header fields by their names in small letters, the
    parts that hold no others as pairs of type and text, and what it found wrong."""

    headers: dict[str, list[str]]
    parts: list[tuple[str, str]]
    problems: list[str]


def spam_score(raw: bytes) -> float:
    """What SpamAssassin makes of it by its own rules alone. Raises ValueError when it says
    nothing."""
    said = _ran(["spamassassin", "-L", "-t"], raw).decode("utf-8", "replace")
    found = re.search(r"^Content analysis details: +\((-?[\d.]+) points", said, re.MULTILINE)
    if found is None:
        raise ValueError(said[:2000])
    return float(found[1])


def parsed_elsewhere(raw: bytes) -> Parsed:
    read: dict[str, Any] = json.loads(_ran(["perl", "-e", _PARSER], raw))
    parts = [(part["type"], part["text"].replace("\r\n", "\n")) for part in read["parts"]]
    return Parsed(read["headers"], parts, read["problems"])


def problems(raw: bytes, *, subject: str, text: str, html: str, to: str) -> list[str]:
    """What is wrong with a message that was to say this; nothing when all is well."""
    found = parsed_elsewhere(raw)
    wanted = {
        "subject": [subject],
        "to": [to],
        "list-unsubscribe-post": ["List-Unsubscribe=One-Click"],
        "auto-submitted": ["auto-generated"],
    }
    wrong = [*found.problems]
    wrong += [
        f"{name}: {found.headers.get(name)} instead of {values}"
        for name, values in wanted.items()
        if found.headers.get(name) != values
    ]
    once = ("from", "date", "message-id", "references", "list-id", "list-unsubscribe", "reply-to")
    wrong += [f"{name} does not stand there once" for name in once
              if len(found.headers.get(name, ())) != 1]  # fmt: skip
    # A long line of HTML is broken inside a tag, where white space means nothing.
    parts = [(kind, said.strip() if kind == "text/plain" else " ".join(said.split()))
             for kind, said in found.parts]  # fmt: skip
    if parts != [("text/plain", text.strip()), ("text/html", " ".join(html.split()))]:
        wrong.append(f"The bodies are not those of the ledger: {[kind for kind, _ in parts]}")
    if any(len(line) > 998 for line in raw.split(b"\r\n")):
        wrong.append("A line is longer than SMTP permits.")
    if (score := spam_score(raw)) >= SCORE_MAX:
        wrong.append(f"SpamAssassin gives it {score} points.")
    return wrong


def _ran(command: list[str], given: bytes) -> bytes:
    done = subprocess.run(command, input=given, capture_output=True, timeout=120, check=False)
    if done.returncode:
        raise ValueError(done.stderr.decode("utf-8", "replace")[:2000])
    return done.stdout
