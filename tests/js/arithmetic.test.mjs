import assert from "node:assert/strict";
import test from "node:test";
import { fixture, load } from "./load.mjs";

const { at, conv2d, outputSize, patch } = await load("arithmetic.js");

const plane = (rows) => ({ rows: rows.length, columns: rows[0].length, values: Float32Array.from(rows.flat()) });
const rows = ({ columns, values }) => Array.from({ length: values.length / columns }, (_, i) => [...values.slice(i * columns, (i + 1) * columns)]);

test("an output's size is that of torch, and 0 where the kernel does not fit", () => {
  const { cases } = fixture("output_size");
  assert.ok(cases.some(({ expected }) => expected === null) && cases.some(({ dilation }) => dilation > 1));
  for (const { size, kernel, expected, ...options } of cases)
    assert.equal(outputSize(size, kernel, options), expected ?? 0, JSON.stringify({ size, kernel, ...options }));
  assert.equal(outputSize(28, 3), 26);
});

test("a convolution agrees with torch", () => {
  const { cases } = fixture("conv2d");
  assert.ok(cases.some(({ images }) => images.length === 3) && cases.some(({ dilation }) => dilation > 1));
  for (const { images, weight, expected, ...options } of cases) {
    const got = conv2d(images.map(plane), weight, options);
    assert.deepEqual([got.rows, got.columns], [expected.length, expected[0].length]);
    rows(got).forEach((row, i) => row.forEach((value, j) =>
      assert.ok(Math.abs(value - expected[i][j]) < 1e-4 * Math.max(1, Math.abs(expected[i][j])), `${value} is not ${expected[i][j]}`)));
  }
});

test("a window is what the convolution multiplies, and null in the padding", () => {
  const image = plane([[1, 2, 3], [4, 5, 6], [7, 8, 9]]);
  assert.deepEqual(patch(image, [0, 1], 2), [[2, 3], [5, 6]]);
  assert.deepEqual(patch(image, [0, 0], 3, { padding: 1 }), [[null, null, null], [null, 1, 2], [null, 4, 5]]);
  assert.deepEqual(patch(image, [1, 1], 2, { stride: 2, padding: 1 }), [[5, 6], [8, 9]]);
  assert.deepEqual(patch(image, [0, 0], 2, { dilation: 2 }), [[1, 3], [7, 9]]);
});

test("every window gives the cell of the output that it stands for", () => {
  for (const { images, weight, expected, bias, ...options } of fixture("conv2d").cases)
    expected.forEach((row, i) => row.forEach((value, j) => {
      const sum = images.flatMap((image, c) => patch(plane(image), [i, j], weight[c].length, options)
        .flatMap((line, y) => line.map((pixel, x) => (pixel ?? 0) * weight[c][y][x]))).reduce((total, product) => total + product, bias);
      assert.ok(Math.abs(sum - value) < 1e-4 * Math.max(1, Math.abs(value)));
    }));
});

test("outside a plane there is nothing", () => {
  const image = plane([[1, 2], [3, 0]]);
  assert.deepEqual([[0, 1], [1, 1], [-1, 0], [0, -1], [2, 0], [0, 2]].map(([row, column]) => at(image, row, column)),
    [2, 0, null, null, null, null]);
});
