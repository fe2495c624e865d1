/* A network that runs in the page: on pictures that came with it, and on the reader's own. */
/* global h, unique, frame, put, follow, build, decode, run, softmax, largest, bars, cut, middle, normalised, intake */

const LARGE = 320; // pixels of a side of the picture as it is shown
const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/** What the network answers, and what the label says of it, where there is one: sentences, the second one right or wrong. */
export function verdict([name, share], truth) {
  const answer = `The network says: ${name}, ${(100 * share).toFixed(1)} %.`;
  if (!truth) return { answer };
  return name === truth ? { answer, label: "✓ The label says so too.", kind: "right" }
    : { answer, label: `✗ The label says: ${truth}.`, kind: "wrong" };
}

/** What the network knows, and that it must choose among that. */
export const limits = (categories) => `The network knows these ${NUMBERS[categories.length] ?? categories.length} classes only: ` +
  `${categories.slice(0, -1).join(", ")} and ${categories.at(-1)}. It chooses among them whatever it is shown.`;

/** Put the bytes of a picture, grey or in colour, row by row, on a canvas. */
function drawn({ shape: [height, width, channels], pixels }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 4; c++)
    image.data[4 * i + c] = c === 3 ? 255 : pixels.getUint8(channels === 1 ? i : 3 * i + c);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function render({ model, el }) {
  const [categories, size] = [model.get("categories"), model.get("size")];
  const examples = model.get("examples").map((each) => ({ ...each, source: drawn(each), truth: categories[each.truth] }));
  let [layers, mine] = [null, null];
  const small = (source) => cut(source, [0, 0, source.width, source.height], thumb(source));
  const strip = choice(examples.map(({ name, source }) => [name, small(source)]), (i) => put(model, "chosen", i));

  const [original, seen] = ["", "seen"].map((kind) => h("div", { class: `view ${kind}`, role: "img", "aria-label": "not looked at yet" }));
  const [told, tiny] = [h("p", { class: "note" }), h("p", { class: "note" }, `What the network sees: ${size} × ${size}`)];
  const square = h("i");
  const says = h("div", { class: "says", "aria-live": "polite" });
  const took = h("p", { class: "note" });
  const top = bars();

  const say = (...lines) => says.replaceChildren(...lines.map(([text, kind]) => h("p", { class: kind }, text)));
  function look(picture, name, truth) {
    const { width, height } = picture;
    const pixels = middle(picture, size);
    const shown = cut(picture, [0, 0, width, height], thumb(picture, LARGE));
    const side = Math.min(width, height);
    square.style.cssText = `width:${(100 * side) / width}%;height:${(100 * side) / height}%`;
    original.style.maxWidth = `${(16 * width) / height}em`; // a tall picture stays in sight
    original.replaceChildren(shown, square);
    original.setAttribute("aria-label", `${name}, ${width} × ${height} pixels; the square in its middle is what is looked at`);
    told.textContent = `${name}, ${width} × ${height}`;
    const small = Object.assign(document.createElement("canvas"), { width: size, height: size });
    small.getContext("2d").putImageData(pixels, 0, 0);
    seen.replaceChildren(small);
    seen.setAttribute("aria-label", `The same, ${size} × ${size} pixels`);

    const first = !layers;
    layers ??= build(model.get("layers"), decode(model.get("weights")));
    const numbers = normalised(pixels.data, model.get("mean"), model.get("std"));
    const start = performance.now();
    const logits = run(layers, { 0: numbers }).at(-1);
    const milliseconds = performance.now() - start;
    const shares = softmax(logits);
    const best = largest(shares, 5).map((i) => [categories[i], shares[i]]);
    top.show(best);
    const { answer, label, kind } = verdict(best[0], truth);
    say([answer], ...(label ? [[label, kind]] : []));
    took.textContent = `Computed in this page in ${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms${first ? "; the first time takes longest" : ""}.`;
    put(model, "top", best);
  }
  function show() {
    const i = model.get("chosen");
    strip.mark(i);
    if (i !== null) look(examples[i].source, examples[i].name, examples[i].truth);
    else if (mine) look(mine.picture, mine.name);
  }
  function take(picture, name) {
    mine = { picture, name: name || "Your picture" };
    strip.bring(small(picture));
    if (model.get("chosen") === null) show();
    else put(model, "chosen", null);
  }

  const root = frame(model, el, "classifier");
  const { node, end } = intake(root, take, (message) => say([message, "wrong"]));
  root.append(strip.node, node,
    h("div", { class: "stage" },
      h("div", { class: "pane" }, original, told), h("div", { class: "pane" }, seen, tiny),
      h("div", { class: "verdict" }, says, top.node, took)),
    h("p", { class: "note" }, limits(categories)),
    h("p", { class: "note" }, "Your photograph stays in this page: nothing of it is sent anywhere."));
  // The numbers are unpacked when the figure comes into view for the first time.
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    if (!layers) show();
  }, { rootMargin: "200px" });
  watch.observe(root);
  const ends = [follow(model, ["chosen"], show), end, () => watch.disconnect()];
  return () => ends.forEach((stop) => stop());
}

/** Width and height of a picture that is no larger than `most` pixels a side. */
function thumb({ width, height }, most = 96) {
  const scale = Math.min(1, most / Math.max(width, height));
  return [width, height].map((side) => Math.max(1, Math.round(side * scale)));
}

export default { render };
