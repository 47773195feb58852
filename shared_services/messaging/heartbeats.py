"""Signs of life of the processes behind the portal, kept in Valkey for a little while. They say nothing of any council."""

from __future__ import annotations

from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

WORKER, RELAY = "worker", "relay"
LIFETIME_SECONDS = 20


@lru_cache(maxsize=1)
def client() -> redis.Redis:
    """Valkey, asked once and quickly: who asks wants to know whether it is there."""
    return redis.Redis.from_url(
        settings.VALKEY_URL, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
    )


def beat(process: str) -> bool:
    """Say that a process lives; gives False when Valkey cannot be told."""
    try:
        client().set(f"guildhall:alive:{process}", "1", ex=LIFETIME_SECONDS)
    except redis.RedisError:
        return False
    return True


def is_alive(process: str) -> bool:
    """Whether a process has been heard of lately. Raises redis.RedisError when Valkey does not answer."""
    return bool(client().exists(f"guildhall:alive:{process}"))


def broker_run() -> str:
    """Which run of Valkey this is: it changes when the server has been restarted. Raises redis.RedisError."""
    return str(client().info("server")["run_id"])
