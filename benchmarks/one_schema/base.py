from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper

from shared_services.tenancy.postgresql.base import PREPARE_AFTER, SingleStatementCursor


class DatabaseWrapper(PostgresWrapper):
    """Django's own engine. The room that is open is remembered, and changes nothing on the connection."""

    wall_mode = "none"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tenant: Any = None
        self.schema_name: str | None = "public"
        self.door: Any = None

    def get_connection_params(self) -> dict[str, Any]:
        # Statements go to the server as the portal's own engine sends them: what is left to measure is the wall.
        params = super().get_connection_params()
        params["cursor_factory"] = SingleStatementCursor
        params["prepare_threshold"] = PREPARE_AFTER
        return params

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        self.tenant = tenant
        self.schema_name = tenant.schema_name

    def set_schema(self, schema_name: str, *args: Any, **kwargs: Any) -> None:
        self.schema_name = schema_name

    def set_schema_to_public(self) -> None:
        self.tenant = None
        self.schema_name = "public"

    def unset_tenant(self) -> None:
        self.tenant = None
        self.schema_name = None
