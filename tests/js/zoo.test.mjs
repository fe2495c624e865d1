import assert from "node:assert/strict";
import test from "node:test";
import { fixture, load } from "./load.mjs";

const { bestUnder, budgetSentence, digits, front, roundNumbers, sorted, title, unpack, walk } = await load("zoo.js");
const { front: fronts, best } = fixture("zoo");

test("the front and the best under a budget agree with Python", () => {
  assert.ok(fronts.length > 5 && best.length > 5);
  for (const { points, expected } of fronts) assert.deepEqual(front(points), expected, JSON.stringify(points));
  for (const { points, budget, expected } of best) assert.equal(bestUnder(points, budget), expected, JSON.stringify(points));
});

const rows = unpack(
  [["a", "IMAGENET1K_V1", 0, 0, 60, null, 5e6, 0.5, 20, 224], ["b", "IMAGENET1K_SWAG_E2E_V1", 1, 1, 70.04, 90, 2e6, 0.9, null, 384],
    ["c", "", 1, 1, 65, 91, null, 0.1, 5, null]],
  ["Old", "New"], [[2012, "Paper"], [null, null]],
);

test("a row is unpacked under the names that the figure uses", () => {
  assert.deepEqual(rows[0], { i: 0, name: "a", weights: "V1", family: 0, familyName: "Old", year: 2012, paper: "Paper", top1: 60,
    top5: null, parameters: 5e6, gflops: 0.5, size: 20, side: 224, more: false });
  assert.deepEqual(rows.map(title), ["a V1", "b SWAG E2E V1", "c"]);
  assert.deepEqual(rows.map((row) => row.more), [false, true, false]);
});

test("round numbers reach from below the lowest to above the highest", () => {
  assert.deepEqual(roundNumbers(0.04, 0.2), [0.03, 0.05, 0.07, 0.1, 0.15, 0.2]);
  assert.deepEqual(roundNumbers(1, 1), [1]);
  assert.deepEqual(roundNumbers(0.15, 0.2), [0.15, 0.2]);
  assert.deepEqual(roundNumbers(30, 450, [1]), [10, 100, 1000]);
  for (const [low, high] of [[0.0123, 1016.717], [1.2e6, 6.4e8], [3, 3.1]]) {
    const found = roundNumbers(low, high);
    assert.ok(found[0] <= low && found.at(-1) >= high);
    assert.ok(found.every((value, i) => !i || value > found[i - 1]));
  }
});

test("numbers have three digits", () => {
  assert.deepEqual([25.557, 0.04, 132.86, 1016.7, null].map(digits), ["25.6", "0.04", "133", "1020", "–"]);
});

test("the sentence names the best with its numbers, or says that there is none", () => {
  assert.equal(budgetSentence(rows[0], "gflops", 0.7),
    "With at most 0.7 GFLOPs the most accurate is a V1: 60.0 % top-1, 0.5 GFLOPs, 5 million parameters, a file of 20 MB.");
  assert.equal(budgetSentence(rows[2], "gflops", 0.7), "With at most 0.7 GFLOPs the most accurate is c: 65.0 % top-1, 0.1 GFLOPs, a file of 5 MB.");
  assert.equal(budgetSentence(null, "parameters", 1.5e6), "No model shown has at most 1.5 million parameters.");
});

test("left and right walk by cost, up and down by accuracy, and stop at the ends", () => {
  const names = (keys, now, cost = "gflops") => keys.map((key) => walk(rows, now, key, cost)?.name ?? null);
  assert.deepEqual(names(["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End", "x"], 0), ["b", "c", "c", "a", "c", "b", null]);
  assert.deepEqual(names(["ArrowRight", "ArrowUp"], 1), ["b", "b"]);
  assert.equal(walk([], 0, "ArrowRight", "gflops"), null);
  assert.equal(walk(rows.slice(1), 0, "ArrowRight", "gflops").name, "c", "a model that was filtered out leaves from the first");
});

test("a column sorts both ways and what is not known comes last", () => {
  const names = (key, up) => sorted(rows, key, up).map((row) => row.name).join("");
  assert.deepEqual([names("top1", true), names("top1", false), names("name", false)], ["acb", "bca", "cba"]);
  assert.deepEqual([names("parameters", true), names("parameters", false)], ["bac", "abc"]);
  assert.deepEqual([names("size", true), names("size", false)], ["cab", "acb"]);
  assert.deepEqual([names("familyName", true), names("side", true)], ["bca", "abc"]);
});
