// A 3 x 3 kernel slides over a 28 x 28 picture. Everything is in this file; it is inlined into the landing page.
const SIDE = 28;
const OUT = SIDE - 2; // a kernel of 3 stands at n - k + 1 places

export function pixels(hex) {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

export function sumAt(image, kernel, row, column) {
  let sum = 0;
  for (let k = 0; k < 9; k++) sum += kernel[k] * image[(row + Math.floor(k / 3)) * SIDE + column + (k % 3)];
  return sum;
}

export function slide(image, kernel) {
  return Array.from({ length: OUT * OUT }, (_, i) => sumAt(image, kernel, Math.floor(i / OUT), i % OUT));
}

function mount(root) {
  const { garments, kernels } = JSON.parse(root.querySelector("script[type='application/json']").textContent);
  const [input, output] = root.querySelectorAll("canvas");
  const [from, to] = root.querySelectorAll(".window");
  const cells = [...root.querySelectorAll(".cells input")];
  const says = root.querySelector(".says");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let image, kernel, sums, largest, frame;

  const chosen = (group) => root.querySelector(`input[name='${group}']:checked`);

  function paintInput() {
    const context = input.getContext("2d");
    const data = context.createImageData(SIDE, SIDE);
    image.forEach((value, i) => data.data.set([value, value, value, 255], 4 * i));
    context.putImageData(data, 0, 0);
  }

  // Blue above zero, orange below, the page's own colour at zero: it works on light and dark pages.
  function paintOutput(count) {
    const context = output.getContext("2d");
    const data = context.createImageData(OUT, OUT);
    for (let i = 0; i < count; i++) {
      const color = sums[i] < 0 ? [214, 92, 16] : [24, 120, 208];
      data.data.set([...color, Math.round((255 * Math.abs(sums[i])) / largest)], 4 * i);
    }
    context.putImageData(data, 0, 0);
  }

  function place(count) {
    const last = Math.min(count, OUT * OUT) - 1;
    const [row, column] = [Math.floor(last / OUT), last % OUT];
    const box = (element, side, size) => {
      element.style.left = `${(100 * column) / side}%`;
      element.style.top = `${(100 * row) / side}%`;
      element.style.width = element.style.height = `${(100 * size) / side}%`;
    };
    box(from, SIDE, 3);
    box(to, OUT, 1);
    root.classList.toggle("done", count >= OUT * OUT);
  }

  function finish() {
    paintOutput(OUT * OUT);
    place(OUT * OUT);
    const name = chosen("ainotes-garment").value.toLowerCase();
    const label = chosen("ainotes-kernel")?.value.toLowerCase() ?? "your own kernel";
    const low = Math.min(...sums);
    const high = Math.max(...sums);
    input.setAttribute("aria-label", `A drawn ${name}, 28 by 28 pixels`);
    output.setAttribute("aria-label", `The ${name} after the kernel ${label}: sums from ${low} to ${high}`);
    says.textContent = `${label[0].toUpperCase()}${label.slice(1)}: sums from ${low} to ${high}; blue is above zero, orange below.`;
  }

  function run(animate) {
    cancelAnimationFrame(frame);
    image = pixels(garments[chosen("ainotes-garment").value]);
    kernel = cells.map((cell) => Number(cell.value) || 0);
    sums = slide(image, kernel);
    largest = Math.max(1, ...sums.map(Math.abs));
    paintInput();
    if (!animate || still.matches) return finish();
    let count = 0;
    const step = () => {
      count += 4;
      paintOutput(Math.min(count, OUT * OUT));
      place(count);
      if (count < OUT * OUT) frame = requestAnimationFrame(step);
      else finish();
    };
    step();
  }

  root.addEventListener("change", (event) => {
    if (event.target.name === "ainotes-kernel") {
      kernels[event.target.value].forEach((value, i) => (cells[i].value = value));
    }
    run(event.target.type === "radio");
  });
  root.querySelector(".cells").addEventListener("input", () => {
    const preset = chosen("ainotes-kernel");
    if (preset) preset.checked = false;
    run(false);
  });
  root.querySelector(".slide").addEventListener("click", () => run(true));
  run(true);
}

if (typeof document !== "undefined") document.querySelectorAll(".ainotes-hero").forEach(mount);
