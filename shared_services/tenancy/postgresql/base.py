"""The database engine of the portal: a connection is a council (docs/adr/0001-a-connection-is-a-council.md).

In `login` mode each council's work runs on a connection logged in as that council's own role, so nothing
that is said on it can reach another council. In `setrole` mode, which serves only the fast tests, one owner
connection takes the role for the length of a transaction; grants and policies are the same.
"""

from __future__ import annotations

import re
import select
from collections import OrderedDict
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from django.db.backends.postgresql.base import ServerBindingCursor
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantWrapper
from psycopg.pq import ConnStatus, TransactionStatus

from ..errors import NoCouncil, RoomSwitch

ROOM_KEY = re.compile(r"c[0-9]{4}")
PUBLIC = "public"


PREPARE_AFTER = 3
"""A statement sent this often on one connection is planned once and kept: a connection belongs to one council, so a
kept plan never meets another's rights. Half of what a short statement costs the server is planning it anew."""


class SingleStatementCursor(ServerBindingCursor):
    """Sends each statement by the extended protocol, in which the server refuses "a; b", its values apart from it."""

    def _execute_send(self, query: Any, *, force_extended: bool = False, binary: bool | None = None) -> None:
        # Private API of psycopg, pinned; tests/shared_services/tenancy/test_attacks.py fails if it changes.
        super()._execute_send(  # type: ignore[misc]  # Django's stubs leave out psycopg's part of the cursor.
            query, force_extended=True, binary=binary
        )


class DatabaseWrapper(TenantWrapper):
    """django-tenants' wrapper with the role of the room instead of a search path."""

    connection: Any
    schema_name: str | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._idle: OrderedDict[str, Any] = OrderedDict()
        self._connected_role: str | None = None
        self._applied: str | None = None
        self._checked: set[str] = set()
        self._connecting = False
        self.door: Any = None
        self.wall_mode: str = settings.WALL_MODE
        super().__init__(*args, **kwargs)

    # -- which room --------------------------------------------------------------------------

    @property
    def wanted_role(self) -> str:
        """The database role of the room: `portal` where none is set, which may read the host map only."""
        room = self.schema_name
        if room is None or room == PUBLIC:
            return str(getattr(settings, "ROOMLESS_ROLE", "portal"))
        if not ROOM_KEY.fullmatch(room):
            raise ImproperlyConfigured(f"{room!r} is not the key of a room.")
        return str(room)

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        in_transaction = self.connection is not None and self.in_atomic_block
        if self.wall_mode == "login" and in_transaction and tenant.schema_name != self.schema_name:
            raise RoomSwitch("One transaction serves one room; end it before entering another.")
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public
        # Content types have the same ids in every room (provisioning copies them), so their cache stays.
        if self.wall_mode == "login" and self.connection is not None and self._connected_role != self.wanted_role:
            self._swap()

    def unset_tenant(self) -> None:
        """Leave every room: until the next door opens, queries are refused without asking the server."""
        self.tenant = None
        self.schema_name = None

    # -- connections -------------------------------------------------------------------------

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        params["cursor_factory"] = SingleStatementCursor
        if self.wall_mode == "login":
            role = self.wanted_role
            params["user"] = role
            password = settings.ROLE_PASSWORD(role)
            if password is not None:
                params["password"] = password
            params["prepare_threshold"] = PREPARE_AFTER
        else:
            params["user"] = settings.POSTGRES.owner
            if settings.POSTGRES.password:
                params["password"] = settings.POSTGRES.password
        return params

    def connect(self) -> None:
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False

    def get_database_version(self) -> tuple[int, ...]:
        return super().get_database_version()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if self.wall_mode == "login":
            self._connected_role = conn_params["user"]
            self._check_role(connection, conn_params["user"])
        self._applied = None
        return connection

    def _check_role(self, connection: Any, role: str) -> None:
        """Refuse to serve on a connection whose role could step over the wall."""
        if role in self._checked:
            return
        found = connection.execute(
            """
            SELECT current_user = session_user AND current_user = %s,
                   r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication,
                   (SELECT coalesce(array_agg(g.rolname::text ORDER BY g.rolname), '{}')
                      FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid),
                   EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid)
              FROM pg_roles r WHERE r.rolname = current_user
            """,
            [role],
        ).fetchone()
        connection.rollback()
        groups = [] if role in ("portal", "dispatcher") else ["councils"]
        if found is None or not found[0] or found[1] or list(found[2]) != groups or found[3]:
            connection.close()
            raise ImproperlyConfigured(f"Role {role!r} has more rights than a room may have; see manage.py check_wall.")
        self._checked.add(role)

    def _swap(self) -> None:
        """Park the connection of one room and take up the next one's, if it is still good."""
        if self._connected_role is not None and self._is_quiet(self.connection):
            self._idle[self._connected_role] = self.connection
            self._idle.move_to_end(self._connected_role)
        elif self.connection is not None:
            self.connection.close()
        self.connection = None
        self._connected_role = None
        parked = self._idle.pop(self.wanted_role, None)
        if parked is not None and self._is_quiet(parked):
            self.connection = parked
            self._connected_role = self.wanted_role
        while len(self._idle) > settings.ROOM_CONNECTIONS_PER_THREAD:
            self._idle.popitem(last=False)[1].close()

    @staticmethod
    def _is_quiet(connection: Any) -> bool:
        """Whether a parked connection may serve: alive, idle, and with no word from the server waiting.

        A server that stopped leaves its farewell in the socket, so a look at the socket finds a dead
        connection without a round trip.
        """
        pgconn = connection.pgconn
        if pgconn.status != ConnStatus.OK or pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        readable, _, _ = select.select([pgconn.socket], [], [], 0)
        return not readable

    def drop_if_dead(self) -> None:
        """Before a transaction begins: forget the current connection if the server has gone away."""
        if self.connection is not None and not self.in_atomic_block and not self._is_quiet(self.connection):
            self.close()

    def close(self) -> None:
        for parked in self._idle.values():
            parked.close()
        self._idle.clear()
        super().close()
        if self.connection is None:
            self._connected_role = None
        self._applied = None

    # -- what runs before each statement -----------------------------------------------------

    def _cursor(self, name: str | None = None) -> Any:
        if self.schema_name is None and not self.in_atomic_block:
            raise NoCouncil("No council’s room is open, so nothing may be read or written.")
        # Past django-tenants' own _cursor: the role brings its search path with it, so none is ever set.
        cursor = PostgresWrapper._cursor(self, name=name) if name else PostgresWrapper._cursor(self)
        if self.wall_mode == "setrole":
            self._take_role()
        return cursor

    def _take_role(self) -> None:
        if self._connecting:
            # Django asks a new connection for types and settings before any transaction can begin.
            return
        if not self.in_atomic_block:
            raise NoCouncil("In tests every statement runs inside a transaction; use a walled test for others.")
        role = self.wanted_role
        pgconn = self.connection.pgconn
        if self._applied == role or pgconn.transaction_status == TransactionStatus.INERROR:
            return
        begin = b"BEGIN;" if pgconn.transaction_status == TransactionStatus.IDLE else b""
        result = pgconn.exec_(begin + f'SET LOCAL ROLE "{role}"'.encode())
        if result.error_message:
            raise ImproperlyConfigured(f"Cannot take role {role}: {result.error_message.decode()}")
        self._applied = role

    def _handle_search_path(self, cursor: Any = None) -> None:
        """Nothing to do: "$user" in the server's search path follows the role."""

    def _commit(self) -> Any:
        self._applied = None
        return super()._commit()

    def _rollback(self) -> Any:
        self._applied = None
        return super()._rollback()

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)
        self._applied = None
