/* A trained network opened layer by layer: a picture to choose, draw or drop, every map of it, and what is behind each. */
/* global h, unique, frame, put, follow, segments, build, decode, run, softmax, through, makerOf, fieldOf, intake, cut,
   TOOLS, prepared, rim, inverted, fitted, planes, pad, peakOf, stageRow, explanation, unitName */

/** What the network says, and what it said with all filters; sentences. */
export function answer(classes, shares, before) {
  const most = (list) => list.indexOf(Math.max(...list));
  const told = (list) => `${classes[most(list)]}, ${(100 * list[most(list)]).toFixed(1)}\u00a0%`;
  const says = `The network says: ${told(shares)}.`;
  return before ? { says, effect: `With all filters: ${told(before)}. Now: ${told(shares)}.`, changed: most(shares) !== most(before) } : { says };
}

/** A canvas of a picture of bytes. */
function thumbnail(bytes, [channels, rows, columns]) {
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) for (let c = 0; c < 4; c++)
    image.data[4 * i + c] = c === 3 ? 255 : bytes[(channels > 1 ? c * rows * columns : 0) + i];
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** Row and column of a map's largest value. */
export function strongest(values, { rows, columns }, map) {
  const start = map * rows * columns;
  let most = 0;
  for (let i = 1; i < rows * columns; i++) if (values[start + i] > values[start + most]) most = i;
  return [Math.floor(most / columns), most % columns];
}

/** What an element is scrolled in. */
function scroller(node) {
  for (let at = node.parentElement; at; at = at.parentElement)
    if (at.scrollHeight > at.clientHeight && /auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  return document.scrollingElement;
}

function render({ model, el }) {
  const [stages, classes, labels, mean, std] = ["stages", "classes", "labels", "mean", "std"].map((name) => model.get(name));
  const { shape: [count, ...shape], pixels } = model.get("images");
  const size = shape[0] * shape[1] * shape[2];
  const bytesOf = (view) => new Uint8ClampedArray(view.buffer, view.byteOffset, view.byteLength);
  const images = Array.from({ length: count }, (_, i) => bytesOf(pixels).slice(i * size, (i + 1) * size));
  const dark = shape[0] === 1 && images.filter((each) => rim(each, shape) < 0.25).length > count / 2;
  let [net, outputs, base, shares, peaks] = [null, [], null, [], []];
  let [live, peek, holds, tool, ended, first] = [null, null, false, "Pen", false, true];

  // --- what is chosen, in the traits ---

  const isOwn = () => model.get("chosen") === null && model.get("drawing")?.byteLength === size;
  const bytes = () => live ?? (isOwn() ? bytesOf(model.get("drawing")) : images[model.get("chosen") ?? 0]);
  const ablated = () => model.get("ablated");
  const isOff = (stage, map) => ablated().some(([name, other]) => name === stages[stage].name && other === map);
  const number = () => Math.max(0, stages.findIndex(({ name }) => name === model.get("layer")));
  /** Set traits together, and draw once. */
  function set(changes, draw) {
    holds = true;
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    holds = false;
    model.save_changes();
    draw();
  }
  const inside = (cell, stage) => [stage.rows, stage.columns].map((side, k) => Math.min(side - 1, Math.max(0, cell[k])));
  /** Choose a map; of no cell in particular, the one that answers most. */
  function choose(i, map, cell = strongest(outputs[stages[i].last], stages[i], map)) {
    letGo();
    set({ layer: stages[i].name, map, cell: inside(cell, stages[i]) }, select);
  }
  /** Look at what is under the pointer, where the panel stands beside the rows: among them it would move them away. */
  function look(i, map, cell = model.get("cell")) {
    if (getComputedStyle(panel.node).position !== "sticky") return;
    if (!peek) network.style.minHeight = `${network.offsetHeight}px`; // a shorter panel would pull up the end of a page
    peek = { number: i, map, cell: inside(cell, stages[i]) };
    explain();
  }
  function letGo() {
    peek = null;
    network.style.minHeight = "";
  }
  function leave() {
    letGo();
    explain();
  }
  function toggle(i, map) {
    const maker = makerOf(stages, i, map);
    if (maker < 0) return;
    const { name } = stages[maker];
    const without = ablated().filter(([layer, other]) => layer !== name || other !== map);
    set({ ablated: without.length < ablated().length ? without : [...without, [name, map]] }, compute);
  }
  function take(next) {
    live = null;
    const copy = Uint8Array.from(next);
    set({ drawing: new DataView(copy.buffer), chosen: null }, compute);
  }

  // --- the picture ---

  const pictures = images.map((each, i) => [`${classes[labels[i]]}, picture ${i + 1}`, thumbnail(each, shape)]);
  const strip = choice(pictures, (i) => set({ chosen: i }, compute));
  const drawn = pad(shape, {
    tool: () => tool,
    bytes: () => (live ??= Uint8ClampedArray.from(bytes())),
    draw: compute,
    done: () => live && take(live),
  });
  const tools = segments("Tool", Object.keys(TOOLS).map((name) => [name, name]), (name) => (tool = name));
  tools.show(tool);
  const clear = h("button", { type: "button", onclick: () => take(new Uint8ClampedArray(size)) }, "Clear");
  const invert = h("button", { type: "button", onclick: () => take(inverted(bytes())) }, "Invert");
  const says = h("p", { class: "answer" });
  const [told, took] = [h("p", { class: "note" }), h("p", { class: "note" })];
  const spoken = h("div", { "aria-live": "polite" }, says, told);

  // --- the rows and the panel ---

  const rows = stages.map((stage, i) => stageRow(stage, i, i === stages.length - 1 ? classes : null, {
    pick: (map, cell) => choose(i, map, cell ?? undefined),
    peek: (map, cell) => look(i, map, cell ?? undefined),
    leave,
    toggle: (map) => toggle(i, map),
  }));
  const panel = explanation({ stages, classes, shape }, {
    cell: (cell) => {
      const { number: i, map } = peek ?? { number: number(), map: model.get("map") };
      choose(i, map, cell);
    },
    go: choose, toggle,
  });
  const [chips, effect] = [h("ul", { class: "chips" }), h("p", { class: "effect" })];
  const restore = h("button", { type: "button", onclick: () => {
    set({ ablated: [] }, compute);
    rows[number()].list.focus({ preventScroll: true });
  } }, "Restore all");
  const off = h("div", { class: "switched" }, h("p", { class: "heading" }, "Switched off"), h("div", { class: "listed" }, chips, restore), effect);
  panel.add(off);

  function explain() {
    if (!net) return;
    const chosen = { number: number(), map: model.get("map"), cell: model.get("cell") };
    const { number: i, map, cell } = peek ?? chosen;
    const [stage, maker] = [stages[i], makerOf(stages, i, map)];
    rows.forEach((row, k) => row.choose(k === chosen.number ? chosen.map : -1, peek && k === i ? map : -1));
    panel.show({
      number: i, map, cell, net, outputs, bytes: bytes(), peak: peaks[i], share: shares[map],
      maker: maker < 0 ? null : [maker, map], isOff: maker >= 0 && isOff(maker, map),
    });
    const field = fieldOf(net, stage.last, map, cell);
    drawn.see(field.rows && i < stages.length - 1 ? [{ ...field, kind: "field" }] : []);
  }
  /** The panel stands behind the row that it explains; what the reader looks at stays where it is. */
  function select() {
    const { node } = rows[number()];
    if (node.nextElementSibling !== panel.node) {
      const focused = panel.node.contains(document.activeElement) ? document.activeElement : null;
      const top = node.getBoundingClientRect().top;
      node.after(panel.node);
      focused?.focus({ preventScroll: true });
      const moved = node.getBoundingClientRect().top - top;
      if (Math.abs(moved) > 1) scroller(root).scrollTop += moved;
    }
    explain();
  }

  // --- the network ---

  /** List what is switched off. */
  function list(without) {
    off.hidden = !without.length;
    if (chips.dataset.listed === String(without)) return;
    chips.dataset.listed = String(without);
    chips.replaceChildren(...without.map(([name, map]) => {
      const i = stages.findIndex((stage) => stage.name === name);
      const what = `${unitName(stages, i, map, classes)} of stage ${i + 1}`;
      return h("li", null, h("button", { type: "button", class: "chip", "aria-label": `Switch on ${what}`, onclick: () => {
        toggle(i, map);
        (chips.querySelector("button") ?? rows[i].list).focus();
      } }, `${what} ✕`));
    }));
  }

  function compute() {
    if (!net) return;
    const [given, without] = [bytes(), ablated()];
    const numbers = prepared(given, shape, mean, std);
    const start = performance.now();
    outputs = through(net, stages, numbers, without);
    const milliseconds = performance.now() - start;
    base = without.length ? run(net, { 0: numbers }) : null;
    shares = softmax(outputs.at(-1));
    const before = base ? softmax(base.at(-1)) : null;
    peaks = stages.map(({ last }) => peakOf(outputs[last]));
    const truth = live || model.get("chosen") === null ? -1 : labels[model.get("chosen")];
    rows.forEach((row, i) => {
      const last = i === stages.length - 1;
      const here = new Set(without.filter(([name]) => name === stages[i].name).map(([, map]) => map));
      last ? row.paint(shares, before ?? shares, truth) : row.paint(outputs[stages[i].last], peaks[i], here);
    });
    const { says: text, effect: change = "", changed } = answer(classes, shares, before);
    if (says.textContent !== text) says.textContent = text;
    const label = truth < 0 ? "Your picture: nobody labelled it." : `Label: ${classes[truth]}.`;
    if (told.textContent !== label) told.textContent = label;
    took.textContent = `All layers computed in this page in ${milliseconds.toFixed(1)} ms${first ? "; the first time takes longest" : ""}.`;
    first = false;
    effect.textContent = changed ? `${change} The answer has changed.` : change;
    list(without);
    drawn.show(given);
    if (!live) {
      strip.mark(isOwn() ? null : model.get("chosen") ?? 0);
      strip.bring(model.get("drawing")?.byteLength === size && thumbnail(bytesOf(model.get("drawing")), shape));
    }
    const best = shares.indexOf(Math.max(...shares));
    if (!live && best !== model.get("predicted")) put(model, "predicted", best);
    explain();
  }

  const root = frame(model, el, "explorer");
  const { node: taking, end } = intake(root, (photograph) => {
    const { bytes: next, isLight } = fitted(photograph, shape, dark);
    take(next);
    told.textContent = isLight ? "Your photograph, inverted: the pictures here are light on dark." : "Your photograph.";
  }, (message) => (told.textContent = message));
  const network = h("div", { class: "network" }, rows.map(({ node }) => node));
  root.append(
    h("div", { class: "top" }, h("div", { class: "sheet" }, drawn.node),
      h("div", { class: "choose" }, strip.node, h("div", { class: "controls" }, tools.node, clear, invert, taking), spoken)),
    h("p", { class: "guide note" }, "Point at a map, a cell or a class to look at it; click or tap to keep it. On the keyboard, arrow keys choose, and Delete switches a filter off. Blue is above zero, orange below; the fuller the colour, the larger the number."),
    network, took);
  network.style.gridTemplateRows = `repeat(${rows.length}, auto) 1fr`;
  rows[number()].node.after(panel.node);
  // The numbers are unpacked when the figure comes into view for the first time; until then no map holds any.
  network.style.visibility = "hidden";
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((each) => each.isIntersecting) || ended) return;
    watch.disconnect();
    net ??= build(model.get("layers"), decode(model.get("weights")));
    network.style.visibility = "";
    compute();
  }, { rootMargin: "200px" });
  watch.observe(root);
  const ends = [
    follow(model, ["chosen", "drawing", "ablated"], () => holds || compute()),
    follow(model, ["layer", "map", "cell"], () => holds || select()),
    end, () => watch.disconnect(), () => (ended = true),
  ];
  return () => ends.forEach((stop) => stop());
}

export default { render };
