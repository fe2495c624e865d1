// Mounts live figures on a page without a kernel. Each figure carries this text; running it again is harmless.

/** Revive {"$bytes": base64} as a DataView, which is what anywidget gives a module for Python's bytes. */
export function revive(key, value) {
  if (typeof value?.$bytes !== "string") return value;
  const bytes = Uint8Array.from(atob(value.$bytes), (letter) => letter.charCodeAt(0));
  return new DataView(bytes.buffer);
}

/** Stands in for the widget model; there is no Python to save to. */
export class StandIn {
  constructor(state) {
    this.state = state;
    this.listeners = [];
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    const changes = typeof name === "string" ? { [name]: value } : name;
    const changed = Object.keys(changes).filter((key) => this.state[key] !== changes[key]);
    Object.assign(this.state, changes);
    for (const key of changed) this.tell(`change:${key}`, this.state[key]);
    if (changed.length) this.tell("change");
  }
  tell(event, value) {
    for (const [name, call] of [...this.listeners]) if (name === event) call(this, value, {});
  }
  on(events, call) {
    for (const name of events.split(/\s+/)) this.listeners.push([name, call]);
  }
  off(events, call) {
    const names = events?.split(/\s+/);
    this.listeners = this.listeners.filter(
      ([name, known]) => (names && !names.includes(name)) || (call && call !== known),
    );
  }
  save_changes() {}
  send() {}
}

/** Import a module from its text, once per page and id: a page stays one file. */
function load({ id, text }) {
  const loaded = (globalThis.ainotesLive ??= new Map());
  if (!loaded.has(id)) {
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    loaded.set(id, import(url).finally(() => URL.revokeObjectURL(url)));
  }
  return loaded.get(id);
}

function style({ id, text }) {
  if (document.querySelector(`style[data-live="${id}"]`)) return;
  const sheet = document.createElement("style");
  sheet.dataset.live = id;
  sheet.textContent = text;
  document.head.append(sheet);
}

async function mount(host) {
  host.dataset.mounted = "";
  const el = document.createElement("div");
  try {
    const { module, css, state } = JSON.parse(host.querySelector("script").textContent, revive);
    const { default: figure } = await load(module);
    style(css);
    const model = new StandIn(state);
    host.append(el);
    await figure.initialize?.({ model });
    await figure.render({ model, el });
    host.querySelector(".ainotes-poster").remove();
  } catch (error) {
    el.remove(); // the poster stays
    console.error(error);
  }
}

const hosts = globalThis.document?.querySelectorAll(".ainotes-live:not([data-mounted])") ?? [];
for (const host of hosts) if (host.querySelector("script")) mount(host);
