"""From the settings that a file says to the form that is used to map; they are checked before."""

from __future__ import annotations

from oversight_agent.mapping.checked import (
    Derived,
    FieldMapping,
    FirstOf,
    Join,
    JoinedText,
    RowTest,
    TableMapping,
    WorkingDays,
)
from oversight_agent.mapping.code_rules import may_be_coded
from oversight_agent.mapping.codes import WILDCARD, Codes, fold, form_of
from oversight_agent.mapping.rules import formats_of
from oversight_agent.mapping.settings import (
    Code,
    Condition,
    FieldSettings,
    JoinSettings,
    LookupSettings,
    TableSettings,
)
from oversight_agent.mapping.table_rules import columns_of
from oversight_agent.sources import SourceSettings, tidy
from oversight_protocol.specification import (
    BankHolidays,
    SpecField,
    Specification,
    SpecTableSchema,
)

SEPARATOR = "/"
"""Between texts that are joined: without one, "1" and "23" would be "12" and "3"."""


def resolve(
    specification: Specification, table: SpecTableSchema, settings: TableSettings
) -> TableMapping:
    """A table's mapping."""
    table_of = _Resolver(settings, specification.bank_holidays)
    return TableMapping(
        table,
        source_of(settings),
        tuple(table_of.field(field) for field in table.fields),
        tuple(table_of.test(one) for one in settings.where),
        table_of.joins(),
    )


def source_of(settings: SourceSettings) -> SourceSettings:
    """The settings of the source alone."""
    said = {name: getattr(settings, name) for name in SourceSettings.model_fields}
    return SourceSettings.model_construct(_fields_set=set(said) & settings.model_fields_set, **said)


class _Resolver:
    def __init__(self, settings: TableSettings, holidays: BankHolidays) -> None:
        self._settings, self._holidays = settings, holidays

    def field(self, field: SpecField) -> FieldMapping:
        settings = self._settings.fields.get(field.name, FieldSettings())
        return FieldMapping(
            field,
            column=self._column_of(field, settings),
            constant=settings.constant,
            derived=self._derived(settings),
            prefix=settings.prefix or "",
            codes=self._codes(field, settings),
            date_formats=formats_of(settings.date_format or self._settings.date_format),
            number=settings.number_format or self._settings.number_format,
            add_days=settings.add_days or 0,
        )

    def test(self, test: Condition) -> RowTest:
        listed = test.listed if test.not_listed is None else test.not_listed
        return RowTest(
            self.column(test.column),
            values=None if listed is None else self._values(listed),
            start=test.start,
            end=test.end,
            empty=test.empty,
            negated=test.not_listed is not None,
            date_formats=formats_of(test.date_format or self._settings.date_format),
        )

    def joins(self) -> tuple[Join, ...]:
        own = [self._join(alias, join) for alias, join in self._settings.joins.items()]
        lookups = [
            self._lookup(name, one.lookup)
            for name, one in self._settings.fields.items()
            if one.lookup is not None
        ]
        return (*own, *lookups)

    def column(self, name: str) -> str:
        """A column's name, tidied before and after the point that parts it from its alias."""
        alias, point, rest = name.partition(".")
        if point and alias.strip() in self._settings.joins:
            return f"{alias.strip()}.{tidy(rest)}"
        return tidy(name)

    def _column_of(self, field: SpecField, settings: FieldSettings) -> str | None:
        if settings.lookup is not None:
            return f"{_lookup_alias(field.name)}.{tidy(settings.lookup.value)}"
        return None if settings.column is None else self.column(settings.column)

    def _derived(self, settings: FieldSettings) -> Derived | None:
        if settings.first_of is not None:
            return FirstOf(tuple(map(self.column, settings.first_of)))
        if settings.join_text is not None:
            separator = SEPARATOR if settings.separator is None else settings.separator
            return JoinedText(tuple(map(self.column, settings.join_text)), separator)
        if settings.working_days is not None:
            days = self._holidays.days
            ends = (
                self.column(settings.working_days.start),
                self.column(settings.working_days.end),
            )
            return WorkingDays(ends, days, (days[0].year, days[-1].year))
        return None

    def _join(self, alias: str, join: JoinSettings) -> Join:
        columns = {self.column(one) for one in self._named()}
        wanted = sorted(one.partition(".")[2] for one in columns if one.startswith(f"{alias}."))
        on = tuple((self.column(ours), tidy(theirs)) for ours, theirs in join.on.items())
        return Join(alias, source_of(join), on, tuple(wanted), join.unmatched == "empty")

    def _named(self) -> list[str]:
        named = [column for one in self._settings.fields.values() for column in columns_of(one)]
        named += [one.lookup.start for one in self._settings.fields.values() if one.lookup]
        named += [test.column for test in self._settings.where]
        return named + [column for join in self._settings.joins.values() for column in join.on]

    def _lookup(self, field: str, lookup: LookupSettings) -> Join:
        on = ((self.column(lookup.start), tidy(lookup.key)),)
        columns = (tidy(lookup.value),)
        return Join(
            _lookup_alias(field), source_of(lookup), on, columns, lookup.unmatched == "empty"
        )

    def _codes(self, field: SpecField, settings: FieldSettings) -> Codes | None:
        """The code of each value; without a list in the file, each code stands for itself."""
        if not may_be_coded(field):
            return None
        loose = (settings.match or self._settings.match) == "loose"
        listed, patterns = settings.codes, settings.patterns or {}
        if listed is None:
            listed = {str(code): code for code in field.codes or ()}
        exact: dict[str, Code] = {_compared(one, loose=loose): code for one, code in listed.items()}
        if settings.blank is not None:
            exact[""] = settings.blank
        return Codes(
            exact,
            tuple((_compared(one, loose=loose), code) for one, code in patterns.items()),
            form_of(field) if settings.codes is None and not patterns else None,
            settings.otherwise,
            loose,
        )

    def _values(self, listed: list[Code]) -> Codes:
        loose = self._settings.match == "loose"
        values = [_compared(str(value), loose=loose) for value in listed]
        return Codes(
            {value: value for value in values if WILDCARD not in value},
            tuple((value, value) for value in values if WILDCARD in value),
            loose=loose,
        )


def _compared(value: str, *, loose: bool) -> str:
    return fold(value) if loose else value.strip()


def _lookup_alias(field: str) -> str:
    """An alias that no file can give, for it holds a blank."""
    return f"lookup {field}"
