import assert from "node:assert/strict";
import test from "node:test";
import { load, text } from "./load.mjs";

const { StandIn, revive } = await load("base.js");

test("bytes come back as a DataView and everything else as it was", () => {
  const state = JSON.parse('{"pixels": {"$bytes": "AAEC/w=="}, "deep": [{"$bytes": ""}], "name": "<b>", "none": null}', revive);
  assert.ok(state.pixels instanceof DataView);
  assert.deepEqual([0, 1, 2, 3].map((i) => state.pixels.getUint8(i)), [0, 1, 2, 255]);
  assert.equal(state.deep[0].byteLength, 0);
  assert.equal(state.name, "<b>");
  assert.equal(state.none, null);
});

test("the stand-in tells listeners what changed, as the widget model does", () => {
  const model = new StandIn({ epoch: 1, metric: "loss" });
  const heard = [];
  model.on("change:epoch change:metric", (who, value) => heard.push([who === model, value]));
  model.on("change", () => heard.push("any"));
  model.set("epoch", 2);
  model.set("epoch", 2);
  model.set({ epoch: 2, metric: "acc" });
  assert.deepEqual(heard, [[true, 2], "any", [true, "acc"], "any"]);
  assert.equal(model.get("epoch"), 2);
});

test("a listener that is taken off hears nothing, others still do", () => {
  const model = new StandIn({ a: 1, b: 1 });
  const heard = [];
  const one = () => heard.push("one");
  const two = () => heard.push("two");
  model.on("change:a change:b", one);
  model.on("change:a", two);
  model.off("change:a", one);
  model.set("a", 2);
  model.set("b", 2);
  assert.deepEqual(heard, ["two", "one"]);
  model.off();
  model.set("a", 3);
  assert.equal(heard.length, 2);
});

test("saving and sending do nothing without a kernel", () => {
  const model = new StandIn({});
  assert.equal(model.save_changes(), undefined);
  assert.equal(model.send({}), undefined);
});

test("no figure asks another host and none imports another file", () => {
  for (const name of ["base.js", "kit.js", "quiz.js", "confusion.js", "curves.js", "timebudget.js"]) {
    const source = text(name).replaceAll("http://www.w3.org/", "");
    assert.doesNotMatch(source, /https?:|@import|^import /m, name);
  }
  for (const name of ["base.css", "quiz.css", "confusion.css", "curves.css", "timebudget.css"]) {
    assert.doesNotMatch(text(name), /https?:|@import|url\(/, name);
  }
});
