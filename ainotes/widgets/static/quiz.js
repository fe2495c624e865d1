/* A quiz: questions with one right choice each, and a reason for every choice. */
/* global h, unique, frame, put, follow */

const MARKED = /(`[^`]+`|(?<![\w*])\*(?=[^\s*])[^*]*(?<=\S)\*(?![\w*]))/; // `code`, *emphasis*; neither 2*3*4 nor a * b

/** Split text into ["text", ...], ["code", ...] and ["em", ...] pieces, at backticks and at asterisks around words. */
export function pieces(text) {
  return text
    .split(MARKED)
    .map((piece, i) => (i % 2 ? [piece[0] === "`" ? "code" : "em", piece.slice(1, -1)] : ["text", piece]))
    .filter(([, piece]) => piece);
}

/** Count the answers: chosen is an index or null for each question. */
export function score(questions, chosen) {
  const answered = questions.filter((_, i) => Number.isInteger(chosen[i])).length;
  const right = questions.filter((question, i) => chosen[i] === question.answer).length;
  return { right, answered, total: questions.length };
}

/** Say how it went, once every question is answered; before that, how many are left. */
export function verdict({ right, answered, total }) {
  const left = total - answered;
  if (left === total) return "";
  if (left) return `${left} more ${left === 1 ? "question" : "questions"} to go.`;
  if (right === total) return total === 1 ? "Right." : `All ${total} right. Well done!`;
  return `${right} of ${total} right. Read why, and try the others again.`;
}

const rich = (text) => pieces(text).map(([kind, piece]) => (kind === "text" ? piece : h(kind, null, piece)));

function question(model, asked, number, total) {
  const name = unique("question");
  const inputs = asked.choices.map((_, i) =>
    h("input", { type: "radio", name, value: i, onchange: () => ready() }),
  );
  const button = h("button", { class: "main", type: "submit", disabled: true }, "Check");
  const feedback = h("div", { class: "feedback", "aria-live": "polite" });
  const picked = () => inputs.findIndex((input) => input.checked);
  const saved = () => model.get("chosen")[number] ?? null;

  function ready() {
    button.disabled = picked() < 0 || picked() === saved();
    if (picked() !== saved()) say(null);
  }
  function say(choice) {
    inputs.forEach((input, i) => {
      const mark = i !== choice ? "" : choice === asked.answer ? "right" : "wrong";
      input.closest("label").className = mark;
    });
    if (choice === null) return feedback.replaceChildren();
    const right = choice === asked.answer;
    feedback.replaceChildren(
      h("p", { class: right ? "right" : "wrong" },
        h("strong", null, h("span", { "aria-hidden": "true" }, right ? "✓ " : "✗ "), right ? "Right. " : "Not quite. "),
        rich(asked.choices[choice][1])),
    );
  }
  function show() {
    const choice = saved();
    if (choice !== null) inputs[choice].checked = true;
    else if (feedback.firstChild) inputs.forEach((input) => (input.checked = false));
    say(choice);
    ready();
  }
  function submit(event) {
    event.preventDefault();
    if (picked() < 0) return;
    const chosen = [...model.get("chosen")];
    chosen[number] = picked();
    put(model, "chosen", chosen);
    if (button.disabled && document.activeElement === document.body) inputs[picked()].focus();
  }
  const node = h("form", { onsubmit: submit },
    h("fieldset", null,
      h("legend", null, total > 1 && h("span", { class: "number" }, `${number + 1} of ${total}`), rich(asked.ask)),
      h("div", { class: "choices" },
        asked.choices.map(([text], i) => h("label", null, inputs[i], h("span", null, rich(text))))),
      feedback, button));
  return { node, show };
}

function render({ model, el }) {
  const asked = model.get("questions");
  const questions = asked.map((each, i) => question(model, each, i, asked.length));
  const line = h("p", { class: "verdict", "aria-live": "polite" });
  const again = h("button", { type: "button", hidden: true, onclick: restart }, "Start again");
  function restart() {
    put(model, "chosen", asked.map(() => null));
    el.querySelector("input").focus();
  }
  function show() {
    for (const each of questions) each.show();
    const count = score(asked, model.get("chosen"));
    const text = verdict(count);
    if (line.textContent !== text) line.textContent = text;
    again.hidden = count.answered < count.total;
  }
  frame(model, el, "quiz", questions.map((each) => each.node), h("div", { class: "end" }, line, again));
  show();
  return follow(model, ["chosen"], show);
}

export default { render };
