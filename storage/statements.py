"""SQL made once and run often.

Building and compiling a SQLAlchemy statement costs more than running it. So a `Statement` is built
once, with named parameters, and compiled once a dialect; calling it with its values gives what a
database is asked to run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, cast

from sqlalchemy import Dialect, Executable
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import ExpandedState, SQLCompiler

Row: TypeAlias = dict[str, Any]
Processor: TypeAlias = Callable[[Any], Any]


class Query(NamedTuple):
    """What a driver runs: text, arguments in order, and how to read a row of the answer."""

    sql: str
    arguments: Sequence[Any]
    read: Callable[[Sequence[Any]], Row]


# name of the value, place in it if that is a list, how it is bound, what it is without a name
Source: TypeAlias = tuple[str | None, int | None, Processor | None, Any]

MAX_EXPANSIONS = 128


class Expansion(NamedTuple):
    """The text for lists of certain lengths, and where each argument comes from."""

    sql: str
    sources: Sequence[Source]


class Statement:
    """A statement whose `bindparam`s get their values at each call."""

    __slots__ = ("_clause", "_plans", "writes")

    def __init__(self, clause: Executable) -> None:
        self._clause = cast(ClauseElement, clause)
        self._plans: dict[str, Plan] = {}
        self.writes: bool = clause.is_dml

    def __call__(self, **values: Any) -> Bound:
        return Bound(self, values)

    def plan(self, dialect: Dialect) -> Plan:
        plan = self._plans.get(dialect.name)
        if plan is None:
            compiled = cast(SQLCompiler, self._clause.compile(dialect=dialect))
            plan = self._plans[dialect.name] = Plan(compiled, dialect)
        return plan


class Bound(NamedTuple):
    """A statement with the values of its parameters."""

    statement: Statement
    values: Mapping[str, Any]

    def query(self, dialect: Dialect) -> Query:
        return self.statement.plan(dialect).query(self.values)


class Plan:
    """A compiled statement: where each argument comes from and what each column becomes."""

    def __init__(self, compiled: SQLCompiler, dialect: Dialect) -> None:
        self._compiled = compiled
        self._read = _row_reader(compiled, dialect)
        required = {name: None for name, bind in compiled.binds.items() if bind.required}
        # A list for `IN` changes the text with its length: such a statement is expanded once a length.
        self._lists = [
            name
            for name, bind in compiled.binds.items()
            if bind.expanding and bind in compiled.post_compile_params
        ]
        self._expansions: dict[tuple[int, ...], Expansion] = {}
        if not self._lists:
            state = compiled.construct_expanded_state(required)
            processors = self._processors(state)
            self._sql = state.statement
            self._sources = [
                (name, processors.get(name), name in required, state.parameters[name])
                for name in state.positiontup or ()
            ]

    def query(self, values: Mapping[str, Any]) -> Query:
        if self._lists:
            return self._expanded(values)
        arguments: list[Any] = []
        for name, processor, required, fixed in self._sources:
            value = values[name] if required else fixed
            arguments.append(value if processor is None else processor(value))
        return Query(self._sql, arguments, self._read)

    def _expanded(self, values: Mapping[str, Any]) -> Query:
        lengths = tuple(len(values[name]) for name in self._lists)
        expansion = self._expansions.get(lengths)
        if expansion is None:
            expansion = self._expand(values)
            if len(self._expansions) < MAX_EXPANSIONS:
                self._expansions[lengths] = expansion
        arguments: list[Any] = []
        for name, index, processor, fixed in expansion.sources:
            value = fixed if name is None else values[name]
            if index is not None:
                value = value[index]
            arguments.append(value if processor is None else processor(value))
        return Query(expansion.sql, arguments, self._read)

    def _expand(self, values: Mapping[str, Any]) -> Expansion:
        state = self._compiled.construct_expanded_state(values)
        processors = self._processors(state)
        place_of = {
            expanded: (name, index)
            for name, all_expanded in state.parameter_expansion.items()
            for index, expanded in enumerate(all_expanded)
        }
        sources: list[Source] = []
        for name in state.positiontup or ():
            processor = processors.get(name)
            if name in place_of:
                sources.append((*place_of[name], processor, None))
            elif self._compiled.binds[name].required:
                sources.append((name, None, processor, None))
            else:
                sources.append((None, None, processor, state.parameters[name]))
        return Expansion(state.statement, sources)

    def _processors(self, state: ExpandedState) -> Mapping[str, Processor]:
        # A state has those of its expanded parameters only.
        own = cast(Mapping[str, Processor], self._compiled._bind_processors)
        return {**own, **state.processors}


def _row_reader(compiled: SQLCompiler, dialect: Dialect) -> Callable[[Sequence[Any]], Row]:
    names: list[str] = []
    processors: list[tuple[str, Processor]] = []
    for name, _, _, type_ in compiled._result_columns:
        names.append(name)
        processor = type_.dialect_impl(dialect).result_processor(dialect, None)
        if processor is not None:
            processors.append((name, processor))

    def read(values: Sequence[Any]) -> Row:
        row = dict(zip(names, values, strict=True))
        for name, processor in processors:
            row[name] = processor(row[name])
        return row

    return read
