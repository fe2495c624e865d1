import assert from "node:assert/strict";
import test from "node:test";
import { cases, load } from "./load.mjs";

const { bounds, earlyStop, freeHeight, higherIsBetter, logTicks, metricNames, path, say, stopSentence, ticks } = await load("curves.js");

test("early stopping agrees with the package's patience", () => {
  for (const { values, patience, metric, best, stop } of cases.early_stopping) {
    assert.deepEqual(earlyStop(values, patience, metric), { best, stop }, JSON.stringify(values));
  }
});

test("gaps are never the best epoch, and patience 0 never stops", () => {
  assert.deepEqual(earlyStop([null, 0.5, null, 0.6], 2, "loss"), { best: 2, stop: 4 });
  assert.deepEqual(earlyStop([null, null], 1, "loss"), { best: null, stop: null });
  assert.deepEqual(earlyStop([0.1, 0.5, 0.6], 0, "loss"), { best: 1, stop: null });
  assert.equal(stopSentence("a", [null], 1, "loss"), "a has no values of it.");
  assert.equal(stopSentence("a", [0.5, 0.6], 1, "loss"), "a stops after epoch 2; its best is epoch 1 (0.5).");
  assert.equal(stopSentence("a", [0.5, 0.4], 1, "loss"), "a runs to its end; its best is epoch 2 (0.4).");
});

test("metrics are listed once, without the prefix of validation", () => {
  const runs = [{ history: { loss: [], val_loss: [] } }, { history: { val_acc: [], acc: [], lr: [] } }];
  assert.deepEqual(metricNames(runs), ["loss", "acc", "lr"]);
  assert.ok(higherIsBetter("acc") && higherIsBetter("val_acc") && !higherIsBetter("loss"));
});

test("ticks are round numbers inside the range", () => {
  assert.deepEqual(ticks(0.12, 0.93, 5), [0.2, 0.4, 0.6, 0.8]);
  assert.deepEqual(ticks(1, 20, 10), [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  assert.deepEqual(ticks(-1, 1, 4), [-1, -0.5, 0, 0.5, 1]);
  for (const [low, high] of [[0, 1e-7], [3, 3], [-5, 4000], [0, 0]]) {
    const found = ticks(low, high, 5);
    assert.ok(found.length <= 12 && found.every((tick) => Number.isFinite(tick)), `${low} ${high}`);
  }
  assert.deepEqual(logTicks(0.05, 2), [0.05, 0.1, 0.2, 0.5, 1, 2]);
  assert.deepEqual(logTicks(1e-6, 1), [1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 1]);
});

test("the bounds hold every value with some air, and survive the awkward cases", () => {
  const [low, high] = bounds([[0, null, 10], [5]], false);
  assert.ok(low < 0 && high > 10);
  assert.equal(bounds([[null], []], false), null);
  assert.equal(bounds([[0, -1]], true), null);
  const [same, above] = bounds([[3, 3]], false);
  assert.ok(same < 3 && above > 3);
  assert.ok(bounds([[0.1, 0, 10]], true)[0] > 0);
});

test("a path has a gap where a value is missing", () => {
  const x = (epoch) => 10 * epoch;
  const y = (value) => value;
  assert.equal(path([1, 2, null, 4, 5], x, y), "M10.0 1.0L20.0 2.0M40.0 4.0L50.0 5.0");
  assert.equal(path([null], x, y), "");
  assert.equal(path([1, 0], x, Math.log10), "M10.0 0.0");
});

test("values are said in a reader's units", () => {
  assert.equal(say(0.91349, "acc"), "91.35 %");
  assert.equal(say(0.29751234, "loss"), "0.2975");
  assert.equal(say(12.345, "seconds"), "12.3 s");
  assert.equal(say(0.00001, "lr"), "1.00e-5");
  assert.equal(say(0, "loss"), "0");
  assert.equal(say(null, "loss"), "–");
});

test("a word takes the first height that has room, and none where there is none", () => {
  const taken = [[100, 50]];
  assert.equal(freeHeight(taken, 100, [45, 80]), 80, "the first height is taken");
  assert.deepEqual(taken, [[100, 50], [100, 80]]);
  assert.equal(freeHeight(taken, 110, [45, 80]), null, "both are taken now");
  assert.equal(taken.length, 2, "a word that is not written takes no room");
  assert.equal(freeHeight(taken, 160, [45, 80]), 45, "far enough to the side");
  assert.equal(freeHeight([], 0, []), null);
});
