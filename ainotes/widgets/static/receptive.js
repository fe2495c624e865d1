/* A stack of layers, and what one unit of it sees of the input. */
/* global h, frame, put, follow, slider, moved, picture, pane, drag, planesOf */

const PIXEL = { size: 1, jump: 1, start: 0 }; // a pixel sees itself
const LIMITS = { kernel: [1, 15], stride: [1, 8], padding: [0, 16], dilation: [1, 16] };
const NAMES = { conv: "conv", "max pool": "max pool", "average pool": "avg pool" };
const MOST = 8;

/** What a unit sees along one side, after each layer: { size, jump, start }. */
export function fields(layers) {
  let field = PIXEL;
  return layers.map(({ kernel, stride, padding, dilation }) => (field = {
    size: field.size + dilation * (kernel - 1) * field.jump, jump: field.jump * stride, start: field.start - padding * field.jump,
  }));
}

/** Size of the input and of what leaves each layer, up to the first layer that does not fit. */
export function sizes(layers, size) {
  const found = [size];
  for (const layer of layers) {
    const { kernel, stride, padding, dilation } = layer;
    const room = found.at(-1) + 2 * padding - dilation * (kernel - 1) - 1;
    if (room < 0) break;
    found.push(Math.floor(room / stride) + 1);
  }
  return found;
}

/** The units below that one unit touches, those in the padding too. */
export const taps = (unit, { kernel, stride, padding, dilation }) =>
  Array.from({ length: kernel }, (_, k) => unit * stride - padding + k * dilation);

/** Which units one unit of the last layer depends on: in the input first, itself last. */
export function seen(layers, position, size) {
  const below = sizes(layers, size);
  const units = [[position]];
  for (let i = layers.length - 1; i >= 0; i--) {
    const reached = new Set(units[0].flatMap((unit) => taps(unit, layers[i])));
    units.unshift([...reached].filter((unit) => unit >= 0 && unit < below[i]).sort((a, b) => a - b));
  }
  return units;
}

/** The pixel in the middle of a unit's field. */
export const middle = ({ size, jump, start }, unit) => start + unit * jump + (size - 1) / 2;

/** The unit whose field has its middle closest to a pixel. */
export const nearest = (field, pixel, places) =>
  Math.max(0, Math.min(places - 1, Math.round((pixel - middle(field, 0)) / field.jump)));

/** A layer as PyTorch takes it: no dilation in average pooling, and a pooling's padding is half its window at most. */
export function tidy(layer) {
  const dilation = layer.name === "average pool" ? 1 : layer.dilation;
  const most = layer.name === "conv" ? Infinity : Math.floor(layer.kernel / 2);
  return { ...layer, dilation, padding: Math.min(layer.padding, most) };
}

/** Which layer does not fit, and why; empty where all do. */
export function stuck(layers, size) {
  const found = sizes(layers, size);
  const layer = layers[found.length - 1];
  if (!layer) return "";
  const { name, kernel, dilation, padding } = layer;
  const cells = found.at(-1);
  return `Layer ${found.length} (${name}) does not fit: its kernel spans ${dilation * (kernel - 1) + 1} cells, and ${cells} arrive` +
    `${padding ? `, ${cells + 2 * padding} with padding` : ""}. Change it or a layer before it.`;
}

/** What a unit sees, in a sentence or two; `rows` and `columns` are the pixels that this one sees. */
export function sentence(depth, field, size, rows, columns) {
  const [sees, inside] = [rows.length * columns.length, (pixels) => (pixels.length ? pixels.at(-1) - pixels[0] + 1 : 0)];
  const holes = inside(rows) * inside(columns) - sees;
  return `A unit of layer ${depth} ${holes ? "spans" : "sees"} ${field.size} × ${field.size} pixels of the input; neighbours are ${field.jump} pixel${field.jump > 1 ? "s" : ""} apart.` +
    (field.size > size ? ` That is larger than the input, ${size} × ${size}.` : "") +
    (holes ? ` This one sees ${sees} pixels and leaves ${holes} between them as holes.`
      : sees < field.size ** 2 ? ` This one sees ${sees} pixels: the rest of its field is padding.` : "");
}

function render({ model, el }) {
  const size = model.get("size");
  const image = model.get("image")?.shape && planesOf(model.get("image"));
  let [layers, places, levels, depth, unit] = [[], [], [], 0, [0, 0]];
  const set = (name) => (value) => put(model, name, value);

  /** Set layers and depth; the unit stays where it looks. */
  function change(next, deeper) {
    const pixels = unit.map((place) => middle(levels[depth], place));
    model.set("layers", next);
    model.set("depth", Math.min(deeper, next.length));
    const [field, count] = [[PIXEL, ...fields(next)], sizes(next, size)];
    const at = Math.min(model.get("depth"), count.length - 1);
    put(model, "unit", pixels.map((pixel) => nearest(field[at], pixel, count[at])));
  }
  const edit = (i, part) => change(layers.map((layer, j) => (j === i ? tidy({ ...layer, ...part }) : layer)), model.get("depth"));
  const add = (name, kernel, stride) => () => change([...layers, { name, kernel, stride, padding: 0, dilation: 1 }], layers.length + 1);
  const choose = (to) => String(to) !== String(unit) && put(model, "unit", to);

  const deep = slider("Layer", { min: 1, max: MOST, say: (value) => `${value} of ${layers.length}`, oninput: (value) => change(layers, value) });
  const [down, right] = ["Row", "Column"].map((label, axis) =>
    slider(label, { min: 0, max: 0, oninput: (value) => choose(unit.map((place, i) => (i === axis ? value : place))) }));

  const labels = h("div", { class: "labels", "aria-hidden": "true" });
  const paths = Object.fromEntries(["links", "plain", "pad", "touched", "lit"].map((kind) => [kind, h("svg:path", { class: kind })]));
  const drawing = h("svg:svg", { preserveAspectRatio: "none", role: "img" }, Object.values(paths));
  let view = [0, 1];
  drag(drawing, (_, across) => choose([unit[0], nearest(levels[depth], view[0] + across * view[1] - 0.5, places[depth])]));

  const lit = picture("Unit");
  for (const [name, value] of [["role", "slider"], ["tabindex", 0]]) lit.node.setAttribute(name, value);
  drag(lit.node, (...shares) => choose(shares.map((share) => nearest(levels[depth], share * size - 0.5, places[depth]))));
  lit.node.addEventListener("keydown", (event) => {
    const to = event.ctrlKey || event.metaKey || event.altKey ? null : moved(unit, event.key, [places[depth], places[depth]]);
    if (!to) return;
    event.preventDefault();
    choose(to);
  });

  const says = h("p", { class: "says", "aria-live": "polite" });
  const rows = Array.from({ length: MOST }, (_, i) => {
    const kind = h("select", { "aria-label": `Layer ${i + 1}`, onchange: () => edit(i, { name: kind.value }) },
      Object.entries(NAMES).map(([value, text]) => h("option", { value }, text)));
    const inputs = Object.entries(LIMITS).map(([name, [min, max]]) => {
      const input = h("input", { type: "number", min, max, "aria-label": `Layer ${i + 1}, ${name}`, onchange: () => compute(), oninput: () => {
        if (input.value && input.checkValidity()) edit(i, { [name]: Number(input.value) });
      } });
      return [name, input];
    });
    const told = ["", "", ""].map(() => h("td"));
    const remove = h("button", { type: "button", "aria-label": `Remove layer ${i + 1}`, onclick: () => {
      change(layers.filter((_, j) => j !== i), model.get("depth"));
      if (i >= layers.length) rows[layers.length - 1].remove.focus();
    } }, "×");
    const node = h("tr", null, h("th", { scope: "row" }, h("span", { "aria-hidden": "true" }, i + 1), kind), inputs.map(([, input]) => h("td", null, input)), told, h("td", null, remove));
    return { node, kind, inputs, told, remove };
  });
  const buttons = [["Add conv 3", add("conv", 3, 1)], ["Add max pool 2", add("max pool", 2, 2)]].map(([text, onclick]) =>
    h("button", { type: "button", onclick }, text));
  const heads = ["Layer", ...Object.keys(LIMITS).map((name) => [name[0].toUpperCase(), h("span", { class: "rest" }, name.slice(1))]), "Size", "Jump", "Field"];

  function compute() {
    layers = model.get("layers");
    [places, levels] = [sizes(layers, size), [PIXEL, ...fields(layers)]];
    rows.forEach(({ node, kind, inputs, told, remove }, i) => {
      node.hidden = i >= layers.length;
      if (node.hidden) return;
      kind.value = layers[i].name;
      for (const [name, input] of inputs) input.value = layers[i][name];
      const fits = i + 1 < places.length;
      [places[i + 1], levels[i + 1].jump, levels[i + 1].size].forEach((value, j) => (told[j].textContent = fits ? value : "–"));
      remove.disabled = layers.length < 2;
    });
    for (const button of buttons) button.disabled = layers.length >= MOST;
    show();
  }
  function show() {
    depth = Math.max(0, Math.min(model.get("depth"), places.length - 1));
    unit = model.get("unit").map((place) => Math.min(places[depth] - 1, place));
    deep.input.max = layers.length;
    deep.show(Math.max(1, depth));
    [down, right].forEach((each, i) => {
      each.input.max = places[depth] - 1;
      each.show(unit[i]);
    });
    rows.forEach(({ node }, i) => node.classList.toggle("now", i + 1 === depth));
    const [along, columns] = unit.map((place) => seen(layers.slice(0, depth), place, size));
    draw(columns);
    light(along[0], columns[0]);
    const wrong = stuck(layers, size);
    says.classList.toggle("stuck", Boolean(wrong));
    const text = wrong || sentence(depth, levels[depth], size, along[0], columns[0]);
    if (says.textContent !== text) says.textContent = text;
  }
  function draw(columns) {
    const pads = Array.from({ length: depth + 1 }, (_, i) => (i < depth ? layers[i].padding : 0));
    const ends = pads.flatMap((pad, i) => [middle(levels[i], -pad - 0.5), middle(levels[i], places[i] + pad - 0.5)]);
    view = [Math.min(...ends) + 0.5, Math.max(...ends) - Math.min(...ends)];
    drawing.setAttribute("viewBox", `${view[0]} 0 ${view[1]} ${depth + 1}`);
    drawing.style.setProperty("--rows", depth + 1);
    const lines = { links: "", plain: "", pad: "", touched: "", lit: "" };
    for (let i = 0; i <= depth; i++) {
      const [level, top] = [levels[i], depth - i];
      const touched = i < depth ? new Set(columns[i + 1].flatMap((each) => taps(each, layers[i]))) : new Set(columns[i]);
      for (let each = -pads[i]; each < places[i] + pads[i]; each++) {
        const inside = each >= 0 && each < places[i];
        const kind = touched.has(each) ? (inside ? "lit" : "touched") : inside ? "plain" : "pad";
        const wide = 0.84 * level.jump;
        lines[kind] += `M${middle(level, each) + 0.5 - wide / 2} ${top + 0.02}h${wide}v.42h${-wide}z`;
      }
      if (i < depth) for (const each of columns[i + 1]) for (const tap of taps(each, layers[i]))
        lines.links += `M${middle(levels[i + 1], each) + 0.5} ${top - 0.56}L${middle(level, tap) + 0.5} ${top + 0.02}`;
    }
    for (const kind in lines) paths[kind].setAttribute("d", lines[kind]);
    drawing.setAttribute("aria-label", `Along one row, from layer ${depth} down to the input: ${columns.map((each) => each.length).reverse().join(", ")} units seen`);
    labels.replaceChildren(...pads.map((_, i) => h("span", null, i ? `${i} ${NAMES[layers[i - 1].name]}` : "input", h("br"), h("small", null, `${places[i]} cells`))).reverse());
  }
  function light(rows, columns) {
    const [tall, wide] = [rows, columns].map((pixels) => new Set(pixels));
    const sees = (i) => tall.has(Math.floor(i / size)) && wide.has(i % size);
    if (image) lit.colour([0, 1, 2].map((c) => image[c % image.length]).map((plane) => ({ ...plane, values: plane.values.map((value, i) => (sees(i) ? value : 0.36 + 0.28 * value)) })));
    else lit.paint({ rows: size, columns: size, values: Float32Array.from({ length: size ** 2 }, (_, i) => Number(sees(i))) }, { signed: 1 });
    const { size: span, start, jump } = levels[depth];
    const [[row, tallest], [column, widest]] = unit.map((place) => {
      const first = start + place * jump;
      return [Math.max(0, first), Math.min(size, first + span) - Math.max(0, first)];
    });
    lit.boxes(tallest > 0 && widest > 0 ? [{ row, column, rows: tallest, columns: widest }] : []);
    const states = { label: `Unit of layer ${depth}`, valuemin: 0, valuemax: places[depth] ** 2 - 1, valuenow: unit[0] * places[depth] + unit[1], valuetext: `row ${unit[0]}, column ${unit[1]}` };
    for (const name in states) lit.node.setAttribute(`aria-${name}`, states[name]);
  }

  frame(model, el, `receptive${image || size > 32 ? "" : " plain"}`,
    h("div", { class: "sliders" }, deep.node, down.node, right.node),
    h("div", { class: "stage" }, h("div", { class: "stack" }, labels, drawing), pane("lit: what this unit sees", lit.node)),
    says,
    h("table", null, h("thead", null, h("tr", null, heads.map((head) => h("th", { scope: "col" }, head)), h("td"))), h("tbody", null, rows.map(({ node }) => node))),
    h("div", { class: "controls" }, buttons));
  compute();
  const ends = [follow(model, ["layers"], compute), follow(model, ["depth", "unit"], show)];
  return () => ends.forEach((end) => end());
}

export default { render };
