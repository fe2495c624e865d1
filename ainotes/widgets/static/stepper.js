/* A kernel that steps over a picture: each output cell shows the products that made it. */
/* global h, frame, put, follow, slider, chooser, unique, at, conv2d, outputSize, patch, picture, pane, planesOf, brief, moved, reach */

/** Row and column of an output cell by its number in reading order. */
export const cellOf = (position, columns) => [Math.floor(position / columns), position % columns];

/** A plane with `padding` zeros around it; nan stands for padding, so that it can be drawn as nothing. */
export function padded(plane, padding) {
  const [rows, columns] = [plane.rows + 2 * padding, plane.columns + 2 * padding];
  const values = Float32Array.from({ length: rows * columns }, (_, i) =>
    at(plane, Math.floor(i / columns) - padding, (i % columns) - padding) ?? NaN);
  return { rows, columns, values };
}

/** The products of one window, channel by channel, and what they sum to. Padding counts as 0. */
export function products(planes, weight, cell, options) {
  const parts = planes.map((plane, c) => {
    const pixels = patch(plane, cell, weight[c].length, options);
    return pixels.map((row, i) => row.map((pixel, j) => ({ pixel, weight: weight[c][i][j], product: (pixel ?? 0) * weight[c][i][j] })));
  });
  const sums = parts.map((part) => part.flat().reduce((total, { product }) => total + product, 0));
  return { parts, sums, total: sums.reduce((total, sum) => total + sum, 0) + options.bias };
}

/** Values up to and with a position; nan where nothing was computed yet. */
export const soFar = (plane, position) => ({ ...plane, values: plane.values.map((value, i) => (i > position ? NaN : value)) });

const NAMES = { 1: [""], 3: ["Red", "Green", "Blue"] };
const HAND = "by hand";
const CELLS_A_SECOND = 12;

function render({ model, el }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const packed = model.get("pictures");
  const state = (...names) => names.map((name) => model.get(name));
  const set = (name) => (value) => put(model, name, value);
  let [planes, output, timer] = [[], null, null];

  const image = chooser("Picture", Object.keys(packed), set("picture"));
  const kernels = model.get("kernels");
  const preset = chooser("Kernel", [...Object.keys(kernels), HAND], (name) => {
    if (name !== HAND) model.set("weight", kernels[name]);
    put(model, "kernel", name);
  });
  const choose = set("position");
  const chooseCell = ([row, column]) => choose(row * output.columns + column);
  const here = () => Math.min(model.get("position"), (output?.values.length ?? 1) - 1);
  const input = picture("Input", { onpick: pickInput });
  const result = picture("Output", { onpick: chooseCell });
  const hands = h("div", { class: "hands" });
  const position = slider("Position", { min: 0, max: 0, oninput: choose, say: () => place() });
  const stride = slider("Stride", { min: 1, max: 4, oninput: set("stride") });
  const padding = slider("Padding", { min: 0, max: 4, oninput: set("padding") });
  const on = h("button", { type: "button", onclick: () => choose(Math.min(output.values.length - 1, here() + 1)) }, "Step");
  const play = h("button", { type: "button", class: "main", onclick: () => (timer ? pause() : start()) }, "Play");
  const reveal = h("input", { type: "checkbox", onchange: () => put(model, "reveal", reveal.checked) });
  const says = h("p", { class: "says", "aria-live": "polite" });
  const sums = h("p", { class: "formula" });
  const tables = h("div", { class: "tables" });
  const scroll = h("div", { class: "scroll", role: "group", "aria-label": "Products" }, tables);

  const place = () => {
    const [row, column] = cellOf(here(), output?.columns ?? 1);
    return `row ${row}, column ${column}`;
  };
  // The window that stands closest to a pixel of the input; keys go from window to window.
  function pickInput(pixel, key) {
    const [step, size, most] = [model.get("stride"), model.get("weight")[0].length, [output.rows, output.columns]];
    const near = (index, axis) => Math.min(most[axis] - 1, Math.max(0, Math.round((index - (size - 1) / 2) / step)));
    chooseCell(key ? moved(cellOf(here(), output.columns), key, most) : pixel.map(near));
  }
  function start() {
    if (here() === output.values.length - 1) choose(0);
    put(model, "reveal", true);
    play.textContent = "Pause";
    says.setAttribute("aria-live", "off");
    // Without motion it goes a row at a time, slowly.
    const [pace, size] = still.matches ? [1000, output.columns] : [1000 / CELLS_A_SECOND, 1];
    timer = setInterval(() => {
      const next = Math.min(output.values.length - 1, here() + size);
      choose(next);
      if (next === output.values.length - 1) pause();
    }, pace);
  }
  function pause() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
    says.setAttribute("aria-live", "polite");
  }

  /** Draw the fields of the kernel anew where its shape changed, else fill them. */
  function showKernel() {
    const weight = model.get("weight");
    const shape = [weight.length, weight[0].length];
    if (hands.dataset.shape !== String(shape)) {
      hands.dataset.shape = shape;
      hands.style.setProperty("--side", shape[1]);
      hands.classList.toggle("below", shape[0] > 1 || shape[1] > 4);
      hands.replaceChildren(...weight.map((rows, c) => {
        const name = NAMES[shape[0]]?.[c] ?? "";
        return h("fieldset", null, h("legend", { class: name ? "" : "unseen" }, name || "Kernel"), rows.map((row, i) => row.map((_, j) =>
          h("input", { type: "number", step: "any", "aria-label": `${name} kernel, row ${i}, column ${j}`.trim(), oninput: (event) => edit(c, i, j, event.target), onchange: showKernel }))));
      }));
    }
    const fields = hands.querySelectorAll("input");
    weight.flat(2).forEach((value, i) => {
      if (Number(fields[i].value) !== value || fields[i].value === "") fields[i].value = Number(value.toFixed(3));
    });
  }
  function edit(c, i, j, field) {
    if (!Number.isFinite(field.valueAsNumber)) return; // still typing; what is left empty is filled again
    const weight = model.get("weight").map((rows) => rows.map((row) => [...row]));
    weight[c][i][j] = field.valueAsNumber;
    model.set("weight", weight);
    put(model, "kernel", HAND);
  }

  function compute() {
    const [name, weight, step, zeros, bias] = state("picture", "weight", "stride", "padding", "bias");
    planes = planesOf(packed[name]);
    output = conv2d(planes, weight, { bias, stride: step, padding: zeros });
    const wide = planes.map((plane) => padded(plane, zeros));
    planes.length === 3 ? input.colour(wide) : input.paint(wide[0]);
    stage.style.setProperty("--span", wide[0].columns);
    input.call(`${name}, ${planes[0].rows} rows and ${planes[0].columns} columns`);
    result.call(`Output, ${output.rows} rows and ${output.columns} columns`);
    image.show(name);
    preset.show(model.get("kernel"));
    stride.show(step);
    padding.show(zeros);
    showKernel();
    position.input.max = output.values.length - 1;
    show();
  }
  function show() {
    const [weight, step, zeros, bias, revealed, name] = state("weight", "stride", "padding", "bias", "reveal", "picture");
    const now = here();
    const cell = cellOf(now, output.columns);
    const size = weight[0].length;
    const { parts, sums: each, total } = products(planes, weight, cell, { stride: step, padding: zeros, bias });
    result.paint(revealed ? soFar(output, now) : output, { signed: reach(output) });
    result.boxes([{ row: cell[0], column: cell[1] }]);
    const { rows, columns } = planes[0];
    input.boxes([{ row: zeros, column: zeros, rows, columns, kind: "frame" }, { row: cell[0] * step, column: cell[1] * step, rows: size, columns: size }]);
    const text = `${place()}: ${brief(total)}`;
    result.pick(cell, text);
    input.pick(cell.map((index) => index * step + Math.floor((size - 1) / 2)), `window at ${place()}`);
    position.show(now);
    reveal.checked = revealed;
    const count = planes.length * size * size;
    const sentence = `Output ${place()}: the ${count} products sum to ${brief(total - bias)}${bias ? `, with the bias ${brief(total)}` : ""}.`;
    if (says.textContent !== sentence) says.textContent = sentence;
    sums.textContent = each.length < 2 && !bias ? "" : [...each.map((sum) => brief(sum)), ...(bias ? [`${brief(bias)} (bias)`] : [])].join(" + ").replaceAll("+ −", "− ") + ` = ${brief(total)}`;
    table(parts, name);
  }
  function table(parts, name) {
    const most = Math.max(1e-9, ...parts.flat(2).map(({ product }) => Math.abs(product)));
    tables.replaceChildren(...parts.map((part, c) => h("table", null,
      h("caption", null, `${NAMES[parts.length]?.[c] || name}: pixel × weight`),
      h("tbody", null, part.map((row) => h("tr", null, row.map(({ pixel, weight, product }) =>
        h("td", { class: product < 0 ? "minus" : "plus", style: `--much:${Math.round((35 * Math.abs(product)) / most)}%` },
          h("span", null, `${pixel === null ? "0" : brief(pixel)} × ${brief(weight)}`), h("b", null, brief(product))))))))));
    scroll.tabIndex = scroll.scrollWidth > scroll.clientWidth ? 0 : -1; // keys scroll it where it is too wide
  }

  const stage = h("div", { class: "stage" }, pane("input", input.node), hands, pane("output: blue above 0, orange below", result.node));
  frame(model, el, "stepper",
    h("div", { class: "controls" }, image.node, preset.node),
    stage,
    h("div", { class: "controls" }, play, on, position.node),
    h("div", { class: "controls" }, stride.node, padding.node, h("label", { class: "check" }, reveal, "Only what was computed so far")),
    says, sums, scroll);
  compute();
  const ends = [follow(model, ["picture", "kernel", "weight", "stride", "padding", "bias"], compute), follow(model, ["position", "reveal"], show)];
  return () => {
    pause();
    ends.forEach((end) => end());
  };
}

export default { render };
