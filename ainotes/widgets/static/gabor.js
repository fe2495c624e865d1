/* A Gabor kernel that can be turned: a wave in a Gaussian window, and what a picture answers to it. */
/* global h, frame, put, follow, slider, segments, chooser, picture, pane, planesOf, brief, reach */

export const ORIENTATIONS = Array.from({ length: 8 }, (_, i) => (i * Math.PI) / 8);

/** Pixels from the middle of the kernel to its border: three standard deviations. */
export const half = (sigma) => Math.ceil(3 * sigma);

/** The kernel's two factors, down and right, as complex numbers: it is separable, because its window is round. */
export function waves({ frequency, theta, sigma }, far = half(sigma)) {
  return [Math.sin(theta), Math.cos(theta)].map((share) => {
    const [real, imaginary] = [new Float64Array(2 * far + 1), new Float64Array(2 * far + 1)];
    for (let at = -far; at <= far; at++) {
      const window = Math.exp(-(at ** 2) / (2 * sigma ** 2)) / (Math.sqrt(2 * Math.PI) * sigma);
      real[at + far] = window * Math.cos(2 * Math.PI * frequency * share * at);
      imaginary[at + far] = window * Math.sin(2 * Math.PI * frequency * share * at);
    }
    return { real, imaginary };
  });
}

/** The kernel as scikit-image's gabor_kernel makes it: two planes, real and imaginary. */
export function gabor(options, far) {
  const [down, right] = waves(options, far);
  const rows = down.real.length;
  const plane = (call) => ({ rows, columns: rows, values: Float32Array.from({ length: rows ** 2 }, (_, k) => call(Math.floor(k / rows), k % rows)) });
  return {
    real: plane((i, j) => down.real[i] * right.real[j] - down.imaginary[i] * right.imaginary[j]),
    imaginary: plane((i, j) => down.real[i] * right.imaginary[j] + down.imaginary[i] * right.real[j]),
  };
}

/** Correlate a plane with the kernel, zeros beyond its border: along the rows, then along the columns. */
export function answer({ rows, columns, values }, options) {
  const [down, right] = waves(options);
  const far = half(options.sigma);
  const [re, im, real, imaginary] = Array.from({ length: 4 }, () => new Float32Array(rows * columns));
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
    let [a, b] = [0, 0];
    const end = Math.min(far, columns - 1 - column);
    for (let k = Math.max(-far, -column); k <= end; k++) {
      const value = values[row * columns + column + k];
      a += value * right.real[k + far];
      b += value * right.imaginary[k + far];
    }
    re[row * columns + column] = a;
    im[row * columns + column] = b;
  }
  for (let row = 0; row < rows; row++) {
    const end = Math.min(far, rows - 1 - row);
    for (let k = Math.max(-far, -row); k <= end; k++) {
      const [c, s] = [down.real[k + far], down.imaginary[k + far]];
      const [to, from] = [row * columns, (row + k) * columns];
      for (let column = 0; column < columns; column++) {
        real[to + column] += re[from + column] * c - im[from + column] * s;
        imaginary[to + column] += re[from + column] * s + im[from + column] * c;
      }
    }
  }
  return { real: { rows, columns, values: real }, imaginary: { rows, columns, values: imaginary } };
}

/** Absolute values of complex numbers. */
export const magnitude = ({ real, imaginary }) =>
  ({ ...real, values: real.values.map((value, i) => Math.sqrt(value ** 2 + imaginary.values[i] ** 2)) });

/** Magnitudes of the answers to eight orientations, and the mean of each. */
export function bank(plane, { frequency, sigma }) {
  return ORIENTATIONS.map((theta) => {
    const strength = magnitude(answer(plane, { frequency, sigma, theta }));
    return { theta, strength, mean: strength.values.reduce((sum, value) => sum + value, 0) / strength.values.length };
  });
}

/** An angle in degrees, as it is told. */
export const degrees = (theta) => `${brief((theta * 180) / Math.PI, 1)}°`;

/** The direction from the middle to a point, right and down of it, from 0 to pi in steps of 1.5 degrees. */
export function towards(right, down) {
  const steps = Math.round((Math.atan2(down, right) * 120) / Math.PI);
  return (((steps + 120) % 120) * Math.PI) / 120;
}

/** What a kernel answers whose wave runs in a direction. */
export const stripes = (theta) =>
  ["stand upright", "rise to the right", "lie level", "fall to the right", "stand upright"][Math.round((theta * 4) / Math.PI)];

/** Which orientation is the strongest, in a sentence. */
export function strongest(answers) {
  const [most, least] = [Math.max, Math.min].map((call) => answers.find(({ mean }) => mean === call(...answers.map((each) => each.mean))));
  if (!most.mean) return "No answer at any orientation: the picture is black.";
  const times = least.mean ? `, ${brief(most.mean / least.mean, 1)} times the weakest (${degrees(least.theta)})` : "";
  return `Strongest at ${degrees(most.theta)}: a mean magnitude of ${brief(most.mean, 3)}${times}.`;
}

const STEP = 7.5; // degrees, of the slider and of the arrow keys
const TURNS = { ArrowRight: STEP, ArrowUp: STEP, ArrowLeft: -STEP, ArrowDown: -STEP, PageUp: 22.5, PageDown: -22.5, Home: -180, End: 180 };

function render({ model, el }) {
  const packed = model.get("pictures");
  const set = (name) => (value) => put(model, name, value);
  const options = () => ({ frequency: model.get("frequency"), theta: model.get("theta"), sigma: model.get("sigma") });
  const turn = (angle) => put(model, "theta", (Math.min(180, Math.max(0, angle)) * Math.PI) / 180);
  const now = () => (model.get("theta") * 180) / Math.PI;
  let [plane, answers, peak] = [null, [], 1];

  const image = chooser("Picture", Object.keys(packed), set("picture"));
  const part = segments("Response", [["magnitude", "magnitude"], ["real part", "real part"]], set("part"));
  const theta = slider("Direction", { min: 0, max: 180, step: STEP, say: (angle) => `${brief(angle, 1)}°`, oninput: turn });
  const frequency = slider("Frequency", { min: 0.05, max: 0.5, step: 0.01, say: (value) => `${brief(value)} per px`, oninput: set("frequency") });
  const sigma = slider("Sigma", { min: 1, max: 4, step: 0.1, say: (value) => `${brief(value, 1)} px`, oninput: set("sigma") });
  const [input, kernel, response] = ["Picture", "Kernel", "Response"].map((name) => picture(name));
  const hand = h("i", { class: "hand", "aria-hidden": "true" });
  const [turned, says] = [0, 1].map(() => h("p", { class: "says", "aria-live": "polite" }));
  const bars = ORIENTATIONS.map((angle) => {
    const [small, mean] = [picture(""), h("span")];
    small.node.setAttribute("aria-hidden", "true");
    const node = h("button", { type: "button", onclick: () => put(model, "theta", angle) }, small.node, h("b", null, degrees(angle)), mean);
    return { node, small, mean };
  });

  // The kernel is a slider of its own: turned by the pointer's direction from the middle, or by keys.
  kernel.node.append(hand);
  for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": 180 })) kernel.node.setAttribute(name, value);
  const point = ({ clientX, clientY }) => {
    const box = kernel.node.getBoundingClientRect();
    put(model, "theta", towards(clientX - box.left - box.width / 2, clientY - box.top - box.height / 2));
  };
  kernel.node.addEventListener("pointerdown", (event) => {
    kernel.node.setPointerCapture(event.pointerId);
    point(event);
  });
  kernel.node.addEventListener("pointermove", (event) => kernel.node.hasPointerCapture(event.pointerId) && point(event));
  kernel.node.addEventListener("keydown", (event) => {
    if (!TURNS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    turn(now() + TURNS[event.key]);
  });

  // Magnitudes are grey, on one scale for the whole bank; signed answers are blue above zero and orange below.
  const strength = (target, { values, ...rest }) => target.paint({ ...rest, values: values.map((value) => value / peak) });
  function write(node, text) {
    if (node.textContent !== text) node.textContent = text; // an unchanged text is not read out again
  }
  /** The bank does not depend on the direction: it stays while the kernel is turned. */
  function compute() {
    const name = model.get("picture");
    [plane] = planesOf(packed[name]);
    answers = bank(plane, options());
    peak = Math.max(...answers.map((each) => reach(each.strength)));
    const best = Math.max(...answers.map(({ mean }) => mean));
    bars.forEach(({ node, small, mean }, i) => {
      const won = best > 0 && answers[i].mean === best;
      strength(small, answers[i].strength);
      mean.textContent = `${brief(answers[i].mean, 3)}${won ? " ★" : ""}`;
      node.classList.toggle("won", won);
      node.setAttribute("aria-label", `${degrees(ORIENTATIONS[i])}: mean magnitude ${brief(answers[i].mean, 3)}${won ? ", the strongest" : ""}`);
    });
    input.paint(plane);
    input.call(`${name}, ${plane.rows} rows and ${plane.columns} columns`);
    image.show(name);
    frequency.show(model.get("frequency"));
    sigma.show(model.get("sigma"));
    write(says, strongest(answers));
    show();
  }
  function show() {
    const how = options();
    const shown = model.get("part");
    const { real } = gabor(how);
    kernel.paint(real, { signed: reach(real) });
    kernel.call(`Direction of the kernel, ${real.rows} by ${real.columns}`);
    kernel.node.setAttribute("aria-valuenow", now());
    kernel.node.setAttribute("aria-valuetext", degrees(how.theta));
    hand.style.rotate = `${how.theta}rad`;
    const complex = answer(plane, how);
    shown === "magnitude" ? strength(response, magnitude(complex)) : response.paint(complex.real, { signed: peak });
    response.call(`Response, ${shown}, ${plane.rows} rows and ${plane.columns} columns`);
    part.show(shown);
    theta.show(now());
    bars.forEach(({ node }, i) => node.setAttribute("aria-pressed", Math.abs(ORIENTATIONS[i] - how.theta) < 1e-6));
    write(turned, `At ${degrees(how.theta)} it answers stripes and edges that ${stripes(how.theta)}.`);
  }

  frame(model, el, "gabor",
    h("div", { class: "controls" }, image.node, part.node),
    h("div", { class: "stage" }, pane("picture", input.node), pane("kernel: drag to turn it", kernel.node), pane("response", response.node)),
    turned,
    h("div", { class: "controls" }, theta.node, frequency.node, sigma.node),
    h("div", { class: "bank", role: "group", "aria-label": "Magnitudes at eight directions" }, bars.map(({ node }) => node)), says);
  compute();
  const ends = [follow(model, ["picture", "frequency", "sigma"], compute), follow(model, ["theta", "part"], show)];
  return () => ends.forEach((end) => end());
}

export default { render };
