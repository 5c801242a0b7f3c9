r"""Formulas: a small part of LaTeX's notation, turned into MathML, which browsers draw and screen readers read aloud.

It knows letters, numbers and signs as they are (θ, ≤, ∂), ``x_i``, ``x^2``, ``{groups}``, ``\frac{a}{b}``,
``\sqrt{a}``, ``\hat{a}``, ``\bar{a}``, ``\text{words}``, ``\quad``, and ``\\`` for a new line.
"""

from __future__ import annotations

import re
from html import escape

TOKEN = re.compile(r"\\text\{[^}]*\}|\\[a-z]+|\\\\|\d+(?:\.\d+)?|\S")
ACCENTS = {r"\hat": "^", r"\bar": "¯"}
TALL = "∑∏"  # what carries its indices above and below
NO_BREAK = "\u00a0"  # MathML strips other spaces
SCRIPTS = {
    (False, "_"): "msub", (False, "^"): "msup", (False, "^_"): "msubsup",
    (True, "_"): "munder", (True, "^"): "mover", (True, "^_"): "munderover",
}  # fmt: skip


def to_mathml(formula: str) -> str:
    """Return the formula as a displayed ``<math>`` element; ValueError if a group is not closed."""
    lines = [math_of(TOKEN.findall(line)) for line in formula.split(r"\\")]
    body = "".join(f"<mtr><mtd>{line}</mtd></mtr>" for line in lines)
    content = lines[0] if len(lines) == 1 else f'<mtable displaystyle="true">{body}</mtable>'
    return f'<math display="block" alttext="{escape(formula)}">{content}</math>'


def math_of(tokens: list[str]) -> str:
    """Return a row of atoms."""
    tokens, atoms = tokens[::-1], []  # a stack, the first token on top
    while tokens:
        atoms.append(with_indices(tokens))
    return f"<mrow>{''.join(atoms)}</mrow>"


def with_indices(tokens: list[str]) -> str:
    """Take an atom off the stack, and the indices that follow it."""
    base = tokens[-1]
    atom = take(tokens)
    marks = {}
    while tokens and tokens[-1] in {"_", "^"}:
        sign = tokens.pop()
        marks[sign] = take(tokens)
    if not marks:
        return atom
    name = SCRIPTS[base in TALL, "".join(sorted(marks))]
    return f"<{name}>{atom}{marks.get('_', '')}{marks.get('^', '')}</{name}>"


def take(tokens: list[str]) -> str:
    """Take one atom off the stack, without indices."""
    token = tokens.pop()
    if token == "{":
        return math_of(group(tokens))
    if token == r"\frac":
        return f"<mfrac>{take(tokens)}{take(tokens)}</mfrac>"
    if token == r"\sqrt":
        return f"<msqrt>{take(tokens)}</msqrt>"
    if token in ACCENTS:
        return f'<mover accent="true">{take(tokens)}<mo>{ACCENTS[token]}</mo></mover>'
    if token == r"\quad":
        return '<mspace width="1.5em"/>'
    if token.startswith(r"\text"):
        return f"<mtext>{escape(token[6:-1]).replace(' ', NO_BREAK)}</mtext>"
    if token.isalpha():
        return f"<mi>{token}</mi>"
    if token[0].isdigit():
        return f"<mn>{token}</mn>"
    return f'<mo stretchy="false">{escape(token.replace("-", "−"))}</mo>'


def group(tokens: list[str]) -> list[str]:
    """Take what is left of a group off the stack, with its closing brace."""
    inside, depth = [], 1
    while tokens:
        token = tokens.pop()
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth == 0:
            return inside
        inside.append(token)
    raise ValueError("a { in the formula is not closed")
