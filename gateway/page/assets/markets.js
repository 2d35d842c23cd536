// The list of markets, and which of them is shown.
import { announce, byId, flash, make, reconcile, setData, setText } from "./dom.js";

export class Markets {
  #markets = [];
  #shown = "";
  #onChoice;

  // `onChoice` is called with a market's name when another one is to be shown.
  constructor(onChoice) {
    this.#onChoice = onChoice;
    byId("market-filter").addEventListener("input", () => this.#draw());
    byId("market-rows").addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.choose(link.textContent);
    });
    window.addEventListener("popstate", () => this.#show(marketOfAddress()));
    this.#show(marketOfAddress());
  }

  get shown() {
    return this.#shown;
  }

  choose(name) {
    if (name === this.#shown) return;
    history.pushState(null, "", addressOf(name));
    this.#show(name);
  }

  update(markets) {
    const before = this.#find(this.#shown);
    this.#markets = markets;
    const now = this.#find(this.#shown);
    if (before && now && before.state !== now.state) {
      announce(`${now.name} is ${now.state}`);
    }
    if (this.#shown === "" && markets.length > 0) {
      history.replaceState(null, "", addressOf(markets[0].name));
      this.#show(markets[0].name);
    }
    this.#draw();
  }

  #show(name) {
    if (name === this.#shown) return;
    this.#shown = name;
    this.#draw();
    this.#onChoice(name);
  }

  #find(name) {
    return this.#markets.find((market) => market.name === name);
  }

  #draw() {
    const wanted = byId("market-filter").value.trim().toUpperCase();
    const found = this.#markets.filter((market) => market.name.toUpperCase().includes(wanted));
    reconcile(byId("market-rows"), found, {
      key: (market) => market.name,
      create: newRow,
      update: (row, market) => this.#fill(row, market),
    });
    setText(byId("market-count"),
            found.length === this.#markets.length
              ? `${found.length} markets`
              : `${found.length} of ${this.#markets.length} markets`);
    this.#drawTitle();
  }

  #fill(row, market) {
    const [name, state, inPlay, version] = row.children;
    const link = name.firstElementChild;
    setText(link, market.name);
    if (market.name === this.#shown) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
    const badge = state.firstElementChild;
    if (badge.textContent !== "" && badge.textContent !== market.state) flash(row);
    setText(badge, market.state);
    setData(badge, "state", market.state);
    setText(inPlay, market.in_play ? "in play" : "");
    setText(version, String(market.version));
  }

  #drawTitle() {
    const market = this.#find(this.#shown);
    setText(byId("ladder-title"), this.#shown === "" ? "Ladder" : this.#shown);
    const text = market === undefined
      ? (this.#shown === "" ? "" : "no such market")
      : [market.state, market.in_play ? "in play" : "", `version ${market.version}`]
          .filter((part) => part !== "").join(", ");
    setText(byId("ladder-state"), text);
    setData(byId("ladder"), "state", market?.state ?? "");
  }
}

function newRow(market) {
  const link = make("a");
  link.href = addressOf(market.name);
  return make("tr", {},
    make("th", {}, link),
    make("td", {}, make("span", { className: "badge" })),
    make("td"),
    make("td", { className: "number" }));
}

function addressOf(name) {
  return `/?market=${encodeURIComponent(name)}`;
}

function marketOfAddress() {
  return new URLSearchParams(location.search).get("market") ?? "";
}
