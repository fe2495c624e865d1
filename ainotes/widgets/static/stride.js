/* What kernel, stride, padding and dilation make of a size, along a row and on a square. */
/* global h, frame, put, follow, slider, moved, outputSize, picture, drag, pane */

const NUMBERS = { size: ["Size n", 1, 16], kernel: ["Kernel K", 1, 7], stride: ["Stride S", 1, 5], padding: ["Padding P", 0, 4], dilation: ["Dilation D", 1, 3] };

/** Cells from the first to the last tap of the kernel. */
export const reachOf = ({ kernel, dilation }) => dilation * (kernel - 1) + 1;

/** The pixels under one window; below 0 and from `size` on they are padding. */
export const taps = (place, { kernel, stride, padding, dilation }) =>
  Array.from({ length: kernel }, (_, k) => place * stride - padding + k * dilation);

/** How many windows see each pixel of the row. */
export function visits(size, options) {
  const counts = Array(size).fill(0);
  const places = outputSize(size, options.kernel, options);
  for (let place = 0; place < places; place++) for (const pixel of taps(place, options)) if (pixel in counts) counts[pixel]++;
  return counts;
}

/** The pixels of the row that no window touches. */
export const unseen = (size, options) => visits(size, options).flatMap((count, pixel) => (count ? [] : [pixel]));

/** The window that stands closest to a pixel of the row. */
export function nearest(pixel, places, options) {
  const place = Math.round((pixel + options.padding - (reachOf(options) - 1) / 2) / options.stride);
  return Math.max(0, Math.min(places - 1, place));
}

const real = (number) => String(number).replace("-", "−");
const padded = (padding) => (padding ? "padded " : "");
const list = (items) => (items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`);

function underWindow(marked, size) {
  const pixels = marked.filter((pixel) => pixel >= 0 && pixel < size);
  const zeros = marked.length - pixels.length;
  return [pixels.length && `pixel${pixels.length > 1 ? "s" : ""} ${list(pixels)}`, zeros && `${zeros} padding cell${zeros > 1 ? "s" : ""}`].filter(Boolean).join(", and ");
}

/** The formula with its numbers filled in, and what the floor drops. */
export function formula(size, options) {
  const { kernel, stride, padding, dilation } = options;
  const room = size + 2 * padding - reachOf(options);
  const text = `⌊(${size} + 2·${padding} − ${dilation}·(${kernel} − 1) − 1) / ${stride}⌋ + 1 = ⌊${real(room)}/${stride}⌋ + 1 = ${real(Math.floor(room / stride) + 1)}`;
  if (room < 0) return { text, floor: "That is less than one place." };
  const rest = room % stride;
  const exact = `Without the floor: ${room}/${stride} = ${Number((room / stride).toFixed(2))}`;
  if (!rest) return { text, floor: `${exact}, the same: nothing is dropped.` };
  return { text, floor: `${exact}. It drops ${2 * rest === stride ? "half" : `${rest}/${stride} of`} a step, and with it the last ${rest > 1 ? `${rest} cells` : "cell"} of the ${padded(padding)}row.` };
}

function compared(size, output) {
  if (output === size) return "as large as the input";
  if (2 * output === size) return "half the input";
  if (size > 2 && Math.abs(2 * output - size) === 1) return `half the input, rounded ${2 * output > size ? "up" : "down"}`;
  return `${Math.abs(output - size)} ${output > size ? "more" : "fewer"} rows and columns than the input`;
}

/** The result in one sentence or two. */
export function verdict(size, options) {
  const output = outputSize(size, options.kernel, options);
  if (!output) {
    const { kernel, dilation, padding } = options;
    const wide = dilation > 1 ? ` with dilation ${dilation}` : "";
    return `The kernel does not fit: ${kernel}${wide} spans ${reachOf(options)} cells, and the ${padded(padding)}row has ${size + 2 * padding}. ` +
      `PyTorch stops here with an error. Take a smaller kernel${dilation > 1 ? " or dilation" : ""}, more padding or a larger input.`;
  }
  const missed = unseen(size, options);
  const shape = `Output ${output} × ${output}: ${compared(size, output)}.`;
  if (!missed.length) return `${shape} Every pixel is seen.`;
  const names = missed.length === 1 ? `Pixel ${missed[0]} is` : `Pixels ${list(missed)} are`;
  return `${shape} ${names} never seen; on the square that is ${size ** 2 - (size - missed.length) ** 2} of ${size ** 2} pixels.`;
}

function render({ model, el }) {
  let [size, output, options, missed] = [1, 0, {}, []];
  const within = (cell) => cell.map((place) => Math.max(0, Math.min(output - 1, place)));
  const current = () => within(model.get("cell"));
  const choose = (...cell) => {
    const to = within(cell);
    if (output && String(to) !== String(current())) put(model, "cell", to);
  };

  const sliders = Object.entries(NUMBERS).map(([name, [label, min, max]]) => [name, slider(label, { min, max, oninput: (value) => put(model, name, value) })]);
  const says = h("p", { class: "says", "aria-live": "polite" });
  const [sum, floor] = [h("p", { class: "formula" }), h("p", { class: "note" })];

  // Each output cell stands under the middle of its window.
  const [cells, outs] = ["cells", "outs"].map((name) => h("div", { class: name }));
  const links = h("svg:svg", { class: "links", preserveAspectRatio: "none" });
  const span = h("i");
  const row = h("div", { class: "along", role: "slider", tabindex: 0, "aria-label": "Window on the row", onkeydown }, cells, span, links, outs);
  const sees = h("p", { class: "note" });
  const wide = () => cells.children.length;
  drag(row, (_, across) => choose(current()[0], nearest(Math.floor(across * wide()) - options.padding, output, options)));
  function onkeydown(event) {
    const [down, right] = current();
    const key = { ArrowDown: "ArrowLeft", ArrowUp: "ArrowRight" }[event.key] ?? event.key;
    const to = event.ctrlKey || event.metaKey || event.altKey ? null : moved([0, right], key, [1, output]);
    if (!to) return;
    event.preventDefault();
    choose(down, to[1]);
  }

  const input = picture("Input");
  const result = picture("Output", { onpick: ([down, right]) => choose(down, right) });
  drag(input.node, (down, across) => {
    const pixel = (share) => Math.floor(share * (size + 2 * options.padding)) - options.padding;
    choose(nearest(pixel(down), output, options), nearest(pixel(across), output, options));
  });
  const sized = h("span");
  const stage = h("div", { class: "stage" }, pane("input: how many windows see each pixel", input.node), pane(sized, result.node));

  function compute() {
    for (const [name, each] of sliders) each.show((options[name] = model.get(name)));
    size = options.size;
    output = outputSize(size, options.kernel, options);
    missed = output ? unseen(size, options) : [];
    const told = formula(size, options);
    [sum.textContent, floor.textContent, says.textContent] = [told.text, told.floor, verdict(size, options)];
    says.classList.toggle("stuck", !output);
    drawRow();
    drawSquare();
    show();
  }
  function drawRow() {
    const { padding, stride } = options;
    const [end, reach] = [size + padding, reachOf(options)];
    const columns = Math.max(end + padding, reach); // a kernel that does not fit hangs over the end
    row.style.setProperty("--columns", columns);
    links.setAttribute("viewBox", `0 0 ${columns} 1`);
    cells.replaceChildren(...Array.from({ length: columns }, (_, i) => {
      const pixel = i - padding;
      if (pixel < 0 || i >= end) return h("span", { class: i < end + padding ? "zero" : "beyond" }, "0");
      return h("span", { class: missed.includes(pixel) && "missed" }, pixel);
    }));
    outs.replaceChildren(...Array.from({ length: output }, (_, i) =>
      h("span", { style: `left:${(100 * (i * stride + (reach - 1) / 2)) / columns}%` }, i)));
  }
  function drawSquare() {
    const { padding } = options;
    const side = size + 2 * padding;
    const counts = visits(size, options);
    const most = Math.max(...counts) ** 2;
    const values = Float32Array.from({ length: side ** 2 }, (_, i) => {
      const [down, right] = [Math.floor(i / side) - padding, (i % side) - padding];
      return down in counts && right in counts ? counts[down] * counts[right] : NaN;
    });
    stage.style.setProperty("--span", side);
    input.paint({ rows: side, columns: side, values }, { signed: most || 1, numbers: side <= 16 && ((count) => count || ""), strength: 0.5 });
    input.call(`Input ${size} × ${size}: each pixel is seen by ${Math.min(...counts) ** 2} to ${most} windows`);
    result.node.hidden = !output;
    sized.textContent = output ? `output ${output} × ${output}: choose a cell` : "no output";
    result.call(sized.textContent);
    if (output) result.paint({ rows: output, columns: output, values: new Float32Array(output ** 2) }, { signed: 1 });
  }
  function show() {
    const { padding, stride } = options;
    const [down, right] = current();
    const [first, reach] = [right * stride, reachOf(options)];
    const [rows, columns] = [down, right].map((place) => (output ? taps(place, options) : []).map((pixel) => pixel + padding));
    const mark = ({ children }, wanted) => [...children].forEach((cell, i) => cell.classList.toggle("tap", wanted.includes(i)));
    mark(cells, columns);
    mark(outs, [right]);
    links.replaceChildren(...columns.map((column) => h("svg:line", { x1: column + 0.5, y1: 0, x2: first + reach / 2, y2: 1 })));
    span.style.cssText = `left:${(100 * first) / wide()}%;width:${(100 * reach) / wide()}%`;
    span.className = output ? "reach" : "reach stuck";
    sees.textContent = output ? `Output ${right} sees ${underWindow(taps(right, options), size)}.` : "No window can stand here.";
    const states = { valuemin: 0, valuemax: Math.max(0, output - 1), valuenow: right, valuetext: sees.textContent };
    for (const name in states) row.setAttribute(`aria-${name}`, states[name]);
    result.pick([down, right], `row ${down}, column ${right}`);
    result.boxes([{ row: down, column: right, kind: "chosen" }]);
    const box = (row, column, rows, columns, kind) => ({ row, column, rows, columns, kind });
    input.boxes([
      ...missed.flatMap((pixel) => [box(pixel + padding, padding, 1, size, "missed"), box(padding, pixel + padding, size, 1, "missed")]),
      box(padding, padding, size, size, "frame"),
      ...rows.flatMap((row) => columns.map((column) => box(row, column, 1, 1, "tap"))),
      ...(output ? [box(down * stride, first, reach, reach, "window")] : []),
    ]);
  }

  frame(model, el, "stride",
    h("div", { class: "controls" }, sliders.map(([, each]) => each.node)),
    row, sees, says, sum, floor, stage);
  compute();
  const ends = [follow(model, Object.keys(NUMBERS), compute), follow(model, ["cell"], show)];
  return () => ends.forEach((end) => end());
}

export default { render };
