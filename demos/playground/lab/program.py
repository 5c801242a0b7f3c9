"""A program that can be run a step at a time: the reader's own, stopped at every turn of its loop."""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any, ClassVar

import minigrad as mg

FILE = "<script>"
LOOPS = (ast.For, ast.While)
FRAME = "def __turns__():\n    {names}\n    if False: yield"  # a program without loops is a generator, too
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SCOPES = (*DEFINITIONS, ast.Lambda)
BINDERS = (*DEFINITIONS, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Mistake:
    """Why a program stopped: the line that is to blame, counted from 1, or None; and what Python says."""

    line: int | None
    text: str
    traceback: str


class Program:
    r"""A program, and how far it has come.

    `advance` runs to the next turn of an innermost loop. What the program prints is kept in `output`; what it assigns
    is in `names`.

    Args:
        source: the program's text.
        seed: the value that its own line ``seed = …`` is to give, instead of the one that stands there.

    Example:
        >>> program = Program("total = 0\nfor i in range(3):\n    total += i\nprint(total)")
        >>> while program.advance():
        ...     pass
        >>> program.turns, program.names["total"], program.output.getvalue()
        (3, 3, '3\n')
    """

    _latest: ClassVar[Program | None] = None  # whose random numbers the default generator is giving

    def __init__(self, source: str, seed: int | None = None) -> None:
        self._random: Any = None
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.output = io.StringIO()
        self.turns = 0
        self.done = False
        self.mistake: Mistake | None = None
        self._file = FILE if seed is None else f"<script, seed {seed}>"
        linecache.cache[self._file] = (len(source), None, source.splitlines(keepends=True), self._file)
        try:
            code = suspendable(source, self._file, seed)
        except SyntaxError as error:
            self._stop(syntax_mistake(error))
        except ValueError as error:  # a null byte in the source
            self._stop(Mistake(None, f"{type(error).__name__}: {error}", str(error)))
        else:
            exec(code, self.names)
            self._turns: Iterator[None] = self.names.pop("__turns__")()

    def advance(self) -> bool:
        """Run to the next turn of the loop; return whether there is more to run."""
        if self.done:
            return False
        self._take_generator()
        try:
            with contextlib.redirect_stdout(self.output):
                next(self._turns)
            self.turns += 1
        except StopIteration:
            self.done = True
        except BaseException as error:  # also SystemExit, which would end the Worker
            self._stop(mistake_of(error, self._file))
        return not self.done

    def _take_generator(self) -> None:
        """Go on with this program's own random numbers, whatever other programs drew in between."""
        latest = Program._latest
        if latest is self:
            return
        if latest is not None:
            latest._random = mg.get_rng_state()
        if self._random is not None:
            mg.set_rng_state(self._random)
        Program._latest = self

    def _stop(self, mistake: Mistake) -> None:
        self.mistake, self.done = mistake, True


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Leave the default generator where it was: a program is drawing from it, a turn at a time."""
    state = mg.get_rng_state()
    try:
        yield
    finally:
        mg.set_rng_state(state)


def suspendable(source: str, file: str, seed: int | None = None) -> CodeType:
    """Compile a program as a generator ``__turns__`` that yields at every turn of an innermost loop.

    Its names stay global, so that the program means what it meant; line numbers stay, so that errors point to it.
    """
    compile(source, file, "exec")  # finds what a function would allow and a program does not, such as a return
    tree = ast.parse(source, file)
    if seed is not None:
        _give_seed(tree, seed)
    above = [node for node in tree.body if _belongs_above(node)]
    body = [_Unannotated().visit(node) for node in tree.body if node not in above]
    assigned = sorted(_assigned(body))
    _yield_in_loops(body)
    names = f"global {', '.join(assigned)}" if assigned else "pass"
    module = ast.parse(FRAME.format(names=names), file)
    function: Any = module.body[0]
    function.body += body
    module.body = [*above, function]
    return compile(ast.fix_missing_locations(module), file, "exec")


def _belongs_above(node: ast.stmt) -> bool:
    """Return whether a statement can stand in no function: an import from the future, or of everything."""
    return isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*")


class _Unannotated(ast.NodeTransformer):
    """Takes annotations off top-level names, which must not have any where they are declared global."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        return node

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef  # type: ignore[assignment]


def _give_seed(tree: ast.Module, seed: int) -> None:
    """Put another value into the first top-level ``seed = …``."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["seed"]:
            node.value = ast.copy_location(ast.Constant(seed), node.value)
            return
    raise NoSeed


class NoSeed(Exception):
    """A program has no line ``seed = …`` that another seed could be given to."""


def _assigned(body: list[ast.stmt]) -> set[str]:
    """Return the names that statements bind at the top level: functions and comprehensions have names of their own."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            found.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, BINDERS) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
        if isinstance(node, COMPREHENSIONS):
            found.update(named.target.id for named in ast.walk(node) if isinstance(named, ast.NamedExpr))
        elif not isinstance(node, SCOPES):
            waiting.extend(ast.iter_child_nodes(node))
    return found - {"*"}


def _yield_in_loops(body: list[ast.stmt]) -> None:
    """Put a yield at the head of every innermost loop."""
    for node in body:
        if isinstance(node, SCOPES):
            continue
        if isinstance(node, LOOPS) and not any(_has_loop(child) for child in [*node.body, *node.orelse]):
            pause = ast.Expr(ast.Yield())
            for part in ast.walk(pause):
                ast.copy_location(part, node)
            node.body.insert(0, pause)
            continue
        for field in ("body", "orelse", "finalbody"):
            _yield_in_loops(getattr(node, field, []))
        for handler in getattr(node, "handlers", []):
            _yield_in_loops(handler.body)
        for case in getattr(node, "cases", []):
            _yield_in_loops(case.body)


def _has_loop(node: ast.AST) -> bool:
    if isinstance(node, SCOPES):
        return False
    return isinstance(node, LOOPS) or any(map(_has_loop, ast.iter_child_nodes(node)))


def syntax_mistake(error: SyntaxError) -> Mistake:
    """Return what is wrong with a program that Python cannot read."""
    report = "".join(traceback.format_exception_only(error))
    return Mistake(error.lineno, f"{type(error).__name__}: {error.msg}", report)


def mistake_of(error: BaseException, file: str = FILE) -> Mistake:
    """Return the line of the program that an error comes from, and the traceback from there on."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    line = own[-1].lineno if own else None
    what = "".join(traceback.format_exception_only(error)).strip()
    start = error.__traceback__
    while start is not None and start.tb_frame.f_code.co_filename != file:
        start = start.tb_next
    report = traceback.format_exception(type(error), error, start or error.__traceback__)
    return Mistake(line, what.splitlines()[-1], "".join(report).replace("in __turns__", "in <module>"))
