"""Documents say what the product has: commands, options, variables, words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from tongxin.cli.main import cli

ROOT = Path(__file__).parents[2]
COMMANDS_PAGE = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
READMES = ["README.md", "README.zh.md"]
CODE_BLOCK_COMMAND = re.compile(r"^ {4}tongxin (.+)$", re.MULTILINE)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with the words that call it, groups left out."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        elif command is not None:
            yield " ".join((*path, name)), command


COMMANDS = dict(commands())


def options(command: click.Command) -> set[str]:
    return {
        max(option.opts, key=len)
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden
    }


def usage_of(words: str) -> str:
    """Return the passage of the page that shows how a command is called."""
    found = re.search(rf"^(?: {{4}}|\| `)tongxin {re.escape(words)}\b.*$", COMMANDS_PAGE, re.MULTILINE)
    assert found, f"docs/commands.md does not show tongxin {words}"
    return found.group().split("` |")[0]


@pytest.mark.parametrize("words", COMMANDS)
def test_the_page_of_commands_shows_each_with_exactly_its_options(words):
    shown = set(re.findall(r"--[a-z-]+", usage_of(words)))

    assert shown == options(COMMANDS[words])


def test_the_page_of_commands_explains_what_stands_before_every_command():
    for option in options(cli) | {"--help", "--version"}:
        assert option in COMMANDS_PAGE


def test_the_page_of_commands_shows_no_command_that_is_not_there():
    shown = {
        re.split(r"[`\[]|--", line)[0]
        for line in re.findall(r"^(?: {4}|\| `)tongxin (.+)$", COMMANDS_PAGE, re.MULTILINE)
    }
    unknown = {line for line in shown if not any(f"{line} ".startswith(f"{words} ") for words in COMMANDS)}

    assert unknown == set()


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_names_commands_and_options_that_exist(readme):
    for line in CODE_BLOCK_COMMAND.findall(read(readme)):
        words = max((known for known in COMMANDS if f"{line} ".startswith(f"{known} ")), key=len, default="")
        assert words, line
        assert set(re.findall(r"--[a-z-]+", line)) <= options(COMMANDS[words]), line


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_names_targets_that_the_makefile_has(readme):
    targets = set(re.findall(r"^([a-z0-9-]+):", read("Makefile"), re.MULTILINE))

    named = set(re.findall(r"\bmake ([a-z0-9-]+)(?= |`|$)", "\n".join(code_of(read(readme))), re.MULTILINE))

    assert named
    assert named <= targets


def code_of(text: str) -> list[str]:
    return re.findall(r"`[^`\n]+`", text) + re.findall(r"^ {4}.+$", text, re.MULTILINE)


@pytest.mark.parametrize(
    "document",
    [
        *READMES,
        "CONTRIBUTING.md",
        *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
    ],
)
def test_a_document_leads_to_files_that_exist(document):
    folder = (ROOT / document).parent
    targets = re.findall(r"\]\(([^)#]+)", read(document))
    missing = [name for name in targets if "://" not in name and not (folder / name).exists()]

    assert missing == []


def test_the_example_of_the_environment_lists_every_variable_that_is_read():
    read_by_settings = re.findall(
        r"(?:env_\w+|read_secret)\(\s*\"([A-Z_]+)\"", read("src/tongxin/config/settings.py")
    )

    listed = re.findall(r"^([A-Z_]+)=", read(".env.example"), re.MULTILINE)

    assert sorted(set(read_by_settings)) == sorted(listed)


def test_the_environment_is_read_in_one_place():
    readers = {
        path.relative_to(ROOT / "src/tongxin").as_posix()
        for path in (ROOT / "src/tongxin").rglob("*.py")
        if re.search(r"os\.environ\b(?!\.setdefault)|getenv", path.read_text(encoding="utf-8"))
    }

    assert readers == {"config/environment.py", "config/settings.py"}


@pytest.mark.parametrize("lock", ["requirements/base.txt", "requirements/dev.txt", "requirements/bench.txt"])
def test_a_lock_pins_everything_with_hashes_and_names_no_host(lock):
    text = read(lock)
    pinned = re.findall(r"^[a-z0-9][\w.\-\[\],]*==\S+.*$", text, re.MULTILINE)

    assert "://" not in text
    assert not re.search(r"^--?(?!hash)[a-z]", text, re.MULTILINE)
    assert pinned
    assert all(line.endswith("\\") for line in pinned)


def test_the_lock_of_the_front_end_names_no_host():
    assert '"resolved"' not in read("package-lock.json")


def test_the_glossary_has_every_dimension_and_role_once():
    from tongxin.organisations.models import Role
    from tongxin.ui.dimensions import DIMENSIONS

    glossary = read("docs/glossary.md")

    for code in (*Role.values, *DIMENSIONS):
        assert glossary.count(f"`{code}` ") == 1, code


def test_the_workflow_of_the_house_runs_the_readme_s_own_command():
    assert "make test" in read(".ci/run")
    assert "make test" in read("README.md")


def test_the_overrides_of_the_traditional_script_are_words_and_each_stands_once():
    text = read("src/tongxin/locale/overrides.yaml")
    overrides = yaml.safe_load(text)
    lines = [line for line in text.splitlines() if not line.startswith("#")]

    assert len(lines) == len(overrides)
    assert all(len(simplified) == len(traditional) for simplified, traditional in overrides.items())
