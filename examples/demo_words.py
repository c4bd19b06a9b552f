"""What the demo says around its calls, in English and Chinese.

Must not know: calls. Read next: demo.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Words:
    """One language. `steps`: what to do next, as command and meaning; {page} and {recording} are filled in."""

    chinese: bool
    title: str
    legend: str
    delivery: str
    next: str
    steps: tuple[tuple[str, str], ...]


ENGLISH = Words(
    chinese=False,
    title="The product page's sample, examples/flask_sample.py, behind mitmdump -s addons/fc.py",
    legend="(-n +n ~n: header lines taken, added, changed on the way; the audit page has the rule for each)",
    delivery="the accepted call reaches your server",
    next="Recorded. Next:",
    steps=(
        ("{page}", "open it in a browser: both views of each call, each change beside its rule"),
        ("./run python replay.py list {recording}", "the recording on the terminal"),
        ("./run python replay.py check {recording}", "compute each call again: is the gateway still the same?"),
        ("./run mitmdump -s addons/fc.py", "your own server on port 9000, seen through port 8080"),
    ),
)

CHINESE = Words(
    chinese=True,
    title="产品文档中的示例 examples/flask_sample.py，前面运行着 mitmdump -s addons/fc.py",
    legend="（-n +n ~n：途中去掉、添加、修改的头字段行数；每处改动的规则见审计页面）",
    delivery="已接受的调用送达您的服务",
    next="已记录。接下来：",
    steps=(
        ("{page}", "用浏览器打开：每次调用的两个视角，每处改动旁边就是规则"),
        ("./run python replay.py list {recording}", "在终端中查看记录"),
        ("./run python replay.py check {recording}", "重新计算每次调用：网关的行为是否仍然相同？"),
        ("./run mitmdump -s addons/fc.py", "您自己的服务监听 9000 端口，从 8080 端口访问"),
    ),
)


def words_for(environment: Mapping[str, str]) -> Words:
    """The language of the user's locale, by POSIX precedence."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return CHINESE if environment[name].lower().startswith("zh") else ENGLISH
    return ENGLISH
