/* Where the time of a training step goes, for several recipes, and what that makes of a whole training. */
/* global h, frame, put, follow, slider, unique */

/** Milliseconds of one step: the sum of its parts. */
export const stepTime = (parts) => parts.reduce((total, [, milliseconds]) => total + milliseconds, 0);

/** Milliseconds of an epoch and of all epochs. */
export function totals(parts, steps, epochs) {
  const epoch = stepTime(parts) * steps;
  return { epoch, all: epoch * epochs };
}

/** How many times faster than the first recipe; 1 means the same. */
export const speedUp = (first, parts) => stepTime(first) / stepTime(parts);

/** A duration in the unit a person would choose. */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (milliseconds < 999.5) return `${Number(milliseconds.toPrecision(3))} ms`;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const minutes = Math.round(seconds / 60);
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Width of each part as a share of the slowest recipe, in per cent. */
export function widths(recipes, parts) {
  const slowest = Math.max(...recipes.map((recipe) => stepTime(recipe.parts)));
  return parts.map(([, milliseconds]) => (100 * milliseconds) / slowest);
}

/** The names of all parts, in their order of appearance. */
export const partNames = (recipes) => [...new Set(recipes.flatMap((recipe) => recipe.parts.map(([name]) => name)))];

const milliseconds = (value) => `${value.toFixed(value < 10 ? 2 : 1)} ms`;
const faster = (ratio) =>
  Math.abs(ratio - 1) < 0.005 ? "as fast as the first" : ratio > 1 ? `${ratio.toFixed(2)}× as fast` : `${(1 / ratio).toFixed(2)}× slower`;

function render({ model, el }) {
  const recipes = model.get("recipes");
  const parts = partNames(recipes);
  const name = unique("recipe");
  const tone = (part) => `part p${parts.indexOf(part) % 8}`;
  const chosen = () => recipes.find((recipe) => recipe.name === model.get("recipe"));

  const rows = recipes.map((recipe) => {
    const shares = widths(recipes, recipe.parts);
    const input = h("input", { type: "radio", name, value: recipe.name, onchange: () => put(model, "recipe", recipe.name) });
    const bar = h("span", { class: "bar", "aria-hidden": "true" },
      recipe.parts.map(([part, time], i) => h("span", { class: `${tone(part)} moves`, style: `width:${shares[i]}%`, title: `${part}: ${milliseconds(time)}` })));
    const about = h("span", { class: "about" });
    const node = h("label", { class: "recipe" }, input, h("span", { class: "name" }, recipe.name), about, bar);
    return { recipe, input, about, node };
  });
  const most = (value, least) => Math.max(least, 2 * value);
  const steps = slider("Steps an epoch", { min: 1, max: most(model.get("steps"), 1000), oninput: (value) => put(model, "steps", value) });
  const epochs = slider("Epochs", { min: 1, max: most(model.get("epochs"), 50), oninput: (value) => put(model, "epochs", value) });
  const table = h("table", { class: "parts" });
  const line = h("p", { class: "total", "aria-live": "polite" });

  function show() {
    const [perEpoch, count] = [model.get("steps"), model.get("epochs")];
    steps.show(perEpoch);
    epochs.show(count);
    for (const { recipe, input, about, node } of rows) {
      input.checked = recipe === chosen();
      node.classList.toggle("chosen", input.checked);
      const ratio = speedUp(recipes[0].parts, recipe.parts);
      about.textContent = `${milliseconds(stepTime(recipe.parts))} a step, ${duration(totals(recipe.parts, perEpoch, count).all)}` +
        (recipe === recipes[0] ? "" : `, ${faster(ratio)}`);
    }
    const recipe = chosen();
    const whole = stepTime(recipe.parts);
    const { epoch, all } = totals(recipe.parts, perEpoch, count);
    table.replaceChildren(
      h("caption", null, `One step of “${recipe.name}”`),
      h("thead", null, h("tr", null, ["Part", "a step", "share", "in all"].map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", null, recipe.parts.map(([part, time]) => h("tr", null,
        h("th", { scope: "row" }, h("span", { class: tone(part), "aria-hidden": "true" }), part),
        h("td", null, milliseconds(time)), h("td", null, `${((100 * time) / whole).toFixed(0)} %`),
        h("td", null, duration(time * perEpoch * count))))),
    );
    const text = `One epoch takes ${duration(epoch)}, ${count} epoch${count > 1 ? "s" : ""} ${duration(all)}.`;
    if (line.textContent !== text) line.textContent = text;
  }
  frame(model, el, "timebudget",
    h("fieldset", { class: "recipes" }, h("legend", null, "Recipe"), rows.map((row) => row.node)),
    h("div", { class: "controls" }, steps.node, epochs.node), line, table);
  show();
  return follow(model, ["recipe", "steps", "epochs"], show);
}

export default { render };
