"""The settings with which tasks get lost least, held against the document that measured them."""

from typing import Any

import pytest
from kombu import Exchange
from pydantic import SecretStr

from routing.office import Office
from routing.settings import IN_PROCESS_BROKER, Settings
from workers.celery_app import CLOCKWORK_QUEUE, make_app, queue_named

EVERYWHERE: dict[str, Any] = {
    "task_ignore_result": True,
    "result_backend": None,
    # Never pickle: whoever reaches the broker could run code.
    "task_serializer": "json",
    "accept_content": ["json"],
    # A message is gone when its work is done, not when it was taken.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    # The rows know of attempts; a message that failed does not come again by itself.
    "task_acks_on_failure": True,
    "task_acks_on_timeout": True,
    "task_time_limit": 60,
    "task_soft_time_limit": 45,
    "task_publish_retry": False,
    "task_create_missing_queues": False,
    "task_default_queue": CLOCKWORK_QUEUE,
    "worker_max_tasks_per_child": 1000,
    "worker_max_memory_per_child": 300_000,
    "worker_send_task_events": False,
    "worker_enable_remote_control": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_soft_shutdown_timeout": 45,
    "worker_enable_soft_shutdown_on_idle": True,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "enable_utc": True,
}
ON_REDIS: dict[str, Any] = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 25,
    # One list a queue: priorities would make four.
    "priority_steps": [0],
    "global_keyprefix": "satuatap:",
}


@pytest.fixture(params=[IN_PROCESS_BROKER, "redis://broker.example:6379/0"])
def office(request: pytest.FixtureRequest, sqlite_settings: Settings) -> Office:
    return Office(sqlite_settings.model_copy(update={"broker_url": SecretStr(request.param)}))


def test_the_settings_are_those_that_lose_least(office: Office) -> None:
    conf = make_app(office).conf
    assert {name: conf[name] for name in EVERYWHERE} == EVERYWHERE


def test_a_broker_over_the_network_is_asked_as_was_measured(office: Office) -> None:
    conf = make_app(office).conf
    if office.settings.broker == IN_PROCESS_BROKER:
        assert conf.broker_transport == "workers.in_process_broker:Transport"
        assert conf.broker_transport_options == {}
    else:
        # With TLS or by a socket kombu goes by the address.
        is_plain = office.settings.broker.startswith("redis://")
        assert conf.broker_transport == ("workers.redis_transport:Transport" if is_plain else None)
        assert conf.broker_transport_options == ON_REDIS
        # What was not acknowledged comes back only after every task has hit its limit.
        assert conf.broker_transport_options["visibility_timeout"] > 10 * conf.task_time_limit
        assert conf.worker_prefetch_multiplier == 1


def test_the_app_knows_its_tasks_and_no_others(office: Office) -> None:
    ours = {name for name in make_app(office).tasks if not name.startswith("celery.")}
    # Where there are many processes, none of these may read the log's key.
    assert ("seal" in ours) == (office.settings.broker == IN_PROCESS_BROKER)
    assert ours - {"seal"} == {
        "deliver",
        "attend",
        "sweep",
        "end-stale-sessions",
        "forget-answers",
        "index-entries",
        "recount",
        "keep-time",
        "forecast",
    }


def test_every_task_of_the_beat_exists_and_expires_before_the_next(office: Office) -> None:
    app = make_app(office)
    assert app.conf.beat_schedule
    for planned in app.conf.beat_schedule.values():
        assert planned["task"] in app.tasks
        assert planned["options"]["queue"] == CLOCKWORK_QUEUE
        assert planned["options"]["expires"] < planned["schedule"]


def test_two_offices_have_two_apps(office: Office) -> None:
    assert make_app(office).tasks["deliver"] is not make_app(office).tasks["deliver"]


def test_a_queue_is_found_by_its_name_alone() -> None:
    """Bound to nothing, it still takes messages after the broker forgot every binding."""
    queue = queue_named("desk.verifikasi")
    assert (queue.name, queue.routing_key, queue.exchange) == ("desk.verifikasi", "desk.verifikasi", Exchange(""))
    assert not queue.bindings
