"""Line charts as SVG, without a library: a title, two axes with ticks and units, a legend, lines
with a mark at each point. Readable on light and on dark pages."""

import dataclasses
import math
import xml.etree.ElementTree as ET

from runner.figures import shown

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, BOTTOM = 84, 24, 64
CHARACTER = 6.6  # about the width of one, at 12 pixels
LEGEND_LINE = 20
MOST_TICKS = 9
MARKS = ("circle", "square", "triangle", "diamond")

STYLE = """
text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif }
.title { font-size: 15px; font-weight: 600 }
.ground { fill: #ffffff }
text { fill: #1f2328 }
.subtitle, .tick { fill: #59636e }
.grid { stroke: #d8dee4; stroke-width: 1 }
.axis { stroke: #59636e; stroke-width: 1 }
.line { fill: none; stroke-width: 2 }
.older { stroke-dasharray: 6 4 }
.stroke0 { stroke: #0b62c4 } .fill0 { fill: #0b62c4 }
.stroke1 { stroke: #b04a00 } .fill1 { fill: #b04a00 }
.stroke2 { stroke: #7a3fc0 } .fill2 { fill: #7a3fc0 }
.stroke3 { stroke: #1a7f37 } .fill3 { fill: #1a7f37 }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117 }
text { fill: #e6edf3 }
.subtitle, .tick { fill: #9da7b3 }
.grid { stroke: #2b323b }
.axis { stroke: #9da7b3 }
.stroke0 { stroke: #6cb0ff } .fill0 { fill: #6cb0ff }
.stroke1 { stroke: #ff9b50 } .fill1 { fill: #ff9b50 }
.stroke2 { stroke: #c79bff } .fill2 { fill: #c79bff }
.stroke3 { stroke: #4cc763 } .fill3 { fill: #4cc763 }
}
"""


@dataclasses.dataclass(frozen=True)
class Axis:
    title: str
    unit: str = ""
    logarithmic: bool = False
    ticks: tuple[float, ...] = ()  # chosen by itself where there are none


@dataclasses.dataclass(frozen=True)
class Series:
    name: str
    points: tuple[tuple[float, float], ...]  # by x
    look: int = 0        # colour and mark
    older: bool = False  # dashed


@dataclasses.dataclass(frozen=True)
class Chart:
    title: str
    subtitle: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]  # each with a point at least


def svg(chart):
    """The chart as a file's text. ValueError where there is nothing to show, or no place for it:
    a value of 0 or less on a logarithmic axis."""
    points = [point for series in chart.series for point in series.points]
    if not points:
        raise ValueError("a chart without points")
    legend = _legend_places(chart.series)
    top = 72 + LEGEND_LINE * (legend[-1][1] + 1)
    across = _Scale(chart.x, [x for x, _ in points], LEFT + 14, WIDTH - RIGHT - 14)
    up = _Scale(chart.y, [y for _, y in points], HEIGHT - BOTTOM, top)
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img",
                              "viewBox": f"0 0 {WIDTH} {HEIGHT}", "width": str(WIDTH),
                              "height": str(HEIGHT)})
    ET.SubElement(root, "title").text = chart.title
    ET.SubElement(root, "desc").text = chart.subtitle
    ET.SubElement(root, "style").text = STYLE
    _element(root, "rect", "ground", x=0, y=0, width=WIDTH, height=HEIGHT)
    _text(root, "title", LEFT, 28, chart.title, "start")
    _text(root, "subtitle", LEFT, 48, chart.subtitle, "start")
    _draw_axes(root, chart, across, up)
    for series, (left, line) in zip(chart.series, legend):
        _draw_legend(root, series, left, 70 + LEGEND_LINE * line)
        _draw_series(root, chart, series, across, up)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


# ---- Scales ------------------------------------------------------------------------------------

class _Scale:
    """Values to pixels, and where the ticks are."""

    def __init__(self, axis, values, first, last):
        self._log = axis.logarithmic
        self._first, self._last = first, last
        if self._log and min(values) <= 0:
            raise ValueError(f"{axis.title}: {min(values)} has no place on a logarithmic axis")
        if axis.ticks:
            self.ticks = [tick for tick in axis.ticks if min(values) <= tick <= max(values)]
            self._low, self._high = min(values), max(values)
        else:
            self.ticks = _log_ticks(values) if self._log else _linear_ticks(values)
            self._low, self._high = self.ticks[0], self.ticks[-1]

    def __call__(self, value):
        low, high, value = ((math.log10(each) for each in (self._low, self._high, value))
                            if self._log else (self._low, self._high, value))
        share = (value - low) / (high - low) if high > low else 0.5
        return self._first + share * (self._last - self._first)


def _log_ticks(values):
    """1, 2, 5, 10 and so on, or fewer where these are too many; from below all values to above
    them."""
    for steps in ((1, 2, 5), (1, 3), (1,)):
        decades = range(math.floor(math.log10(min(values))) - 1,
                        math.ceil(math.log10(max(values))) + 2)
        candidates = [step * 10.0**decade for decade in decades for step in steps]
        low = max(each for each in candidates if each <= min(values))
        high = min(each for each in candidates if each >= max(values))
        ticks = [each for each in candidates if low <= each <= high]
        if len(ticks) <= MOST_TICKS:
            break
    return ticks


def _linear_ticks(values):
    """From 0 to what is not below any value, by a round step."""
    high = max(values)
    if high <= 0:
        return [0.0, 1.0]
    decade = 10.0**(math.floor(math.log10(high)) - 1)
    step = next(step * decade for step in (1, 2, 5, 10, 20, 50)
                if _steps(high, step * decade) < MOST_TICKS)
    return [step * i for i in range(_steps(high, step) + 1)]


def _steps(high, step):
    return math.ceil(high / step - 1e-9)  # 0.07 is seven times 0.01


def _tick_text(tick):
    return shown(tick) if tick >= 100 else f"{tick:g}"


# ---- What is drawn -----------------------------------------------------------------------------

def _draw_axes(root, chart, across, up):
    bottom, top = HEIGHT - BOTTOM, up(up.ticks[-1])
    for tick in up.ticks:
        y = up(tick)
        _element(root, "line", "grid", x1=LEFT, y1=y, x2=WIDTH - RIGHT, y2=y)
        _text(root, "tick", LEFT - 8, y + 4, _tick_text(tick), "end")
    for tick in across.ticks:
        x = across(tick)
        _element(root, "line", "grid", x1=x, y1=top, x2=x, y2=bottom)
        _element(root, "line", "axis", x1=x, y1=bottom, x2=x, y2=bottom + 5)
        _text(root, "tick", x, bottom + 20, _tick_text(tick), "middle")
    _element(root, "line", "axis", x1=LEFT, y1=bottom, x2=WIDTH - RIGHT, y2=bottom)
    _element(root, "line", "axis", x1=LEFT, y1=top, x2=LEFT, y2=bottom)
    middle = (LEFT + WIDTH - RIGHT) / 2
    _text(root, "axis-title", middle, HEIGHT - 18, _axis_text(chart.x), "middle")
    label = _text(root, "axis-title", 0, 0, _axis_text(chart.y), "middle")
    label.set("transform", f"translate(20 {_pixels((top + bottom) / 2)}) rotate(-90)")


def _axis_text(axis):
    return f"{axis.title}, {axis.unit}" if axis.unit else axis.title


def _draw_series(root, chart, series, across, up):
    group = ET.SubElement(root, "g", {"class": "series"})
    path = " ".join(f"{_pixels(across(x))},{_pixels(up(y))}" for x, y in series.points)
    _element(group, "polyline", _line_class(series), points=path)
    for x, y in series.points:
        mark = _mark(group, series.look, across(x), up(y))
        ET.SubElement(mark, "title").text = (
            f"{series.name}: {_tick_text(x)} {chart.x.unit or chart.x.title}, "
            f"{shown(y)} {chart.y.unit or chart.y.title}")


def _line_class(series):
    return f"line stroke{series.look % len(MARKS)}" + (" older" if series.older else "")


def _legend_places(all_series):
    """Of each: where it begins, and on which line."""
    places, left, line = [], LEFT, 0
    for series in all_series:
        width = 40 + CHARACTER * len(series.name) + 20
        if left > LEFT and left + width > WIDTH - RIGHT:
            left, line = LEFT, line + 1
        places.append((left, line))
        left += width
    return places


def _draw_legend(root, series, left, y):
    group = ET.SubElement(root, "g", {"class": "legend"})
    _element(group, "line", _line_class(series), x1=left, y1=y, x2=left + 32, y2=y)
    _mark(group, series.look, left + 16, y)
    _text(group, "legend-text", left + 40, y + 4, series.name, "start")


def _mark(parent, look, x, y):
    fill = f"mark fill{look % len(MARKS)}"
    shape = MARKS[look % len(MARKS)]
    if shape == "circle":
        return _element(parent, "circle", fill, cx=x, cy=y, r=4)
    corners = {"square": ((-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)),
               "triangle": ((0, -5), (4.8, 3.6), (-4.8, 3.6)),
               "diamond": ((0, -5), (5, 0), (0, 5), (-5, 0))}[shape]
    points = " ".join(f"{_pixels(x + right)},{_pixels(y + down)}" for right, down in corners)
    return _element(parent, "polygon", fill, points=points)


def _element(parent, tag, class_, **attributes):
    words = {key: value if isinstance(value, str) else _pixels(value)
             for key, value in attributes.items()}
    return ET.SubElement(parent, tag, {"class": class_, **words})


def _text(parent, class_, x, y, text, anchor):
    element = _element(parent, "text", class_, x=x, y=y)
    element.set("text-anchor", anchor)
    element.text = text
    return element


def _pixels(value):
    return f"{value:.1f}".removesuffix(".0")
