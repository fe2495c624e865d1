import assert from "node:assert/strict";
import test from "node:test";
import { fixture, load } from "./load.mjs";

const { complete, count, note, route, shapeText, share, short, spoken, walk } = await load("diagram.js");
const { nodes: sent, lines, totals } = fixture("diagram"); // a residual block that halves its maps, as Python sends it
const nodes = complete(sent);
const named = (label) => nodes.find((node) => node.label === label).id;
const plain = (text) => text.replaceAll("\u00a0", " ");

test("each node knows whom it feeds", () => {
  const pairs = nodes.flatMap((node) => node.outputs.map((target) => [node.id, target]));
  assert.deepEqual(pairs.sort(), lines.map(([source, target]) => [source, target]).sort());
  assert.deepEqual([nodes[0].outputs, nodes[0].parameters, nodes.at(-1).outputs], [[1, 6], 0, []]);
});

test("counts are exact below a million and short on a box", () => {
  assert.deepEqual([0, 36864, 999999, 1e6, 25557032, 1814073344].map(count), ["0", "36,864", "999,999", "1 million", "25.56 million", "1,814 million"]);
  assert.deepEqual([7, 999, 36864, 999600, 231211008, 1814073344].map(short), ["7", "999", "36.9 k", "1 M", "231 M", "1.81 G"]);
});

test("a share is told with two digits where it is small", () => {
  assert.deepEqual([[1, 2], [1, 40], [1, 5000], [0, 7], [0, 0], [999, 1000]].map(([part, whole]) => share(part, whole)),
    ["50 %", "2.5 %", "< 0.1 %", "0 %", "0 %", "100 %"]);
  assert.equal(plain(shapeText([64, 56, 56])), "64 × 56 × 56");
});

test("a box shows its shape where that is new, or its costs where it has some", () => {
  const told = (label, show) => plain(note(nodes[named(label)], nodes, show));
  assert.deepEqual(["input", "conv 3×3, 8", "batch norm", "ReLU", "output"].map((label) => told(label, "shapes")),
    ["4 × 8 × 8", "8 × 4 × 4", "", "", "8 × 4 × 4"]);
  assert.deepEqual(["conv 3×3, 8", "batch norm", "ReLU"].map((label) => told(label, "parameters")), ["576", "16", ""]);
  assert.deepEqual(["conv 3×3, 8", "batch norm"].map((label) => told(label, "multiply-adds")), ["9.22 k", ""]);
});

test("arrow keys follow the lines, and go to what stands beside", () => {
  const path = (keys, id = 0) => keys.map((key) => (id = walk(nodes, id, `Arrow${key}`)));
  const labels = (ids) => ids.map((id) => nodes[id].label);
  assert.deepEqual(labels(path(["Down", "Down", "Right", "Up", "Left"])), ["conv 3×3, 8, /2", "batch norm", "batch norm", "conv 1×1, 8, /2", "conv 3×3, 8, /2"]);
  assert.deepEqual(path(["Down", "Down", "Down", "Down", "Down", "Down", "Down", "Down", "Down"]), [1, 2, 3, 4, 5, 8, 9, 10, 10]);
  assert.deepEqual(path(["Up", "Up"], 1), [0, 0]);
  assert.deepEqual([walk(nodes, 5, "Home"), walk(nodes, 5, "End"), walk(nodes, 5, "a")], [0, nodes.length - 1, null]);
  assert.equal(walk(nodes, named("conv 3×3, 8, /2"), "ArrowLeft"), nodes[named("conv 3×3, 8, /2")].id, "there is nothing further left");
});

test("every box can be reached from the input by keys alone", () => {
  const seen = new Set([0]);
  for (const id of seen) for (const key of ["Down", "Up", "Left", "Right"]) seen.add(walk(nodes, id, `Arrow${key}`));
  assert.equal(seen.size, nodes.length);
});

test("a line curves between levels and has round corners in a lane", () => {
  assert.equal(route([[5, 0], [5, 20]], "down"), "M5 0L5 20");
  assert.equal(route([[5, 0], [45, 20], [45, 40]], "down"), "M5 0C5 10 45 10 45 20L45 40");
  assert.equal(route([[20, 10], [50, 10], [50, 90], [14, 90]], "side"), "M20 10H40Q50 10 50 20V80Q50 90 40 90H14");
  assert.equal(route([[5, 0], [50, 20], [50, 90], [14, 90]], "below"), "M5 0C5 10 50 10 50 20V80Q50 90 40 90H14");
  assert.equal(route([[5, 0], [50, 20], [50, 90], [70, 90]], "below"), "M5 0C5 10 50 10 50 20V80Q50 90 60 90H70");
});

test("a box is told with its costs and its neighbours", () => {
  assert.equal(plain(spoken(nodes[named("conv 1×1, 8, /2")], nodes, totals)),
    "conv 1×1, 8, /2; kernel 1×1, stride 2, padding 0; out 8 × 4 × 4; 32 parameters, 3.4 %; 512 multiply-adds, 3.6 %; from input; to batch norm");
  assert.equal(plain(spoken(nodes[0], nodes, totals)), "input; out 4 × 8 × 8; to conv 3×3, 8, /2, conv 1×1, 8, /2");
  assert.equal(plain(spoken(nodes[named("+")], nodes, totals)), "sum; out 8 × 4 × 4; from batch norm, batch norm; to ReLU");
});
