"""Makes the picture of the live page that stands in the README: a gateway, and brokers for two minutes."""

import contextlib
import random
import subprocess
import sys
import threading
import time

from browser import Browser
from support import betex_fix, demo_gateway, gateway_folder, program

PRICES = {"EPL-ARS-CHE.HOME": 2.04, "EPL-ARS-CHE.DRAW": 3.6, "EPL-ARS-CHE.AWAY": 3.9}
SECONDS = 120
WIDTH, HEIGHT = 1200, 1270
SCALE = 0.75  # as wide as a README is


def quote(gateway, folder, broker, dice):
    """An order near a runner's price; one of six trades."""
    symbol = dice.choice(list(PRICES))
    tick = 0.02 if PRICES[symbol] < 3 else 0.05
    side = dice.choice(["back", "lay"])
    away = dice.randrange(1, 6) * (1 if side == "back" else -1)
    if dice.random() < 1 / 6:
        away = -away
    betex_fix(gateway, folder, broker, side, symbol, str(dice.randrange(5, 60)),
              f"@{PRICES[symbol] + away * tick:.2f}")


@contextlib.contextmanager
def trading(gateway, folder, broker):
    """A broker that quotes all the time, on a thread of its own."""
    dice = random.Random(broker)
    ends = threading.Event()

    def go_on():
        while not ends.is_set():
            quote(gateway, folder, broker, dice)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


@contextlib.contextmanager
def watching(gateway, folder, comp_id):
    """A session that stays on."""
    process = subprocess.Popen(
        [program("betex-fix"), "--as", comp_id, "--port", gateway.fix_port,
         "--state", f"{folder}/{comp_id}", "watch"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def main(out):
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(gateway_folder())
        gateway = stack.enter_context(demo_gateway(folder))
        browser = stack.enter_context(Browser())
        browser.emulate("setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=SCALE,
                        mobile=False)
        for comp_id in ("DROP1", "OPS1"):
            stack.enter_context(watching(gateway, folder, comp_id))
        for broker in ("BROKER1", "BROKER2"):
            stack.enter_context(trading(gateway, folder, broker))
        browser.open(gateway.http_port)
        time.sleep(SECONDS)
        browser.wait_for("#connection", "live")
        browser.driver.save_screenshot(out)


if __name__ == "__main__":
    main(sys.argv[1])
