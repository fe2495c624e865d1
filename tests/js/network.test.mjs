import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { build, decode, largest, run, softmax } = await load("network.js");
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const near = (got, expected, within = 1e-5) => {
  assert.equal(got.length, expected.length);
  got.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) <= within, `${i}: ${value} is not ${expected[i]}`));
};
const conv = { kind: "conv2d", kernel: [3, 3], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, weight: 0, bias: null };
const input = (...shape) => ({ kind: "input", shape });
const last = (layers, numbers, image) => run(build(layers, Float32Array.from(numbers)), { 0: Float32Array.from(image) }).at(-1);

test("16 bits are the numbers that they stand for", () => {
  const halves = { 0x3c00: 1, 0xc000: -2, 0x3555: 0.333251953125, 0x7bff: 65504, 0x0400: 2 ** -14, 0x0001: 2 ** -24, 0x83ff: -1023 * 2 ** -24, 0x0000: 0 };
  const bytes = Object.keys(halves).flatMap((half) => [half & 255, half >> 8]);
  const expected = Object.values(halves);
  assert.deepEqual([...decode(base64(bytes))], expected);
  // A kernel's bytes may lie anywhere in a larger message.
  const message = Uint8Array.from([9, 9, 9, ...bytes, 9]);
  assert.deepEqual([...decode(new DataView(message.buffer, 3, bytes.length))], expected);
});

test("a convolution by hand: the sum of its cells under a kernel, and a bias", () => {
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const layers = [input(1, 3, 4), { ...conv, shape: [1, 1, 2], bias: 9 }];
  near(last(layers, [1, 0, 0, 0, 0, 0, 0, 0, -1, 0.5, 0.001], image), [1 - 11 + 0.501, 2 - 12 + 0.501]); // 0.501 in two halves
  const strided = [input(1, 3, 4), { ...conv, kernel: [1, 2], stride: [2, 2], padding: [0, 1], shape: [1, 2, 3] }];
  near(last(strided, [1, 10], image), [10, 2 + 30, 4, 90, 10 + 110, 12]); // rows 0 and 2, columns -1, 1 and 3
});

test("two by two places at a time give what nine products for each place give", () => {
  for (const [channels, out, rows, columns, pad] of [[8, 4, 6, 6, 1], [9, 5, 5, 7, 0], [8, 3, 3, 4, 2], [11, 6, 1, 1, 1]]) {
    const sides = [rows, columns].map((side) => side + 2 * pad - 2);
    const random = (count, seed) => Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * i * 0.37));
    const [weight, image] = [random(out * channels * 9, 1), random(channels * rows * columns, 2)];
    const expected = Array.from({ length: out * sides[0] * sides[1] }, (_, o) => {
      const [m, r, q] = [Math.floor(o / sides[0] / sides[1]), Math.floor(o / sides[1]) % sides[0], o % sides[1]];
      let sum = 0;
      for (let c = 0; c < channels; c++) for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) {
        const [y, x] = [r + i - pad, q + j - pad];
        if (y >= 0 && x >= 0 && y < rows && x < columns) sum += image[(c * rows + y) * columns + x] * weight[(m * channels + c) * 9 + 3 * i + j];
      }
      return sum;
    });
    const layers = [input(channels, rows, columns), { ...conv, padding: [pad, pad], shape: [out, ...sides] }];
    near(last(layers, weight, image), expected);
  }
});

test("pooling by hand", () => {
  const image = [1, 5, 2, 8, 3, 4, 9, 7, 6];
  const pool = { kernel: [2, 2], stride: [1, 1], padding: [0, 0] };
  near(last([input(1, 3, 3), { kind: "max pool", ...pool, dilation: [1, 1], shape: [1, 2, 2] }], [], image), [8, 5, 9, 7]);
  near(last([input(1, 3, 3), { kind: "max pool", ...pool, dilation: [2, 2], shape: [1, 1, 1] }], [], image), [9]);
  near(last([input(1, 3, 3), { kind: "max pool", ...pool, dilation: [1, 1], shape: [1, 2, 2] }], [], image.map((value) => -value)), [-1, -2, -3, -3]);
  near(last([input(1, 3, 3), { kind: "average pool", ...pool, shape: [1, 2, 2] }], [], image), [17 / 4, 14 / 4, 27 / 4, 20 / 4]);
  const edge = { kind: "average pool", kernel: [2, 2], stride: [2, 2], padding: [1, 1], shape: [1, 2, 2] };
  near(last([input(1, 3, 3), { ...edge, counts_padding: true }], [], image), [1 / 4, 7 / 4, 17 / 4, 20 / 4]);
  near(last([input(1, 3, 3), { ...edge, counts_padding: false }], [], image), [1, 7 / 2, 17 / 2, 20 / 4]);
  near(last([input(1, 3, 3), { kind: "adaptive average pool", shape: [1, 1, 1] }], [], image), [5]);
});

test("batch norm and a linear layer by hand", () => {
  const norm = { kind: "batch norm", epsilon: 0, mean: 0, variance: 4, weight: 8, bias: 12, shape: [2, 1, 2] };
  const numbers = [1, 0, 0, 0, 4, 8, 0, 1, 2, 3, 0, 0, 0.25, -1, 0.25, 0]; // of each two rough ones, then two fine ones
  near(last([input(2, 1, 2), norm], numbers, [1, 5, 0, 6]), [0.5, 4.5, -1, 5]);
  const linear = { kind: "linear", weight: 0, bias: null, shape: [2] };
  near(last([input(3), linear], [1, 2, 3, 0, -1, 0.5], [1, 1, 4]), [15, 1]);
});

test("only what depends on a change is computed again", () => {
  // 0 → 1 and 0 → 2, both → 3 → 4.
  const layers = build([input(1, 1, 2), { kind: "relu", shape: [1, 1, 2] }, { kind: "relu", from: [0], shape: [1, 1, 2] },
    { kind: "add", from: [1, 2], shape: [1, 1, 2] }, { kind: "relu", shape: [1, 1, 2] }], new Float32Array());
  const first = run(layers, { 0: Float32Array.of(-1, 2) });
  assert.deepEqual(first.map((maps) => [...maps]), [[-1, 2], [0, 2], [0, 2], [0, 4], [0, 4]]);
  const other = Float32Array.of(7, -9);
  const again = run(layers, { 1: other }, first);
  assert.deepEqual(again.map((maps) => [...maps]), [[-1, 2], [7, -9], [0, 2], [7, -7], [7, 0]]);
  assert.deepEqual(again.map((maps, i) => maps === first[i]), [true, false, true, false, false]);
  assert.equal(again[1], other);
  assert.deepEqual([...first[3]], [0, 4], "an earlier run stays as it was");
  assert.deepEqual(run(layers, { 0: Float32Array.of(3, 3), 1: other }, first).map((maps) => [...maps]), [[3, 3], [7, -9], [3, 3], [10, -6], [10, 0]]);
});

test("softmax of large logits is no accident", () => {
  near(softmax([1000, 1000 + Math.log(3)]), [0.25, 0.75], 1e-9);
  near(softmax(Float32Array.of(-1e30, 0)), [0, 1]);
});

test("the largest come first, of equal ones the first", () => {
  assert.deepEqual(largest([1, 3, 3, 2], 3), [1, 2, 3]);
  assert.deepEqual(largest(Float32Array.of(0.5, 0.7), 5), [1, 0]);
});
