"""The papers' drawings as SVG: what their few PDF operators say, in SVG's words."""

from dataclasses import dataclass, field, replace

_PAINTS = {"S": "S", "f": "F", "f*": "FE", "B": "FS"}


@dataclass(slots=True)
class _State:
    """What the operators have set, and how many groups are open for it."""

    fill: str = "#000"
    stroke: str = "#000"
    width: str = "1"
    groups: int = 0


@dataclass(slots=True)
class _Drawing:
    page: str
    state: _State = field(default_factory=_State)
    saved: list[_State] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    at: str = "0 0"
    out: list[str] = field(default_factory=list)


def svg_of(operators: str, page: str) -> str:
    """Return SVG elements; a form is used by its name and the page's."""
    drawing, operands = _Drawing(page), list[str]()
    for token in operators.split():
        if token[0] in "-+.0123456789/":
            operands.append(token)
            continue
        _apply(drawing, token, operands)
        operands = []
    return "".join(drawing.out)


def _apply(drawing: _Drawing, operator: str, operands: list[str]) -> None:
    state = drawing.state
    match operator:
        case "q":
            drawing.saved.append(replace(state))
            state.groups = 0
        case "Q":
            drawing.out.append("</g>" * state.groups)
            drawing.state = drawing.saved.pop()
        case "cm":
            drawing.out.append(f'<g transform="matrix({" ".join(operands)})">')
            state.groups += 1
        case "Do":
            drawing.out.append(f'<use href="#{operands[0][1:]}-{drawing.page}"/>')
        case "rg":
            state.fill = _colour(operands)
        case "RG":
            state.stroke = _colour(operands)
        case "w":
            state.width = operands[0]
        case "S" | "f" | "f*" | "B":
            drawing.out.append(_painted(drawing, _PAINTS[operator]))
        case _:
            _extend(drawing, operator, operands)


def _colour(operands: list[str]) -> str:
    return "#" + "".join(f"{round(float(one) * 255):02x}" for one in operands)


def _painted(drawing: _Drawing, how: str) -> str:
    state, path = drawing.state, " ".join(drawing.path)
    drawing.path = []
    fill = f'fill="{state.fill}"' if "F" in how else 'fill="none"'
    rule = ' fill-rule="evenodd"' if "E" in how else ""
    line = f' stroke="{state.stroke}" stroke-width="{state.width}"' if "S" in how else ""
    return f'<path {fill}{rule}{line} d="{path}"/>'


def _extend(drawing: _Drawing, operator: str, operands: list[str]) -> None:
    points = " ".join(operands)
    match operator:
        case "m" | "l" | "c":
            drawing.path.append(f"{operator.upper()}{points}")
        case "v":
            drawing.path.append(f"C{drawing.at} {points}")
        case "y":
            drawing.path.append(f"C{points} {' '.join(operands[-2:])}")
        case "h":
            drawing.path.append("Z")
        case "re":
            x, y, wide, high = operands
            drawing.path.append(f"M{x} {y}h{wide}v{high}h-{wide}z")
        case _:
            raise ValueError(f"the drawings have no operator {operator}")
    if len(operands) > 1:
        drawing.at = " ".join(operands[-2:])
