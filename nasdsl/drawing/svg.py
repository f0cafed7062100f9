"""An architecture as SVG: a panel for the network, and one for every distinct motif in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from nasdsl.architecture import Architecture, Graph, Node
from nasdsl.costs import cost
from nasdsl.ops.base import Shape
from nasdsl.record import Frozen, record

from .layout import Placed, place

ROW, BOX, MARGIN, TITLE, LINE = 46.0, 24.0, 24.0, 30.0, 15.0
LETTER = 6.7
MAX_WIDTH = 1500.0
MAX_NODES = 2_000

FILLS: Mapping[str, str] = {
    "Convolutions": "#cfe3f6", "Linear layers": "#cfe3f6", "Normalisation": "#eeeeee",
    "Activations and elementwise functions": "#f6e7c8", "Pooling": "#d6efd6",
    "Several inputs": "#ead9f2", "Attention": "#f8d3d3", "Recurrence": "#f8d3d3",
}  # fmt: skip
MOTIF, INPUT, OTHER = "#fbf3a8", "#ffffff", "#f4f4f4"
STYLE = (
    "text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#222}"
    ".t{font-weight:bold;font-size:13px}.s{fill:#777;font-size:10px}"
    "rect{stroke:#555;stroke-width:1}path{fill:none;stroke:#777;stroke-width:1.2}"
    ".b{fill:#f2c14e;stroke:none}"
)


@record
class Box(Frozen):
    """What stands in a box, beside it, and its colour; below it lines, each with a share of 1 or None
    for a bar."""

    text: str
    note: str
    fill: str
    lines: tuple[tuple[str, float | None], ...] = ()

    @property
    def width(self) -> float:
        texts = [len(self.text), len(self.note)]
        texts += [len(text) + (0 if share is None else 6) for text, share in self.lines]
        return max(texts) * LETTER + 16

    @property
    def height(self) -> float:
        return BOX + LINE * len(self.lines)


@record
class Panel(Frozen):
    """One graph, laid out; weights: of each edge, for its width (none: all are alike)."""

    title: str
    boxes: tuple[Box, ...]
    placed: Placed
    weights: tuple[float | None, ...] = ()

    @property
    def rows(self) -> list[tuple[float, float]]:
        """The top and the bottom of every layer."""
        heights = [0.0] * self.placed.layers
        for box, row in zip(self.boxes, self.placed.layer, strict=True):
            heights[row] = max(heights[row], box.height)
        found, top = [], TITLE
        for height in heights:
            found.append((top, top + height))
            top += height + ROW - BOX
        return found

    @property
    def width(self) -> float:
        return max(self.placed.width, len(self.title) * 8.2) + 2 * MARGIN

    @property
    def height(self) -> float:
        return self.rows[-1][1] + ROW - BOX + MARGIN


def draw_architecture(architecture: Architecture) -> str:
    """The SVG text of an architecture. Raises ValueError if it has too many parts for a drawing."""
    return sheet(_panels(architecture))


def sheet(panels: Sequence[Panel]) -> str:
    """The SVG text of panels side by side, in rows."""
    rows: list[list[Panel]] = []
    for panel in panels:
        used = sum(p.width for p in rows[-1]) if rows else MAX_WIDTH
        if used + panel.width > MAX_WIDTH:
            rows.append([])
        rows[-1].append(panel)
    parts, y = [], 0.0
    for row in rows:
        x = 0.0
        for panel in row:
            parts.append(f'<g transform="translate({x:.1f},{y:.1f})">{_panel(panel)}</g>')
            x += panel.width
        y += max(p.height for p in row)
    width = max(sum(p.width for p in row) for row in rows)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {y:.0f}" '
        f'width="{width:.0f}" height="{y:.0f}"><style>{STYLE}</style>'
        '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>'
    )
    return head + "".join(parts) + "</svg>\n"


def _panels(architecture: Architecture) -> list[Panel]:
    """The network, then the motifs that it is made of; those that differ in shapes only are one."""
    names: dict[object, str] = {}
    keys: dict[int, object] = {}
    shown: list[tuple[str, Graph]] = []
    taken: set[str] = set()
    used = {id(n.body) for g in architecture.graphs() for n in map(_inner, g.nodes)}
    for graph in architecture.graphs():
        key = keys[id(graph)] = _key(graph, keys)
        if graph is architecture.graph or key in names or id(graph) not in used:
            continue
        name, count = graph.name, 1
        while name in taken:
            count += 1
            name = f"{graph.name}_{count}"
        taken.add(name)
        names[key] = name
        shown.append((name, graph))
    found = cost(architecture)
    title = f"{architecture.name}: {found.params:,} parameters, {found.macs:,} multiply-adds"
    panels = [_laid_out(title, architecture.graph, architecture, keys, names)]
    panels += [_laid_out(name, graph, None, keys, names) for name, graph in reversed(shown)]
    return panels


def _key(graph: Graph, keys: Mapping[int, object]) -> object:
    """Equal for graphs that differ in shapes only."""
    nodes = tuple(
        (
            n.inputs, n.op.name if n.op else keys[id(n.body)], short_attributes(n), n.states is None,
        )
        for n in graph.nodes
    )  # fmt: skip
    return (graph.name, len(graph.inputs), nodes, graph.outputs)


def _laid_out(
    title: str,
    graph: Graph,
    network: Architecture | None,
    keys: Mapping[int, object],
    names: Mapping[object, str],
) -> Panel:
    if len(graph.nodes) > MAX_NODES:
        raise ValueError(f"{len(graph.nodes):,} parts are too many for a drawing")
    boxes, makers = [], []  # the box that makes each value
    edges: list[tuple[int, int]] = []
    for i, shape in enumerate(graph.inputs):
        text = (
            network.inputs[i].kind
            if network
            else (f"input {i}" if len(graph.inputs) > 1 else "input")
        )
        boxes.append(Box(text, _shape(shape) if network else "", INPUT))
        makers.append(i)
    for node in graph.nodes:
        number = len(boxes)
        edges += [(makers[v], number) for v in dict.fromkeys(node.inputs)]
        boxes.append(_box(node, keys, names, network is not None))
        makers += [number] * len(node.shapes)
    for i, value in enumerate(graph.outputs):
        edges.append((makers[value], len(boxes)))
        name = "output" if len(graph.outputs) == 1 else f"output {i}"
        boxes.append(Box(name, _shape(graph.shape_of(value)) if network else "", INPUT))
    return Panel(title, tuple(boxes), place([b.width for b in boxes], edges))


def _inner(node: Node) -> Node:
    """What a node comes to if its motif is a single call of all its inputs."""
    while node.body is not None and node.states is None and len(node.body.nodes) == 1:
        (only,) = node.body.nodes
        count = len(node.body.inputs)
        results = tuple(range(count, count + len(only.shapes)))
        if only.inputs != tuple(range(count)) or node.body.outputs != results:
            break
        node = only
    return node


def _box(node: Node, keys: Mapping[int, object], names: Mapping[object, str], shapes: bool) -> Box:
    note = _shape(node.shapes[0]) if shapes else ""
    node = _inner(node)
    if node.body is not None:
        name = names[keys[id(node.body)]]
        return Box(name if node.states is None else f"scan({name})", note, MOTIF)
    assert node.op is not None
    given = short_attributes(node)
    return Box(node.op.name + (f"({given})" if given else ""), note, fill_of(node.op.name))


def short_attributes(node: Node) -> str:
    """The attributes that are not at their defaults, in short."""
    if node.op is None:
        return ""
    given = dict(node.attrs)
    changed = [(p.name, given[p.name]) for p in node.op.params if given[p.name] != p.default]
    names = {"kernel": "", "out": "out "}
    return ", ".join(f"{names.get(n, n + ' ')}{_value(v)}" for n, v in changed)


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def fill_of(name: str) -> str:
    from nasdsl.ops.table import SECTIONS

    for section, ops in SECTIONS.items():
        if any(op.name == name for op in ops):
            return FILLS.get(section, OTHER)
    return OTHER


def _shape(shape: Shape) -> str:
    return "x".join(map(str, shape))


def _panel(panel: Panel) -> str:
    placed, rows = panel.placed, panel.rows
    shift = MARGIN + max(0.0, (panel.width - 2 * MARGIN - placed.width) / 2)
    parts = [f'<text class="t" x="{MARGIN}" y="20">{escape(panel.title)}</text>']
    weights = panel.weights or (None,) * len(placed.edges)
    for route, weight in zip(placed.edges, weights, strict=True):
        style = "" if weight is None else f' style="stroke-width:{0.5 + 3.5 * weight:.1f}"'
        parts.append(f'<path d="{_curve([(x + shift, row) for x, row in route], rows)}"{style}/>')
    for box, x, row in zip(panel.boxes, placed.x, placed.layer, strict=True):
        parts.append(_box_at(box, x + shift, *rows[row]))
    return "".join(parts)


def _box_at(box: Box, middle: float, top: float, bottom: float) -> str:
    """A box whose row ends at `bottom`: a line leads there from a lower one."""
    left = middle - box.width / 2
    parts = [
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="4" fill="{box.fill}"/>',
        f'<text x="{middle:.1f}" y="{top + 16:.1f}" text-anchor="middle">{escape(box.text)}</text>',
    ]  # fmt: skip
    if box.height < bottom - top:
        parts.append(f'<path d="M{middle:.1f} {top + box.height:.1f}V{bottom:.1f}"/>')
    if box.note:
        parts.append(
            f'<text class="s" x="{middle + 4:.1f}" y="{bottom + 11:.1f}">{escape(box.note)}</text>'
        )
    most = max((share for _, share in box.lines if share is not None), default=None)
    for i, (text, share) in enumerate(box.lines):
        at = top + BOX + LINE * i
        if share is not None:
            length = (box.width - 12) * min(1.0, max(0.0, share))
            parts.append(f'<rect class="b" x="{left + 6:.1f}" y="{at:.1f}" width="{length:.1f}" height="{LINE - 2}"/>')  # fmt: skip
            parts.append(f'<text x="{left + box.width - 8:.1f}" y="{at + 11:.1f}" text-anchor="end">{share:.2f}</text>')  # fmt: skip
        bold = ' style="font-weight:bold"' if share is not None and share == most else ""
        parts.append(f'<text x="{left + 8:.1f}" y="{at + 11:.1f}"{bold}>{escape(text)}</text>')
    return "".join(parts)


def _curve(points: list[tuple[float, int]], rows: list[tuple[float, float]]) -> str:
    """Down from box to box: straight past a layer, and bent between layers."""
    x, row = points[0]
    path = f"M{x:.1f} {rows[row][1]:.1f}"
    for x2, row2 in points[1:]:
        start, (end, past) = rows[row2 - 1][1], rows[row2]
        bend = (start + end) / 2
        path += f"C{x:.1f} {bend:.1f} {x2:.1f} {bend:.1f} {x2:.1f} {end:.1f}"
        if (x2, row2) != points[-1]:
            path += f"L{x2:.1f} {past:.1f}"
        x = x2
    return path
