/* All classifiers in one chart: what accuracy costs, which no other beats, and the best for a budget. */
/* global h, frame, put, follow, slider, segments, unique */

/** Indices of the points [cost, value] that no other one beats, cheapest first; a cost of null is left out. */
export function front(points) {
  const order = points.map((_, i) => i).filter((i) => points[i][0] !== null)
    .sort((a, b) => points[a][0] - points[b][0] || points[b][1] - points[a][1] || a - b);
  const found = [];
  for (const i of order) if (!found.length || points[i][1] > points[found.at(-1)][1]) found.push(i);
  return found;
}

/** Index of the best point that costs at most `budget`, or null. */
export const bestUnder = (points, budget) => front(points).filter((i) => points[i][0] <= budget).at(-1) ?? null;

/** Round numbers, `factors` a power of ten, from the last one below low to the first one above high. */
export function roundNumbers(low, high, factors = [1, 1.5, 2, 3, 5, 7]) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); ; power++)
    for (const factor of factors) {
      const value = Number((factor * 10 ** power).toPrecision(3));
      if (value <= low) found.splice(0, found.length, value);
      else found.push(value);
      if (value >= high) return found;
    }
}

/** Three digits at most: 25.6, 0.0404, 133. */
export const digits = (value) => (value === null ? "–" : Number(value.toPrecision(3)).toString());

const million = (value) => (value === null ? "–" : digits(value / 1e6));
const COSTS = {
  gflops: { name: "GFLOPs for one image", tick: digits, say: (value) => `${digits(value)} GFLOPs` },
  parameters: { name: "Parameters, millions", tick: million, say: (value) => `${million(value)} million parameters` },
};

/** Unpack the rows that Python sends. */
export const unpack = (models, families, papers) => models.map(
  ([name, weights, family, paper, top1, top5, parameters, gflops, size, side], i) => ({
    i, name, weights: weights.replace("IMAGENET1K_", "").replaceAll("_", " "), family, familyName: families[family],
    year: papers[paper][0], paper: papers[paper][1], top1, top5, parameters, gflops, size, side, more: weights.includes("SWAG"),
  }));

export const title = ({ name, weights }) => `${name} ${weights}`.trim();

/** The best of the rows shown, in a sentence. */
export function budgetSentence(row, cost, budget) {
  const limit = `at most ${COSTS[cost].say(budget)}`;
  if (!row) return `No model shown has ${limit}.`;
  const others = ["gflops", "parameters"].filter((key) => row[key] !== null).map((key) => COSTS[key].say(row[key]));
  return `With ${limit} the most accurate is ${title(row)}: ${row.top1.toFixed(1)} % top-1, ${others.join(", ")}` +
    `${row.size === null ? "" : `, a file of ${digits(row.size)} MB`}.`;
}

/** The row that a key leads to from `now`, or null for another key: left and right by cost, up and down by accuracy. */
export function walk(shown, now, key, cost) {
  const by = { ArrowLeft: cost, ArrowRight: cost, Home: cost, End: cost, ArrowUp: "top1", ArrowDown: "top1" }[key];
  if (!by || !shown.length) return null;
  const order = [...shown].sort((a, b) => a[by] - b[by] || a.i - b.i);
  const at = order.findIndex((row) => row.i === now);
  const to = { Home: 0, End: order.length - 1 }[key] ?? (at < 0 ? 0 : at + (["ArrowRight", "ArrowUp"].includes(key) ? 1 : -1));
  return order[Math.min(order.length - 1, Math.max(0, to))];
}

/** Rows in the order of a column; what is not known comes last. */
export function sorted(rows, key, up) {
  const side = up ? 1 : -1;
  return [...rows].sort((a, b) => {
    if (a[key] === null || b[key] === null) return (a[key] === null) - (b[key] === null);
    return side * (typeof a[key] === "string" ? a[key].localeCompare(b[key]) : a[key] - b[key]) || a.i - b.i;
  });
}

const EDGE = { left: 46, right: 14, top: 30, bottom: 42 };
const NEAR = 26;
const SHAPES = [
  "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0Z", "M-4-4h8v8h-8Z", "M0-5.4L5 3.9H-5Z", "M0-5.6L5.6 0L0 5.6L-5.6 0Z",
  "M0 5.4L5-3.9H-5Z", "M-5.2-1.7h3.5v-3.5h3.4v3.5h3.5v3.4h-3.5v3.5h-3.4v-3.5h-3.5Z", "M-5.6-2.6h11.2v5.2h-11.2Z",
  "M-2.6-5.6h5.2v11.2h-5.2Z", "M0-6L1.6-1.9L5.9-1.9L2.4.8L3.7 5L0 2.4L-3.7 5L-2.4.8L-5.9-1.9L-1.6-1.9Z",
];
const look = (family) => ({ class: `f${family % 8}`, d: SHAPES[family % 9] });
const COLUMNS = [
  ["name", "Model"], ["weights", "Weights"], ["familyName", "Family"], ["year", "Year"], ["top1", "Top-1, %"], ["top5", "Top-5, %"],
  ["parameters", "Parameters, M"], ["gflops", "GFLOPs"], ["size", "File, MB"], ["side", "Input"],
];

function render({ model, el }) {
  const families = model.get("families");
  const rows = unpack(model.get("models"), families, model.get("papers"));
  const ids = unique("model");
  let [width, order] = [680, { key: "top1", up: false }];
  let [shown, points, place, best] = [[], [], null, null];

  const cost = () => model.get("cost");
  const budget = () => model.get("budgets")[cost()];
  const isShown = (row) => row[cost()] !== null && !model.get("hidden").includes(row.familyName) && (model.get("more_data") || !row.more)
    && (model.get("file_mb") === null || (row.size !== null && row.size <= model.get("file_mb")));
  const range = (key) => {
    const values = rows.map((row) => row[key]).filter((value) => value !== null);
    return values.length ? [Math.min(...values), Math.max(...values)] : [1, 1];
  };
  const steps = Object.fromEntries(Object.keys(COSTS).map((key) => [key, roundNumbers(...range(key))]));
  const sizes = roundNumbers(...range("size"));

  const back = h("svg:g", { "aria-hidden": "true" });
  const over = h("svg:g", { class: "over", "aria-hidden": "true" });
  const marks = rows.map((row) => h("svg:path", { ...look(row.family), id: `${ids}-${row.i}`, role: "option" }));
  const svg = h("svg:svg", { class: "chart", role: "listbox", tabindex: 0, onpointerdown: point, onpointermove: point, onkeydown: press },
    back, marks, over);
  const card = h("div", { class: "facts" });
  const says = h("p", { class: "says", "aria-live": "polite" });
  const count = h("p", { class: "note count" });

  const switches = families.map((name) => h("input", { type: "checkbox", onchange: (event) => {
    const others = model.get("hidden").filter((each) => each !== name);
    put(model, "hidden", event.target.checked ? others : [...others, name]);
  } }));
  const all = (text, hidden) => h("button", { type: "button", onclick: () => put(model, "hidden", hidden) }, text);
  const legend = h("fieldset", { class: "families" }, h("legend", null, "Families"),
    families.map((name, f) => h("label", { class: "check" }, switches[f],
      h("svg:svg", { width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true" }, h("svg:path", look(f))), h("span", null, name))),
    h("div", { class: "all" }, all("All", []), all("None", families)));
  const costs = segments("Cost", [["gflops", "GFLOPs"], ["parameters", "parameters"]], (value) => put(model, "cost", value));
  const limit = slider("Budget", { min: 0, max: 0, say: (i) => COSTS[cost()].say(steps[cost()][i]).replace(" parameters", ""),
    oninput: (i) => put(model, "budgets", { ...model.get("budgets"), [cost()]: steps[cost()][i] }) });
  const file = slider("File", { min: 0, max: sizes.length, say: (i) => (i < sizes.length ? `at most ${sizes[i]} MB` : "any size"),
    oninput: (i) => put(model, "file_mb", sizes[i] ?? null) });
  const more = h("input", { type: "checkbox", onchange: () => put(model, "more_data", more.checked) });

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = walk(shown, model.get("chosen"), event.key, cost());
    if (!to) return;
    event.preventDefault();
    put(model, "chosen", to.i);
  }
  function point(event) {
    if (event.type === "pointermove" && event.pointerType !== "mouse" && !event.buttons) return;
    const box = svg.getBoundingClientRect();
    const far = (row) => Math.hypot(place.x(row) - event.clientX + box.left, place.y(row) - event.clientY + box.top);
    const nearest = shown.reduce((near, row) => (!near || far(row) < far(near) ? row : near), null);
    const reach = event.pointerType === "mouse" ? NEAR : 2 * NEAR;
    if (nearest && far(nearest) <= reach && nearest.i !== model.get("chosen")) put(model, "chosen", nearest.i);
  }

  function draw() {
    shown = rows.filter(isShown);
    points = rows.map((row) => [isShown(row) ? row[cost()] : null, row.top1]);
    best = bestUnder(points, budget());
    const height = width < 480 ? 340 : 420;
    const [right, bottom] = [width - EDGE.right, height - EDGE.bottom];
    for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) svg.setAttribute(name, value);
    const [low, high] = shown.length ? [Math.min(...shown.map((row) => row[cost()])) / 1.25, Math.max(...shown.map((row) => row[cost()])) * 1.25] : [1, 10];
    const accuracies = shown.length ? shown.map((row) => row.top1) : [0, 100];
    const [floor, top] = [Math.min(...accuracies) - 2, Math.min(100, Math.max(...accuracies) + 2)];
    const across = (value) => EDGE.left + ((Math.log(value / low) / Math.log(high / low)) * (right - EDGE.left));
    const up = (value) => bottom - ((value - floor) / (top - floor)) * (bottom - EDGE.top);
    place = { x: (row) => across(row[cost()]), y: (row) => up(row.top1), across, up, low, high, right, bottom };

    const rough = (top - floor) / 8;
    const step = [1, 2, 5, 10, 20].find((each) => each >= rough) ?? 20;
    const levels = Array.from({ length: 101 }, (_, i) => i).filter((value) => value % step === 0 && value > floor && value < top);
    const factors = high / low > 300 || width < 480 ? [1] : [1, 2, 5];
    const ticks = roundNumbers(low, high, high / low < 30 ? [1, 2, 5] : factors).filter((value) => value >= low && value <= high);
    const edge = Math.min(right, Math.max(EDGE.left, across(budget())));
    back.replaceChildren(
      h("svg:rect", { class: "beyond", x: edge, y: EDGE.top, width: right - edge, height: bottom - EDGE.top }),
      ...levels.flatMap((value) => [h("svg:path", { class: "grid", d: `M${EDGE.left} ${up(value)}H${right}` }),
        h("svg:text", { class: "end", x: EDGE.left - 8, y: up(value) + 4 }, value)]),
      ...ticks.flatMap((value) => [h("svg:path", { class: "grid", d: `M${across(value)} ${EDGE.top}V${bottom}` }),
        h("svg:text", { class: "middle", x: across(value), y: bottom + 17 }, COSTS[cost()].tick(value))]),
      h("svg:path", { class: "axis", d: `M${EDGE.left} ${EDGE.top}V${bottom}H${right}` }),
      h("svg:text", { class: "name", x: 0, y: 13 }, "Top-1 accuracy, %"),
      h("svg:text", { class: "middle name", x: (EDGE.left + right) / 2, y: height - 5 }, `${COSTS[cost()].name}, logarithmic`),
      h("svg:path", { class: "front", d: stairs() }),
      h("svg:path", { class: "budget", d: `M${edge} ${EDGE.top - 6}V${bottom}` }),
    );
    rows.forEach((row) => mark(row));
    svg.setAttribute("aria-label", `${shown.length} models, accuracy against ${COSTS[cost()].name}: left and right by cost, up and down by accuracy`);
    const sentence = budgetSentence(best === null ? null : rows[best], cost(), budget());
    if (says.textContent !== sentence) says.textContent = sentence;
    const beaten = front(points).length;
    count.textContent = `${shown.length} of ${rows.length} shown. The line joins the ${beaten} that no other one beats: none is as cheap and more accurate.` +
      (cost() === "gflops" ? " GFLOPs are 10⁹ multiply-adds, as torchvision counts them." : "");
    choose();
    if (list.open) tabulate();
  }
  function stairs() {
    const at = front(points).map((i) => rows[i]);
    return at.map((row, i) => `${i ? `H${place.x(row).toFixed(1)}V` : `M${place.x(row).toFixed(1)} `}${place.y(row).toFixed(1)}`).join("") +
      (at.length ? `H${place.right}` : "");
  }
  function mark(row) {
    const node = marks[row.i];
    const on = points[row.i][0] !== null;
    node.style.display = on ? "" : "none";
    if (!on) return;
    node.style.transform = `translate(${place.x(row).toFixed(1)}px, ${place.y(row).toFixed(1)}px)`;
    node.classList.toggle("dear", row[cost()] > budget());
    const extra = row.i === best ? ", the best within the budget" : "";
    node.setAttribute("aria-label", `${title(row)}, ${row.familyName}: ${row.top1.toFixed(1)} % at ${COSTS[cost()].say(row[cost()])}${extra}`);
  }
  function flag(row, kind, text) {
    const [x, y] = [place.x(row), place.y(row)];
    // Beside the mark, on the side where there is room.
    const leftward = x > width * 0.62;
    const above = y > EDGE.top + 24;
    return [h("svg:circle", { class: kind, cx: x, cy: y, r: 10 }),
      h("svg:text", { class: `flag ${leftward ? "end" : ""}`, x: x + (leftward ? -9 : 9), y: y + (above ? -11 : 22) }, text)];
  }
  function choose() {
    const now = rows[model.get("chosen")];
    const on = points[now.i][0] !== null;
    marks.forEach((node, i) => node.setAttribute("aria-selected", i === now.i));
    if (on) svg.setAttribute("aria-activedescendant", `${ids}-${now.i}`);
    else svg.removeAttribute("aria-activedescendant");
    over.replaceChildren(
      ...(best !== null && best !== now.i ? flag(rows[best], "best", title(rows[best])) : []),
      ...(on ? flag(now, best === now.i ? "now best" : "now", title(now)) : []),
    );
    card.replaceChildren(h("p", { class: "who" }, h("svg:svg", { width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true" }, h("svg:path", look(now.family))),
      h("b", null, now.name), now.weights && h("span", null, `weights ${now.weights}`), !on && h("span", null, "(not shown)")),
      h("dl", null, [["top-1", `${now.top1.toFixed(1)} %`], ["top-5", now.top5 === null ? "–" : `${now.top5.toFixed(1)} %`],
        ["parameters", now.parameters === null ? "–" : `${million(now.parameters)} M`], ["GFLOPs", digits(now.gflops)],
        ["file", now.size === null ? "–" : `${digits(now.size)} MB`], ["input", now.side === null ? "–" : `${now.side} × ${now.side}`],
      ].map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))),
      h("p", { class: "note" }, now.paper ? `${now.familyName}, ${now.year}: ${now.paper}` : now.familyName,
        now.more && ". These weights saw more than ImageNet: SWAG, arXiv:2201.08371"));
  }

  const head = h("tr", null, COLUMNS.map(([key, text]) => h("th", { scope: "col" }, h("button", { type: "button", onclick: () => {
    order = { key, up: order.key === key ? !order.up : ["name", "weights", "familyName", "year"].includes(key) };
    tabulate();
  } }, text, h("span", { "aria-hidden": "true" })))));
  const body = h("tbody");
  const list = h("details", { ontoggle: () => list.open && tabulate() }, h("summary", null, "The same as a table"),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of the models" },
      h("table", null, h("caption", { class: "unseen" }, "The models shown; the buttons in the head sort"), h("thead", null, head), body)));
  function tabulate() {
    COLUMNS.forEach(([key], i) => {
      const cell = head.children[i];
      const up = order.key === key ? (order.up ? "ascending" : "descending") : null;
      up ? cell.setAttribute("aria-sort", up) : cell.removeAttribute("aria-sort");
      cell.querySelector("span").textContent = { ascending: " ▲", descending: " ▼" }[up] ?? "";
    });
    const write = { top1: (value) => value.toFixed(1), top5: (value) => value?.toFixed(1) ?? "–", parameters: million, gflops: digits, size: digits };
    body.replaceChildren(...sorted(shown, order.key, order.up).map((row) => h("tr", { class: row.i === best ? "best" : null },
      COLUMNS.map(([key], i) => h(i ? "td" : "th", { scope: i ? null : "row" }, (write[key] ?? ((value) => value ?? "–"))(row[key]))))));
  }

  function show() {
    const names = model.get("hidden");
    switches.forEach((input, f) => (input.checked = !names.includes(families[f])));
    costs.show(cost());
    const list = steps[cost()];
    limit.input.max = list.length - 1;
    // A budget from Python may lie between two steps: the slider stands at the last one below.
    limit.show(Math.max(0, list.findLastIndex((value) => value <= budget())));
    const size = model.get("file_mb");
    file.show(size === null ? sizes.length : Math.max(0, sizes.findLastIndex((value) => value <= size)));
    more.checked = model.get("more_data");
    draw();
  }

  const parted = rows.some((row) => row.more);
  frame(model, el, "zoo",
    h("div", { class: "controls" }, costs.node, limit.node), says, svg, card, legend,
    h("div", { class: "controls" }, rows.some((row) => row.size !== null) && file.node,
      parted && h("label", { class: "check" }, more, h("span", null, "Also weights that saw more than ImageNet"))),
    count, list);
  const watch = new ResizeObserver(([entry]) => {
    const room = Math.max(240, Math.floor(entry.contentRect.width));
    if (room !== width) {
      width = room;
      draw();
    }
  });
  show();
  watch.observe(svg.parentNode);
  const ends = [follow(model, ["cost", "budgets", "hidden", "file_mb", "more_data"], show), follow(model, ["chosen"], choose), () => watch.disconnect()];
  return () => ends.forEach((end) => end());
}

export default { render };
