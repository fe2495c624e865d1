import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { blends, normalised, resized } = await load("photograph.js");
const ONE = 2 ** 22;

test("as many places as pixels leave a picture as it is", () => {
  const data = Uint8Array.from({ length: 4 * 25 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) % 256));
  assert.deepEqual([...resized({ width: 5, height: 5, data }, 5)], [...data]);
});

test("half as many places blend four pixels by a triangle", () => {
  const [first, second] = blends(8, 4);
  assert.deepEqual([first.first, [...first.weights]], [0, [3, 3, 1].map((part) => Math.round((part / 7) * ONE))]);
  assert.deepEqual([second.first, [...second.weights]], [1, [1, 3, 3, 1].map((part) => (part / 8) * ONE)]);
});

test("more places than pixels lie on straight lines between them", () => {
  assert.deepEqual(blends(2, 4).map(({ first, weights }) => [first, ...weights].map((value, i) => (i ? value / ONE : value))),
    [[0, 1], [0, 0.75, 0.25], [0, 0.25, 0.75], [1, 1]]);
});

test("weights add up to one, so that an even picture stays even", () => {
  for (const [length, size] of [[451, 32], [32, 451], [33, 32], [2048, 28], [1, 7]])
    for (const { first, weights } of blends(length, size)) {
      assert.ok(first >= 0 && first + weights.length <= length);
      assert.ok(Math.abs(weights.reduce((total, weight) => total + weight, 0) - ONE) <= weights.length);
    }
  const even = Uint8Array.from({ length: 4 * 61 * 43 }, () => 200);
  assert.ok([...resized({ width: 61, height: 43, data: even }, 9)].every((byte, i) => byte === (i % 4 === 3 ? 255 : 200)));
});

test("an oblong picture keeps its rows as rows", () => {
  const data = new Uint8Array(4 * 6 * 2).fill(255).map((value, i) => (i < 4 * 6 ? value : 0)); // a white row over a black one
  assert.deepEqual([...resized({ width: 6, height: 2, data }, 2)].filter((_, i) => i % 4 === 0), [255, 255, 0, 0]);
});

test("pixels become planes, normalised; one plane is grey by Pillow's formula", () => {
  const data = Uint8Array.of(255, 0, 51, 255, 0, 102, 0, 255);
  const colour = normalised(data, [0.5, 0, 0.1], [0.25, 1, 0.1]);
  [2, -2, 0, 0.4, 1, -1].forEach((value, i) => assert.ok(Math.abs(colour[i] - value) < 1e-6));
  assert.equal(colour.length, 6);
  const grey = normalised(data, [0], [1]);
  assert.deepEqual([...grey], [82, 60].map((value) => Math.fround(value / 255)));
});
