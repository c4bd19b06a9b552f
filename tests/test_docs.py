"""The pages keep up with the program: options, verbs, exit codes and rules have their place, links lead somewhere."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from addons.options import OPTIONS
from addons.refusal import Exit
from gateway.config import Config
from gateway.config_load import load
from gateway.exchange import Failure
from gateway.rules import RULES
from instance.spec import FAILURES
from replay import MODULES

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
READMES = [pytest.param("README.md", id="en"), pytest.param("README.zh.md", id="zh")]
REPLAY_EXITS = {0, 1, 2, 3, 4, 5}  # design: "Exit codes", stable from the first release


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table_rows(text: str) -> list[list[str]]:
    """Cells of every table row."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def headings(text: str) -> list[str]:
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^(#+ .*)$", outside, re.MULTILINE)


def text_of(default: object) -> str:
    """A default as one types it after --set name=."""
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default)


@pytest.mark.parametrize("name", READMES)
def test_the_table_of_options_is_the_program_s(name: str) -> None:
    shown = {row[0].strip("`"): row[1].strip("`") for row in table_rows(read(name)) if row[0].startswith("`fc_")}
    assert list(shown) == [option.name for option in OPTIONS]
    given = {option.name: text_of(option.default) for option in OPTIONS if option.default != ""}
    assert {name: shown[name] for name in given} == given


@pytest.mark.parametrize("name", READMES)
def test_every_choice_of_an_option_is_named(name: str) -> None:
    rows = {row[0].strip("`"): row[2] for row in table_rows(read(name)) if row[0].startswith("`fc_")}
    for option in OPTIONS:
        assert [choice for choice in option.choices if choice and f"`{choice}`" not in rows[option.name]] == []


@pytest.mark.parametrize("name", READMES)
def test_the_table_of_verbs_is_the_program_s(name: str) -> None:
    shown = [row[0].strip("`") for row in table_rows(read(name)) if row[0].startswith("`replay.py ")]
    assert shown == [f"replay.py {verb}" for verb in MODULES]


@pytest.mark.parametrize("name", READMES)
def test_every_exit_code_has_its_row(name: str) -> None:
    rows = {int(row[0]): row for row in table_rows(read(name)) if row[0].isdigit()}
    assert {code for code in rows if rows[code][1]} == REPLAY_EXITS
    assert {code for code in rows if rows[code][2]} - {0, 1} == set(Exit)
    own = {int(code) for code in re.findall(r"^ +exit (\d+)$", read("run"), re.MULTILINE)} - {0}
    assert own <= set(rows)


@pytest.mark.parametrize("name", READMES)
def test_every_flag_that_is_named_exists(name: str) -> None:
    known = {"--mode", "--listen-port", "--set"}
    for module, _ in MODULES.values():
        command = importlib.import_module(module).command
        known.update(flag for parameter in command.params for flag in parameter.opts)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", read(name))) <= known


def test_both_languages_have_the_same_shape() -> None:
    english, chinese = read("README.md"), read("README.zh.md")
    levels = [[heading.split(" ")[0] for heading in headings(text)] for text in (english, chinese)]
    assert levels[0] == levels[1]
    assert blocks(english, "sh") == blocks(chinese, "sh")
    assert [row[0] for row in table_rows(english) if row[0].startswith("`")] == [
        row[0] for row in table_rows(chinese) if row[0].startswith("`")
    ]
    assert english.count("\n") == chinese.count("\n")
    code = [re.findall(r"`[^`\n]+`", text) for text in (english, chinese)]
    assert set(code[0]) == set(code[1])


def test_the_languages_link_to_each_other_on_line_1() -> None:
    assert "(README.zh.md)" in read("README.md").splitlines()[0]
    assert "(README.md)" in read("README.zh.md").splitlines()[0]


@pytest.mark.parametrize("page", [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in PAGES])
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path, _, fragment = target.partition("#")
        file = (page.parent / path) if path else page
        if not file.exists() or (fragment and fragment not in anchors(file)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """The fragments that headings of a page have on the usual forges."""
    titles = [heading.lstrip("# ") for heading in headings(page.read_text(encoding="utf-8"))]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_rule_has_its_heading() -> None:
    titles = {heading.lstrip("# ") for heading in headings(read("docs/rules.md"))}
    assert set(RULES) - titles == set()


def test_the_documented_views_exist() -> None:
    schema = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "store").rglob("*.py"))
    for view in re.findall(r"`(\w+_overview)`", read("README.md")):
        assert re.search(rf"CREATE VIEW {view}\b", schema)


def test_the_glossary_is_in_order_and_names_each_word_once() -> None:
    words = re.findall(r"^- \*\*(.+?)\*\*: ", read("docs/glossary.md"), re.MULTILINE)
    assert len(words) > 40
    assert words == sorted(set(words))


def test_the_config_that_docs_show_is_one() -> None:
    (shown,) = blocks(read("docs/instance.md"), "yaml")
    config = load(YAML(typ="safe").load(shown))
    assert isinstance(config, Config), config
    assert [one.launch.command for one in config.functions] == [("python3", "server.py"), ("node", "report.js")]
    assert config.functions[0].launch.initialize_s == 20


def test_every_failure_of_an_instance_has_its_row_in_the_docs() -> None:
    shown = {row[2].strip("`") for row in table_rows(read("docs/instance.md")) if len(row) == 3}
    assert {one.value for one in FAILURES.values()} | {Failure.EXITED.value} <= shown
