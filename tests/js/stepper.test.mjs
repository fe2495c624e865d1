import assert from "node:assert/strict";
import test from "node:test";
import { fixture, load } from "./load.mjs";

const { brief, cellOf, moved, padded, planesOf, products, reach, soFar } =
  await load("arithmetic.js", "pictures.js", "stepper.js");

const plane = (rows) => ({ rows: rows.length, columns: rows[0].length, values: Float32Array.from(rows.flat()) });

test("the products of a window sum to torch's output, channel by channel", () => {
  for (const { images, weight, bias, stride, padding, dilation, expected } of fixture("conv2d").cases) {
    const options = { bias, stride, padding, dilation };
    expected.forEach((row, i) => row.forEach((value, j) => {
      const { parts, sums, total } = products(images.map(plane), weight, [i, j], options);
      const within = 1e-4 * Math.max(1, Math.abs(value));
      assert.ok(Math.abs(total - value) < within, `${total} is not ${value}`);
      assert.ok(Math.abs(sums.reduce((a, b) => a + b, bias) - value) < within);
      assert.equal(parts.length, images.length);
      parts.flat(2).forEach(({ pixel, weight: w, product }) => assert.equal(product, (pixel ?? 0) * w));
    }));
  }
});

test("padding is shown as nothing and counts as 0", () => {
  const { parts, total } = products([plane([[2]])], [[[5, 5, 5], [5, 3, 5], [5, 5, 5]]], [0, 0], { bias: 1, padding: 1 });
  assert.deepEqual(parts[0][0][0], { pixel: null, weight: 5, product: 0 });
  assert.deepEqual(parts[0][1][1], { pixel: 2, weight: 3, product: 6 });
  assert.equal(total, 7);
});

test("a padded picture has a rim of nothing", () => {
  const wide = padded(plane([[1, 2]]), 1);
  assert.deepEqual([wide.rows, wide.columns], [3, 4]);
  assert.deepEqual([...wide.values], [NaN, NaN, NaN, NaN, NaN, 1, 2, NaN, NaN, NaN, NaN, NaN]);
  assert.deepEqual([...padded(plane([[1, 2]]), 0).values], [1, 2]);
});

test("positions count the output's cells in reading order", () => {
  assert.deepEqual([0, 4, 5, 11].map((position) => cellOf(position, 5)), [[0, 0], [0, 4], [1, 0], [2, 1]]);
});

test("only what was computed so far is kept", () => {
  const output = plane([[1, 2], [3, 4]]);
  assert.deepEqual([...soFar(output, 1).values], [1, 2, NaN, NaN]);
  assert.deepEqual([...soFar(output, 3).values], [1, 2, 3, 4]);
  assert.deepEqual([...output.values], [1, 2, 3, 4], "the output itself stays");
});

test("keys move within the picture and stop at its edge", () => {
  const size = [3, 5];
  const keys = { ArrowUp: [0, 2], ArrowDown: [2, 2], ArrowLeft: [1, 1], ArrowRight: [1, 3], Home: [1, 0], End: [1, 4], PageUp: [0, 2], PageDown: [2, 2] };
  for (const [key, to] of Object.entries(keys)) assert.deepEqual(moved([1, 2], key, size), to, key);
  for (const key of ["ArrowUp", "ArrowLeft", "Home", "PageUp"]) assert.deepEqual(moved([0, 0], key, size), [0, 0], key);
  for (const key of ["ArrowDown", "ArrowRight", "End", "PageDown"]) assert.deepEqual(moved([2, 4], key, size), [2, 4], key);
  assert.equal(moved([1, 2], "a", size), null);
});

test("a number is told briefly, with a real minus and without a minus zero", () => {
  assert.deepEqual([0, 1, 0.5, 1 / 3, -2, -1.005, -0.001, 12.346].map((value) => brief(value)),
    ["0", "1", "0.5", "0.33", "−2", "−1", "0", "12.35"]);
  assert.equal(brief(0.0456, 3), "0.046");
});

test("a scale with 0 in its middle reaches as far as the largest value, and never 0", () => {
  assert.equal(reach(plane([[1, -3], [2, 0]])), 3);
  assert.ok(reach(plane([[0]])) > 0);
});

test("bytes become planes from 0 to 1", () => {
  const bytes = Uint8Array.from([9, 0, 255, 51, 102, 153, 204]);
  const planes = planesOf({ shape: [3, 1, 2], pixels: new DataView(bytes.buffer, 1) });
  assert.deepEqual(planes.map(({ rows, columns }) => [rows, columns]), [[1, 2], [1, 2], [1, 2]]);
  planes.flatMap(({ values }) => [...values]).forEach((value, i) => assert.ok(Math.abs(value - [0, 1, 0.2, 0.4, 0.6, 0.8][i]) < 1e-6));
});
