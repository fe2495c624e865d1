import assert from "node:assert/strict";
import test from "node:test";
import { fixture, load } from "./load.mjs";

const { covered, held, hottest, many, told, viridis } = await load("kit.js", "pictures.js", "overlay.js");
const { cases } = fixture("overlay");
const flat = ({ heat }) => Float32Array.from(heat.flat(), (value) => value / 255);

test("the hottest pixels are those of Python, and hold as much", () => {
  assert.ok(cases.length > 5);
  for (const each of cases) {
    assert.deepEqual([...hottest(flat(each), each.share)], each.shown, each.note);
    assert.ok(Math.abs(held(flat(each), each.share) - each.held) < 1e-6, each.note);
  }
});

test("a share is a whole number of pixels, at least one", () => {
  assert.deepEqual([1, 49, 50, 100].map((share) => many(share, 1)), [1, 1, 1, 1]);
  assert.deepEqual([1, 10, 33, 100].map((share) => many(share, 784)), [8, 78, 259, 784]);
});

test("colours run from dark to light, and no number leaves them", () => {
  const light = (value) => viridis(value).reduce((sum, part, c) => sum + part * [0.2126, 0.7152, 0.0722][c], 0);
  for (let step = 1; step <= 20; step++) assert.ok(light(step / 20) > light((step - 1) / 20), String(step));
  assert.deepEqual(viridis(-1), viridis(0));
  assert.deepEqual(viridis(2), viridis(1));
});

test("opacity mixes picture and map; what is not shown is nothing", () => {
  const planes = [{ rows: 1, columns: 2, values: Float32Array.of(0.2, 0.8) }];
  const values = Float32Array.of(1, 0);
  const [red] = covered(planes, values, 0, 100);
  assert.ok(Math.abs(red.values[0] - 0.2) < 1e-6 && Math.abs(red.values[1] - 0.8) < 1e-6);
  assert.ok(Math.abs(covered(planes, values, 100, 100)[1].values[0] - viridis(1)[1]) < 1e-6);
  assert.ok(Number.isNaN(covered(planes, values, 50, 50)[2].values[1]));
});

test("the sentence says what the shown pixels hold", () => {
  const [half, little] = [flat(cases[1]), flat(cases[3])];
  assert.equal(told("CAM", "cat", half, 50), "CAM, cat: the hottest 50 % of the pixels hold 81 % of the map.");
  assert.equal(told("CAM", "cat", little, 100), "CAM, cat: all pixels are shown. The hottest 10 % hold 75 % of the map.");
});
