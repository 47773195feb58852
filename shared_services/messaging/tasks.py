"""The queue's way in: a task runs in one council's room or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import Task, shared_task
from django.apps import apps

from shared_services.tenancy import directory
from shared_services.tenancy.errors import NoCouncil, NotAllowed

from . import outbox, registry, running


class CouncilTask(Task):
    """Refuses to be sent or run without the council it is for."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.request.called_directly:
            return self.run(*args, **kwargs)
        number = getattr(self.request, "council", None)
        if number is None:
            raise NoCouncil(f"{self.name} was sent without a council.")
        message_id = getattr(self.request, "outbox", None)
        if message_id is None:
            return running.run_from_schedule(task_name=self.name, council_number=int(number), arguments=kwargs)
        return running.run_promised(task_name=self.name, council_number=int(number), message_id=message_id)

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        if (options.get("headers") or {}).get("council") is None:
            raise NoCouncil(f"Ask for {self.name} with outbox.enqueue, which names its council.")
        return super().apply_async(args, kwargs, **options)


def council_task(
    function: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    queue: str = registry.PROMPT,
    max_attempts: int = 8,
    from_schedule: bool = False,
    when_it_fails: Callable[..., None] | None = None,
    pieces: Callable[..., list[dict[str, Any]]] | None = None,
    together: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] | None = None,
    call: Callable[[Any], Any] | None = None,
    afterwards: Callable[[Any, Any], None] | None = None,
    **options: Any,
) -> Any:
    """Register a function as a job of a council's room, named "<app>.<function>".

    It runs in one transaction and may run again after a failure, so it must be safe to repeat. Called
    directly it runs in the room that is open. `when_it_fails(error=, final=, **ids)` runs in the room after
    a failed attempt has been rolled back. With `pieces`, the job is promised without ids and done once for each
    set of ids that `pieces` gives, each in a transaction of its own: one that fails stops no other. `together` does
    many pieces in one transaction and gives those that it left; where it fails, each of them is done alone. With `call`,
    what the function gives is handed to it once the room is left, so that no transaction waits for another's server;
    `afterwards` then writes the answer down in the room. A function that gives None has nothing to call for. `options`
    go to Celery (time_limit, say).
    """

    def register(work: Callable[..., Any]) -> Any:
        config = apps.get_containing_app_config(work.__module__)
        label = config.label if config else work.__module__.split(".")[-2]
        task_name = name or f"{label}.{work.__name__}"
        if queue not in registry.QUEUES:
            raise ValueError(f"{task_name}: there is no queue {queue!r}.")
        registry.register(
            registry.RegisteredTask(
                task_name, work, queue, max_attempts, from_schedule, when_it_fails, pieces, together, call, afterwards
            )
        )
        return shared_task(base=CouncilTask, name=task_name, **options)(work)

    return register(function) if function is not None else register


@council_task(queue=registry.BULK, from_schedule=True)
def fan_out(task: str, with_shared_service: bool = False) -> None:
    """Promise one task to every council, from the shared service's room. A council still at the last round is left out."""
    _check_scheduled(task)
    for_every_council(task, with_shared_service=with_shared_service)


@council_task(queue=registry.BULK, from_schedule=True)
def promise(task: str) -> None:
    """Promise one task to the shared service itself, unless the last promise is still open."""
    _check_scheduled(task)
    outbox.enqueue(task, once=task)


def _check_scheduled(task: str) -> None:
    """A message in the broker can be forged by whoever reaches it; it gets no further than the schedule's own lines."""
    if not registry.is_in_schedule(task):
        raise NotAllowed(f"No line of the schedule asks for {task}.")


def for_every_council(task: str, /, *, with_shared_service: bool = False, **ids: Any) -> int:
    """Promise a task to each council; gives how many. One council's failure never stops another's.

    Only the shared service may ask. A promise that is still open is not made twice.
    """
    rooms = directory.every_room() if with_shared_service else directory.all_councils()
    return len(outbox.enqueue_all(task, [room.number for room in rooms], once=task, **ids))
