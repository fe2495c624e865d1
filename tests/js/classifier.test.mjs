import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { limits, verdict } = await load("kit.js", "network.js", "photograph.js", "classifier.js");

test("the verdict tells the answer, and what the label says of it", () => {
  assert.deepEqual(verdict(["cat", 0.8734]), { answer: "The network says: cat, 87.3 %." });
  assert.deepEqual(verdict(["cat", 1], "cat"), { answer: "The network says: cat, 100.0 %.", label: "✓ The label says so too.", kind: "right" });
  assert.deepEqual(verdict(["cat", 0.2], "dog"), { answer: "The network says: cat, 20.0 %.", label: "✗ The label says: dog.", kind: "wrong" });
});

test("it is said what the network knows, and that it must choose", () => {
  const classes = (count) => Array.from({ length: count }, (_, i) => `c${i}`);
  assert.equal(limits(classes(3)), "The network knows these three classes only: c0, c1 and c2. It chooses among them whatever it is shown.");
  assert.match(limits(classes(10)), /^The network knows these ten classes only: c0, .*, c8 and c9\./);
  assert.match(limits(classes(20)), /^The network knows these 20 classes only/);
});
