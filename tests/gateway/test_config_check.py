from __future__ import annotations

from gateway.config import Config, Domain, Function, Rewrite, Route, Trigger
from gateway.config_check import check


def test_a_sound_config_has_no_problems() -> None:
    config = Config(domains=(Domain("a.test", (Route("/*", "web", methods=("GET",)),)),))
    assert list(check(config)) == []


def test_every_kind_of_problem_has_its_place() -> None:
    config = Config(
        functions=(
            Function("a", "https://a.test", 1, 1, 500, triggers=(Trigger("x"), Trigger("y"), Trigger("z"))),
            Function("a"),
        ),
        domains=(
            Domain(
                "d", (Route("b", "c"), Route("b", "a", methods=("TRACE",), regex_rules=(Rewrite("(", "/"),))), "nobody"
            ),
        ),
    )
    assert [one.path for one in check(config)] == [
        ("functions", 1),
        ("functions", 0, "memory_mb"),
        ("functions", 0, "concurrency"),
        ("functions", 0, "server"),
        ("functions", 0, "triggers", 1),
        ("functions", 0, "triggers", 2),
        ("domains", 0, "auth_type"),
        ("domains", 0, "routes", 1),
        ("domains", 0, "routes", 0, "function"),
        ("domains", 0, "routes", 0, "path"),
        ("domains", 0, "routes", 1, "path"),
        ("domains", 0, "routes", 1, "methods", 0),
        ("domains", 0, "routes", 1, "regex_rules", 0, "match"),
    ]
