import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const all = await load("kit.js", "network.js", "pictures.js", "photograph.js", "stages.js", "drawing.js", "maps.js", "explain.js", "explorer.js");
const { TOOLS, answer, dab, explained, inverted, ledger, makerOf, planesFrom, prepared, ranked, rim, sight, stepped, strength, strongest, stroke, unitName } = all;
const near = (got, expected) => {
  assert.equal(got.length, expected.length);
  got.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-5, `${i}: ${value} is not ${expected[i]}`));
};
const blank = (shape, value = 0) => new Uint8ClampedArray(shape.reduce((a, b) => a * b)).fill(value);

test("a dab is round, full in its middle, and stays inside the picture", () => {
  const bytes = blank([1, 7, 7]);
  dab(bytes, [1, 7, 7], [3, 3], { reach: 1.8, light: 200 });
  assert.equal(bytes[3 * 7 + 3], 200);
  assert.equal(bytes[3 * 7 + 4], 200);
  assert.equal(bytes[0], 0);
  for (const [a, b] of [[[2, 3], [4, 3]], [[3, 1], [3, 5]], [[2, 2], [4, 4]]]) assert.equal(bytes[7 * a[0] + a[1]], bytes[7 * b[0] + b[1]]);
  assert.ok(bytes[3 * 7 + 5] > 0 && bytes[3 * 7 + 5] < 200, "it fades at its border");
  const corner = blank([2, 3, 3]);
  dab(corner, [2, 3, 3], [-0.4, 2.4], TOOLS.Brush);
  assert.equal(corner[2], TOOLS.Brush.light);
  assert.deepEqual([...corner.slice(0, 9)], [...corner.slice(9)], "each channel alike");
});

test("a pen never darkens, an eraser never brightens", () => {
  const bytes = blank([1, 5, 5], 230);
  dab(bytes, [1, 5, 5], [2, 2], TOOLS.Brush);
  assert.ok(bytes.every((byte) => byte === 230));
  dab(bytes, [1, 5, 5], [2, 2], TOOLS.Eraser);
  assert.equal(bytes[12], 0);
  assert.equal(bytes[0], 230);
});

test("a stroke leaves no gap", () => {
  const bytes = blank([1, 28, 28]);
  stroke(bytes, [1, 28, 28], [2, 3], [25, 20], TOOLS.Pen);
  for (let i = 0; i <= 100; i++) {
    const [row, column] = [2 + (23 * i) / 100, 3 + (17 * i) / 100].map(Math.round);
    assert.ok(bytes[28 * row + column] > 100, `${row}, ${column}`);
  }
});

test("bytes become what the network takes, channel by channel", () => {
  near(prepared(Uint8ClampedArray.from([0, 255, 51, 102]), [2, 1, 2], [0, 0.2], [1, 0.5]), [0, 1, 0, 0.4]);
  assert.deepEqual([...inverted(Uint8ClampedArray.from([0, 10, 255]))], [255, 245, 0]);
  assert.deepEqual([...planesFrom([200, 100, 50, 255, 0, 0, 0, 255], 1)], [124, 0]); // 0.299 * 200 + 0.587 * 100 + 0.114 * 50
  assert.deepEqual([...planesFrom([200, 100, 50, 255, 1, 2, 3, 255], 3)], [200, 1, 100, 2, 50, 3]);
});

test("the rim is what touches the border", () => {
  const bytes = blank([1, 4, 5]);
  for (const i of [6, 7, 8, 11, 12, 13]) bytes[i] = 255;
  assert.equal(rim(bytes, [1, 4, 5]), 0);
  bytes[0] = 255;
  near([rim(bytes, [1, 4, 5])], [1 / 14]);
});

test("arrow keys go through a list that stands in lines", () => {
  const to = (key, now = 5) => stepped(now, key, 10, 4);
  assert.deepEqual(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "a"].map((key) => to(key)), [4, 6, 1, 9, 0, 9, null]);
  assert.deepEqual([to("ArrowDown", 7), to("ArrowUp", 2), to("ArrowRight", 9), to("ArrowLeft", 0)], [7, 2, 9, 0]);
});

test("colours are full at the largest value, and never turn their order", () => {
  assert.equal(strength(0, 3), 0);
  assert.equal(strength(-3, 3), 1);
  assert.equal(strength(9, 3), 1);
  assert.ok(strength(1, 3) < strength(1.1, 3));
  assert.deepEqual(strongest([9, 1, 2, -5, 3, 4], { rows: 1, columns: 3 }, 1), [0, 2]);
  assert.deepEqual(strongest([0, 1, 2, 5, 7, 7], { rows: 2, columns: 2 }, 0), [1, 1]);
});

const stages = [
  { kind: "conv2d", name: "0", count: 8, rows: 6, columns: 6, filters: true },
  { kind: "max pool", name: "2", count: 8, rows: 3, columns: 3 },
  { kind: "adaptive average pool", name: "3", count: 8, rows: 1, columns: 1 },
  { kind: "linear", name: "5", count: 4, rows: 1, columns: 1, filters: true },
  { kind: "linear", name: "7", count: 2, rows: 1, columns: 1, filters: false },
];

test("a map is switched off at the filter that makes it", () => {
  assert.deepEqual([0, 1, 2, 3, 4].map((i) => makerOf(stages, i, 1)), [0, 0, 0, 3, -1]);
  assert.equal(makerOf([{ ...stages[1] }, stages[4]], 0, 1), -1, "the picture has no filter");
});

test("units are called by what they are", () => {
  const called = (stage, i) => unitName(stages, stage, i, ["cat", "dog"]);
  assert.deepEqual([called(-1, 0), called(1, 5), called(2, 5), called(3, 2), called(4, 1)], ["the picture", "map 5", "feature 5", "feature 2", "dog"]);
  assert.equal(unitName(stages, -1, 2, [], 3), "blue");
});

test("what a cell sees is told in words", () => {
  const box = { row: 2, column: 3, rows: 3, columns: 1 };
  assert.equal(sight(box, [9, 9]), "It sees 3\u00a0×\u00a01 pixels of the picture: rows 2 to 4, column 3.");
  assert.equal(sight({ row: 0, column: 0, rows: 9, columns: 9 }, [9, 9]), "It sees the whole picture.");
  assert.equal(sight({ row: 0, column: 0, rows: 0, columns: 0 }, [9, 9]), "It sees nothing but padding.");
});

test("a convolution by hand: two channels, a corner in the padding, and a ledger that adds up", () => {
  const net = [
    { kind: "input", shape: [2, 2, 2] },
    { kind: "conv2d", input: [2, 2, 2], shape: [1, 3, 3], kernel: [2, 2], stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1,
      weight: Float32Array.from([1, 2, 3, 4, -1, 0, 0, -2]), bias: [0.5] },
    { kind: "relu", input: [1, 3, 3], shape: [1, 3, 3] },
  ];
  const stage = { kind: "conv2d", first: 1, main: 1, last: 2 };
  const outputs = [Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8])];
  const middle = explained(net, stage, outputs, 0, [1, 1]);
  near(middle.terms.map(({ sum }) => sum), [1 + 4 + 9 + 16, -5 - 16]);
  near(middle.steps.map(({ value }) => value), [9.5, 9.5]);
  const corner = explained(net, stage, outputs, 0, [0, 0]);
  near([...corner.terms[1].seen.values], [0, 0, 0, 5]);
  assert.deepEqual(corner.terms[0].box, { row: -1, column: -1, rows: 2, columns: 2 });
  near(corner.steps.map(({ value }) => value), [4 - 10 + 0.5, 0]);
  assert.deepEqual(ledger(corner, true), [["8 products", "−6"], ["bias", "+0.5"], ["sum", "−5.5"], ["ReLU", "0"], ["switched off", "0"]]);
  assert.deepEqual(ranked(corner.terms).map(({ channel }) => channel), [1, 0]);
});

test("poolings and batch norm have ledgers too", () => {
  const pool = { seen: { values: [1, 3, 2, 0] }, terms: [], bias: 0, divisor: null, steps: [{ kind: "max pool", value: 3 }] };
  assert.deepEqual(ledger(pool), [["largest of 4", "3"]]);
  assert.deepEqual(ledger({ ...pool, divisor: 4, steps: [{ kind: "average pool", value: 1.5 }] }), [["sum / 4", "1.5"]]);
  const normed = { terms: [], bias: 0, before: 2, steps: [{ kind: "batch norm", value: -1 }, { kind: "relu", value: 0 }] };
  assert.deepEqual(ledger(normed), [["input", "2"], ["batch norm", "−1"], ["ReLU", "0"]]);
  const behind = { terms: [{ products: { values: [4] } }], bias: 0, steps: [{ kind: "conv2d", value: 4 }, { kind: "batch norm", value: 1, scale: 0.5, shift: -1 }] };
  assert.deepEqual(ledger(behind), [["1 product", "4"], ["bias", "+0"], ["sum", "4"], ["× 0.5 −1", ""], ["batch norm", "1"]]);
});

test("the answer is told, and what switched-off filters changed", () => {
  assert.deepEqual(answer(["cat", "dog"], [0.3, 0.7], null), { says: "The network says: dog, 70.0\u00a0%." });
  assert.deepEqual(answer(["cat", "dog"], [0.3, 0.7], [0.9, 0.1]), {
    says: "The network says: dog, 70.0\u00a0%.", effect: "With all filters: cat, 90.0\u00a0%. Now: dog, 70.0\u00a0%.", changed: true,
  });
  assert.equal(answer(["cat", "dog"], [0.3, 0.7], [0.4, 0.6]).changed, false);
});
