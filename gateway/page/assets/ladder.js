// The ladder of one market: for each of its runners what rests at each price, the highest price first.
import { byId, flash, make, reconcile, setText } from "./dom.js";

export class Ladder {
  clear() {
    byId("runners").replaceChildren();
  }

  update({ runners }) {
    reconcile(byId("runners"), runners, {
      key: (runner) => runner.symbol,
      create: newRunner,
      update: fillRunner,
    });
  }
}

function newRunner(runner) {
  const head = (text, className) => {
    const cell = make("th", { text, className });
    cell.scope = "col";
    return cell;
  };
  return make("table", { className: "runner" },
    make("caption", {},
      make("strong", { text: runner.symbol }),
      make("span", { className: "last" }),
      make("span", { className: "matched" })),
    make("thead", {},
      make("tr", {}, head("BACK", "back"), head("Price", "price"), head("LAY", "lay"))),
    make("tbody"));
}

function fillRunner(table, runner) {
  const last = table.querySelector(".last");
  const lastText = runner.last_price === ""
    ? "not traded"
    : `last ${runner.last_size} @ ${runner.last_price}`;
  if (last.textContent !== "" && last.textContent !== lastText) flash(last);
  setText(last, lastText);
  setText(table.querySelector(".matched"), `matched ${runner.matched}`);
  const levels = levelsOf(runner);
  const most = Math.max(...levels.map((level) => Math.max(Number(level.back), Number(level.lay))));
  reconcile(table.tBodies[0], levels, {
    key: (level) => level.price,
    create: newLevel,
    update: (row, level) => fillLevel(row, level, { most, last: runner.last_price }),
  });
}

function levelsOf({ bids, offers }) {
  const levels = new Map();
  const at = (price) => {
    if (!levels.has(price)) levels.set(price, { price, back: "", lay: "" });
    return levels.get(price);
  };
  for (const [price, size] of bids) at(price).back = size;
  for (const [price, size] of offers) at(price).lay = size;
  return [...levels.values()].sort((a, b) => Number(b.price) - Number(a.price));
}

function newLevel(level) {
  const depth = (className) =>
    make("td", { className },
      make("span", { className: "bar" }), make("span", { className: "size" }));
  const price = make("th", { className: "price", text: level.price });
  price.scope = "row";
  return make("tr", {}, depth("back"), price, depth("lay"));
}

function fillLevel(row, level, { most, last }) {
  const [back, , lay] = row.children;
  fillDepth(back, level.back, most);
  fillDepth(lay, level.lay, most);
  row.classList.toggle("traded-last", level.price === last);
}

function fillDepth(cell, size, most) {
  const [bar, text] = cell.children;
  if (text.textContent !== size && cell.dataset.drawn) flash(cell);
  cell.dataset.drawn = "yes";
  setText(text, size);
  const width = size === "" ? "0" : `${(100 * Number(size) / most).toFixed(1)}%`;
  if (bar.style.width !== width) bar.style.width = width;
}
