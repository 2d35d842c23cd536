// The stream of server-sent events that everything here comes from. It is opened again whenever it
// ends, whatever the reason: the gateway may have been restarted, or too many pages be open.

const RETRY_MS = 1000;
const SILENT_MS = 6000;  // figures come every second

export class Stream {
  #handlers;
  #onState;
  #source = null;
  #market = "";
  #retry = null;
  #lastEvent = 0;

  // `handlers`: a function of the data for each event's name. `onState` is told "connecting",
  // "live" and "lost".
  constructor(handlers, onState) {
    this.#handlers = handlers;
    this.#onState = onState;
    setInterval(() => this.#watch(), RETRY_MS);
  }

  // The market is the one whose ladder comes; empty: none.
  open(market) {
    this.#market = market;
    this.#connect();
  }

  #connect() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#lastEvent = Date.now();
    const source = new EventSource(`/events?market=${encodeURIComponent(this.#market)}`);
    this.#source = source;
    for (const [name, handle] of Object.entries(this.#handlers)) {
      source.addEventListener(name, (event) => {
        this.#lastEvent = Date.now();
        this.#onState("live");
        handle(JSON.parse(event.data));
      });
    }
    source.addEventListener("error", () => {
      this.#onState("lost");
      if (source.readyState === EventSource.CLOSED && source === this.#source) {
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.#connect(), RETRY_MS);
      }
    });
  }

  // A connection that is dead may look open for long.
  #watch() {
    if (this.#source !== null && Date.now() - this.#lastEvent > SILENT_MS) {
      this.#onState("lost");
      this.#connect();
    }
  }
}
