/* Pictures of numbers: a plane on a canvas, boxes over it, and a cell that the pointer or the arrow keys choose. */

/** Turn { shape: [C, H, W], pixels: DataView of bytes } into C planes with values from 0 to 1. */
export function planesOf({ shape: [channels, rows, columns], pixels }) {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return Array.from({ length: channels }, (_, c) => {
    const part = bytes.subarray(c * rows * columns, (c + 1) * rows * columns);
    return { rows, columns, values: Float32Array.from(part, (byte) => byte / 255) };
  });
}

/** A number as short as it can be told: 2 decimals at most, a real minus, no "-0". */
export function brief(value, decimals = 2) {
  const text = String(Number(value.toFixed(decimals)));
  return text === "-0" ? "0" : text.replace("-", "−");
}

/** The cell that an arrow key, Home, End, Page Up or Page Down leads to, or null for another key. */
export function moved([row, column], key, [rows, columns]) {
  const to = {
    ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
    Home: [row, 0], End: [row, columns - 1], PageUp: [0, column], PageDown: [rows - 1, column],
  }[key];
  return to ? [Math.min(rows - 1, Math.max(0, to[0])), Math.min(columns - 1, Math.max(0, to[1]))] : null;
}

/** Largest absolute value of a plane, for a scale that has zero in its middle; never 0. */
export const reach = ({ values }) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);

// Signed values: blue above zero, orange below, the page's own colour at zero. Others: black at 0, white at 1.
function colours({ rows, columns, values }, { signed, strength = 1 }) {
  const data = new Uint8ClampedArray(4 * rows * columns);
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return; // nothing here: the page shows through
    if (!signed) data.set([255 * value, 255 * value, 255 * value, 255], 4 * i);
    else data.set([...(value < 0 ? [214, 92, 16] : [24, 120, 208]), (255 * strength * Math.abs(value)) / signed], 4 * i);
  });
  return new ImageData(data, columns, rows);
}

/**
 * Make a picture. With `onpick` a cell of it can be chosen, by pointer or keys (`onpick(cell, key)`), and it is
 * announced as a slider.
 * `paint(plane, { signed, numbers, strength })`: `signed` is the value of full colour where 0 is in the middle; `numbers`
 * turns a value into the text of its cell. `colour([r, g, b])` paints three planes as one picture. `boxes([...])` puts
 * { row, column, rows, columns, kind } over it. `pick([row, column], text)` shows the chosen cell; `call` renames it.
 */
function picture(label, { onpick } = {}) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const [texts, over] = ["numbers", "boxes"].map((kind) => h("div", { class: kind, "aria-hidden": "true" }));
  const node = h("div", { class: "grid", role: onpick ? "slider" : "img", tabindex: onpick ? 0 : null, "aria-label": label },
    canvas, texts, over);
  let [rows, columns, cell] = [1, 1, [0, 0]];

  function draw(image) {
    [rows, columns] = [image.height, image.width];
    if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
    node.style.setProperty("--columns", columns);
    node.style.setProperty("--rows", rows);
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
  function write(plane, { signed, numbers }) {
    const wanted = numbers ? plane.values.length : 0;
    while (texts.children.length > wanted) texts.lastChild.remove();
    while (texts.children.length < wanted) texts.append(h("span"));
    for (let i = 0; i < wanted; i++) {
      texts.children[i].textContent = Number.isNaN(plane.values[i]) ? "" : numbers(plane.values[i]);
      texts.children[i].style.color = signed ? "" : plane.values[i] > 0.46 ? "#000" : "#fff";
    }
  }
  function paint(plane, options = {}) {
    draw(colours(plane, { strength: options.numbers ? 0.4 : 1, ...options }));
    write(plane, options);
  }
  function colour(planes) {
    const { rows, columns } = planes[0];
    const data = new Uint8ClampedArray(4 * rows * columns).fill(255);
    planes.forEach(({ values }, c) => values.forEach((value, i) => {
      data[4 * i + c] = 255 * value;
      if (Number.isNaN(value)) data[4 * i + 3] = 0;
    }));
    draw(new ImageData(data, columns, rows));
    write({ values: [] }, {});
  }
  function boxes(wanted) {
    while (over.children.length < wanted.length) over.append(h("i"));
    [...over.children].forEach((box, i) => {
      box.hidden = i >= wanted.length;
      if (box.hidden) return;
      const { row, column, rows: tall = 1, columns: wide = 1, kind = "window" } = wanted[i];
      box.className = kind;
      box.style.cssText = `left:${(100 * column) / columns}%;top:${(100 * row) / rows}%;` +
        `width:${(100 * wide) / columns}%;height:${(100 * tall) / rows}%`;
    });
  }
  function pick(chosen, text) {
    cell = chosen;
    const states = { valuemin: 0, valuemax: rows * columns - 1, valuenow: cell[0] * columns + cell[1], valuetext: text };
    for (const [name, value] of Object.entries(states)) node.setAttribute(`aria-${name}`, value);
  }
  if (onpick) {
    drag(node, (down, across) => {
      const inside = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
      const to = [inside(down, rows), inside(across, columns)];
      if (to[0] !== cell[0] || to[1] !== cell[1]) onpick(to);
    });
    node.addEventListener("keydown", (event) => {
      const to = event.ctrlKey || event.metaKey || event.altKey ? null : moved(cell, event.key, [rows, columns]);
      if (!to) return;
      event.preventDefault();
      onpick(to, event.key);
    });
  }
  return { node, paint, colour, boxes, pick, call: (text) => node.setAttribute("aria-label", text) };
}

/** Call `act(down, across)` with where the pointer is on a node, as shares of its height and width. */
function drag(node, act) {
  const point = (event) => {
    const box = node.getBoundingClientRect();
    act((event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width);
  };
  for (const kind of ["pointerdown", "pointermove"]) node.addEventListener(kind, point);
}

/** A picture with its caption below. */
const pane = (caption, ...nodes) => h("div", { class: "pane" }, nodes, h("p", { class: "note" }, caption));

/** Make a labelled drop-down list of texts. */
function chooser(label, choices, onchange) {
  const select = h("select", { onchange: () => onchange(select.value) }, choices.map((each) => h("option", { value: each }, each)));
  const node = h("label", { class: "chooser" }, h("span", null, label), select);
  return { node, select, show: (value) => (select.value = value) };
}
