"""A small LALR(1) parser that runs the tables Lark makes of the grammar, for texts without mistakes.

Lark stays the judge: a text that these tables do not accept, `Unparsed`, is parsed again by Lark,
which then explains it. Leaving Lark out otherwise saves its import and two thirds of the time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

END = "$END"


class Unparsed(Exception):
    """The tables do not accept the text."""


class Token:
    """A piece of text: its terminal, and where it stands."""

    __slots__ = ("end_pos", "start_pos", "type", "value")

    def __init__(self, type: str, value: str, start_pos: int, end_pos: int) -> None:
        self.type, self.value, self.start_pos, self.end_pos = type, value, start_pos, end_pos


class LalrParser:
    """One grammar, and the object whose methods make the nodes, one for each rule or alias."""

    def __init__(self, tables: Mapping[str, Any], builder: object) -> None:
        self._rows: list[dict[str, int]] = tables["rows"]
        self._starts: dict[str, list[int]] = tables["starts"]
        self._words: dict[str, str] = tables["words"]
        self._signs: dict[str, str] = tables["signs"]
        self._pieces = re.compile(tables["pieces"])
        # (what it makes, how many parts it has, its method unless it is a mere list, whether a single
        # part stands for itself, the parts that are lists to be spliced in)
        self._rules: list[tuple[str, int, Any, bool, list[int]]] = [
            (origin, size, getattr(builder, name, None), single, splice)
            for origin, size, name, single, splice in tables["rules"]
        ]
        self._passing: list[str | None] = [
            origin if single and size == 1 else None for origin, size, _, single, _ in self._rules
        ]
        self._settled: dict[tuple[int, int, str], int] = {}

    def parse(self, text: str, start: str) -> Any:
        """What the method of the start rule makes of a text. Raises Unparsed."""
        rows, rules, words, signs = self._rows, self._rules, self._words, self._signs
        passing, settled = self._passing, self._settled
        state, last = self._starts[start]
        states: list[int] = [state]
        values: list[Any] = []
        row = rows[state]
        for match in self._pieces.finditer(text):
            kind = match.lastgroup
            value = match[0]
            if kind == "NAME":
                kind = words.get(value, kind)
                if kind not in row:
                    kind = "NAME"
            elif kind == "skip":
                continue
            elif kind == "sign":
                kind = signs[value]
            while True:
                action = row.get(kind)  # type: ignore[arg-type]  # every match has a group, so a kind
                if action is None:
                    raise Unparsed
                if action >= 0:
                    break
                if passing[~action] is not None:
                    key = (states[-2], state, kind)
                    state = settled.get(key, -1)  # type: ignore[arg-type]  # likewise
                    if state < 0:
                        state = settled[key] = self._settle(*key)  # type: ignore[index, arg-type]  # likewise
                    states[-1] = state
                else:
                    origin, *rule = rules[~action]
                    self._reduce(rule, states, values)
                    state = rows[states[-1]][origin]
                    states.append(state)
                row = rows[state]
            state = action
            row = rows[state]
            states.append(state)
            values.append(Token(kind, value, match.start(), match.end()))  # type: ignore[arg-type]  # likewise
        while state != last or len(states) != 2:
            action = row.get(END)
            if action is None or action >= 0:
                raise Unparsed
            origin, *rule = rules[~action]
            self._reduce(rule, states, values)
            state = rows[states[-1]][origin]
            states.append(state)
            row = rows[state]
        return values[-1]

    def _settle(self, below: int, state: int, kind: str) -> int:
        """The state after all the rules that only pass their single part on."""
        while True:
            action = self._rows[state].get(kind, 0)
            origin = self._passing[~action] if action < 0 else None
            if origin is None:
                return state
            state = self._rows[below][origin]

    @staticmethod
    def _reduce(rule: list[Any], states: list[int], values: list[Any]) -> None:
        """Replace the parts of a rule by what it makes of them."""
        size, make, single, splice = rule
        if size:
            parts = values[-size:]
            del values[-size:], states[-size:]
        else:
            parts = []
        for place in reversed(splice):
            if place:
                parts[place : place + 1] = parts[place]
            else:  # it grows, where copies of a long list would be too many
                parts[0].extend(parts[1:])
                parts = parts[0]
        if single and len(parts) == 1:
            values.append(parts[0])
        else:
            values.append(parts if make is None else make(parts))


def tables_of(data: Mapping[str, Any], memo: Mapping[Any, Any]) -> dict[str, Any]:
    """The tables, as plain JSON, of a parser that Lark's `memo_serialize` has written out."""
    table = data["parser"]["parser"]
    names, numbers = table["tokens"], {state: i for i, state in enumerate(table["states"])}
    reduced: dict[Any, int] = {}  # Lark's number of a rule to ours
    rows: list[dict[str, int]] = []
    for row in table["states"].values():
        rows.append({})
        for token, (action, target) in row.items():
            if action == 0:
                rows[-1][names[token]] = numbers[target]
            else:
                rows[-1][names[token]] = ~reduced.setdefault(target["@"], len(reduced))
    ends = table["end_states"]
    return {
        "rows": rows,
        "starts": {s: [numbers[n], numbers[ends[s]]] for s, n in table["start_states"].items()},
        "rules": [_rule(memo[number]) for number in reduced],
        **_lexer(data["parser"]["lexer_conf"], memo),
    }


def _rule(rule: Mapping[str, Any]) -> list[Any]:
    """Origin, number of parts, name of the method, whether it may pass one on, lists to splice."""
    origin = rule["origin"]["name"]
    parts = rule["expansion"]
    lists = [
        i for i, part in enumerate(parts)
        if part["__type__"] == "NonTerminal" and part["name"][0] == "_"
    ]  # fmt: skip
    single = rule["options"]["expand1"] and not rule["alias"]
    return [origin, len(parts), rule["alias"] or origin, single, lists]


def _lexer(conf: Mapping[str, Any], memo: Mapping[Any, Any]) -> dict[str, Any]:
    """One expression for all pieces: the longest sign first, and the words among the names."""
    terminals = [memo[t["@"]] for t in conf["terminals"]]
    patterns = {t["name"]: t["pattern"] for t in terminals}
    fixed = {p["value"]: n for n, p in patterns.items() if p["__type__"] == "PatternStr"}
    words = {text: name for text, name in fixed.items() if text.isidentifier()}
    signs = {text: name for text, name in fixed.items() if text not in words}
    skipped = "|".join(patterns[name]["value"] for name in conf["ignore"])
    others = [
        f"(?P<{name}>{pattern['value']})" for name, pattern in patterns.items()
        if name not in conf["ignore"] and pattern["__type__"] == "PatternRE"
    ]  # fmt: skip
    longest = sorted(signs, key=len, reverse=True)
    pieces = [
        f"(?P<skip>(?:{skipped})+)",
        *others,
        f"(?P<sign>{'|'.join(map(re.escape, longest))})",
    ]
    return {"words": words, "signs": signs, "pieces": "|".join([*pieces, "(?P<bad>(?s:.))"])}
