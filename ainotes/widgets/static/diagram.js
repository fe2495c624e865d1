/* A block as boxes and lines: walk it along its lines, read shapes and costs of each box. */
/* global h, frame, put, follow, segments, unique */

const MAIN = ["conv", "linear", "pool", "block", "attention", "input", "output", "other"];
const SIGNS = ["add", "multiply"];
const ROUND = 10; // pixels of a lane's corner

export const shapeText = (shape) => (shape ?? []).join("\u00a0×\u00a0");

/** A count with thousands set apart; from a million on as millions. */
export const count = (value) => (value < 1e6 ? value.toLocaleString("en") : `${Number((value / 1e6).toPrecision(4)).toLocaleString("en")} million`);

/** A count as short as it fits on a box: 36.9 k, 231 M, 1.82 G. */
export function short(value) {
  const [unit, size] = [["G", 1e9], ["M", 1e6], ["k", 1e3]].find(([, each]) => value >= 0.9995 * each) ?? ["", 1];
  return `${Number((value / size).toPrecision(3))}${unit && ` ${unit}`}`;
}

/** A share of the whole in per cent: two digits where it is small. */
export function share(part, whole) {
  const percent = whole ? (100 * part) / whole : 0;
  return `${percent >= 9.95 || percent === 0 ? Math.round(percent) : percent < 0.1 ? "< 0.1" : percent.toFixed(1)} %`;
}

/** The nodes that Python sends, with what is empty filled in, and whom each one feeds. */
export function complete(nodes) {
  const full = nodes.map((node, id) => ({ id, detail: "", path: "", shape: [], parameters: 0, multiply_adds: 0, inputs: [], ...node, outputs: [] }));
  for (const node of full) for (const source of node.inputs) full[source].outputs.push(node.id);
  return full;
}

/** What stands on a box beside its name. */
export function note(node, nodes, show) {
  if (show === "shapes") {
    const same = node.inputs.length && String(node.shape) === String(nodes[node.inputs[0]].shape);
    return same && !MAIN.includes(node.kind) ? "" : shapeText(node.shape);
  }
  const value = node[show.replace("-", "_")];
  return value ? short(value) : "";
}

/** The way of a line: "down" in curves from level to level, "side" or "below" through a lane with round corners. */
export function route(points, kind) {
  const [[x, y], ...rest] = points;
  if (kind === "down") return `M${x} ${y}${curves([x, y], rest)}`;
  const [[lane, first], , [end, bottom]] = rest;
  const start = kind === "side" ? `H${lane - ROUND}Q${lane} ${y} ${lane} ${y + ROUND}` : curves([x, y], [[lane, first]]);
  const way = end < lane ? -ROUND : ROUND;
  return `M${x} ${y}${start}V${bottom - ROUND}Q${lane} ${bottom} ${lane + way} ${bottom}H${end}`;
}
function curves(above, points) {
  return points.map(([right, down]) => {
    const middle = (above[1] + down) / 2;
    const text = right === above[0] ? `L${right} ${down}` : `C${above[0]} ${middle} ${right} ${middle} ${right} ${down}`;
    above = [right, down];
    return text;
  }).join("");
}

/** The node that a key leads to: up and down along the lines, left and right to the nearest beside; null for another key. */
export function walk(nodes, id, key) {
  const at = nodes[id];
  const [x, y] = at.box;
  const far = (other, down) => Math.abs(nodes[other].box[1] - y) * down + Math.abs(nodes[other].box[0] - x);
  const nearest = (ids, down) => [...ids].sort((a, b) => far(a, down) - far(b, down) || a - b)[0] ?? id;
  if (key === "ArrowDown") return nearest(at.outputs, 1);
  if (key === "ArrowUp") return nearest(at.inputs, 1);
  if (key === "Home") return 0;
  if (key === "End") return nodes.length - 1;
  if (key !== "ArrowLeft" && key !== "ArrowRight") return null;
  const way = key === "ArrowRight" ? 1 : -1;
  return nearest(nodes.filter(({ box }) => way * (box[0] - x) > 1).map((node) => node.id), 4);
}

/** A box's name in a word that can be read aloud. */
export const word = ({ label }) => ({ "+": "sum", "×": "product", "−": "difference" })[label] ?? label;

/** A box in a sentence, for who hears it. */
export function spoken(node, nodes, totals) {
  const names = (ids) => ids.map((id) => word(nodes[id])).join(", ");
  const costs = [["parameters", node.parameters], ["multiply_adds", node.multiply_adds]].filter(([, value]) => value)
    .map(([key, value]) => `${count(value)} ${key.replace("_", "-")}, ${share(value, totals[key])}`);
  return [word(node), node.detail, `out ${shapeText(node.shape)}`, ...costs,
    node.inputs.length && `from ${names(node.inputs)}`, node.outputs.length && `to ${names(node.outputs)}`].filter(Boolean).join("; ");
}

function render({ model, el }) {
  const nodes = complete(model.get("nodes"));
  const totals = model.get("totals");
  const [width, height] = model.get("size");
  const [ids, tip] = [unique("box"), unique("tip")];
  let show = "shapes";

  const lines = model.get("lines").map(([source, target, points, kind]) => ({ source, target,
    node: h("svg:path", { class: "line", d: route(points, kind), "marker-end": `url(#${tip})` }) }));
  const boxes = nodes.map((node) => {
    const [x, y, wide, tall] = node.box;
    const [left, top] = [x - wide / 2, y - tall / 2];
    const [sign, main] = [SIGNS.includes(node.kind), MAIN.includes(node.kind)];
    const radius = sign || ["input", "output", "concat"].includes(node.kind) ? tall / 2 : main ? 8 : 6;
    const second = h("svg:text", { class: "second", x: main ? x : left + wide - 11, y: main ? y + 14 : y + 4 });
    const bar = h("svg:rect", { class: "bar", x: left + 8, y: top + tall - 6, height: 3, rx: 1.5, width: 0 });
    const first = h("svg:text", { class: "first", x: main || sign ? x : left + 11, y: main ? y - 4 : y + (sign ? 6.5 : 4.5) }, node.label);
    return { node, second, bar, room: wide - 16, first, sign, main, x, left, g: h("svg:g", {
      class: `box ${main ? "main" : sign ? "sign" : "little"} k-${node.kind}`, role: "option", id: `${ids}-${node.id}`,
      "aria-label": spoken(node, nodes, totals), onpointerdown: () => choose(node.id), onpointerenter: (event) => event.pointerType === "mouse" && choose(node.id),
    }, h("svg:rect", { class: "body", x: left, y: top, width: wide, height: tall, rx: radius }), bar, first, second) };
  });
  const arrow = h("svg:marker", { id: tip, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto", markerUnits: "userSpaceOnUse" },
    h("svg:path", { class: "tip", d: "M0 .5L7.5 4L0 7.5Z" }));
  const svg = h("svg:svg", { class: "chart", role: "listbox", tabindex: 0, width, height, viewBox: `0 0 ${width} ${height}`, onkeydown: press,
    "aria-label": `${model.get("title")}: up and down along the lines, left and right to what stands beside` },
    h("svg:defs", { "aria-hidden": "true" }, arrow), h("svg:g", { "aria-hidden": "true" }, lines.map((line) => line.node)), boxes.map((box) => box.g));
  const card = h("div", { class: "facts" });
  const what = segments("On the boxes", ["shapes", "parameters", "multiply-adds"].map((each) => [each, each]), (value) => put(model, "show", value));

  const choose = (id) => id !== model.get("chosen") && put(model, "chosen", id);
  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = walk(nodes, model.get("chosen"), event.key);
    if (to === null) return;
    event.preventDefault();
    choose(to);
    boxes[to].g.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function write() {
    show = model.get("show");
    what.show(show);
    const whole = totals[show.replace("-", "_")];
    for (const { node, first, second, bar, room, sign, main, x, left } of boxes) {
      const text = sign ? "" : note(node, nodes, show);
      second.textContent = text;
      const part = show === "shapes" || !whole ? 0 : node[show.replace("-", "_")] / whole;
      bar.setAttribute("width", part * room < 1 ? 0 : (part * room).toFixed(1));
      // A name alone stands in the middle of its box.
      if (main) first.setAttribute("y", node.box[1] + (text ? -4 : 5));
      else if (!sign) {
        first.setAttribute("x", text ? left + 11 : x);
        first.classList.toggle("middle", !text);
      }
    }
  }
  function read() {
    const id = model.get("chosen");
    const now = nodes[id];
    svg.setAttribute("aria-activedescendant", `${ids}-${id}`);
    boxes.forEach(({ g }, i) => {
      g.setAttribute("aria-selected", i === id);
      g.classList.toggle("near", now.inputs.includes(i) || now.outputs.includes(i));
    });
    for (const { source, target, node } of lines) node.classList.toggle("on", source === id || target === id);
    const cost = (key) => h("span", null, now[key] ? count(now[key]) : "none",
      now[key] > 0 && h("span", { class: "share" }, ` ${share(now[key], totals[key])}`));
    const facts = [
      now.inputs.length && ["in", now.inputs.map((each) => shapeText(nodes[each].shape)).join(" and ")],
      ["out", shapeText(now.shape)],
      ["parameters", cost("parameters")],
      ["multiply-adds", cost("multiply_adds")],
      now.detail && ["settings", now.detail],
    ].filter(Boolean);
    card.replaceChildren(
      h("p", { class: "who" }, h("b", null, word(now)), now.path && h("code", null, now.path)),
      h("dl", null, facts.map(([name, value]) => h("div", { class: name === "settings" ? "wide" : null }, h("dt", null, name), h("dd", null, value)))),
    );
  }

  const columns = ["Layer", "Name", "Out", "Parameters", "Multiply-adds"];
  const table = h("details", null, h("summary", null, "The same as a table"),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `Table of ${model.get("title")}` }, h("table", null,
      h("thead", null, h("tr", null, columns.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", null, nodes.map((node) => h("tr", null, h("th", { scope: "row" }, word(node)), h("td", null, node.path && h("code", null, node.path)), h("td", null, shapeText(node.shape)),
        h("td", null, node.parameters.toLocaleString("en")), h("td", null, node.multiply_adds.toLocaleString("en"))))))));
  const ends = [nodes[0], nodes.at(-1)].map((node) => shapeText(node.shape));
  frame(model, el, "diagram", h("div", { class: "controls" }, what.node),
    h("div", { class: "stage" }, h("div", { class: "pan" }, svg), card),
    h("p", { class: "says" }, `In total ${count(totals.parameters)} parameters and ${count(totals.multiply_adds)} multiply-adds for one sample, from ${ends[0]} to ${ends[1]}.`),
    table);
  write();
  read();
  // A wide diagram begins with its input in the middle of the view.
  const pan = svg.parentNode;
  pan.scrollLeft = nodes[0].box[0] - pan.clientWidth / 2;
  const stop = [follow(model, ["show"], write), follow(model, ["chosen"], read)];
  return () => stop.forEach((end) => end());
}

export default { render };
