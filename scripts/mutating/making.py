"""Which mutants does a module have?

A mutant is the module with one small fault. The faults are those of mutmut 3 (its operators
are called here), put also where mutmut itself puts none: in tables and limits at the top of a
module, which decide more than most functions do. Three faults are added: a call that stands
alone is left out, a refusal does not happen, and a bare condition is turned round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_string

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Guards against slips of our own, or words for the type checker: no input reaches them.
_NOT_ARGUMENTS = ("strict", "one_row_is", "remedy")
_NOT_CALLS = ("isinstance", "cast", "TypeVar")


class Mutant(NamedTuple):
    """One fault: where it is, what it changes, and the module that has it."""

    module: str
    line: int
    last: int
    function: str  # the outermost one that holds it; empty at the top of the module
    was: str
    becomes: str
    source: str


def mutants_of(module: str, text: str) -> list[Mutant]:
    """List every mutant of a module.

    Left out by rule: docstrings, annotations and blocks for the type checker, decorators, the
    words of messages (``msg = ...`` and what ``raise`` is given; not whether it raises) and of
    the data dictionary, ``strict=`` of ``zip``, and ``isinstance``.
    """
    wrapper = MetadataWrapper(cst.parse_module(text))
    finder = _Finder()
    wrapper.visit(finder)
    whole = wrapper.module
    header = whole.with_changes(body=[], footer=[]).code
    parts = [whole.code_for_node(statement) for statement in whole.body]
    tail = text[len(header) + sum(map(len, parts)) :]
    made, seen = [], set()
    for found in finder.found:
        # only the outermost statement is written anew: ten times as quick as the whole module
        part = whole.code_for_node(whole.body[found.part].deep_replace(found.node, found.faulty))  # type: ignore[arg-type]
        if part == parts[found.part] or (found.part, part) in seen or not _compiles(part):
            continue
        seen.add((found.part, part))
        was, becomes = _change(parts[found.part], part)
        source = header + "".join([*parts[: found.part], part, *parts[found.part + 1 :]]) + tail
        made.append(Mutant(module, found.line, found.last, found.function, was, becomes, source))
    return made


class _Found(NamedTuple):
    part: int  # which of the module's statements
    node: cst.CSTNode
    faulty: cst.CSTNode
    line: int
    last: int
    function: str


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[_Found] = []
        self.parts: dict[cst.CSTNode, int] = {}
        self.part = 0
        self.words: set[cst.CSTNode] = set()
        self.names: list[str] = []
        self.function = ""
        self.depth = 0
        self.statements: list[tuple[int, int]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Module):
            self.parts = {statement: n for n, statement in enumerate(node.body)}
        self.part = self.parts.get(node, self.part)
        if m.matches(node, _COLUMN):
            self.words |= {a for a in node.args[1:] if not a.keyword}
        if _left_out(node) or node in self.words:
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self.names.append(node.name.value)
        if isinstance(node, cst.BaseSmallStatement | cst.If | cst.For | cst.While | cst.With):
            self.statements.append(self._lines(node))
        for faulty in _faults(node):
            line, last = self.statements[-1] if self.statements else self._lines(node)
            self.found.append(_Found(self.part, node, faulty, line, last, self.function))
        return not isinstance(node, cst.Raise)

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if _left_out(original_node) or original_node in self.words:
            return
        node = original_node
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self.names.pop()
        if isinstance(node, cst.BaseSmallStatement | cst.If | cst.For | cst.While | cst.With):
            self.statements.pop()

    def on_visit_attribute(self, node: cst.CSTNode, attribute: str) -> None:
        if isinstance(node, cst.FunctionDef) and attribute == "body":
            if not self.depth:  # defaults belong to none: they are worked out when it is made
                self.function = ".".join(self.names)
            self.depth += 1

    def on_leave_attribute(self, original_node: cst.CSTNode, attribute: str) -> None:
        if isinstance(original_node, cst.FunctionDef) and attribute == "body":
            self.depth -= 1
            if not self.depth:
                self.function = ""

    def _lines(self, node: cst.CSTNode) -> tuple[int, int]:
        where = self.get_metadata(PositionProvider, node)
        last = where.end.line
        if isinstance(node, cst.If | cst.While):  # only its head: the body has lines of its own
            last = self.get_metadata(PositionProvider, node.test).end.line
        if isinstance(node, cst.For):
            last = self.get_metadata(PositionProvider, node.iter).end.line
        if isinstance(node, cst.With):
            last = self.get_metadata(PositionProvider, node.items[-1]).end.line
        return where.start.line, last


_TEXT = m.SimpleString() | m.ConcatenatedString()
_LEFT_OUT = (
    m.Annotation()
    | m.Decorator()
    | m.Import()
    | m.ImportFrom()
    | m.Expr(value=_TEXT)
    | m.If(test=m.Name("TYPE_CHECKING"))
    | m.Assign(targets=[m.AssignTarget(m.Name("msg") | m.Name("_REMEDY"))])
    | m.Call(func=m.OneOf(*map(m.Name, _NOT_CALLS)))
    | m.Arg(keyword=m.OneOf(*map(m.Name, _NOT_ARGUMENTS)))
)


#: ``Column("number", "what it means", "its unit")``: the words are for the data dictionary.
_COLUMN = m.Call(func=m.Name("Column"))


def _left_out(node: cst.CSTNode) -> bool:
    return m.matches(node, _LEFT_OUT)


def _faults(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.Raise) or m.matches(node, m.Expr(value=m.Call())):
        yield cst.Pass()
        return
    if isinstance(node, cst.If | cst.IfExp | cst.CompIf | cst.While) and _is_bare(node.test):
        inner = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), inner))
    if m.matches(node, _COLUMN):
        named = [a for a in node.args if a.keyword]
        for arg in named:
            yield node.with_changes(args=[a for a in node.args if a is not arg])
        return
    for kind, operator in mutation_operators:
        if not isinstance(node, kind):
            continue
        faults = list(operator(node))
        if operator is operator_string:  # of a text one fault, not also both of its cases
            faults = faults[:1]
        yield from (f for f in faults if not _drops_a_guard(node, f))


def _is_bare(test: cst.BaseExpression) -> bool:
    return isinstance(test, cst.Name | cst.Call | cst.Attribute | cst.Subscript)


def _drops_a_guard(node: cst.CSTNode, faulty: cst.CSTNode) -> bool:
    """Say whether an argument was taken out, or made nothing, that is left out by rule."""
    if not (isinstance(node, cst.Call) and isinstance(faulty, cst.Call)):
        return False
    return [a for a in node.args if _left_out(a)] != [a for a in faulty.args if _left_out(a)]


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _change(before: str, after: str) -> tuple[str, str]:
    """Give the lines that differ, as they were and as they become."""
    was, becomes = before.splitlines(), after.splitlines()
    while was and becomes and was[0] == becomes[0]:
        del was[0], becomes[0]
    while was and becomes and was[-1] == becomes[-1]:
        del was[-1], becomes[-1]
    return " ".join(map(str.strip, was)), " ".join(map(str.strip, becomes))
