/* What a network's stages compute, taken apart: plain numbers, no page. A stage is a layer with the batch norm and the
   ReLU behind it; `ainotes.widgets.stages` groups them. `net` comes from `build`, outputs from `run` (network.js). */

/** Run a picture through, with the maps of some filters set to zero: pairs [name of a stage, number of a map]. */
export function through(net, stages, numbers, ablated) {
  let [outputs, changed] = [[], { 0: numbers }];
  for (const { name, last, count } of stages) {
    const off = ablated.filter(([stage]) => stage === name);
    if (!off.length) continue;
    outputs = run(net.slice(0, last + 1), changed, outputs);
    const maps = outputs[last].slice();
    const cells = maps.length / count;
    for (const [, map] of off) maps.fill(0, map * cells, (map + 1) * cells);
    changed = { [last]: maps };
  }
  return run(net, changed, outputs);
}

/** The number of the stage whose filter makes a map: poolings and ReLUs pass maps on. -1 where there is none. */
export function makerOf(stages, number, map) {
  for (let i = number; i >= 0; i--) {
    if (stages[i].filters) return i;
    const passes = i > 0 && i < stages.length && !["conv2d", "linear"].includes(stages[i].kind) && stages[i - 1].count === stages[i].count;
    if (!passes || map >= stages[i - 1].count) return -1;
  }
  return -1;
}

/** The cells of a layer's input that some cells of its output depend on, along one side; padding is left out. */
function reached(layer, side, cells) {
  const found = new Set();
  const count = layer.input[side] ?? 1;
  for (const cell of cells) {
    if (layer.kind === "conv2d") {
      const [step, pad, spread] = ["stride", "padding", "dilation"].map((name) => layer[name][side - 1]);
      for (let k = 0; k < layer.kernel[side - 1]; k++) found.add(cell * step - pad + k * spread);
    } else if (layer.kind.includes("pool")) {
      const [start, end] = windows(layer, side)[cell];
      for (let at = start; at < end; at += layer.dilation?.[side - 1] ?? 1) found.add(at);
    } else found.add(cell);
  }
  return [...found].filter((at) => at >= 0 && at < count);
}

const upTo = (count) => Array.from({ length: count }, (_, i) => i);

/** The box around the pixels that a cell of a layer's output depends on: { row, column, rows, columns }. */
export function fieldOf(net, place, map, [row, column]) {
  let [cells, unit] = [[[row], [column]], map];
  for (let i = place; i > 0; i--) {
    const { kind, input } = net[i];
    if (kind === "linear") [cells, unit] = [[[0], [0]], null]; // it sees all that is flattened
    else if (kind === "flatten") {
      const sides = [input[1] ?? 1, input[2] ?? 1];
      const at = unit === null ? null : unit % (sides[0] * sides[1]);
      cells = at === null ? sides.map(upTo) : [[Math.floor(at / sides[1])], [at % sides[1]]];
    } else cells = cells.map((each, k) => reached(net[i], k + 1, each));
  }
  if (cells.some((each) => !each.length)) return { row: 0, column: 0, rows: 0, columns: 0 };
  const [[top, bottom], [left, right]] = cells.map((each) => [Math.min(...each), Math.max(...each)]);
  return { row: top, column: left, rows: bottom - top + 1, columns: right - left + 1 };
}

/** A plane of rows by columns numbers. */
const planeFrom = (rows, columns, call) => ({ rows, columns, values: Float32Array.from({ length: rows * columns }, (_, k) => call(Math.floor(k / columns), k % columns)) });

const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** One input of a sum: the numbers that are seen, the weights on them, their products; `box` is where they are in its map. */
function term(channel, seen, weights, box) {
  const products = { ...seen, values: seen.values.map((value, k) => value * weights.values[k]) };
  return { channel, seen, weights, products, box, sum: total(products.values) };
}

const SUMS = {
  conv2d(layer, maps, map, [row, column]) {
    const { input: [channels, rows, columns], shape: [out], kernel: [tall, wide], stride, padding, dilation, groups, weight, bias } = layer;
    const [each, group] = [channels / groups, Math.floor((map * groups) / out)];
    const [top, left] = [row * stride[0] - padding[0], column * stride[1] - padding[1]];
    const terms = Array.from({ length: each }, (_, c) => {
      const channel = group * each + c;
      const seen = planeFrom(tall, wide, (i, j) => {
        const [y, x] = [top + i * dilation[0], left + j * dilation[1]];
        return y < 0 || x < 0 || y >= rows || x >= columns ? 0 : maps[(channel * rows + y) * columns + x];
      });
      const weights = planeFrom(tall, wide, (i, j) => weight[((map * each + c) * tall + i) * wide + j]);
      return term(channel, seen, weights, { row: top, column: left, rows: dilation[0] * (tall - 1) + 1, columns: dilation[1] * (wide - 1) + 1 });
    });
    return { terms, bias: bias[map] };
  },
  /** A linear layer on flattened maps is a kernel as large as they are. */
  linear({ weight, bias }, numbers, map, _, [channels, rows, columns]) {
    const [size, start] = [rows * columns, map * numbers.length];
    const terms = Array.from({ length: channels }, (_, channel) =>
      term(channel, planeFrom(rows, columns, (i, j) => numbers[channel * size + i * columns + j]),
        planeFrom(rows, columns, (i, j) => weight[start + channel * size + i * columns + j]), { row: 0, column: 0, rows, columns }));
    return { terms, bias: bias[map] };
  },
};

/** What a pooling sees in one window, and which number of it wins. */
function pooling(layer, maps, map, [row, column]) {
  const { input: [, rows, columns], dilation = [1, 1] } = layer;
  const [[top, bottom, tall], [left, right, wide]] = [windows(layer, 1)[row], windows(layer, 2)[column]];
  const seen = planeFrom(Math.ceil((bottom - top) / dilation[0]), Math.ceil((right - left) / dilation[1]),
    (i, j) => maps[(map * rows + top + i * dilation[0]) * columns + left + j * dilation[1]]);
  const isMax = layer.kind === "max pool";
  const value = isMax ? Math.max(...seen.values) : total(seen.values) / (tall * wide);
  return { seen, value, divisor: isMax ? null : tall * wide, winner: isMax ? seen.values.indexOf(value) : -1, channel: map,
    box: { row: top, column: left, rows: bottom - top, columns: right - left } };
}

/**
 * What one number of a stage is made of. A sum of products has `terms`, one for each input map, and a `bias`; a pooling
 * has what it `seen`; the others have neither. `steps` are the values after each layer of the stage, the first one's first.
 */
export function explained(net, { kind, first, main, last }, outputs, map, cell) {
  const [layer, given] = [net[main], outputs[first - 1]];
  const shape = [...net[first - 1].shape, 1, 1].slice(0, 3);
  let found = { terms: [], bias: 0 };
  let value;
  if (SUMS[kind]) {
    found = SUMS[kind](layer, given, map, cell, shape);
    value = found.terms.reduce((sum, each) => sum + each.sum, found.bias);
  } else if (kind.includes("pool")) {
    found = { ...found, ...pooling(layer, given, map, cell) };
    ({ value } = found);
  } else {
    const [rows, columns] = [layer.shape[1] ?? 1, layer.shape[2] ?? 1];
    found.before = value = given[(map * rows + cell[0]) * columns + cell[1]];
    value = single(layer, map, value);
  }
  const steps = [{ kind, value }];
  for (let i = main + 1; i <= last; i++) if (net[i].kind !== "flatten") {
    value = single(net[i], map, value);
    steps.push({ kind: net[i].kind, value, ...(net[i].scale && { scale: net[i].scale[map], shift: net[i].shift[map] }) });
  }
  return { ...found, steps, value };
}

/** A layer that changes each number by itself. */
function single({ kind, scale, shift }, map, value) {
  if (kind === "batch norm") return value * scale[map] + shift[map];
  return kind === "relu" ? Math.max(0, value) : value;
}
