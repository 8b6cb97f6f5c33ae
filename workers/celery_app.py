"""The Celery app: its settings, a queue a desk, its tasks. One app an office; nothing at module level.

The settings are those with which tasks were lost least, and lost ones do no harm here. Time and memory limits are
Celery's for a pool of processes; in our pool of threads it is the database's own time limits that end a bundle.
"""

from __future__ import annotations

from typing import Any

from celery import Celery
from kombu import Queue

from routing.office import Office
from routing.settings import IN_PROCESS_BROKER, Settings
from workers.attend import add_attend
from workers.clockwork import add_clockwork
from workers.deliver import add_deliver

#: Tasks that belong to no desk.
CLOCKWORK_QUEUE = "clockwork"

_VISIBILITY_SECONDS = 900


def make_app(office: Office) -> Celery:
    """The app of this office, with its tasks."""
    app = Celery("satuatap", set_as_current=False, fixups=[])
    app.conf.update(celery_settings(office.settings))
    app.conf.task_queues = [queue_named(CLOCKWORK_QUEUE)]
    add_deliver(app, office)
    add_attend(app, office)
    add_clockwork(app, office, CLOCKWORK_QUEUE)
    return app


def queue_named(name: str) -> Queue:
    """A queue bound to nothing: the anonymous exchange finds it by name, even after the broker forgot everything."""
    return Queue(name, exchange="", routing_key=name)


def celery_settings(mall: Settings) -> dict[str, Any]:
    """What Celery is told, of this mall and in general."""
    settings: dict[str, Any] = {
        "broker_url": mall.broker,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_acks_on_failure": True,
        "task_acks_on_timeout": True,
        "task_time_limit": 60,
        "task_soft_time_limit": 45,
        # Only the relay publishes, and it tries again from the rows.
        "task_publish_retry": False,
        "task_create_missing_queues": False,
        "task_default_queue": CLOCKWORK_QUEUE,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 1000,
        "worker_max_memory_per_child": 300_000,
        "worker_send_task_events": False,
        # Whoever reaches the broker could otherwise shut workers down.
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_soft_shutdown_timeout": 45,
        "worker_enable_soft_shutdown_on_idle": True,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry_on_startup": True,
        # The default gives up after a hundred attempts.
        "broker_connection_max_retries": None,
        "timezone": "UTC",
        "enable_utc": True,
    }
    if mall.broker == IN_PROCESS_BROKER:
        settings["broker_transport"] = "workers.in_process_broker:Transport"
        settings["worker_prefetch_multiplier"] = 16
    else:
        if mall.broker.startswith("redis://"):
            # With TLS or by a socket kombu goes by the address to choose its transport.
            settings["broker_transport"] = "workers.redis_transport:Transport"
        settings["broker_transport_options"] = {
            "visibility_timeout": _VISIBILITY_SECONDS,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "socket_timeout": 10,
            "socket_connect_timeout": 3,
            "socket_keepalive": True,
            "health_check_interval": 25,
            "priority_steps": [0],
            "global_keyprefix": mall.broker_prefix,
        }
    return settings
