"""What the simulator itself promises of its tasks."""

from tests.simulation.hub import Hub


def test_a_crash_ends_a_task_wherever_it_stands() -> None:
    hub, done = Hub(1, 0), list[str]()

    def work() -> None:
        done.append("begun")
        hub.sleep(task, 10)
        done.append("ended")

    task = hub.spawn("first", work)
    hub.run(5)
    task.crash()
    never = hub.spawn("second", work)
    never.crash()
    hub.run(100)

    assert done == ["begun"]
    assert not task.alive
    assert not never.alive
