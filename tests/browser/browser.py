"""Chromium without a window, and what the live page shows in it."""

import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from support import wait_until


class Browser:
    """Looks at one page. What it writes goes into a folder of its own."""

    def __init__(self, width=1280, height=1000):
        self._folder = tempfile.TemporaryDirectory()
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for option in ("--headless=new", f"--user-data-dir={self._folder.name}",
                       f"--window-size={width},{height}", "--hide-scrollbars", "--disable-gpu",
                       "--disable-background-networking", "--no-first-run",
                       # It opens nothing but our own page, and CI runs as root, in small containers.
                       "--no-sandbox", "--disable-dev-shm-usage"):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()
        self._folder.cleanup()

    def open(self, port, path="/"):
        self.driver.get(f"http://127.0.0.1:{port}{path}")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def text(self, selector):
        """Of the first such element; empty where there is none."""
        return self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def wait_for(self, selector, wanted):
        """Until the text has `wanted` in it."""
        try:
            wait_until(lambda: wanted in self.text(selector))
        except TimeoutError:
            raise AssertionError(f"{selector} is {self.text(selector)!r}, without {wanted!r}") from None

    def ladder(self, symbol):
        """Of a runner: {price: (back, lay)} as numbers, 0 where nothing rests."""
        rows = self.run("""
            const runner = document.querySelector(`.runner[data-key="${arguments[0]}"]`);
            return [...(runner?.tBodies[0].rows ?? [])].map((row) =>
              [...row.cells].map((cell) => cell.textContent));""", symbol)
        return {float(price): (float(back or 0), float(lay or 0)) for back, price, lay in rows}

    def session(self, comp_id):
        """The texts of a session's row."""
        return self.run("""
            const row = document.querySelector(`#session-rows tr[data-key="${arguments[0]}"]`);
            return [...(row?.cells ?? [])].map((cell) => cell.textContent);""", comp_id)

    def complaints(self):
        """What the browser has written to its console since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def emulate(self, command, **arguments):
        self.driver.execute_cdp_cmd(f"Emulation.{command}", arguments)
