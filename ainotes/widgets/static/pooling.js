/* What pooling does to a picture: to its shape, and to a shift of it. */
/* global h, frame, put, follow, slider, segments, chooser, moved, picture, planesOf, brief */

/** Move a plane by [down, right]; zeros come in. */
export function shifted({ rows, columns, values: from }, [down, right]) {
  const values = from.map((_, i) => {
    const [row, column] = [Math.floor(i / columns) - down, (i % columns) - right];
    return row >= 0 && column >= 0 && row < rows && column < columns ? from[row * columns + column] : 0;
  });
  return { rows, columns, values };
}

const places = (size, kernel, stride) => Math.floor((size - kernel) / stride) + 1;

/** Pool a plane: the largest value or the mean of each window, as torch's max_pool2d and avg_pool2d. */
export function pool({ rows: tall, columns: wide, values: from }, { kind, kernel, stride }) {
  const [rows, columns] = [tall, wide].map((size) => places(size, kernel, stride));
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
    let [most, sum] = [-Infinity, 0];
    for (let i = 0; i < kernel; i++) for (let j = 0; j < kernel; j++) {
      const value = from[(row * stride + i) * wide + column * stride + j];
      sum += value;
      if (value > most) most = value;
    }
    values[row * columns + column] = kind === "max" ? most : sum / kernel ** 2;
  }
  return { rows, columns, values };
}

/** Every stride-th pixel, without pooling: a window of one pixel. */
export const thinned = (plane, stride) => pool(plane, { kind: "max", kernel: 1, stride });

/** Sum of the absolute differences of planes, by the sum of the first ones; null where that is 0. */
export function change(still, moved) {
  let [sum, apart] = [0, 0];
  still.forEach(({ values }, c) => values.forEach((value, i) => {
    sum += value;
    apart += Math.abs(moved[c].values[i] - value);
  }));
  return sum ? apart / sum : null;
}

/** The numbers of one window, what they become, and where the (first) largest is. */
export function look(plane, [row, column], { kind, kernel, stride }) {
  const numbers = Array.from({ length: kernel }, (_, i) => {
    const start = (row * stride + i) * plane.columns + column * stride;
    return [...plane.values.slice(start, start + kernel)];
  });
  const values = numbers.flat();
  const first = values.indexOf(Math.max(...values));
  const [result] = pool({ rows: kernel, columns: kernel, values }, { kind, kernel, stride: 1 }).values;
  return { numbers, result, winner: [Math.floor(first / kernel), first % kernel] };
}

/** The arithmetic of a window as one writes it; in the middle of a large one, dots. */
export function written({ numbers, result }, kind) {
  const all = numbers.flat().map((value) => brief(value));
  const shown = all.length > 9 ? [...all.slice(0, 4), "…", all.at(-1)] : all;
  const sum = shown.join(" + ");
  const from = kind === "max" ? `max(${shown.join(", ")})` : `${all.length > 1 ? `(${sum})` : sum} / ${all.length}`;
  return `${from} = ${brief(result)}`;
}

const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

/** A shift in words: "1 row down and 2 columns left"; empty for none. */
export function direction([down, right]) {
  const parts = [
    down && `${count(Math.abs(down), "row")} ${down > 0 ? "down" : "up"}`,
    right && `${count(Math.abs(right), "column")} ${right > 0 ? "right" : "left"}`,
  ];
  return parts.filter(Boolean).join(" and ");
}

/** What becomes of the shape, and what is left out. */
export function shape({ rows, columns }, kernel, stride) {
  const [tall, wide] = [rows, columns].map((size) => places(size, kernel, stride));
  const [below, right] = [rows, columns].map((size) => (size - kernel) % stride);
  const side = (size, made) => `⌊(${size} − ${kernel}) / ${stride}⌋ + 1 = ${made}`;
  const formula = side(rows, tall) + (rows === columns ? "" : ` and ${side(columns, wide)}`);
  const over = [below && count(below, "row"), right && count(right, "column")].filter(Boolean);
  const missed = over.length ? ` In no window (hatched): ${over.join(" and ")}.` : "";
  const gaps = stride > kernel ? ` Left out between windows: ${count(stride - kernel, "pixel")}.` : "";
  return { below, right, text: `${rows} × ${columns} becomes ${tall} × ${wide}: ${formula}.${missed}${gaps}` };
}

const NAMES = ["Red", "Green", "Blue"];
const percent = (share) => (share === null ? "–" : `${Math.round(100 * share)} %`);
const SMALL = 12; // pixels a side whose numbers can still be read

function render({ model, el }) {
  const packed = model.get("pictures");
  const set = (name) => (value) => put(model, name, value);
  const smallest = Math.min(...Object.values(packed).flatMap((each) => each.shape.slice(1)));
  const options = () => ({ kind: model.get("kind"), kernel: model.get("kernel"), stride: model.get("stride") });
  let [planes, current, output] = [[], [], []];

  const image = chooser("Picture", Object.keys(packed), set("picture"));
  const kind = segments("Pooling", [["max", "max"], ["average", "average"]], set("kind"));
  const pixels = (value) => `${value} px`;
  const kernel = slider("Window", { min: 1, max: Math.min(6, smallest), say: pixels, oninput: (value) => {
    if (model.get("stride") === model.get("kernel")) model.set("stride", value); // PyTorch's default
    put(model, "kernel", value);
  } });
  const stride = slider("Stride", { min: 1, max: 6, say: pixels, oninput: set("stride") });
  const shift = ["Down", "Right"].map((label, axis) => slider(label, { min: -3, max: 3, say: (value) => `${brief(value)} px`,
    oninput: (value) => put(model, "shift", model.get("shift").map((old, i) => (i === axis ? value : old))) }));
  const choose = set("cell");
  const input = picture("Input", { onpick: (pixel, key) => choose(key ? moved(place(), key, [output[0].rows, output[0].columns]) : pixel.map(nearest)) });
  const result = picture("Output", { onpick: choose });
  const [captionIn, captionOut, shapes] = [0, 1, 2].map(() => h("p", { class: "note" }));
  const formula = h("p", { class: "formula" });
  const stage = h("div", { class: "stage" }, h("div", null, input.node, captionIn), h("div", null, result.node, captionOut));
  const [says, tells] = [0, 1].map(() => h("p", { class: "says", "aria-live": "polite" }));
  const tables = h("div", { class: "tables" });
  const bars = ["Picture", "Pooled", "Thinned"].map((text) => {
    const [bar, value] = [h("i"), h("b")];
    return { node: h("li", null, h("span", null, text), h("span", { class: "track", "aria-hidden": "true" }, bar), value), bar, value };
  });

  const place = () => model.get("cell").map((index, axis) => Math.min(index, (axis ? output[0].columns : output[0].rows) - 1));
  // The window that stands closest to a pixel of the input, along one side. Keys go from window to window.
  function nearest(pixel, axis) {
    const near = Math.round((pixel - (model.get("kernel") - 1) / 2) / model.get("stride"));
    return Math.min((axis ? output[0].columns : output[0].rows) - 1, Math.max(0, near));
  }
  function write(node, text) {
    if (node.textContent !== text) node.textContent = text; // an unchanged text is not read out again
  }
  function paint(target, layers) {
    const numbers = layers.length === 1 && Math.max(planes[0].rows, planes[0].columns) <= SMALL;
    layers.length === 3 ? target.colour(layers) : target.paint(layers[0], { numbers: numbers && ((value) => brief(value)) });
    stage.classList.toggle("wide", numbers);
  }

  function compute() {
    const how = options();
    const name = model.get("picture");
    const by = model.get("shift");
    planes = planesOf(packed[name]);
    current = planes.map((plane) => shifted(plane, by));
    output = current.map((plane) => pool(plane, how));
    paint(input, current);
    paint(result, output);
    result.node.style.width = `${(100 * output[0].columns) / planes[0].columns}%`; // one scale for both
    for (const [target, caption, text, plane] of [[input, captionIn, name, planes[0]], [result, captionOut, `${how.kind} pooling`, output[0]]]) {
      target.call(`${text}, ${plane.rows} rows and ${plane.columns} columns`);
      caption.textContent = `${text}, ${plane.rows} × ${plane.columns}`;
    }
    image.show(name);
    kind.show(how.kind);
    kernel.show(how.kernel);
    stride.show(how.stride);
    shift.forEach((each, axis) => each.show(by[axis]));
    compare(how, direction(by));
    show();
  }
  function show() {
    const how = options();
    const [cell, whole] = [place(), planes[0]];
    const corner = cell.map((index) => index * how.stride);
    const { below, right, text } = shape(whole, how.kernel, how.stride);
    const missed = [[whole.rows - below, 0, below, whole.columns], [0, whole.columns - right, whole.rows - below, right]];
    input.boxes([
      ...missed.filter((box) => box[2] && box[3]).map(([row, column, rows, columns]) => ({ row, column, rows, columns, kind: "missed" })),
      { row: corner[0], column: corner[1], rows: how.kernel, columns: how.kernel },
    ]);
    result.boxes([{ row: cell[0], column: cell[1] }]);
    const seen = current.map((plane) => look(plane, cell, how));
    const where = `row ${cell[0]}, column ${cell[1]}`;
    const colour = seen.length > 1;
    const values = seen.map(({ result }, c) => (colour ? `${NAMES[c].toLowerCase()} ` : "") + brief(result)).join(", ");
    input.pick(corner.map((index) => index + Math.floor((how.kernel - 1) / 2)), `window at ${where}`);
    result.pick(cell, `${where}: ${values}`);
    shapes.textContent = text;
    const what = how.kind === "max" ? "the largest" : "the mean";
    write(says, `Output ${where}: ${what} of ${count(how.kernel ** 2, "number")} is ${values}.`);
    formula.textContent = seen.map((each) => written(each, how.kind)).join("\n");
    tables.replaceChildren(...seen.map(({ numbers, winner }, c) => h("table", null,
      h("caption", null, colour ? NAMES[c] : "Window"),
      h("tbody", null, numbers.map((row, i) => h("tr", null, row.map((value, j) => {
        const won = how.kind === "max" && winner[0] === i && winner[1] === j;
        return h("td", { class: won && "won" }, brief(value), won && h("span", { class: "unseen" }, " (the largest)"));
      })))))));
  }
  /** Draw how much the shift changes. */
  function compare(how, way) {
    const both = (call) => change(planes.map(call), current.map(call));
    const shares = [both((plane) => plane), both((plane) => pool(plane, how)), both((plane) => thinned(plane, how.stride))];
    const most = Math.max(1, ...shares);
    bars.forEach(({ bar, value }, i) => {
      bar.style.width = `${(100 * shares[i]) / most}%`;
      value.textContent = percent(shares[i]);
    });
    const [whole, pooled, thin] = shares.map(percent);
    write(tells, way ? `Shifted ${way}: the picture changed in ${whole} of its brightness, the pooled picture in ${pooled}, ` +
      `the thinned one in ${thin}.` : "Move the picture by a pixel, and see how much of the pooled one changes.");
  }

  frame(model, el, "pooling",
    h("div", { class: "controls" }, image.node, kind.node),
    stage,
    h("div", { class: "controls" }, kernel.node, stride.node),
    shapes, says, h("div", { class: "window" }, h("div", { class: "scroll" }, tables), formula),
    h("fieldset", { class: "shift" }, h("legend", null, "Shift the picture"),
      h("div", { class: "controls" }, shift.map(({ node }) => node)),
      tells, h("ul", { class: "bars" }, bars.map(({ node }) => node)),
      h("p", { class: "note" }, "The differences to the picture in its place, as a share of its sum. Thinned: every stride-th pixel, without pooling.")));
  compute();
  const ends = [follow(model, ["picture", "kind", "kernel", "stride", "shift"], compute), follow(model, ["cell"], show)];
  return () => ends.forEach((end) => end());
}

export default { render };
