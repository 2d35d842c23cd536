"""The live page of a gateway, in a browser: what is traded appears, moves, and comes back."""

import re
import unittest

from selenium.webdriver.common.keys import Keys

from browser import Browser
from relay import Relay
from support import SOURCE, betex_fix, demo_gateway, gateway_folder, wait_until

HOME = "EPL-ARS-CHE.HOME"


def luminance(color):
    def linear(channel):
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
    red, green, blue = (linear(int(part) / 255) for part in re.findall(r"\d+", color)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """As WCAG 2 has it: 4.5 at least for text."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class LivePage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(Browser())

    def setUp(self):
        self.folder = self.enterContext(gateway_folder())
        self.gateway = demo_gateway(self.folder)
        self.addCleanup(lambda: self.gateway.kill())
        self.relay = self.enterContext(Relay(self.gateway.http_port))
        self.browser.complaints()
        self.browser.open(self.relay.port)
        self.browser.wait_for("#connection", "live")

    def fix(self, comp_id, *words):
        code, output = betex_fix(self.gateway, self.folder, comp_id, *words)
        self.assertEqual(code, 0, output)

    def trade(self):
        self.fix("BROKER1", "lay", HOME, "30", "@2.04")
        self.fix("BROKER2", "back", HOME, "10", "@2.04")

    def test_prices_that_are_traded_appear(self):
        self.browser.wait_for("#ladder-title", "EPL-ARS-CHE")  # the first of the markets
        self.browser.wait_for(f'[data-key="{HOME}"] .last', "not traded")
        self.fix("BROKER1", "lay", HOME, "30", "@2.04")
        self.fix("BROKER1", "back", HOME, "7", "@2.1")
        wait_until(lambda: self.browser.ladder(HOME) == {2.1: (7, 0), 2.04: (0, 30)})
        self.fix("BROKER2", "back", HOME, "10", "@2.04")
        wait_until(lambda: self.browser.ladder(HOME) == {2.1: (7, 0), 2.04: (0, 20)})
        self.assertRegex(self.browser.text(f'[data-key="{HOME}"] .last'), r"^last 10(\.00)? @ 2\.04$")
        self.assertRegex(self.browser.text(f'[data-key="{HOME}"] .matched'), r"^matched 10(\.00)?$")
        self.fix("BROKER2", "back", HOME, "20", "@2.04")
        wait_until(lambda: self.browser.ladder(HOME) == {2.1: (7, 0)})
        self.assertEqual(self.browser.complaints(), [])

    def test_a_suspension_is_seen(self):
        self.browser.wait_for("#ladder-state", "Open")
        self.fix("OPS1", "market", "suspend", "EPL-ARS-CHE", "goal")
        self.browser.wait_for("#ladder-state", "Suspended")
        self.browser.wait_for('#market-rows tr[data-key="EPL-ARS-CHE"]', "Suspended")
        self.browser.wait_for("#announcement", "EPL-ARS-CHE is Suspended")
        self.fix("OPS1", "market", "resume", "EPL-ARS-CHE")
        self.browser.wait_for("#ladder-state", "Open")

    def test_a_gateway_that_restarts_reconnects(self):
        self.trade()
        wait_until(lambda: self.browser.ladder(HOME) == {2.04: (0, 20)})
        self.gateway.kill()
        self.browser.wait_for("#connection", "no connection")
        self.gateway = demo_gateway(self.folder)
        self.relay.to = self.gateway.http_port
        self.browser.wait_for("#connection", "live")
        self.fix("BROKER2", "back", HOME, "5", "@2.04")
        wait_until(lambda: self.browser.ladder(HOME) == {2.04: (0, 15)})
        self.assertRegex(self.browser.text(f'[data-key="{HOME}"] .matched'), r"^matched 15(\.00)?$")

    def test_sessions_and_figures_are_there(self):
        self.trade()
        wait_until(lambda: "logged out" in " ".join(self.browser.session("BROKER1")))
        name, role, *_, next_in, last_out, queue, heard, _ = self.browser.session("BROKER1")
        self.assertEqual((name, role, queue, heard), ("BROKER1", "Broker", "", ""))
        self.assertGreater(int(next_in), 1)
        self.assertGreater(int(last_out), 1)
        charts = "return [...document.querySelectorAll('#charts strong')].map((e) => e.textContent)"
        wait_until(lambda: "not known" not in self.browser.run(charts))
        self.assertEqual(len(self.browser.run(charts)), 7)
        self.assertEqual(self.browser.text("#no-alarms"), "none")
        self.assertEqual(self.browser.complaints(), [])

    def test_another_market_is_shown_by_keyboard(self):
        self.browser.wait_for("#market-rows", "RAIN-LON")
        self.browser.run("document.querySelector('#market-filter').focus()")
        self.browser.driver.switch_to.active_element.send_keys("rain")
        self.browser.wait_for("#market-count", "1 of 2")
        self.browser.driver.switch_to.active_element.send_keys(Keys.TAB)  # the list, which scrolls
        self.browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        link = self.browser.driver.switch_to.active_element
        self.assertEqual(link.text, "RAIN-LON")
        link.send_keys(Keys.ENTER)
        self.browser.wait_for("#ladder-title", "RAIN-LON")
        wait_until(lambda: self.browser.run(
            "return document.querySelectorAll('.runner').length") == 1)
        self.assertIn("market=RAIN-LON", self.browser.driver.current_url)
        self.browser.driver.back()
        self.browser.wait_for("#ladder-title", "EPL-ARS-CHE")

    def test_what_a_screen_reader_goes_by(self):
        self.browser.wait_for("#market-rows", "RAIN-LON")
        unnamed = self.browser.run("""
            return [...document.querySelectorAll("section, .scrolls")].filter((region) => {
              const by = region.getAttribute("aria-labelledby");
              return !by || document.getElementById(by)?.textContent === "";
            }).map((region) => region.id);""")
        self.assertEqual(unnamed, [])
        tree = self.browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        names = {}
        for node in tree:
            role = node.get("role", {}).get("value")
            names.setdefault(role, []).append(node.get("name", {}).get("value", ""))
        self.assertEqual(names["searchbox"], ["Find"])
        self.assertIn("status", names)
        self.assertIn("main", names)
        self.assertIn("Sessions", names["heading"])
        self.assertTrue(any(HOME in name for name in names["table"]), names["table"])
        for role in ("link", "region"):
            self.assertNotIn("", names[role])

    def test_it_fits_a_phone_and_can_be_read_in_light_and_dark(self):
        self.trade()
        self.browser.wait_for(f'[data-key="{HOME}"] .last', "2.04")
        self.addCleanup(self.browser.emulate, "clearDeviceMetricsOverride")
        self.addCleanup(self.browser.emulate, "setEmulatedMedia", features=[])
        self.browser.emulate("setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2,
                             mobile=True)
        self.assertEqual(self.browser.run("return document.documentElement.scrollWidth"), 360)
        grounds = set()
        for scheme in ("light", "dark"):
            self.browser.emulate("setEmulatedMedia",
                                 features=[{"name": "prefers-color-scheme", "value": scheme}])
            ground, *colors = self.browser.run("""
                const style = (selector) => getComputedStyle(document.querySelector(selector));
                return [style("section").backgroundColor, style("body").color,
                        style("#market-count").color, style("#market-rows a").color];""")
            grounds.add(ground)
            for color in colors:
                self.assertGreater(contrast(color, ground), 4.5, scheme)
            for bar in (".back .bar", ".lay .bar", ".badge", "#connection"):
                tint = self.browser.run(
                    "return getComputedStyle(document.querySelector(arguments[0])).backgroundColor", bar)
                self.assertGreater(contrast(colors[0], tint), 4.5, f"{scheme} {bar}")
        self.assertEqual(len(grounds), 2)

    def test_metrics_that_the_page_goes_by_exist(self):
        scrape = self.gateway.get("/metrics")
        used = set()
        for file in (SOURCE / "gateway/page").glob("*.cpp"):
            used |= set(re.findall(r'"(betex_[a-z_]+)"', file.read_text()))
        self.assertGreater(len(used), 10)
        for name in used:
            self.assertRegex(scrape, rf"(?m)^# TYPE {name} ", name)


if __name__ == "__main__":
    unittest.main()
