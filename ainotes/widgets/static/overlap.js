/* How much two boxes agree: intersection over union, on a grid whose cells can be counted. A box is [x1, y1, x2, y2]. */
/* global h, frame, put, follow */

export const FOUND = 0.5; // the usual bar: Everingham et al. (2010)

/** Cells of a box; 0 for one that is none. */
export const area = ([x1, y1, x2, y2]) => Math.max(0, x2 - x1) * Math.max(0, y2 - y1);

/** Intersection (a box, maybe without a cell), areas, union and their quotient. */
export function overlap(a, b) {
  const shared = a.map((side, i) => (i < 2 ? Math.max : Math.min)(side, b[i]));
  const intersection = area(shared);
  const union = area(a) + area(b) - intersection;
  return { shared, intersection, union, iou: intersection / union };
}

const within = (value, least, most) => Math.min(most, Math.max(least, value));

/** A box moved by so many cells, as far as the grid of [columns, rows] lets it. */
export function shifted([x1, y1, x2, y2], [right, down], [columns, rows]) {
  const [dx, dy] = [within(right, -x1, columns - x2), within(down, -y1, rows - y2)];
  return [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
}

/** A box whose lower right corner is moved by so many cells; one cell stays at least. */
export const stretched = ([x1, y1, x2, y2], [right, down], [columns, rows]) =>
  [x1, y1, within(x2 + right, x1 + 1, columns), within(y2 + down, y1 + 1, rows)];

/** How two boxes can lie, as pairs on a grid of [columns, rows]. */
export function arrangements([columns, rows]) {
  const [wide, high] = [Math.floor(columns / 2), Math.floor(rows / 2)];
  const box = (x, y, w = wide, t = high) => [x, y, x + w, y + t];
  const [left, top] = [Math.floor(wide / 2), Math.floor(high / 2)];
  return {
    "the same": [box(left, top), box(left, top)],
    "half a width apart": [box(1, top), box(1 + Math.ceil(wide / 2), top)],
    "one in the other": [box(left, top, left + 1, top + 1), box(left - 1, top - 1, 2 * left + 1, 2 * top + 1)],
    touching: [box(0, top), box(wide, top)],
    apart: [box(0, 0, wide - 1, high - 1), box(wide + 1, high + 1, columns - wide - 1, rows - high - 1)],
  };
}

export const decimal = (value) => (value === 1 || value === 0 ? String(value) : value.toFixed(2));
const cells = (count) => `${count} cell${count === 1 ? "" : "s"}`;

/** The quotient with its numbers, and what it means, in a sentence or two. */
export function verdict({ intersection, union, iou }) {
  const sum = `IoU = ${intersection} / ${union} = ${decimal(iou)}.`;
  if (iou === 1) return `${sum} The boxes are the same.`;
  if (!intersection) return `${sum} No cell in common; how far apart they are makes no difference.`;
  return `${sum} ${iou >= FOUND ? "At least 0.5: by the usual rule, a match." : "Below 0.5: by the usual rule, no match."}`;
}

/** Where a box lies, as it is read out. */
export const told = ([x1, y1, x2, y2]) => `x ${x1} to ${x2}, y ${y1} to ${y2}, ${cells(area([x1, y1, x2, y2]))}`;

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function render({ model, el }) {
  const size = [model.get("columns"), model.get("rows")];
  const same = (one, other) => String(one) === String(other);
  const set = (name, box) => same(box, model.get(name)) || put(model, name, box);

  /** Let the pointer move a box, or its corner. */
  function draggable(node, name, change) {
    let from = null;
    node.addEventListener("pointerdown", (event) => {
      event.stopPropagation(); // a corner is not its box
      node.setPointerCapture(event.pointerId);
      from = { at: [event.clientX, event.clientY], box: model.get(name) };
    });
    node.addEventListener("pointermove", ({ clientX, clientY, pointerId }) => {
      if (!from || !node.hasPointerCapture(pointerId)) return;
      const { width } = plane.getBoundingClientRect();
      const steps = [clientX - from.at[0], clientY - from.at[1]].map((pixels) => Math.round((pixels * size[0]) / width));
      set(name, change(from.box, steps, size));
    });
    node.addEventListener("lostpointercapture", () => (from = null));
  }
  function boxOf(name, letter) {
    const corner = h("i", { class: "corner", "aria-hidden": "true" });
    const node = h("div", {
      class: `box ${name}`, role: "slider", tabindex: 0, "aria-label": `Box ${letter}`, "aria-valuemin": 1, "aria-valuemax": size[0] * size[1],
      onkeydown: (event) => {
        if (!STEPS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        set(name, (event.shiftKey ? stretched : shifted)(model.get(name), STEPS[event.key], size));
      },
    }, h("b", { "aria-hidden": "true" }, letter), corner);
    draggable(node, name, shifted);
    draggable(corner, name, stretched);
    return node;
  }

  const [a, b] = [boxOf("first", "A"), boxOf("second", "B")];
  const shared = h("div", { class: "shared", "aria-hidden": "true" });
  const plane = h("div", { class: "plane", style: `--columns:${size[0]};--rows:${size[1]}` }, shared, a, b);
  const says = h("p", { class: "says", "aria-live": "polite" });
  const bar = h("i", { class: "moves" });
  const gauge = h("div", { class: "gauge", "aria-hidden": "true" }, bar, [0, FOUND, 1].map((mark) => h("span", { style: `left:${100 * mark}%` }, mark)));
  const [ofA, ofB, ofBoth, ofUnion] = Array.from({ length: 4 }, () => h("td"));
  const row = (kind, name, value) => h("tr", null, h("th", { scope: "row" }, h("i", { class: `key ${kind}`, "aria-hidden": "true" }), name), value);
  const table = h("table", null, h("tbody", null, row("first", "A", ofA), row("second", "B", ofB), row("shared", "intersection", ofBoth), row("union", "union", ofUnion)));
  const buttons = Object.entries(arrangements(size)).map(([name, pair]) =>
    h("button", { type: "button", onclick: () => ["first", "second"].forEach((each, i) => set(each, pair[i])) }, name));

  function place(node, [x1, y1, x2, y2]) {
    const [columns, rows] = size;
    const shares = { left: x1 / columns, top: y1 / rows, width: (x2 - x1) / columns, height: (y2 - y1) / rows };
    for (const [side, share] of Object.entries(shares)) node.style[side] = `${100 * share}%`;
  }
  function describe(node, box, top) {
    place(node, box);
    node.classList.toggle("top", top);
    node.setAttribute("aria-valuenow", area(box));
    node.setAttribute("aria-valuetext", told(box));
  }
  const product = ([x1, y1, x2, y2]) => `${x2 - x1} × ${y2 - y1} = ${area([x1, y1, x2, y2])}`;
  function show() {
    const [first, second] = [model.get("first"), model.get("second")];
    const found = overlap(first, second);
    const smaller = area(first) < area(second); // the smaller one lies on top: it can always be taken hold of
    describe(a, first, smaller);
    describe(b, second, !smaller);
    shared.hidden = !found.intersection;
    if (found.intersection) place(shared, found.shared);
    bar.style.width = `${100 * found.iou}%`;
    gauge.classList.toggle("match", found.iou >= FOUND);
    [ofA.textContent, ofB.textContent] = [first, second].map(product);
    ofBoth.textContent = found.intersection ? product(found.shared) : "0";
    ofUnion.textContent = `${area(first)} + ${area(second)} − ${found.intersection} = ${found.union}`;
    if (says.textContent !== verdict(found)) says.textContent = verdict(found);
  }

  frame(model, el, "overlap",
    plane, h("p", { class: "note" }, "Drag a box, or its corner. By keyboard: arrow keys move it, with Shift they stretch it."),
    says, gauge, table, h("div", { class: "controls", role: "group", "aria-label": "Arrangements" }, buttons));
  show();
  return follow(model, ["first", "second"], show);
}

export default { render };
