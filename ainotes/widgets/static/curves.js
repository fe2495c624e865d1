/* Training curves: choose runs and a metric, read values at an epoch, see where early stopping would stop. */
/* global h, frame, put, follow, slider, segments, unique */

const known = (values) => (values ?? []).filter((value) => value !== null && value !== undefined);

/** The metrics of all runs without the prefix of validation, in their order of appearance. */
export function metricNames(runs) {
  const keys = runs.flatMap((run) => Object.keys(run.history));
  return [...new Set(keys.map((key) => key.replace(/^val_/, "")))];
}

export const higherIsBetter = (metric) => metric.endsWith("acc");

/**
 * Early stopping: stop after the first epoch at which the best value so far is `patience` epochs old.
 * Returns epochs counted from 1: `best` up to the stop, and `stop`, each null where there is none.
 */
export function earlyStop(values, patience, metric) {
  let best = null;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const better = best === null || (higherIsBetter(metric) ? value > values[best] : value < values[best]);
    if (value !== null && better) best = i;
    if (best !== null && patience >= 1 && i - best >= patience) return { best: best + 1, stop: i + 1 };
  }
  return { best: best === null ? null : best + 1, stop: null };
}

/** Round numbers that cover low to high, about `count` of them. */
export function ticks(low, high, count) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten between low and high, with 2 and 5 between them where there are few. */
export function logTicks(low, high) {
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  const factors = to - from > 3 ? [1] : [1, 2, 5];
  const all = Array.from({ length: to - from + 1 }, (_, i) => factors.map((f) => f * 10 ** (from + i))).flat();
  return all.map((tick) => Number(tick.toPrecision(6))).filter((tick) => tick >= low && tick <= high);
}

/** Lowest and highest value of all curves with some air, or null where there is nothing to draw. */
export function bounds(curves, log) {
  const values = curves.flatMap(known).filter((value) => !log || value > 0);
  if (!values.length) return null;
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (log) return [low / 1.15, high * 1.15];
  const air = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - air, high + air];
}

/** An SVG path through the values; null values leave a gap. */
export function path(values, x, y) {
  let pen = "M";
  let text = "";
  values.forEach((value, i) => {
    const at = value === null ? NaN : y(value);
    if (!Number.isFinite(at)) pen = "M";
    else {
      text += `${pen}${x(i + 1).toFixed(1)} ${at.toFixed(1)}`;
      pen = "L";
    }
  });
  return text;
}

/** A value as a reader wants it: accuracies in per cent, others with three or four digits. */
export function say(value, metric) {
  if (value === null || value === undefined) return "–";
  if (higherIsBetter(metric)) return `${(100 * value).toFixed(2)} %`;
  if (metric === "seconds") return `${value.toFixed(value < 10 ? 2 : 1)} s`;
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : Number(value.toPrecision(4)).toString();
}

/** What early stopping would do with one run, in a sentence. */
export function stopSentence(name, values, patience, metric) {
  const { best, stop } = earlyStop(values, patience, metric);
  if (best === null) return `${name} has no values of it.`;
  const at = `epoch ${best} (${say(values[best - 1], metric)})`;
  return stop === null ? `${name} runs to its end; its best is ${at}.` : `${name} stops after epoch ${stop}; its best is ${at}.`;
}

/**
 * The first of some heights at which a short word has room, null where there is none.
 * `taken` holds the middles of what stands there already, as [x, y], and gets the new word's.
 */
export function freeHeight(taken, x, heights) {
  const found = heights.find((y) => taken.every(([left, top]) => Math.abs(left - x) >= WORD.wide || Math.abs(top - y) >= WORD.high));
  if (found === undefined) return null;
  taken.push([x, found]);
  return found;
}

const WORDS = { loss: "Loss", acc: "Accuracy", lr: "Learning rate", seconds: "Seconds an epoch" };
const word = (metric) => WORDS[metric] ?? metric;
const HEIGHT = 310;
const WORD = { wide: 34, high: 15 }; // the room of a "best" beside another, or beside the ring of a best epoch
const EDGE = { left: 58, right: 16, top: 28, bottom: 38 };
const FIRST = EDGE.left + 12; // where epoch 1 is: the ring around a best one keeps clear of the axis
// One shape a run, so that colour is not the only carrier.
const SHAPES = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z", "M-3.6-3.6h7.2v7.2h-7.2Z", "M0-5L4.6 3.6H-4.6Z", "M0-5L5 0L0 5L-5 0Z",
  "M0 5L4.6-3.6H-4.6Z", "M-5-1.5h3.5v-3.5h3v3.5H5v3H1.5V5h-3V1.5H-5Z", "M-5-3h10v6h-10Z", "M-3-5h6v10h-6Z",
];
const shape = (i) => SHAPES[i % SHAPES.length];

function swatch(i) {
  return h("svg:svg", { class: `run r${i % 8}`, width: 30, height: 14, viewBox: "-15 -7 30 14", "aria-hidden": "true" },
    h("svg:path", { class: "line", d: "M-15 0H15" }), h("svg:path", { class: "mark", d: shape(i) }));
}

function render({ model, el }) {
  const runs = model.get("runs");
  const names = metricNames(runs);
  const last = Math.max(1, ...runs.flatMap((run) => Object.values(run.history).map((values) => values.length)));
  let width = 640;

  const visible = () => runs.map((run, i) => [run, i]).filter(([run]) => !model.get("hidden").includes(run.name));
  const metric = () => model.get("metric");
  const curve = (run, part) => run.history[part + metric()] ?? [];
  /** The curve that decides: validation where there is one. */
  const judged = (run) => run.history[`val_${metric()}`] ?? curve(run, "");
  const x = (epoch) => FIRST + ((epoch - 1) / Math.max(1, last - 1)) * (width - FIRST - EDGE.right);
  let y = null;

  const chart = h("svg:g");
  const cursor = h("svg:g", { class: "cursor" });
  const svg = h("svg:svg", { class: "chart", role: "img", height: HEIGHT, onpointerdown: point, onpointermove: point }, chart, cursor);
  const readout = h("table", { class: "readout" });
  const stops = h("ul", { class: "stops", "aria-live": "polite" });

  const toggles = h("fieldset", { class: "runs" }, h("legend", { class: "unseen" }, "Runs"), runs.map((run, i) => {
    const input = h("input", { type: "checkbox", onchange: () => {
      const others = model.get("hidden").filter((name) => name !== run.name);
      put(model, "hidden", input.checked ? others : [...others, run.name]);
    } });
    return h("label", { class: "check" }, input, swatch(i), h("span", null, run.name));
  }));
  const metrics = segments("Metric", names.map((name) => [name, word(name)]), (name) => put(model, "metric", name));
  const log = h("input", { type: "checkbox", onchange: () => put(model, "log", log.checked) });
  const epochs = slider("Epoch", { min: 1, max: last, say: (value) => `${value} of ${last}`, oninput: (value) => put(model, "epoch", value) });
  const patience = slider("Patience", { min: 0, max: Math.max(1, last - 1),
    say: (value) => (value ? `${value} epoch${value > 1 ? "s" : ""}` : "off"), oninput: (value) => put(model, "patience", value) });

  function point(event) {
    // A mouse reads values by hovering; a finger or pen by touching, so that the page still scrolls.
    if (event.type === "pointermove" && event.pointerType !== "mouse" && !event.buttons) return;
    const part = (event.clientX - svg.getBoundingClientRect().left - FIRST) / (width - FIRST - EDGE.right);
    const epoch = Math.min(last, Math.max(1, Math.round(1 + part * (last - 1))));
    if (epoch !== model.get("epoch")) put(model, "epoch", epoch);
  }

  function draw() {
    const shown = visible();
    const useLog = model.get("log");
    const range = bounds(shown.flatMap(([run]) => [curve(run, ""), curve(run, "val_")]), useLog);
    svg.setAttribute("width", width);
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const bottom = HEIGHT - EDGE.bottom;
    if (range === null) {
      y = null;
      chart.replaceChildren(h("svg:text", { x: width / 2, y: HEIGHT / 2, class: "middle" }, "Nothing to draw: choose a run"));
      return drawCursor();
    }
    const scale = useLog ? Math.log10 : (value) => value;
    const [low, high] = range.map(scale);
    y = (value) => bottom - ((scale(value) - low) / (high - low)) * (bottom - EDGE.top);
    const across = ticks(1, last, Math.max(2, Math.min(last - 1, (width - 80) / 60))).filter((tick) => tick >= 1 && Number.isInteger(tick));
    const up = useLog ? logTicks(...range) : ticks(...range, 5);
    const label = (value) => (higherIsBetter(metric()) ? `${Number((100 * value).toFixed(6))} %` : say(value, ""));
    chart.replaceChildren(
      ...up.flatMap((value) => [
        h("svg:path", { class: "grid", d: `M${EDGE.left} ${y(value).toFixed(1)}H${width - EDGE.right}` }),
        h("svg:text", { x: EDGE.left - 8, y: y(value) + 4, class: "end" }, label(value)),
      ]),
      h("svg:text", { x: 0, y: 13, class: "name" }, word(metric())),
      h("svg:path", { class: "axis", d: `M${EDGE.left} ${EDGE.top}V${bottom}H${width - EDGE.right}` }),
      ...across.map((epoch) => h("svg:text", { x: x(epoch), y: bottom + 17, class: "middle" }, epoch)),
      h("svg:text", { x: (EDGE.left + width - EDGE.right) / 2, y: HEIGHT - 4, class: "middle" }, "Epoch"),
      ...shown.flatMap(([run, i]) => [lines(run, i, "", "train"), lines(run, i, "val_", "validation")]),
      ...stopMarks(shown),
    );
    svg.setAttribute("aria-label", describe(shown));
    drawCursor();
  }
  function lines(run, i, part, kind) {
    const values = curve(run, part);
    const every = Math.ceil((values.length * 34) / width);
    const marks = values.map((value, at) => [value, at])
      .filter(([value, at]) => at % every === 0 && value !== null && Number.isFinite(y(value)))
      .map(([value, at]) => h("svg:path", { class: "mark", d: shape(i), transform: `translate(${x(at + 1).toFixed(1)} ${y(value).toFixed(1)})` }));
    return h("svg:g", { class: `run r${i % 8} ${kind}` }, h("svg:path", { class: "line", d: path(values, x, y) }), marks);
  }
  function stopMarks(shown) {
    const patience = model.get("patience");
    const marks = !patience ? [] : shown.map(([run, i]) => ({ i, values: judged(run), ...earlyStop(judged(run), patience, metric()) }))
      .filter(({ values, best }) => best !== null && Number.isFinite(y(values[best - 1])))
      .map((mark) => ({ ...mark, left: x(mark.best), top: y(mark.values[mark.best - 1]) }));
    const taken = marks.map(({ left, top }) => [left, top]);
    return marks.map(({ i, stop, left, top }) => {
      const middle = freeHeight(taken, left, [top - 18, top + 20].filter((at) => at > 22 && at < HEIGHT - EDGE.bottom - 6));
      return h("svg:g", { class: `run r${i % 8} stop` },
        h("svg:circle", { cx: left, cy: top, r: 9 }),
        middle !== null && h("svg:text", { x: left, y: middle + 4, class: "middle" }, "best"),
        stop !== null && [
          h("svg:path", { class: "line", d: `M${x(stop)} ${EDGE.top}V${HEIGHT - EDGE.bottom}` }),
          h("svg:text", { x: x(stop) + (stop > last * 0.85 ? -5 : 5), y: EDGE.top + 10 + 14 * (i % 4), class: stop > last * 0.85 ? "end" : "" }, "stop"),
        ]);
    });
  }
  function describe(shown) {
    const ends = shown.map(([run]) => {
      const values = judged(run);
      return `${run.name} ends at ${say(known(values).at(-1) ?? null, metric())}`;
    });
    return `Line chart, ${word(metric()).toLowerCase()} by epoch, 1 to ${last}. ${ends.join("; ")}.`;
  }
  function drawCursor() {
    const epoch = model.get("epoch");
    const shown = visible();
    const points = y === null ? [] : shown.flatMap(([run, i]) => ["", "val_"].map((part) => [curve(run, part)[epoch - 1], i]))
      .filter(([value]) => value !== null && value !== undefined && Number.isFinite(y(value)));
    cursor.replaceChildren(
      h("svg:path", { d: `M${x(epoch).toFixed(1)} ${EDGE.top}V${HEIGHT - EDGE.bottom}` }),
      ...points.map(([value, i]) => h("svg:circle", { class: `run r${i % 8}`, cx: x(epoch), cy: y(value), r: 5.5 })),
    );
    epochs.show(epoch);
    const parts = [["train", ""], ["validation", "val_"]].filter(([, part]) => runs.some((run) => part + metric() in run.history));
    readout.replaceChildren(
      h("caption", null, `${word(metric())} in epoch ${epoch}`),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Run"), parts.map(([name]) =>
        h("th", { scope: "col" }, h("span", { class: `key ${name}`, "aria-hidden": "true" }), name)))),
      h("tbody", null, shown.map(([run, i]) => h("tr", null,
        h("th", { scope: "row" }, swatch(i), run.name),
        parts.map(([, part]) => h("td", null, say(curve(run, part)[epoch - 1], metric())))))),
    );
  }
  function drawStops() {
    const enough = model.get("patience");
    patience.show(enough ?? 0);
    const sentences = enough ? visible().map(([run]) => stopSentence(run.name, judged(run), enough, metric())) : [];
    const text = sentences.join("");
    if (stops.dataset.text !== text) stops.replaceChildren(...sentences.map((sentence) => h("li", null, sentence)));
    stops.dataset.text = text;
  }
  function show() {
    toggles.querySelectorAll("input").forEach((input, i) => (input.checked = !model.get("hidden").includes(runs[i].name)));
    metrics.show(metric());
    log.checked = model.get("log");
    drawStops();
    draw();
  }

  const withPatience = model.get("patience") !== null && last > 1;
  frame(model, el, "curves", runs.length > 1 && toggles,
    h("div", { class: "controls" }, names.length > 1 && metrics.node,
      h("label", { class: "check" }, log, h("span", null, "Logarithmic"))),
    svg, h("div", { class: "controls" }, epochs.node, withPatience && patience.node),
    readout, withPatience && stops);
  const watch = new ResizeObserver(([entry]) => {
    const room = Math.max(260, Math.floor(entry.contentRect.width));
    if (room !== width) {
      width = room;
      draw();
    }
  });
  show();
  watch.observe(svg.parentNode);
  const ends = [follow(model, ["metric", "hidden", "patience", "log"], show), follow(model, ["epoch"], drawCursor), () => watch.disconnect()];
  return () => ends.forEach((end) => end());
}

export default { render };
