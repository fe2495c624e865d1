import assert from "node:assert/strict";
import test from "node:test";
import { cases, load } from "./load.mjs";

const { accuracy, levels, meaning, mixUps, percent, precision, recall, step } = await load("confusion.js");

function near(got, expected) {
  if (expected === null) assert.equal(got, null);
  else assert.ok(Math.abs(got - expected) < 1e-12, `${got} is not ${expected}`);
}

test("accuracy, recall, precision and mix-ups agree with Python", () => {
  for (const each of cases.confusion) {
    near(accuracy(each.matrix), each.accuracy);
    each.recall.forEach((value, i) => near(recall(each.matrix, i), value));
    each.precision.forEach((value, i) => near(precision(each.matrix, i), value));
    assert.deepEqual(mixUps(each.matrix, 9), each.mix_ups);
  }
});

test("at most as many mix-ups as asked for, largest first", () => {
  const matrix = [[1, 5, 2], [7, 1, 0], [0, 3, 1]];
  assert.deepEqual(mixUps(matrix, 2), [[1, 0, 7], [0, 1, 5]]);
});

test("a cell's colour says how much of the row or of the worst mistake it holds", () => {
  assert.deepEqual(levels([[90, 10], [1, 0]]), [[7, 7], [1, 0]]);
  assert.deepEqual(levels([[0, 0], [0, 0]]), [[0, 0], [0, 0]]);
  assert.deepEqual(levels([[50, 50], [5, 95]]), [[4, 7], [1, 7]]);
});

test("arrow keys, Home and End move within the table and stop at its edge", () => {
  assert.deepEqual(step([0, 0], "ArrowRight", 3), [0, 1]);
  assert.deepEqual(step([0, 0], "ArrowLeft", 3), [0, 0]);
  assert.deepEqual(step([2, 1], "ArrowDown", 3), [2, 1]);
  assert.deepEqual(step([2, 1], "ArrowUp", 3), [1, 1]);
  assert.deepEqual(step([1, 1], "End", 3), [1, 2]);
  assert.deepEqual(step([1, 1], "Home", 3), [1, 0]);
  assert.deepEqual(step([1, 1], "PageDown", 3), [2, 1]);
  assert.equal(step([1, 1], "Enter", 3), null);
});

test("a cell is explained in a sentence", () => {
  const matrix = [[3, 1], [0, 0]];
  assert.equal(meaning(matrix, ["cat", "dog"], [0, 1]), "cat, taken for dog: 1 of 4 (25.0 %).");
  assert.equal(meaning(matrix, ["cat", "dog"], [0, 0]), "cat, recognised: 3 of 4 (75.0 %).");
  assert.equal(meaning(matrix, ["cat", "dog"], [1, 0]), "dog, taken for cat: 0 of 0 (–).");
  assert.deepEqual([0, 1, 0.99996, 0.005, null].map(percent), ["0 %", "100 %", "100 %", "0.5 %", "–"]);
});
