/* What the chosen map, number or class is made of: what it sees, and the products behind it. */
/* global h, picture, brief, tight, tint, spread, peakOf, fieldOf, explained, planes, show */

const FEW = 6; // inputs that are listed, the largest first
const LEGIBLE = 4; // columns of numbers that can be read
const COLOURS = ["red", "green", "blue"];

const signed = (value) => `${value < 0 ? "−" : "+"}${brief(Math.abs(value), 3)}`;

/** What leaves a stage, called by its number; of the picture, a channel. */
export function unitName(stages, number, i, classes, channels = 1) {
  if (number < 0) return channels === 3 ? COLOURS[i] : "the picture";
  if (number === stages.length - 1) return classes[i];
  return `${stages[number].rows * stages[number].columns > 1 ? "map" : "feature"} ${i}`;
}

/** From the products to the value of a stage: [what, how much] pairs, as in a ledger. */
export function ledger({ terms, bias, steps, seen, divisor, before }, isOff = false) {
  const [{ kind, value }, ...later] = steps;
  const products = terms.reduce((count, { products }) => count + products.values.length, 0);
  const number = (each) => brief(each, 3);
  const lines = terms.length ? [[`${products} product${products > 1 ? "s" : ""}`, number(value - bias)], ["bias", signed(bias)], ["sum", number(value)]]
    : seen ? [[divisor ? `sum / ${divisor}` : `largest of ${seen.values.length}`, number(value)]]
      : [["input", number(before)], [kind, number(value)]];
  for (const { kind, value, scale, shift } of later) {
    if (scale !== undefined) lines.push([`× ${number(scale)} ${signed(shift)}`, ""]);
    lines.push([kind === "relu" ? "ReLU" : kind, number(value)]);
  }
  return isOff ? [...lines, ["switched off", "0"]] : lines;
}

/** Pixels that a cell sees, in words. */
export function sight({ row, column, rows, columns }, [height, width]) {
  if (!rows || !columns) return "It sees nothing but padding.";
  if (rows === height && columns === width) return "It sees the whole picture.";
  const span = (first, count) => (count > 1 ? `s ${first} to ${first + count - 1}` : ` ${first}`);
  return `It sees ${tight(`${rows} × ${columns}`)} pixels of the picture: row${span(row, rows)}, column${span(column, columns)}.`;
}

/** Inputs by what they add, the largest share first. */
export const ranked = (terms) => terms.map((term) => term).sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum) || a.channel - b.channel);

function write(node, text) {
  if (node.textContent !== text) node.textContent = text; // an unchanged text is not read out again
}

/** Let a node have so many children, the first ones as they are. */
function fitTo(node, count, make) {
  while (node.children.length > count) node.lastChild.remove();
  while (node.children.length < count) node.append(make(node.children.length));
}

/** One line of the list of inputs; lines are used again and again. */
function entry(act) {
  const [map, kernel] = [0, 0].map(() => h("canvas", { "aria-hidden": "true" }));
  const [name, product, bar, sum] = ["name", "product", "bar", "sum"].map((kind) => h("span", { class: kind }));
  const window = h("i", { "aria-hidden": "true" });
  const thumbs = [h("span", { class: "thumb", "aria-hidden": "true" }, map, window), h("span", { class: "thumb", "aria-hidden": "true" }, kernel)];
  bar.append(h("i"));
  bar.setAttribute("aria-hidden", "true");
  const node = h("button", { type: "button", class: "entry", onclick: () => act() }, thumbs, name, product, bar, sum);
  return { node, map, kernel, name, product, bar: bar.firstChild, sum, window, thumbs };
}

/**
 * The panel. `act` has cell([row, column]), go(stage, map, cell), toggle(stage, map) and restore(); `show(view)` takes
 * { number, map, cell, net, outputs, bytes, peak, isOff, maker, share }; `add(node)` puts one below the switch.
 */
function explanation({ stages, classes, shape }, act) {
  let [view, picked, found, all] = [null, null, null, false];
  const [what, where] = [h("b"), h("span", { class: "note" })];
  const [seen, large] = [picture("The picture"), picture("Cell", { onpick: (cell) => act.cell(cell) })];
  const [seenPane, largePane] = [["what it sees", seen], ["its cells", large]].map(([text, { node }]) => h("div", { class: "pane" }, node, h("p", { class: "note" }, text)));
  const pair = h("div", { class: "pair" }, seenPane, largePane);
  const says = h("p", { class: "says", "aria-live": "polite" });
  const three = ["input", "kernel", "products"].map((name) => picture(name));
  const [times, equals] = ["×", "="].map((sign) => h("span", { class: "sign", "aria-hidden": "true" }, sign));
  const captions = three.map(() => h("p", { class: "note" }));
  const panes = three.map(({ node }, i) => h("div", { class: "pane" }, node, captions[i]));
  const go = h("button", { type: "button", class: "plain", onclick: () => deeper(picked ?? found) });
  const line = h("div", { class: "ledger" });
  const triple = h("div", { class: "triple" }, panes[0], times, panes[1], equals, panes[2], line);
  const votes = h("p", { class: "heading" });
  const list = h("div", { class: "entries" });
  const entries = [];
  const more = h("button", { type: "button", class: "plain", onclick: () => {
    all = !all;
    fill();
  } });
  const off = h("button", { type: "button", onclick: () => act.toggle(...view.maker) });
  const node = h("section", { class: "panel", "aria-label": "What is chosen" },
    h("p", { class: "head" }, what, where), pair, says, off,
    triple, go, votes, list, more);

  const source = () => view.number - 1;
  const called = (channel) => unitName(stages, source(), channel, classes, shape[0]);
  /** Go to an input, to the cell in the middle of what is seen of it. */
  function deeper({ channel, box }) {
    const { rows, columns } = stages[source()];
    const { row, column, rows: tall, columns: wide } = box;
    const middle = [row + (tall - 1) / 2, column + (wide - 1) / 2].map((at, k) => Math.min([rows, columns][k] - 1, Math.max(0, Math.round(at))));
    act.go(source(), channel, middle);
  }

  function detail() {
    const isPool = Boolean(found.seen);
    const each = isPool ? found : picked;
    const isWide = each && each.seen.values.length > 1;
    triple.classList.toggle("single", !isWide);
    go.hidden = source() < 0 || !(isWide || isPool);
    for (const part of [...panes, times, equals]) part.hidden = !isWide;
    if (!isWide) return;
    const numbers = each.seen.columns <= LEGIBLE ? (value) => brief(value) : null;
    const drawn = isPool ? [each.seen] : [each.seen, each.weights, each.products];
    for (const [i, name] of [[0, isPool ? "window" : "input"], [1, "kernel"], [2, "products"]]) {
      for (const part of [panes[i], i === 1 ? times : i === 2 ? equals : null]) if (part) part.hidden = i >= drawn.length;
      if (i >= drawn.length) continue;
      three[i].paint(drawn[i], { signed: peakOf(drawn[i].values), numbers });
      const told = i === 0 ? called(each.channel) : name;
      captions[i].textContent = i === 2 ? `add up to ${brief(each.sum, 3)}` : told;
      three[i].call(`${name}: ${drawn[i].rows} × ${drawn[i].columns} numbers${i === 0 ? ` of ${told}` : ""}`);
    }
    three[0].boxes(each.winner >= 0 ? [{ row: Math.floor(each.winner / each.seen.columns), column: each.winner % each.seen.columns, kind: "tap" }] : []);
    go.textContent = `Go to ${called(each.channel)} of stage ${source() + 1}`;
  }

  function fill() {
    const { terms } = found;
    const order = ranked(terms).slice(0, all ? undefined : FEW);
    const most = Math.max(1e-9, ...terms.map(({ sum }) => Math.abs(sum)));
    const isSingle = terms[0]?.seen.values.length === 1;
    const given = view.outputs[stages[view.number].first - 1];
    const isClass = view.number === stages.length - 1;
    votes.hidden = list.hidden = !terms.length || (terms.length === 1 && !isSingle);
    more.hidden = votes.hidden || terms.length <= FEW;
    more.textContent = all ? `The largest ${FEW} only` : `All ${terms.length}`;
    more.setAttribute("aria-expanded", all);
    if (votes.hidden) return list.replaceChildren();
    votes.textContent = isClass ? "Who voted for it (+) and against it (−)" : "What each input adds";
    while (entries.length < order.length) {
      const at = entries.length;
      entries.push(entry(() => press(at)));
    }
    const shown = view.net[stages[view.number].first - 1].shape;
    const bright = peakOf(given);
    order.forEach(({ channel, sum, seen: window, weights, box }, i) => {
      const each = entries[i];
      each.channel = channel;
      for (const thumb of each.thumbs) thumb.hidden = isSingle;
      if (!isSingle) {
        const [, rows, columns] = shown;
        tint(each.map, given, channel * rows * columns, rows, columns, bright);
        tint(each.kernel, weights.values, 0, weights.rows, weights.columns, peakOf(weights.values));
        each.window.style.cssText = `left:${(100 * box.column) / columns}%;top:${(100 * box.row) / rows}%;width:${(100 * box.columns) / columns}%;height:${(100 * box.rows) / rows}%`;
        each.node.setAttribute("aria-pressed", channel === picked.channel);
      } else each.node.removeAttribute("aria-pressed");
      each.name.textContent = called(channel);
      each.product.textContent = isSingle ? `${brief(window.values[0])} × ${brief(weights.values[0])}` : "";
      each.product.hidden = !isSingle;
      each.bar.className = sum < 0 ? "less" : "";
      each.bar.style.width = `${(50 * Math.abs(sum)) / most}%`;
      each.sum.textContent = signed(sum);
    });
    fitTo(list, order.length, (i) => entries[i].node);
  }
  function press(at) {
    const { channel } = entries[at];
    const term = found.terms.find((each) => each.channel === channel);
    if (term.seen.values.length === 1) {
      if (source() >= 0) deeper(term);
      return;
    }
    picked = term;
    detail();
    fill();
  }

  function display(next) {
    const isSame = view && view.number === next.number && view.map === next.map;
    const before = picked?.channel;
    view = next;
    const { number, map, cell, net, outputs, bytes, peak, isOff, maker, share } = view;
    const stage = stages[number];
    const { rows, columns, last, count } = stage;
    const field = fieldOf(net, last, map, cell);
    const isMap = rows * columns > 1;
    const isClass = number === stages.length - 1;
    found = explained(net, stage, outputs, map, cell);
    picked = (isSame && found.terms.find(({ channel }) => channel === before)) || (found.terms.length ? ranked(found.terms)[0] : null);
    const name = unitName(stages, number, map, classes);
    write(what, isClass ? `Class ${name}` : `${name[0].toUpperCase()}${name.slice(1)}, of 0 to ${count - 1}`); // as Python counts
    write(where, `Stage ${number + 1}: ${tight(stage.title)}`);

    show(seen, bytes, shape);
    pair.hidden = !isMap && (isClass || field.rows * field.columns === shape[1] * shape[2]);
    seen.boxes(field.rows && !isClass ? [{ ...field, kind: "field" }] : []);
    seen.call(`The picture. ${sight(field, shape.slice(1))}`);
    largePane.hidden = !isMap;
    if (isMap) {
      const start = map * rows * columns;
      large.paint({ rows, columns, values: spread(outputs[last].subarray(start, start + rows * columns), peak) }, { signed: 1 });
      large.boxes([{ row: cell[0], column: cell[1] }]);
      large.call(`Cells of ${name}`);
      large.pick(cell, `row ${cell[0]}, column ${cell[1]}: ${brief(isOff ? 0 : found.value, 3)}`);
    }
    const value = brief(isOff ? 0 : found.value, 3);
    write(says, isClass ? `Its score is ${value}, and its probability ${(100 * share).toFixed(1)} %.`
      : `${isMap ? `Row ${cell[0]}, column ${cell[1]}` : "It"} holds ${value}. ${sight(field, shape.slice(1))}`);
    const told = ledger(found, isOff);
    fitTo(line, told.length, () => h("p", null, h("span"), h("span")));
    told.forEach((pair, i) => pair.forEach((text, k) => write(line.children[i].children[k], text)));
    off.hidden = !maker;
    if (maker) {
      const filter = `${unitName(stages, maker[0], maker[1], classes)}${maker[0] === number ? "" : ` of stage ${maker[0] + 1}`}`;
      write(off, `${isOff ? "Switch on" : "Switch off"} ${filter}`);
    }
    detail();
    fill();
  }
  return { node, show: display, add: (below) => off.after(below) };
}
