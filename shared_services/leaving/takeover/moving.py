"""Moving a predecessor's records into the successor's room: set by set, in the transaction that is open, by the owner."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import connection, models
from django.utils import timezone
from django.utils.crypto import get_random_string

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import Council

from ..choices import LineKind
from ..pack.contents import in_order
from .declared import STATUTORY, TAKEN, UNSETTLED, Taken

CARDS = OfficerCard._meta.db_table
NOT_TAKEN = [key for key, role in ROLES.items() if role.pooled or role.temporary or key in STATUTORY]
NO_ROLE = "No role"
WITHOUT_A_SAY = (NO_ROLE, ROLES["requisitioner"].label)
"""What an officer may come over with although nobody signed it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record for which somebody has to know what becomes of it."""

    kind: str
    table: str
    label: str
    before: str = ""
    here: str = ""
    before_id: Any = None
    here_id: Any = None


@dataclass
class Report:
    """What a take-over does: a line for each clash, and for each table its counts and sums before and after."""

    lines: list[Line] = field(default_factory=list)
    totals: list[dict[str, Any]] = field(default_factory=list)

    def count(self, *kinds: str) -> int:
        return sum(line.kind in kinds for line in self.lines)

    @property
    def obstacles(self) -> int:
        return self.count(LineKind.OBSTACLE)

    @property
    def rows(self) -> int:
        return sum(one["taken"] for one in self.totals)

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of how clashes are settled and who comes with which say: what both councils sign.

        Counts move on from day to day, and so do officers who decide nothing.
        """
        settled = sorted(
            (one.kind, one.table, one.before, one.here)
            for one in self.lines
            if one.kind != LineKind.OFFICER or one.here not in WITHOUT_A_SAY
        )
        return hashlib.sha256(json.dumps(settled).encode()).hexdigest()


def taken_models() -> list[type[models.Model]]:
    """The tables that are taken over, parents before children."""
    return in_order([apps.get_model(label) for label in TAKEN])


class Moving:
    """Statements that read one room and write another. Rows keep their keys; officers' cards get new ones."""

    def __init__(self, predecessor: Council, successor: Council) -> None:
        self.of, self.to = predecessor.schema_name, successor.schema_name
        self.number, self.number_here = predecessor.number, successor.number
        self.prefix = predecessor.code
        self.report = Report()
        self.models = taken_models()
        self.values: dict[str, Any] = {}

    def run(self) -> Report:
        """Find every clash, then move. Where something has to be settled first, nothing is moved."""
        self._run(
            "CREATE TEMP TABLE taken_same (tab text, before uuid, here uuid, PRIMARY KEY (tab, before)) ON COMMIT DROP"
        )
        self._run("CREATE TEMP TABLE taken_codes (tab text, id uuid, before text, here text, PRIMARY KEY (tab, id)) ON COMMIT DROP")  # fmt: skip
        self.values = {"year": self._first_year(), "prefix": self.prefix}
        self._look_for_unsettled()
        self._match_officers()
        for model in self.models:
            self._match(model, TAKEN[model._meta.label])
        if not self.report.obstacles:
            self._add_officers()
            with self._without_triggers():
                for model in self.models:
                    self._take(model, TAKEN[model._meta.label])
                self._run("SET CONSTRAINTS ALL IMMEDIATE")
                self._run("SET CONSTRAINTS ALL DEFERRED")
        return self.report

    def check_totals(self) -> None:
        """Raise NotAllowed where the successor's room does not hold what both had together."""
        for one in self.report.totals:
            sums = all(each["after"] == each["before"] + each["there"] for each in one["sums"])
            if one["after"] != one["before"] + one["taken"] or not sums:
                raise NotAllowed(f"Counts or sums do not agree: {one['title']}. Nothing was taken over.", code="totals")

    # -- What clashes -----------------------------------------------------------------------------

    def _look_for_unsettled(self) -> None:
        for what, sql in UNSETTLED:
            count = self._ask(sql.format(of=self.of, number=self.number))
            if count:
                self._line(LineKind.OBSTACLE, "", what, before=f"{count:,}")

    def _match_officers(self) -> None:
        """One person with the same work email in both rooms is one officer; everybody else gets a card here."""
        known = f"public.{CARDS} h WHERE h.owner_id = {self.number_here} AND lower(h.work_email) = lower(r.work_email)"
        self._run(
            f"INSERT INTO taken_same SELECT '{CARDS}', r.id, coalesce((SELECT h.id FROM {known} LIMIT 1), gen_random_uuid())"
            f" FROM public.{CARDS} r WHERE r.owner_id = {self.number} AND NOT 'platform_reader' = ANY (r.roles)"
        )
        rows = self._all(
            f"SELECT r.work_name, r.work_email, r.roles, r.active, r.id, s.here,"
            f" (SELECT h.roles FROM {known} LIMIT 1) FROM taken_same s"
            f" JOIN public.{CARDS} r ON r.id = s.before WHERE s.tab = '{CARDS}' ORDER BY r.work_name, r.work_email"
        )
        for name, email, roles, active, before, here, roles_here in rows:
            kind = LineKind.OFFICER if roles_here is None else LineKind.SAME
            come = [role.label for role in ROLES.values() if active and role.key in roles and role.key not in NOT_TAKEN]
            shown = email if roles_here is not None else ", ".join(come) or NO_ROLE
            self._line(kind, "Officers", name, before=email, here=shown, before_id=before, here_id=here)
            for role in ROLES.values():
                stays = role.key in STATUTORY if roles_here is None else role.key not in roles_here
                if active and role.key in roles and stays:
                    self._line(LineKind.LEFT, "Officers", name, before=role.label, before_id=before)

    def _match(self, model: type[models.Model], how: Taken) -> None:
        table = model._meta.db_table
        where = self._where(how)
        if how.same:
            self._run(
                f"INSERT INTO taken_same SELECT DISTINCT ON (r.id) '{table}', r.id, h.id FROM {self.of}.{table} r"
                f" JOIN {self.to}.{table} h ON {how.same} WHERE {where} ORDER BY r.id, h.id",
            )
            name = self._name_of(model)
            for label, before, here, first, second in self._all(
                f"SELECT r.{name}, {self._shown(how, 'r')}, {self._shown(how, 'h')}, r.id, h.id FROM taken_same s"
                f" JOIN {self.of}.{table} r ON r.id = s.before JOIN {self.to}.{table} h ON h.id = s.here"
                f" WHERE s.tab = '{table}' ORDER BY 2, 1"
            ):
                self._line(LineKind.SAME, self._title(model), label, before, here, first, second)
        if how.code:
            self._prefix(model, how, where)

    def _prefix(self, model: type[models.Model], how: Taken, where: str) -> None:
        """A code that the successor has for something else gets the predecessor's letters before it."""
        table, code = model._meta.db_table, how.code
        longest = int(getattr(model._meta.get_field(code), "max_length", 0) or 40)
        room = longest - len(self.prefix) - 1
        self._run(
            f"INSERT INTO taken_codes SELECT '{table}', r.id, r.{code}, %(prefix)s || '-' || right(r.{code}, {room})"
            f" FROM {self.of}.{table} r WHERE {where} AND EXISTS (SELECT FROM {self.to}.{table} h WHERE h.{code} = r.{code})"
            f" AND NOT EXISTS (SELECT FROM taken_same s WHERE s.tab = '{table}' AND s.before = r.id)"
        )
        taken = (
            f"EXISTS (SELECT FROM {self.to}.{table} h WHERE h.{code} = c.here)"
            f" OR EXISTS (SELECT FROM {self.of}.{table} o WHERE o.{code} = c.here)"
            " OR EXISTS (SELECT FROM taken_codes d WHERE d.tab = c.tab AND d.here = c.here AND d.id <> c.id)"
        )
        rows = self._all(
            f"SELECT r.{self._name_of(model)}, c.before, c.here, c.id, {taken} FROM taken_codes c"
            f" JOIN {self.of}.{table} r ON r.id = c.id WHERE c.tab = '{table}' ORDER BY c.before"
        )
        for label, before, here, key, is_taken in rows:
            kind = LineKind.OBSTACLE if is_taken else LineKind.RENAMED
            self._line(kind, self._title(model), label, before, here, key)

    # -- Moving -----------------------------------------------------------------------------------

    def _add_officers(self) -> None:
        """Cards and accounts of those who have none here. Nobody knows the password: each gets a link to choose one."""
        new = f"taken_same s JOIN public.{CARDS} r ON r.id = s.before WHERE s.tab = '{CARDS}' AND NOT EXISTS (SELECT FROM public.{CARDS} h WHERE h.id = s.here)"  # fmt: skip
        before = self._ask(f"SELECT count(*) FROM public.{CARDS} WHERE owner_id = {self.number_here}")
        there = self._ask(f"SELECT count(*) FROM public.{CARDS} WHERE owner_id = {self.number}")
        taken = self._run(
            f"INSERT INTO public.{CARDS} (id, owner_id, parts, work_name, work_email, job_title, roles, active, version)"
            f" SELECT s.here, {self.number_here}, '{{0}}', r.work_name, r.work_email, r.job_title,"
            " ARRAY(SELECT g FROM unnest(r.roles) WITH ORDINALITY u(g, place) WHERE g <> ALL (%(left)s) ORDER BY place),"
            f" r.active, 1 FROM {new}",
            {"left": NOT_TAKEN},
        )
        here = f"{self.to}.accounts_account"
        self._run(
            f"INSERT INTO {here} (id, password, email, card_id, is_active, created_at, former_email, unread_notices)"
            f" SELECT gen_random_uuid(), %(password)s, a.email, s.here, a.is_active, %(now)s, '', 0"
            f" FROM {self.of}.accounts_account a JOIN taken_same s ON s.tab = '{CARDS}' AND s.before = a.card_id"
            f" WHERE NOT EXISTS (SELECT FROM {here} h WHERE h.card_id = s.here)",
            {"password": make_password(get_random_string(64)), "now": timezone.now()},
        )
        self._run(
            f'INSERT INTO {self.to}.account_emailaddress (user_id, email, verified, "primary")'
            f" SELECT a.id, a.email, true, true FROM {here} a JOIN taken_same s ON s.tab = '{CARDS}' AND s.here = a.card_id"
            f" WHERE NOT EXISTS (SELECT FROM {self.to}.account_emailaddress e WHERE e.user_id = a.id)"
        )
        same = self.report.count(LineKind.SAME)
        after = self._ask(f"SELECT count(*) FROM public.{CARDS} WHERE owner_id = {self.number_here}")
        self.report.totals.append(
            {"table": CARDS, "title": "Officers", "there": there, "taken": taken, "same": min(same, there - taken),
             "before": before, "after": after, "sums": []}
        )  # fmt: skip

    def _take(self, model: type[models.Model], how: Taken) -> None:
        table = model._meta.db_table
        place = f"{self.to}.{table}"
        there = self._ask(f"SELECT count(*) FROM {self.of}.{table}")
        same = self._ask(f"SELECT count(*) FROM taken_same WHERE tab = '{table}'")
        before, sums_before = self._measure(place, how)
        columns, values, conditions = [], [], [self._where(how)]
        for one in model._meta.concrete_fields:
            if one.generated:
                continue
            columns.append(f'"{one.column}"')
            values.append(self._value(table, one, how, conditions))
        conditions.append(f"NOT EXISTS (SELECT FROM taken_same s WHERE s.tab = '{table}' AND s.before = r.id)")
        taken = self._run(
            f"INSERT INTO {place} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {self.of}.{table} r"
            f" WHERE {' AND '.join(f'({one})' for one in conditions)}",
        )
        _, sums_there = self._measure(
            f"{self.of}.{table} m WHERE EXISTS (SELECT FROM {place} t WHERE t.id = m.id)", how
        )
        after, sums_after = self._measure(place, how)
        self.report.totals.append(
            {
                "table": table, "title": self._title(model), "there": there, "taken": taken, "same": same,
                "before": before, "after": after,
                "sums": [
                    {"title": _words(model, name), "there": there_sum,
                     "before": before_sum, "after": after_sum}
                    for name, there_sum, before_sum, after_sum in zip(
                        how.money, sums_there, sums_before, sums_after, strict=True
                    )
                ],
            }
        )  # fmt: skip

    def _measure(self, source: str, how: Taken) -> tuple[int, list[Any]]:
        sums = "".join(f", coalesce(sum({name}), 0)" for name in how.money)
        ((count, *found),) = self._all(f"SELECT count(*){sums} FROM {source}")
        return count, found

    def _value(self, table: str, one: Any, how: Taken, conditions: list[str]) -> str:
        column = f'r."{one.column}"'
        if one.column in how.sets:
            return self._fill(how.sets[one.column])
        if one.name == how.code:
            return f"coalesce((SELECT c.here FROM taken_codes c WHERE c.tab = '{table}' AND c.id = r.id), {column})"
        target = one.related_model if one.remote_field else None
        if target is OfficerCard:
            return (
                f"coalesce((SELECT s.here FROM taken_same s WHERE s.tab = '{CARDS}' AND s.before = {column}), {column})"
            )
        if target not in self.models:
            return column
        return self._key(target, one, column, how, conditions)

    def _key(self, target: type[models.Model], one: Any, column: str, how: Taken, conditions: list[str]) -> str:
        """A key to a row that came along or is the successor's own. What lost its parent stays in the archive."""
        table = target._meta.db_table
        itself = TAKEN[target._meta.label]
        if one.name in how.only_of_new:
            conditions.append(f"NOT EXISTS (SELECT FROM taken_same s WHERE s.tab = '{table}' AND s.before = {column})")
        mapped = column
        if itself.same:
            mapped = (
                f"coalesce((SELECT s.here FROM taken_same s WHERE s.tab = '{table}' AND s.before = {column}), {column})"
            )
        if not itself.where and not itself.only_of_new and not _has_parents(target):
            return mapped
        found = f"EXISTS (SELECT FROM {self.to}.{table} t WHERE t.id = {mapped})"
        if one.null:
            return f"CASE WHEN {found} THEN {mapped} END"
        conditions.append(found)
        return mapped

    @contextmanager
    def _without_triggers(self) -> Iterator[None]:
        """Rows come as they are: nothing is worked out or written for them a second time."""
        tables = [f"{self.to}.{model._meta.db_table}" for model in self.models]
        for table in tables:
            self._run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            self._run(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    # -- Words and statements ---------------------------------------------------------------------

    def _first_year(self) -> int:
        year = timezone.localdate().year - (1 if timezone.localdate().month < 4 else 0)
        return self._ask(
            f"SELECT least({year}, min(financial_year)) FROM {self.of}.finance_commitment"
            " WHERE kind = 'commitment' AND released_at IS NULL"
        )

    def _where(self, how: Taken) -> str:
        return f"({self._fill(how.where)})" if how.where else "true"

    def _fill(self, sql: str) -> str:
        return sql.format(of=self.of, to=self.to) if "{" in sql else sql

    def _line(self, kind: str, table: str, label: str, before: str = "", here: str = "", before_id: Any = None, here_id: Any = None) -> None:  # fmt: skip
        self.report.lines.append(Line(kind, table, label, before, here, before_id, here_id))

    def _run(self, sql: str, values: dict[str, Any] | None = None) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, {**self.values, **(values or {})})
            return int(cursor.rowcount)

    def _all(self, sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, self.values)
            return cursor.fetchall()

    def _ask(self, sql: str) -> int:
        return int(self._all(sql)[0][0])

    @staticmethod
    def _title(model: type[models.Model]) -> str:
        title = str(model._meta.verbose_name_plural)
        return title[:1].upper() + title[1:]

    @staticmethod
    def _name_of(model: type[models.Model]) -> str:
        names = {one.name for one in model._meta.concrete_fields}
        return next(name for name in ("name", "title", "description", "number") if name in names)

    @staticmethod
    def _shown(how: Taken, alias: str) -> str:
        return f"{alias}.{how.code}" if how.code else f'{alias}."key"'


def _has_parents(model: type[models.Model]) -> bool:
    """Whether a row of it can itself stay behind, because a row that it needs does."""
    return any(
        not one.null and one.related_model is not model and TAKEN.get(one.related_model._meta.label) is not None
        and (TAKEN[one.related_model._meta.label].where or _has_parents(one.related_model))
        for one in model._meta.concrete_fields
        if isinstance(one, models.ForeignKey) and one.related_model._meta.label != "access.OfficerCard"
    )  # fmt: skip


def _words(model: type[models.Model], name: str) -> str:
    words = str(getattr(model._meta.get_field(name), "verbose_name", name))
    return words[:1].upper() + words[1:]
