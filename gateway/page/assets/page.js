// What the stream brings, to the parts of the page that show it.
import { announce, byId, make, reconcile, setData, setText } from "./dom.js";
import { Charts } from "./charts.js";
import { Ladder } from "./ladder.js";
import { Markets } from "./markets.js";
import { drawSessions } from "./sessions.js";
import { Stream } from "./stream.js";

const CONNECTION = {
  connecting: "connecting",
  live: "live",
  lost: "no connection: what is shown is old",
};

const charts = new Charts();
const ladder = new Ladder();

const stream = new Stream({
  history: (history) => { charts.begin(history); drawClock(); },
  figures: (sample) => { charts.add(sample); drawClock(); },
  markets: (list) => markets.update(list),
  ladder: (picture) => ladder.update(picture),
  sessions: (sessions) => drawSessions(sessions, charts.now),
  alarms: drawAlarms,
}, drawConnection);

const markets = new Markets((name) => {
  ladder.clear();
  stream.open(name);
});
if (markets.shown === "") stream.open("");

function drawConnection(state) {
  const shown = byId("connection");
  if (shown.dataset.state === state) return;
  setData(shown, "state", state);
  setText(shown, CONNECTION[state]);
  setData(document.body, "connection", state);
  announce(state === "live" ? "connected" : CONNECTION[state]);
}

function drawClock() {
  const now = new Date(charts.now);
  setText(byId("clock"), charts.now === 0 ? "" : `${now.toISOString().slice(11, 19)} UTC`);
}

function drawAlarms(alarms) {
  reconcile(byId("alarm-list"), alarms, {
    key: (alarm) => alarm,
    create: (alarm) => make("li", { text: alarm }),
    update: () => {},
  });
  setText(byId("no-alarms"), alarms.length === 0 ? "none" : "");
  setData(byId("alarms"), "state", alarms.length === 0 ? "calm" : "alarm");
  document.title = alarms.length === 0 ? "betex" : `(${alarms.length}) betex`;
}
