import assert from "node:assert/strict";
import test from "node:test";
import { cases, load } from "./load.mjs";

const { pieces, score, verdict } = await load("quiz.js");

test("backticks set code and nothing else is changed", () => {
  assert.deepEqual(pieces("Call `fit()` or `<b>`."), [["text", "Call "], ["code", "fit()"], ["text", " or "], ["code", "<b>"], ["text", "."]]);
  assert.deepEqual(pieces("a lone ` stays"), [["text", "a lone ` stays"]]);
  assert.deepEqual(pieces("`x`"), [["code", "x"]]);
  assert.deepEqual(pieces("dogs *never seen*, by `a*b*c`."), [["text", "dogs "], ["em", "never seen"], ["text", ", by "], ["code", "a*b*c"], ["text", "."]]);
  for (const plain of ["2*3*4", "a * b * c", "*args", "** and **"]) assert.deepEqual(pieces(plain), [["text", plain]]);
});

test("the score counts as Python does", () => {
  for (const { answers, chosen, right, answered } of cases.quiz) {
    const questions = answers.map((answer) => ({ answer }));
    assert.deepEqual(score(questions, chosen), { right, answered, total: answers.length });
  }
});

test("the verdict comes at the end and is fair", () => {
  assert.equal(verdict({ right: 0, answered: 0, total: 3 }), "");
  assert.equal(verdict({ right: 1, answered: 1, total: 3 }), "2 more questions to go.");
  assert.equal(verdict({ right: 1, answered: 2, total: 3 }), "1 more question to go.");
  assert.match(verdict({ right: 3, answered: 3, total: 3 }), /All 3 right/);
  assert.match(verdict({ right: 2, answered: 3, total: 3 }), /^2 of 3 right/);
  assert.equal(verdict({ right: 1, answered: 1, total: 1 }), "Right.");
});
