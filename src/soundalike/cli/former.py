"""Names that commands and options had in former versions, for one sentence that tells the new one."""

from __future__ import annotations

COMMANDS = {
    "align": "data align",
    "assemble": "models assemble",
    "augment": "data augment",
    "average": "models average",
    "embed": "data embed",
    "import": "models import",
    "lint": "data lint",
    "list": "models list",
    "listen": "listening-test",
    "prepare": "data prepare",
    "rate": "data rate",
    "retell": "data gta",
    "say-how": "explain",
    "tell": "data distill",
}
# Of a command; of any command under ""
OPTIONS = {
    ("", "--no-verify"): "--no-quality-check",
    ("", "--verify"): "--quality-check",
    ("data augment", "--no-heard"): "--no-recognize",
    ("data augment", "--no-resampled"): "--no-resample",
    ("data prepare", "--layout"): "--reader",
    ("voices add", "--practise"): "--adapt-prompt",
}


def former_command(name: str) -> str | None:
    """What a command of former versions is called now; None for one that there never was."""
    return COMMANDS.get(name)


def former_option(command: str, name: str) -> str | None:
    """What an option of a command was renamed to; None for one that there never was."""
    return OPTIONS.get((command, name)) or OPTIONS.get(("", name))
