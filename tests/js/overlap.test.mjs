import assert from "node:assert/strict";
import test from "node:test";
import { fixture, load } from "./load.mjs";

const { area, arrangements, decimal, overlap, shifted, stretched, told, verdict } = await load("kit.js", "overlap.js");
const { cases } = fixture("overlap");

/** Every grid that the figure may have. */
function* grids() {
  for (let columns = 4; columns <= 12; columns++) for (let rows = 4; rows <= 12; rows++) yield [columns, rows];
}
const lies = ([x1, y1, x2, y2], [columns, rows]) =>
  x1 >= 0 && y1 >= 0 && x1 < x2 && y1 < y2 && x2 <= columns && y2 <= rows && [x1, y1, x2, y2].every(Number.isInteger);

test("areas are those of Python", () => {
  assert.ok(cases.length > 8);
  for (const { a, b, intersection, union, note } of cases) for (const pair of [[a, b], [b, a]]) {
    const found = overlap(...pair);
    assert.deepEqual([found.intersection, found.union], [intersection, union], note);
    assert.equal(found.iou, intersection / union);
    assert.equal(area(found.shared), intersection);
  }
});

test("a box moves as far as the grid lets it, and keeps its size", () => {
  assert.deepEqual(shifted([1, 1, 4, 3], [2, 3], [12, 8]), [3, 4, 6, 6]);
  assert.deepEqual(shifted([1, 1, 4, 3], [-5, -5], [12, 8]), [0, 0, 3, 2]);
  assert.deepEqual(shifted([1, 1, 4, 3], [50, 50], [12, 8]), [9, 6, 12, 8]);
});

test("a stretched box keeps its upper left corner and one cell", () => {
  assert.deepEqual(stretched([1, 1, 4, 3], [2, 1], [12, 8]), [1, 1, 6, 4]);
  assert.deepEqual(stretched([1, 1, 4, 3], [-9, -9], [12, 8]), [1, 1, 2, 2]);
  assert.deepEqual(stretched([1, 1, 4, 3], [90, 90], [12, 8]), [1, 1, 12, 8]);
});

test("every arrangement is what it is called, on every grid", () => {
  for (const grid of grids()) {
    const found = Object.fromEntries(Object.entries(arrangements(grid)).map(([name, pair]) => {
      pair.forEach((box) => assert.ok(lies(box, grid), `${name} on ${grid}: ${box}`));
      return [name, { ...overlap(...pair), pair }];
    }));
    assert.equal(found["the same"].iou, 1);
    const [, , right] = found["half a width apart"].pair[0];
    if ((right - 1) % 2 === 0) assert.equal(found["half a width apart"].iou, 1 / 3, "half of each is shared");
    const [inner, outer] = found["one in the other"].pair;
    assert.equal(found["one in the other"].intersection, area(inner));
    assert.ok(area(inner) < area(outer));
    assert.equal(found.touching.intersection, 0);
    assert.equal(found.touching.shared[0], found.touching.shared[2], "no gap between them");
    assert.equal(found.apart.intersection, 0);
    assert.ok(found.apart.shared[0] > found.apart.shared[2], "a gap between them");
  }
});

test("the sentence gives the quotient and what it means", () => {
  const says = (a, b) => verdict(overlap(a, b));
  assert.equal(says([0, 0, 4, 4], [2, 0, 6, 4]), "IoU = 8 / 24 = 0.33. Below 0.5: by the usual rule, no match.");
  assert.equal(says([0, 0, 4, 3], [0, 0, 4, 6]), "IoU = 12 / 24 = 0.50. At least 0.5: by the usual rule, a match.");
  assert.equal(says([1, 1, 3, 3], [1, 1, 3, 3]), "IoU = 4 / 4 = 1. The boxes are the same.");
  assert.equal(says([0, 0, 2, 2], [2, 0, 4, 2]), "IoU = 0 / 8 = 0. No cell in common; how far apart they are makes no difference.");
});

test("numbers and places are told briefly", () => {
  assert.deepEqual([1, 0, 0.5, 1 / 3].map(decimal), ["1", "0", "0.50", "0.33"]);
  assert.equal(told([1, 2, 2, 3]), "x 1 to 2, y 2 to 3, 1 cell");
  assert.equal(told([0, 0, 4, 3]), "x 0 to 4, y 0 to 3, 12 cells");
});
