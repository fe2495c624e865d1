/* A picture of bytes that can be drawn on, channel by channel, and photographs made like the pictures of a data set. */
/* global h, picture, moved, middle, cut */

export const TOOLS = { Pen: { reach: 0.9, light: 255 }, Brush: { reach: 2.2, light: 210 }, Eraser: { reach: 1.9, light: 0 } };
const SOFT = 0.6; // pixels over which a stroke fades at its border

/** Put one dab of a tool at a place, in pixels from the middle of the first; bytes change where they lie. */
export function dab(bytes, [channels, rows, columns], [row, column], { reach: radius, light }) {
  for (let y = Math.max(0, Math.floor(row - radius - 1)); y <= Math.min(rows - 1, Math.ceil(row + radius + 1)); y++)
    for (let x = Math.max(0, Math.floor(column - radius - 1)); x <= Math.min(columns - 1, Math.ceil(column + radius + 1)); x++) {
      const far = Math.hypot(y - row, x - column);
      const share = Math.min(1, Math.max(0, (radius + SOFT - far) / (2 * SOFT)));
      for (let c = 0; c < channels; c++) {
        const i = (c * rows + y) * columns + x;
        bytes[i] = light ? Math.max(bytes[i], Math.round(light * share)) : Math.min(bytes[i], Math.round(bytes[i] * (1 - share)));
      }
    }
}

/** Draw a straight stroke from one place to another. */
export function stroke(bytes, shape, from, to, tool) {
  const steps = Math.max(1, Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])));
  for (let i = 0; i <= steps; i++) dab(bytes, shape, from.map((at, k) => at + ((to[k] - at) * i) / steps), tool);
}

/** Bytes as the network takes them. */
export const prepared = (bytes, [channels, rows, columns], mean, std) =>
  Float32Array.from(bytes, (byte, i) => (byte / 255 - mean[Math.floor(i / rows / columns) % channels]) / std[Math.floor(i / rows / columns) % channels]);

/** The mean of the outermost pixels, from 0 to 1. */
export function rim(bytes, [channels, rows, columns]) {
  let [sum, count] = [0, 0];
  for (let i = 0; i < bytes.length; i++) {
    const [y, x] = [Math.floor(i / columns) % rows, i % columns];
    if (y % (rows - 1 || 1) && x % (columns - 1 || 1)) continue;
    sum += bytes[i];
    count++;
  }
  return sum / count / 255;
}

export const inverted = (bytes) => bytes.map((byte) => 255 - byte);

/** RGBA as planes of bytes; one plane of grey by Pillow's formula. */
export function planesFrom(data, channels) {
  const cells = data.length / 4;
  return Uint8ClampedArray.from({ length: channels * cells }, (_, k) => {
    const [c, i] = [Math.floor(k / cells), 4 * (k % cells)];
    return channels > 1 ? data[i + c] : (19595 * data[i] + 38470 * data[i + 1] + 7471 * data[i + 2] + 32768) >> 16;
  });
}

/** The whole of a photograph in a square: what it lacks is filled with the colour of its corner. */
function squared(source) {
  const { width, height } = source;
  const side = Math.max(width, height);
  const canvas = cut(source, [0, 0, width, height], [side, side]);
  const pen = canvas.getContext("2d");
  pen.drawImage(source, 0, 0, 1, 1, 0, 0, side, side);
  pen.drawImage(source, Math.floor((side - width) / 2), Math.floor((side - height) / 2));
  return canvas;
}

/** A photograph as bytes. Where the data set's pictures lie on black, it is kept whole, and a light one is inverted. */
function fitted(source, [channels, rows, columns], dark) {
  const like = channels === 1 && dark;
  const { width, height } = source;
  const pixels = rows === columns ? middle(like ? squared(source) : source, rows)
    : cut(source, [0, 0, width, height], [columns, rows]).getContext("2d").getImageData(0, 0, columns, rows);
  const bytes = planesFrom(pixels.data, channels);
  const isLight = like && rim(bytes, [channels, rows, columns]) > 0.5;
  return { bytes: isLight ? inverted(bytes) : bytes, isLight };
}

/** The planes of bytes, with values from 0 to 1. */
export const planes = (bytes, [channels, rows, columns]) => Array.from({ length: channels }, (_, c) =>
  ({ rows, columns, values: Float32Array.from(bytes.subarray(c * rows * columns, (c + 1) * rows * columns), (byte) => byte / 255) }));

/** Show bytes in a `picture`. */
function show(target, bytes, shape) {
  const each = planes(bytes, shape);
  shape[0] === 3 ? target.colour(each) : target.paint(each[0]);
}

/**
 * A picture to draw on, by pointer or keys. `tool()` tells what is in hand, `bytes()` what is drawn on;
 * `draw` is called after each piece of a stroke, `done` at its end.
 */
function pad(shape, { tool, bytes, draw, done }) {
  const target = picture("Drawing pad: arrow keys move, Space draws, Shift and an arrow key draws a line");
  const { node } = target;
  for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": shape[1] * shape[2] - 1 })) node.setAttribute(name, value);
  let [at, hand] = [[shape[1], shape[2]].map((side) => Math.floor(side / 2)), null];
  const place = (event) => {
    const box = node.getBoundingClientRect();
    return [((event.clientY - box.top) / box.height) * shape[1] - 0.5, ((event.clientX - box.left) / box.width) * shape[2] - 0.5];
  };
  const mark = (from, to) => {
    const drawn = bytes();
    stroke(drawn, shape, from, to, TOOLS[tool()]);
    draw(drawn);
  };
  function tell() {
    node.setAttribute("aria-valuenow", at[0] * shape[2] + at[1]);
    node.setAttribute("aria-valuetext", `row ${at[0]}, column ${at[1]}`);
  }
  node.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    node.setPointerCapture(event.pointerId);
    hand = place(event);
    at = hand.map((share, k) => Math.min(shape[k + 1] - 1, Math.max(0, Math.round(share))));
    tell();
    mark(hand, hand);
  });
  node.addEventListener("pointermove", (event) => {
    if (!hand) return;
    const to = place(event);
    mark(hand, to);
    hand = to;
  });
  for (const kind of ["pointerup", "pointercancel"]) node.addEventListener(kind, () => {
    if (hand) done();
    hand = null;
  });
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = moved(at, event.key, shape.slice(1));
    const draws = event.key === " " || event.key === "Enter";
    if (!to && !draws) return;
    event.preventDefault();
    if (draws || event.shiftKey) {
      mark(at, to ?? at);
      done();
    }
    at = to ?? at;
    tell();
    cursor(true);
  });
  let field = [];
  const cursor = (on) => target.boxes([...field, ...(on ? [{ row: at[0], column: at[1], kind: "cursor" }] : [])]);
  node.addEventListener("focus", () => cursor(node.matches(":focus-visible")));
  node.addEventListener("blur", () => cursor(false));
  tell();
  const see = (boxes) => {
    field = boxes;
    cursor(document.activeElement === node && node.matches(":focus-visible"));
  };
  return { node, show: (given) => show(target, given, shape), see };
}
