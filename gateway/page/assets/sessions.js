// The sessions: who is on, their numbers, what waits for them, and when they were last heard.
import { byId, flash, make, reconcile, setData, setText } from "./dom.js";

const whole = new Intl.NumberFormat("en");

// `now` in ms since 1970, by the gateway's clock.
export function drawSessions(sessions, now) {
  const on = sessions.filter((session) => session.status === "on").length;
  setText(byId("session-count"), `${on} of ${sessions.length} are on`);
  reconcile(byId("session-rows"), sessions, {
    key: (session) => session.comp_id,
    create: newRow,
    update: (row, session) => fillRow(row, session, now),
  });
}

function newRow() {
  const number = () => make("td", { className: "number" });
  const name = make("th");
  name.scope = "row";
  return make("tr", {}, name, make("td"),
    make("td", {}, make("span", { className: "badge" })),
    number(), number(), number(), number(), make("td"));
}

function fillRow(row, session, now) {
  const [compId, role, state, nextIn, lastOut, queue, heard, peer] = row.children;
  const badge = state.firstElementChild;
  if (badge.textContent !== "" && badge.textContent !== session.words) flash(row);
  setText(compId, session.comp_id);
  setText(role, session.role);
  setText(badge, session.words);
  setData(badge, "state", session.status);
  setText(nextIn, numberOr(session.next_in));
  setText(lastOut, numberOr(session.last_out));
  setText(queue, numberOr(session.queue_bytes));
  setText(heard, session.last_heard === null ? "" : ago(now - session.last_heard));
  setText(peer, session.peer);
}

function numberOr(value) {
  return value === null ? "" : whole.format(value);
}

function ago(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}
