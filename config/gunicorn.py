"""The web processes: two, with threads, on the loopback address unless GUILDHALL_BIND says otherwise."""

from __future__ import annotations

import gc
import os

wsgi_app = "config.wsgi:application"
bind = os.environ.get("GUILDHALL_BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}").split(",")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("GUILDHALL_THREADS", "4"))
# Loaded once and forked: a web process shares the code's memory with the other, and starts at once.
preload_app = True
# Files that a web process writes are for its own user alone.
umask = 0o077
timeout = 60
graceful_timeout = 15
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - heartbeats, never data
accesslog = "-" if os.environ.get("GUILDHALL_ACCESS_LOG") == "1" else None
forwarded_allow_ips = os.environ.get("GUILDHALL_PROXY_ADDRESSES", "127.0.0.1")


def pre_fork(server: object, worker: object) -> None:
    """Keep what is loaded out of the collector, so that its pages stay shared."""
    gc.freeze()
