import assert from "node:assert/strict";
import test from "node:test";
import { fixture, load } from "./load.mjs";

const { change, direction, look, pool, shape, shifted, thinned, written } = await load("pictures.js", "pooling.js");

/** A plane of rows of numbers, and back. */
const plane = (rows) => ({ rows: rows.length, columns: rows[0].length, values: Float32Array.from(rows.flat()) });
const rows = ({ columns, values }) => Array.from({ length: values.length / columns }, (_, i) => [...values.slice(i * columns, (i + 1) * columns)]);
const near = (got, expected) => expected.forEach((row, i) => row.forEach((value, j) =>
  assert.ok(Math.abs(got[i][j] - value) < 1e-5, `${got[i][j]} is not ${value}`)));

test("pooling agrees with torch", () => {
  const { cases } = fixture("pooling");
  assert.ok(cases.length > 3);
  for (const { kind, image, kernel, stride, expected } of cases) {
    const got = pool(plane(image), { kind, kernel, stride });
    assert.deepEqual([got.rows, got.columns], [expected.length, expected[0].length]);
    near(rows(got), expected);
  }
});

test("one window says the same as the pooled picture, and where its largest number is", () => {
  for (const { kind, image, kernel, stride, expected } of fixture("pooling").cases)
    expected.forEach((row, i) => row.forEach((value, j) => {
      const { numbers, result, winner } = look(plane(image), [i, j], { kind, kernel, stride });
      near([[result]], [[value]]);
      assert.equal(numbers[winner[0]][winner[1]], Math.max(...numbers.flat()));
      near(numbers, image.slice(i * stride, i * stride + kernel).map((line) => line.slice(j * stride, j * stride + kernel)));
    }));
});

test("of equal numbers the first wins", () => {
  assert.deepEqual(look(plane([[0, 3], [3, 3]]), [0, 0], { kind: "max", kernel: 2, stride: 2 }).winner, [0, 1]);
});

test("a shift moves the picture and zeros come in", () => {
  const picture = plane([[1, 2, 3], [4, 5, 6]]);
  assert.deepEqual(rows(shifted(picture, [0, 0])), rows(picture));
  assert.deepEqual(rows(shifted(picture, [1, 0])), [[0, 0, 0], [1, 2, 3]]);
  assert.deepEqual(rows(shifted(picture, [0, -1])), [[2, 3, 0], [5, 6, 0]]);
  assert.deepEqual(rows(shifted(picture, [-1, 2])), [[0, 0, 4], [0, 0, 0]]);
  assert.deepEqual(rows(shifted(picture, [3, 3])), [[0, 0, 0], [0, 0, 0]]);
});

test("thinning keeps every stride-th pixel", () => {
  assert.deepEqual(rows(thinned(plane([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), 2)), [[1, 3], [7, 9]]);
});

test("the change is a share of the brightness, over all channels", () => {
  const [a, b] = [plane([[1, 0], [3, 0]]), plane([[0, 1], [0, 3]])];
  assert.equal(change([a], [a]), 0);
  assert.equal(change([a], [b]), 2);
  assert.equal(change([a, a], [a, b]), 1);
  assert.equal(change([plane([[0]])], [plane([[1]])]), null);
});

test("a window is written out, a large one with dots", () => {
  const numbers = [[0.1, 0.4], [0.25, 0.45]];
  assert.equal(written({ numbers, result: 0.3 }, "average"), "(0.1 + 0.4 + 0.25 + 0.45) / 4 = 0.3");
  assert.equal(written({ numbers, result: 0.45 }, "max"), "max(0.1, 0.4, 0.25, 0.45) = 0.45");
  assert.equal(written({ numbers: [[0.5]], result: 0.5 }, "average"), "0.5 / 1 = 0.5");
  const large = Array(4).fill([0.1, 0.2, 0.3, 0.4]);
  assert.equal(written({ numbers: large, result: 0.25 }, "average"), "(0.1 + 0.2 + 0.3 + 0.4 + … + 0.4) / 16 = 0.25");
});

test("a shift is told in words", () => {
  assert.equal(direction([0, 0]), "");
  assert.equal(direction([0, 1]), "1 column right");
  assert.equal(direction([-1, -3]), "1 row up and 3 columns left");
  assert.equal(direction([2, 0]), "2 rows down");
});

test("the shape is worked out, and what is left out is named", () => {
  assert.deepEqual(shape({ rows: 28, columns: 28 }, 2, 2),
    { below: 0, right: 0, text: "28 × 28 becomes 14 × 14: ⌊(28 − 2) / 2⌋ + 1 = 14." });
  const { below, right, text } = shape({ rows: 7, columns: 9 }, 2, 3);
  assert.deepEqual([below, right], [2, 1]);
  assert.equal(text, "7 × 9 becomes 2 × 3: ⌊(7 − 2) / 3⌋ + 1 = 2 and ⌊(9 − 2) / 3⌋ + 1 = 3. " +
    "In no window (hatched): 2 rows and 1 column. Left out between windows: 1 pixel.");
});
