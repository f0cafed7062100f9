"""Lines of emitted source, wrapped at WIDTH, with the .nas position that each came from."""

from __future__ import annotations

from dataclasses import dataclass, field

from nasdsl.spans import Span

WIDTH = 100
_INDENT = "    "


@dataclass(slots=True)
class Page:
    """The lines written so far; `spans` maps line numbers (from 1) to positions."""

    lines: list[str] = field(default_factory=list)
    spans: dict[int, Span] = field(default_factory=dict)

    def add(self, text: str = "", depth: int = 0, span: Span | None = None) -> None:
        """Append one statement (or several plain lines), wrapped if it is too long."""
        prefix = _INDENT * depth
        for line in wrap(text, WIDTH - len(prefix)):
            self.lines.append((prefix + line).rstrip())
            if span:
                self.spans[len(self.lines)] = span

    def append(self, other: Page) -> None:
        shift = len(self.lines)
        self.lines += other.lines
        self.spans.update({shift + number: span for number, span in other.spans.items()})

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def wrap(line: str, width: int) -> list[str]:
    """Break a statement that is too long inside its last outermost pair of brackets."""
    if len(line) <= width or line.startswith("#"):
        return [line]
    opened, closed = _last_group(line)
    if opened < 0:
        return [line]
    inside, head, tail = line[opened + 1 : closed].strip(), line[: opened + 1], line[closed:]
    if not inside or line[opened + 1 : closed].startswith("*["):
        return [line]
    if len(inside) + len(_INDENT) <= width:
        return [head, _INDENT + inside, tail]
    parts = [_INDENT + part.strip() + "," for part in _split(inside) if part.strip()]
    return [head, *parts, tail]


def _last_group(line: str) -> tuple[int, int]:
    """Positions of the brackets of the last outermost group; (-1, -1) if there is none."""
    depth, start, found = 0, -1, (-1, -1)
    for i, ch in enumerate(line):
        if ch in "([{":
            if depth == 0:
                start = i
            depth += 1
        elif ch in ")]}":
            depth -= 1
            if depth == 0:
                found = (start, i)
    return found


def _split(text: str) -> list[str]:
    """Split at the commas outside brackets."""
    parts, depth, start = [], 0, 0
    for i, ch in enumerate(text):
        depth += (ch in "([{") - (ch in ")]}")
        if ch == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [*parts, text[start:]]
