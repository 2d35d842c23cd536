"""The charts: well-formed, with their points where the axes say, and readable on both pages."""

import pathlib
import re
import sys
import unittest
import xml.etree.ElementTree as ET

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from runner.plot import Axis, Chart, Series, svg

SVG = "{http://www.w3.org/2000/svg}"


def chart(*series, x=Axis("sessions", logarithmic=True, ticks=(1, 10, 100)),
          y=Axis("throughput", "orders/s")):
    return Chart("Title & <more>", "2 processors", x, y, series)


LINE = Series("gateway", ((1, 0.0), (10, 50.0), (100, 100.0)))


class Plot(unittest.TestCase):
    def texts(self, root, class_):
        return [text.text for text in root.iter(f"{SVG}text") if text.get("class") == class_]

    def test_points_are_where_the_axes_say(self):
        root = ET.fromstring(svg(chart(LINE)))
        marks = [(float(mark.get("cx")), float(mark.get("cy")))
                 for mark in root.iterfind(f"{SVG}g[@class='series']/{SVG}circle")]
        self.assertEqual(len(marks), 3)
        (left, bottom), (middle, half), (right, top) = marks
        self.assertAlmostEqual(middle - left, right - middle, delta=0.2)  # a decade each
        self.assertAlmostEqual(bottom - half, half - top, delta=0.2)
        self.assertGreater(bottom, top)
        grid = {(line.get("x1"), line.get("y1")) for line in root.iter(f"{SVG}line")
                if line.get("class") == "grid"}
        self.assertTrue(any(float(y1) == bottom for _, y1 in grid), "0 is a tick")
        points = root.find(f"{SVG}g[@class='series']/{SVG}polyline").get("points").split()
        self.assertEqual([tuple(map(float, point.split(","))) for point in points], marks)

    def test_all_is_within_the_picture(self):
        root = ET.fromstring(svg(chart(*[Series("a long name of a series " * 2, LINE.points, look)
                                         for look in range(4)])))
        width, height = map(float, root.get("viewBox").split()[2:])
        for element in root.iter():
            for key, most in (("x1", width), ("x2", width), ("cx", width), ("y1", height),
                              ("y2", height), ("cy", height)):
                if element.get(key):
                    self.assertTrue(0 <= float(element.get(key)) <= most, element.attrib)

    def test_axes_have_ticks_and_units(self):
        root = ET.fromstring(svg(chart(LINE)))
        self.assertEqual(self.texts(root, "axis-title"), ["sessions", "throughput, orders/s"])
        self.assertEqual(self.texts(root, "tick"),
                         ["0", "20", "40", "60", "80", "100", "1", "10", "100"])
        self.assertEqual(self.texts(root, "title"), ["Title & <more>"])
        self.assertEqual(self.texts(root, "subtitle"), ["2 processors"])

    def test_logarithmic_ticks(self):
        for values, ticks in (((100, 900), ["100", "200", "500", "1 000"]),
                              ((90, 20000), ["50", "100", "200", "500", "1 000", "2 000", "5 000",
                                             "10 000", "20 000"]),
                              ((0.2, 7000), ["0.1", "1", "10", "100", "1 000", "10 000"]),
                              ((5, 5), ["5"])):
            with self.subTest(values):
                y = Axis("time", "µs", logarithmic=True)
                root = ET.fromstring(svg(chart(Series("s", ((1, values[0]), (10, values[1]))),
                                               y=y)))
                self.assertEqual(self.texts(root, "tick")[:-2], ticks)

    def test_linear_ticks_end_above_all_values(self):
        for most, last in ((326000, "350 000"), (1, "1"), (0.07, "0.07"), (99.5, "100"), (0, "1")):
            with self.subTest(most):
                root = ET.fromstring(svg(chart(Series("s", ((1, 0), (10, most))))))
                ticks = self.texts(root, "tick")[:-2]
                self.assertEqual(ticks[0], "0")
                self.assertEqual(ticks[-1], last)
                self.assertLessEqual(len(ticks), 9)

    def test_the_legend_names_each_series(self):
        root = ET.fromstring(svg(chart(LINE, Series("older", LINE.points, 0, older=True),
                                       Series("QuickFIX", LINE.points, 1))))
        self.assertEqual(self.texts(root, "legend-text"), ["gateway", "older", "QuickFIX"])
        dashed = [line.get("class") for line in root.iter(f"{SVG}polyline")]
        self.assertEqual(dashed, ["line stroke0", "line stroke0 older", "line stroke1"])

    def test_light_and_dark(self):
        """Each colour of a light page has one for a dark page, and stands out from its ground."""
        style = ET.fromstring(svg(chart(LINE))).find(f"{SVG}style").text
        light, dark = style.split("@media (prefers-color-scheme: dark) {")
        colours = [dict(re.findall(r"([^{}\n]+?) \{ (?:fill|stroke): (#[0-9a-f]{6})", page))
                   for page in (light, dark)]
        self.assertEqual(colours[0].keys(), colours[1].keys())
        for page in colours:
            ground = page.pop(".ground")
            for name, colour in page.items():
                if "grid" not in name:
                    self.assertGreater(contrast(colour, ground), 4.5, name)
        self.assertNotIn("monospace", style)

    def test_what_cannot_be_drawn(self):
        with self.assertRaises(ValueError):
            svg(chart())
        with self.assertRaisesRegex(ValueError, "sessions: 0 has no place"):
            svg(chart(Series("s", ((0, 1), (1, 1)))))


def contrast(one, other):
    """By WCAG 2."""
    def luminance(colour):
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055)**2.4
                  for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


if __name__ == "__main__":
    unittest.main()
