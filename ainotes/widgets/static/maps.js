/* One row for each stage of a network: its maps as small pictures, its numbers as one, its classes as bars. */
/* global h, unique, picture, moved, brief */

const [MORE, LESS] = [[24, 120, 208], [214, 92, 16]]; // above zero blue, below orange, as in `picture`
const WIDE = 32; // numbers in a line of a stage without maps

/** Keep "3 × 3" in one line. */
export const tight = (text) => text.replaceAll(" × ", "\u00a0×\u00a0");

/** How full the colour of a value is, from 0 to 1: small ones are raised, so that faint maps are seen too. */
export const strength = (value, most) => Math.min(1, Math.abs(value) / most) ** 0.65;

/** A plane for `picture`, with the colours that the small maps have; `signed` is 1 then. */
const spread = (values, most) => values.map((value) => Math.sign(value) * strength(value, most));

// A pixel's colour as the canvas keeps it, for 256 shares of the largest value: first those above zero, then those below.
const INKS = new Uint32Array([MORE, LESS].flatMap((colour) => Array.from({ length: 256 }, (_, i) =>
  new Uint32Array(Uint8Array.from([...colour, Math.round(255 * strength(i, 255))]).buffer)[0])));

/** Put values on a canvas, one pixel each: the stronger, the less the page shows through. */
function tint(canvas, values, start, rows, columns, most) {
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) {
    const value = values[start + i];
    pixels[i] = INKS[(value < 0 ? 256 : 0) + Math.min(255, Math.round((255 * Math.abs(value)) / most))];
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** The largest absolute value; never 0. */
export function peakOf(values) {
  let most = 1e-9;
  for (let i = 0; i < values.length; i++) if (values[i] > most || -values[i] > most) most = Math.abs(values[i]);
  return most;
}

/** Which option of a list an arrow key, Home or End leads to; `line` options stand side by side. Null for another key. */
export function stepped(now, key, count, line) {
  const to = { ArrowLeft: now - 1, ArrowRight: now + 1, ArrowUp: now - line, ArrowDown: now + line, Home: 0, End: count - 1 }[key];
  return to === undefined ? null : to < 0 || to >= count ? now : to;
}

const free = (event) => !(event.ctrlKey || event.metaKey || event.altKey);
const hovers = (event) => event.pointerType === "mouse";
const share = (event, node) => {
  const box = node.getBoundingClientRect();
  return [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width].map((part) => Math.min(0.9999, Math.max(0, part)));
};

/**
 * A list of which one option is chosen: by pointer, or by arrow keys, and then the choice follows them.
 * `pick(i, event)` takes it, `peek(i, event)` looks at one under the pointer, `toggle(i)` is Delete.
 */
function listing(label, options, { pick, peek, leave, toggle }) {
  let now = 0;
  options.forEach((option) => {
    option.id = unique("option");
    option.setAttribute("role", "option");
  });
  const line = () => options.filter(({ offsetTop }) => offsetTop === options[0].offsetTop).length;
  const find = (event) => options.indexOf(event.target.closest("[role=option]"));
  const node = h("div", {
    class: "options", role: "listbox", tabindex: 0, "aria-label": label,
    onclick: (event) => find(event) >= 0 && pick(find(event), event),
    onpointermove: (event) => hovers(event) && find(event) >= 0 && peek(find(event), event),
    onpointerleave: (event) => hovers(event) && leave(),
    onfocus: () => node.matches(":focus-visible") && pick(now),
    onkeydown: (event) => {
      if (!free(event)) return;
      const to = stepped(now, event.key, options.length, line());
      if (to !== null) pick(to);
      else if (event.key === "Delete" || event.key === "Backspace") toggle(now);
      else return;
      event.preventDefault();
      options[now].scrollIntoView({ block: "nearest", inline: "nearest" });
    },
  }, options);
  /** Show which one is chosen; -1 for none, then the keys go on from where they were. */
  function choose(i) {
    options.forEach((option, k) => option.setAttribute("aria-selected", k === i));
    now = i < 0 ? now : i;
    node.setAttribute("aria-activedescendant", options[now].id);
  }
  choose(-1);
  return { node, choose };
}

/** Maps as small pictures. */
function tileRow(stage, label, act) {
  const { count, rows, columns } = stage;
  const canvases = Array.from({ length: count }, () => h("canvas", { "aria-hidden": "true" }));
  const options = canvases.map((canvas, i) => h("div", { class: "map", title: `map ${i}`, "aria-label": `map ${i}` }, canvas));
  const cell = (event, i) => event && share(event, canvases[i]).map((part, k) => Math.floor(part * [rows, columns][k]));
  const list = listing(label, options, {
    ...act, pick: (i, event) => act.pick(i, cell(event, i)), peek: (i, event) => act.peek(i, cell(event, i)),
  });
  function paint(values, most, off) {
    canvases.forEach((canvas, i) => tint(canvas, values, i * rows * columns, rows, columns, most));
    options.forEach((option, i) => {
      if (option.classList.contains("off") === off.has(i)) return;
      option.classList.toggle("off", off.has(i));
      option.setAttribute("aria-label", `map ${i}${off.has(i) ? ", switched off" : ""}`);
    });
  }
  return { node: list.node, paint, choose: list.choose };
}

/** Single numbers side by side, in lines. */
function numberRow(stage, label, act) {
  const [columns, rows] = [Math.min(stage.count, WIDE), Math.ceil(stage.count / WIDE)];
  const target = picture(label);
  const { node } = target;
  let [now, values, off] = [0, [], new Set()];
  for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": stage.count - 1 })) node.setAttribute(name, value);
  const find = (event) => {
    const [down, across] = share(event, node);
    return Math.min(stage.count - 1, Math.floor(down * rows) * columns + Math.floor(across * columns));
  };
  node.addEventListener("click", (event) => act.pick(find(event)));
  node.addEventListener("pointermove", (event) => hovers(event) && act.peek(find(event)));
  node.addEventListener("pointerleave", (event) => hovers(event) && act.leave());
  node.addEventListener("focus", () => node.matches(":focus-visible") && act.pick(now));
  node.addEventListener("keydown", (event) => {
    if (!free(event)) return;
    const to = stepped(now, event.key, stage.count, columns);
    if (to !== null) act.pick(to);
    else if (event.key === "Delete" || event.key === "Backspace") act.toggle(now);
    else return;
    event.preventDefault();
  });
  const at = (i) => ({ row: Math.floor(i / columns), column: i % columns });
  let shown = -1;
  function choose(i, looked = -1) {
    shown = i;
    now = i < 0 ? now : i;
    const boxes = [[looked, "tap"], [i, "window"]].filter(([each]) => each >= 0).map(([each, kind]) => ({ ...at(each), kind }));
    target.boxes([...[...off].map((each) => ({ ...at(each), kind: "off" })), ...boxes]);
    node.setAttribute("aria-valuenow", now);
    node.setAttribute("aria-valuetext", `feature ${now}, ${off.has(now) ? "switched off" : brief(values[now] ?? 0)}`);
  }
  function paint(given, most, without) {
    [values, off] = [given, without];
    const padded = Float32Array.from({ length: rows * columns }, (_, i) => (i < stage.count ? given[i] : NaN));
    target.paint({ rows, columns, values: spread(padded, most) }, { signed: 1 });
    choose(shown);
  }
  return { node, paint, choose };
}

/** The classes, with a bar for the probability of each and a mark for what it was with all filters. */
function classRow(names, label, act) {
  const parts = names.map((name) => ({ mark: h("span", { class: "before", "aria-hidden": "true" }), bar: h("span", { class: "bar", "aria-hidden": "true" }), share: h("span", { class: "share" }), name: h("span", { class: "name" }, name) }));
  const options = parts.map(({ name, bar, share, mark }) => h("div", { class: "class" }, name, h("span", { class: "rail" }, bar, mark), share));
  const list = listing(label, options, act);
  function paint(shares, before, truth) {
    const best = shares.indexOf(Math.max(...shares));
    parts.forEach(({ mark, bar, share, name }, i) => {
      bar.style.width = `${100 * shares[i]}%`;
      mark.style.left = `${100 * before[i]}%`;
      mark.hidden = Math.abs(before[i] - shares[i]) < 0.0005;
      share.textContent = `${(100 * shares[i]).toFixed(1)} %`;
      name.textContent = `${names[i]}${i === truth ? " (label)" : ""}`;
      options[i].classList.toggle("best", i === best);
    });
  }
  return { node: list.node, paint, choose: list.choose };
}

/** The row of a stage: what it is, and what leaves it. `act` has pick(map, cell), peek(map, cell), leave() and toggle(map). */
function stageRow(stage, number, classes, act) {
  const { count, rows, columns, title, name } = stage;
  const isLast = classes !== null;
  const many = isLast ? `${count} classes` : rows * columns > 1 ? `${count} map${count > 1 ? "s" : ""} of ${rows} × ${columns}` : `${count} features`;
  const label = `Stage ${number + 1}: ${title}, ${many}`;
  const row = isLast ? classRow(classes, label, act) : rows * columns > 1 ? tileRow(stage, label, act) : numberRow(stage, label, act);
  const size = count > 48 || rows * columns <= 36 ? "many" : count > 16 ? "some" : "few";
  const node = h("div", { class: `layer ${size}` },
    h("p", { class: "what" }, h("b", null, `${number + 1}`), h("span", null, tight(title), h("span", { class: "note" }, tight(`${many} · `), h("code", null, name || "model")))), row.node);
  return { ...row, node, list: row.node };
}
