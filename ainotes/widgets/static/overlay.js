/* Heat maps over pictures: picture, method, opacity and the share of pixels that are shown are the reader's. */
/* global h, frame, put, follow, slider, segments, chooser, picture, pane, planesOf */

// Viridis at nine places, red, green and blue from 0 to 1: even steps to the eye, and for colour-blind eyes too.
const VIRIDIS = [
  [0.267, 0.005, 0.329], [0.283, 0.141, 0.458], [0.254, 0.265, 0.530], [0.207, 0.372, 0.553], [0.164, 0.471, 0.558],
  [0.128, 0.567, 0.551], [0.267, 0.749, 0.441], [0.675, 0.837, 0.214], [0.993, 0.906, 0.144],
];

/** The colour of a number from 0 to 1. */
export function viridis(value) {
  const at = Math.min(1, Math.max(0, value)) * (VIRIDIS.length - 1);
  const below = Math.min(VIRIDIS.length - 2, Math.floor(at));
  return VIRIDIS[below].map((low, c) => low + (at - below) * (VIRIDIS[below + 1][c] - low));
}

/** How many of some pixels a share in per cent is: whole, at least 1. */
export const many = (share, pixels) => Math.max(1, Math.floor((share * pixels + 50) / 100));

/** Which pixels are shown: 1 for the hottest ones, as many as the share says, equal ones in reading order. */
export function hottest(values, share) {
  const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a] || a - b);
  const shown = new Uint8Array(values.length);
  for (const pixel of order.slice(0, many(share, values.length))) shown[pixel] = 1;
  return shown;
}

/** How much of a map its hottest pixels hold, from 0 to 1. */
export function held(values, share) {
  const total = values.reduce((sum, value) => sum + value, 0);
  const shown = hottest(values, share);
  return total > 0 ? values.reduce((sum, value, i) => sum + shown[i] * value, 0) / total : 0;
}

/** A picture under its map: three planes, with nothing (NaN) where a pixel is not shown. */
export function covered(planes, values, opacity, share) {
  const shown = hottest(values, share);
  return [0, 1, 2].map((c) => {
    const own = planes[planes.length === 3 ? c : 0];
    const mixed = own.values.map((value, i) => shown[i] ? value + (opacity / 100) * (viridis(values[i])[c] - value) : NaN);
    return { ...own, values: mixed };
  });
}

/** The sentence below the figure. */
export function told(method, name, values, share) {
  const holds = (part) => `${Math.round(100 * held(values, part))} % of the map`;
  return share < 100
    ? `${method}, ${name}: the hottest ${share} % of the pixels hold ${holds(share)}.`
    : `${method}, ${name}: all pixels are shown. The hottest 10 % hold ${holds(10)}.`;
}

function render({ model, el }) {
  const [pictures, heats] = [model.get("pictures"), model.get("heats")];
  const set = (name) => (value) => put(model, name, value);
  const percent = (value) => `${value} %`;
  const image = chooser("Picture", Object.keys(pictures), set("picture"));
  const method = segments("Method", Object.keys(heats).map((each) => [each, each]), set("method"));
  const opacity = slider("Opacity", { min: 0, max: 100, step: 5, say: percent, oninput: set("opacity") });
  const share = slider("Pixels shown", { min: 1, max: 100, say: percent, oninput: set("share") });
  const [plain, under] = [picture(""), picture("")];
  const says = h("p", { class: "says", "aria-live": "polite" });
  const bar = h("i", { "aria-hidden": "true", style: `background:linear-gradient(90deg,${VIRIDIS.map((each) => `rgb(${each.map((part) => Math.round(255 * part))})`)})` });

  function draw() {
    const [name, by] = [model.get("picture"), model.get("method")];
    const planes = planesOf(pictures[name]);
    const [{ values }] = planesOf(heats[by][name]);
    image.show(name);
    method.show(by);
    opacity.show(model.get("opacity"));
    share.show(model.get("share"));
    plain.colour([0, 1, 2].map((c) => planes[planes.length === 3 ? c : 0]));
    under.colour(covered(planes, values, model.get("opacity"), model.get("share")));
    plain.call(`The picture: ${name}`);
    const text = told(by, name, values, model.get("share"));
    under.call(`${name} under its map. ${text}`);
    if (says.textContent !== text) says.textContent = text;
  }

  frame(model, el, "overlay",
    h("div", { class: "controls" }, image.node, method.node),
    h("div", { class: "stage" }, pane("the picture", plain.node), pane("under the map", under.node)),
    h("p", { class: "scale note" }, "0", bar, "largest"),
    h("div", { class: "controls" }, opacity.node, share.node), says);
  draw();
  return follow(model, ["picture", "method", "opacity", "share"], draw);
}

export default { render };
