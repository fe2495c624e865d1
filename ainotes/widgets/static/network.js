/* Runs a trained network in the page: what `ainotes.widgets.export` wrote, layer by layer, in plain JavaScript.
   Maps are Float32Arrays, channel by channel, row by row. `layers[0]` is the input; a layer works on the one before it,
   or on those that its `from` names. */
/* global h */

/** The numbers of a block of float16, low byte first: a DataView, as a kernel sends it, or base64, as a page holds it. */
export function decode(block) {
  const text = typeof block === "string" ? atob(block) : null;
  const bytes = new Uint8Array(text ? text.length : block.byteLength);
  if (text) for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  else bytes.set(new Uint8Array(block.buffer, block.byteOffset, block.byteLength));
  const halves = new Uint16Array(bytes.buffer);
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < bits.length; i++) bits[i] = ((halves[i] & 0x7fff) << 13) | ((halves[i] & 0x8000) << 16);
  // A half's exponent counts from 15, a float's from 127: the same bits are too small by the difference.
  return new Float32Array(bits.buffer).map((number) => number * 2 ** 112);
}

/** Make a network of a description and its numbers. */
export function build(layers, numbers) {
  return layers.map((layer, i) => {
    const from = layer.from ?? (i ? [i - 1] : []);
    const known = { ...layer, from, input: layers[from[0]]?.shape };
    const part = (name, count) => numbers.subarray(layer[name], layer[name] + count);
    // Rows of numbers come in two halves, rough and fine, which are added.
    const row = (name, count) => new Float32Array(count).map((_, k) => (layer[name] === null ? 0 : numbers[layer[name] + k] + numbers[layer[name] + count + k]));
    return { ...known, ...PREPARE[layer.kind]?.(known, part, row) };
  });
}

/**
 * Return what leaves each layer. `changed` gives what is known to leave some: `run(net, { 0: pixels })` runs it all.
 * With the outputs of an earlier run only what depends on a change is computed: `run(net, { 4: maps }, outputs)`.
 */
export function run(layers, changed, earlier = []) {
  const [outputs, fresh] = [[], []];
  layers.forEach((layer, i) => {
    fresh[i] = i in changed || !earlier[i] || layer.from.some((j) => fresh[j]);
    outputs[i] = changed[i] ?? (fresh[i] ? STEPS[layer.kind](layer, ...layer.from.map((j) => outputs[j])) : earlier[i]);
  });
  return outputs;
}

export function softmax(logits) {
  const most = Math.max(...logits);
  const parts = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / sum);
}

/** Places of the largest values, the largest first; of equal ones the first. */
export const largest = (values, count) =>
  Array.from(values, (_, i) => i).sort((a, b) => values[b] - values[a] || a - b).slice(0, count);

/** Bars of the most probable classes; `show` takes [name, share] pairs. */
function bars() {
  const node = h("ul", { class: "answers" });
  const show = (answers) => node.replaceChildren(...answers.map(([name, share]) => h("li", null, h("span", { class: "name" }, name),
    h("span", { class: "bar", "aria-hidden": "true", style: `--share:${100 * share}%` }), h("span", { class: "share" }, `${(100 * share).toFixed(1)} %`))));
  return { node, show };
}

const PREPARE = {
  conv2d(layer, part, row) {
    const { shape: [out], input: [channels], groups, kernel, stride, dilation } = layer;
    const weight = part("weight", (out * channels * kernel[0] * kernel[1]) / groups);
    const bias = row("bias", out);
    const small = String([kernel, stride, dilation, groups]) === "3,3,1,1,1,1,1" && channels >= 8;
    return small ? { weight, bias, step: tiles, packed: transformed(weight, out, channels) }
      : { weight, bias, step: taps, packed: inFours(weight, groups, out / groups) };
  },
  linear: ({ shape: [out], input: [count] }, part, row) => ({ weight: part("weight", out * count), bias: row("bias", out) }),
  "batch norm"({ input: [channels], epsilon }, _, row) {
    const [mean, variance, weight, bias] = ["mean", "variance", "weight", "bias"].map((name) => row(name, channels));
    const scale = variance.map((value, c) => weight[c] / Math.sqrt(value + epsilon));
    return { scale, shift: bias.map((value, c) => value - mean[c] * scale[c]) };
  },
};

const STEPS = {
  conv2d: (layer, maps) => layer.step(layer, maps),
  flatten: (_, maps) => maps,
  relu(_, maps) {
    const outputs = new Float32Array(maps.length);
    for (let i = 0; i < maps.length; i++) outputs[i] = maps[i] > 0 ? maps[i] : 0;
    return outputs;
  },
  add(_, one, other) {
    const outputs = new Float32Array(one.length);
    for (let i = 0; i < one.length; i++) outputs[i] = one[i] + other[i];
    return outputs;
  },
  linear({ shape: [out], weight, bias }, inputs) {
    const outputs = new Float32Array(out);
    for (let m = 0, w = 0; m < out; m++) {
      let sum = bias[m];
      for (let i = 0; i < inputs.length; i++, w++) sum += weight[w] * inputs[i];
      outputs[m] = sum;
    }
    return outputs;
  },
  "batch norm"({ scale, shift }, maps) {
    const [cells, outputs] = [maps.length / scale.length, new Float32Array(maps.length)];
    for (let c = 0, i = 0; c < scale.length; c++)
      for (const end = i + cells; i < end; i++) outputs[i] = maps[i] * scale[c] + shift[c];
    return outputs;
  },
  "max pool": pooled,
  "average pool": pooled,
  "adaptive average pool": pooled,
};

/** The window of each place along one side, as [first cell, the one after its last, by what a mean divides]. */
function windows({ kind, shape, input, kernel, stride, padding, dilation, counts_padding }, side) {
  const [places, cells] = [shape[side], input[side]];
  return Array.from({ length: places }, (_, place) => {
    let [start, end] = [Math.floor((place * cells) / places), Math.ceil(((place + 1) * cells) / places)];
    if (kind === "adaptive average pool") return [start, end, end - start];
    const [first, step] = [place * stride[side - 1] - padding[side - 1], dilation?.[side - 1] ?? 1];
    const after = first + step * (kernel[side - 1] - 1) + 1;
    start = first < 0 ? first + step * Math.ceil(-first / step) : first;
    end = Math.min(cells, after);
    return [start, end, counts_padding ? Math.min(cells + padding[side - 1], after) - first : end - start];
  });
}

function pooled(layer, maps) {
  const { input: [channels, rows, columns], shape, dilation = [1, 1] } = layer;
  const [down, across, isMax] = [windows(layer, 1), windows(layer, 2), layer.kind === "max pool"];
  const outputs = new Float32Array(shape[0] * shape[1] * shape[2]);
  for (let c = 0, o = 0; c < channels; c++) for (let r = 0; r < down.length; r++) for (let q = 0; q < across.length; q++, o++) {
    const [above, left] = [down[r], across[q]];
    let [most, sum] = [-Infinity, 0];
    for (let row = above[0]; row < above[1]; row += dilation[0]) for (let column = left[0]; column < left[1]; column += dilation[1]) {
      const value = maps[(c * rows + row) * columns + column];
      sum += value;
      if (value > most) most = value;
    }
    outputs[o] = isMax ? most : sum / (above[2] * left[2]);
  }
  return outputs;
}

/** Maps with `top` rows and `left` columns of zeros before them, and as many after them as fill the wanted sides. */
function padded(maps, [channels, rows, columns], [top, left], [tall, wide]) {
  if (!top && !left && tall === rows && wide === columns) return maps;
  const into = new Float32Array(channels * tall * wide);
  const length = Math.min(columns, wide - left);
  for (let c = 0; c < channels; c++) for (let row = 0; row < rows && row + top < tall; row++) {
    const start = (c * rows + row) * columns;
    into.set(maps.subarray(start, start + length), (c * tall + row + top) * wide + left);
  }
  return into;
}

const fours = (count) => Math.ceil(count / 4) * 4;

/** Weights [groups][rows][K] as [groups][rows / 4][K][4], for `multiply`; missing rows are zeros. */
function inFours(weight, groups, rows) {
  const length = weight.length / groups / rows;
  const packed = new Float32Array(groups * fours(rows) * length);
  for (let m = 0; m < groups * rows; m++) {
    const place = Math.floor(m / rows) * fours(rows) + (m % rows);
    for (let k = 0; k < length; k++) packed[((place >> 2) * length + k) * 4 + (place & 3)] = weight[m * length + k];
  }
  return packed;
}

/**
 * Y = A B, four rows by four columns at a time, so that each number that is read is used four times.
 * A is [M / 4][K][4], B is [N / 4][K][4], rows of Y are `stride` apart; a, b and y are where they begin.
 */
function multiply(A, a, B, b, Y, y, M, N, K, stride) {
  for (let n = 0; n < N; n += 4) for (let m = 0; m < M; m += 4) {
    let c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
    let c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
    for (let k = 0, i = a + m * K, j = b + n * K; k < K; k++, i += 4, j += 4) {
      const x0 = B[j], x1 = B[j + 1], x2 = B[j + 2], x3 = B[j + 3];
      let w = A[i];
      c00 += w * x0; c01 += w * x1; c02 += w * x2; c03 += w * x3;
      w = A[i + 1];
      c10 += w * x0; c11 += w * x1; c12 += w * x2; c13 += w * x3;
      w = A[i + 2];
      c20 += w * x0; c21 += w * x1; c22 += w * x2; c23 += w * x3;
      w = A[i + 3];
      c30 += w * x0; c31 += w * x1; c32 += w * x2; c33 += w * x3;
    }
    let o = y + m * stride + n;
    Y[o] = c00; Y[o + 1] = c01; Y[o + 2] = c02; Y[o + 3] = c03; o += stride;
    Y[o] = c10; Y[o + 1] = c11; Y[o + 2] = c12; Y[o + 3] = c13; o += stride;
    Y[o] = c20; Y[o + 1] = c21; Y[o + 2] = c22; Y[o + 3] = c23; o += stride;
    Y[o] = c30; Y[o + 1] = c31; Y[o + 2] = c32; Y[o + 3] = c33;
  }
}

/** Any convolution, four places at a time: what their kernels cover, side by side, times the weights. */
function taps(layer, maps) {
  const { input: [channels, ...sides], shape: [out, rows, columns], kernel, stride, padding, dilation, groups, packed, bias } = layer;
  const [tall, wide] = [rows, columns].map((count, i) => Math.max((count - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1, 1));
  const from = padded(maps, [channels, ...sides], padding, [tall, wide]);
  const [K, M, N] = [(channels / groups) * kernel[0] * kernel[1], fours(out / groups), fours(rows * columns)];
  const offsets = Int32Array.from({ length: K }, (_, k) => {
    const [c, i, j] = [Math.floor(k / (kernel[0] * kernel[1])), Math.floor(k / kernel[1]) % kernel[0], k % kernel[1]];
    return (c * tall + i * dilation[0]) * wide + j * dilation[1];
  });
  const corner = (n) => Math.floor(n / columns) * stride[0] * wide + (n % columns) * stride[1];
  const [covered, product, outputs] = [new Float32Array(4 * K), new Float32Array(M * N), new Float32Array(out * rows * columns)];
  for (let g = 0; g < groups; g++) {
    const start = g * (channels / groups) * tall * wide;
    for (let n = 0; n < N; n += 4) {
      const [p0, p1, p2, p3] = [n, n + 1, n + 2, n + 3].map((place) => start + corner(Math.min(place, rows * columns - 1)));
      for (let k = 0, i = 0; k < K; k++, i += 4) {
        const o = offsets[k];
        covered[i] = from[p0 + o]; covered[i + 1] = from[p1 + o]; covered[i + 2] = from[p2 + o]; covered[i + 3] = from[p3 + o];
      }
      multiply(packed, g * M * K, covered, 0, product, n, M, 4, K, N);
    }
    for (let m = 0, o = (g * out * rows * columns) / groups; m < out / groups; m++) {
      const add = bias[(g * out) / groups + m];
      for (let n = 0; n < rows * columns; n++, o++) outputs[o] = product[m * N + n] + add;
    }
  }
  return outputs;
}

/* 3 x 3 with stride 1, two by two places at a time with 16 products for each pair of channels instead of 36:
   Lavin and Gray (2016), Fast algorithms for convolutional neural networks, section 4.1, F(2 x 2, 3 x 3). */

const OF_KERNEL = [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]];

/** Kernels [out][channels][3][3] as 4 x 4 numbers each, packed as [16][out / 4][channels][4]. */
function transformed(weight, out, channels) {
  const block = fours(out) * channels;
  const packed = new Float32Array(16 * block);
  for (let m = 0; m < out; m++) for (let c = 0; c < channels; c++) {
    const [w, at] = [(m * channels + c) * 9, ((m >> 2) * channels + c) * 4 + (m & 3)];
    for (let j = 0; j < 3; j++) {
      const [top, mid, low] = [weight[w + j], weight[w + 3 + j], weight[w + 6 + j]];
      const column = [top, (top + mid + low) / 2, (top - mid + low) / 2, low];
      for (let i = 0; i < 4; i++) for (let q = 0; q < 4; q++) packed[(4 * i + q) * block + at] += column[i] * OF_KERNEL[q][j];
    }
  }
  return packed;
}

function tiles(layer, maps) {
  const { input: [channels, ...sides], shape: [out, rows, columns], padding, packed, bias } = layer;
  const [down, across] = [Math.ceil(rows / 2), Math.ceil(columns / 2)];
  const [M, N, wide] = [fours(out), fours(down * across), 2 * across + 2];
  const from = padded(maps, [channels, ...sides], padding, [2 * down + 2, wide]);
  const [into, product] = [new Float32Array(16 * channels * N), new Float32Array(16 * M * N)];
  for (let c = 0; c < channels; c++) for (let r = 0, n = 0; r < down; r++) for (let q = 0; q < across; q++, n++) {
    const corner = (c * (2 * down + 2) + 2 * r) * wide + 2 * q;
    let o = ((n >> 2) * channels + c) * 4 + (n & 3);
    for (let i = 0; i < 4; i++) {
      // Rows 0 - 2, 1 + 2, 2 - 1 and 1 - 3; the same of the columns.
      const [p, s, sign] = [corner + wide * (i === 0 ? 0 : i === 2 ? 2 : 1), corner + wide * (i < 2 ? 2 : i === 2 ? 1 : 3), i === 1 ? 1 : -1];
      const x0 = from[p] + sign * from[s], x1 = from[p + 1] + sign * from[s + 1];
      const x2 = from[p + 2] + sign * from[s + 2], x3 = from[p + 3] + sign * from[s + 3];
      into[o] = x0 - x2; o += channels * N;
      into[o] = x1 + x2; o += channels * N;
      into[o] = x2 - x1; o += channels * N;
      into[o] = x1 - x3; o += channels * N;
    }
  }
  for (let t = 0; t < 16; t++) multiply(packed, t * M * channels, into, t * channels * N, product, t * M * N, M, N, channels, N);
  const [outputs, step, z] = [new Float32Array(out * rows * columns), M * N, new Float64Array(8)];
  for (let m = 0; m < out; m++) for (let r = 0, n = 0; r < down; r++) for (let q = 0; q < across; q++, n++) {
    for (let j = 0, t = m * N + n; j < 4; j++, t += step) {
      const y1 = product[t + 4 * step], y2 = product[t + 8 * step];
      z[j] = product[t] + y1 + y2;
      z[4 + j] = y1 - y2 - product[t + 12 * step];
    }
    for (let i = 0; i < 2 && 2 * r + i < rows; i++) {
      const o = (m * rows + 2 * r + i) * columns + 2 * q;
      outputs[o] = z[4 * i] + z[4 * i + 1] + z[4 * i + 2] + bias[m];
      if (2 * q + 1 < columns) outputs[o + 1] = z[4 * i + 1] - z[4 * i + 2] - z[4 * i + 3] + bias[m];
    }
  }
  return outputs;
}
