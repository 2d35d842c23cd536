"""Makes the picture of the live page that stands in the README: a gateway, two brokers, a minute."""

import random
import sys
import tempfile
import time

from browser import Browser
from support import betex_fix, demo_gateway, wait_until

RUNNERS = {"EPL-ARS-CHE.HOME": 2.04, "EPL-ARS-CHE.DRAW": 3.6, "EPL-ARS-CHE.AWAY": 3.9}
SECONDS = 60


def quote(gateway, folder, dice):
    """An order near a runner's price, of one of the brokers."""
    symbol = dice.choice(list(RUNNERS))
    tick = 0.02 if RUNNERS[symbol] < 3 else 0.05
    side = dice.choice(["back", "lay"])
    away = dice.randrange(1, 7) * (1 if side == "back" else -1)
    if dice.random() < 0.15:
        away = -away  # it trades
    betex_fix(gateway, folder, dice.choice(["BROKER1", "BROKER2"]), side, symbol,
              str(dice.randrange(5, 60)), f"@{RUNNERS[symbol] + away * tick:.2f}")


def main(out):
    dice = random.Random(7)
    with tempfile.TemporaryDirectory() as folder, demo_gateway(folder) as gateway, \
            Browser(height=1180) as browser:
        browser.open(int(gateway.http_port))
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            quote(gateway, folder, dice)
        wait_until(lambda: "live" in browser.text("#connection"))
        time.sleep(2)  # what has just changed is no longer marked
        browser.driver.save_screenshot(out)


if __name__ == "__main__":
    main(sys.argv[1])
