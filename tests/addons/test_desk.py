from __future__ import annotations

from gateway.config import Config, Function
from tests.addons.bench import bench, get, run


def test_a_lone_function_answers_to_any_name() -> None:
    async def test() -> None:
        async with bench() as desk:
            assert desk.desk.place("no-such-name") == desk.desk.place("web")

    run(test())


def test_each_function_has_its_server_and_time() -> None:
    async def test() -> None:
        config = Config(functions=(Function("a", timeout_s=1), Function("b", timeout_s=2)))
        async with bench(config=config) as desk:
            desk.desk.servers["b"] = ("127.0.0.1", 2)
            assert desk.desk.place("b") == (("127.0.0.1", 2), 2)
            assert desk.desk.place("a")[1] == 1

    run(test())


def test_every_end_names_the_config_and_gets_a_number() -> None:
    async def test() -> None:
        async with bench() as desk:
            await desk.talk(get())
            await desk.talk(get("/" + "x" * 5000))
            assert [each.id for each in desk.journal.ends] == [1, 2]
            assert {each.config_digest for each in desk.journal.ends} == {desk.desk.config_digest}

    run(test())
