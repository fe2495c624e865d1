import assert from "node:assert/strict";
import test from "node:test";
import { cases, load } from "./load.mjs";

const { duration, partNames, speedUp, stepTime, totals, widths } = await load("timebudget.js");

test("totals and speed-up agree with Python", () => {
  for (const each of cases.time_budget) {
    const parts = Object.entries(each.parts);
    assert.equal(stepTime(parts), each.step);
    assert.deepEqual(totals(parts, each.steps, each.epochs), { epoch: each.epoch, all: each.all });
    assert.equal(speedUp(Object.entries(each.first), parts), each.speed_up);
  }
});

test("a duration is told in the unit that fits", () => {
  const told = [0.5, 999, 999.9, 59_940, 99_940, 99_960, 287_000, 3_599_600, 3_600_000, 5_400_000].map(duration);
  assert.deepEqual(told, ["0.5 ms", "999 ms", "1.0 s", "59.9 s", "99.9 s", "1 min 40 s", "4 min 47 s", "1 h 0 min", "1 h 0 min", "1 h 30 min"]);
});

test("widths are shares of the slowest recipe", () => {
  const recipes = [{ parts: [["a", 6], ["b", 2]] }, { parts: [["b", 1], ["c", 1]] }];
  assert.deepEqual(widths(recipes, recipes[0].parts), [75, 25]);
  assert.deepEqual(widths(recipes, recipes[1].parts), [12.5, 12.5]);
  assert.deepEqual(partNames(recipes), ["a", "b", "c"]);
});
