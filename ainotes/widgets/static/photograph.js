/* A picture that the reader brings, made as small as a network wants it. Nothing of it leaves the page. */

const PHOTO_SIDE = 2048; // pixels of a side that are looked at one by one; the browser shrinks what is larger
const PHOTO_BYTES = 64 * 2 ** 20; // bytes of a file
const BITS = 22; // of the fractions, as Pillow has them

/** For each of `size` places along `length` pixels: the first pixel under Pillow's triangle, and the weight of each. */
export function blends(length, size) {
  const scale = length / size;
  const reach = Math.max(scale, 1);
  return Array.from({ length: size }, (_, place) => {
    const middle = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(middle - reach + 0.5));
    const count = Math.min(length, Math.trunc(middle + reach + 0.5)) - first;
    const weights = Array.from({ length: count }, (_, i) => Math.max(0, 1 - Math.abs((i + first - middle + 0.5) * (1 / reach))));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: Int32Array.from(weights, (weight) => Math.trunc((weight / sum) * 2 ** BITS + 0.5)) };
  });
}

/** Blend each line of `length` pixels into `size` ones; what were lines are columns afterwards. */
function turned(data, lines, length, size) {
  const into = new Uint8ClampedArray(4 * lines * size).fill(255);
  blends(length, size).forEach(({ first, weights }, place) => {
    for (let line = 0; line < lines; line++) for (let c = 0; c < 3; c++) {
      let sum = 1 << (BITS - 1);
      for (let i = 0, at = 4 * (line * length + first) + c; i < weights.length; i++, at += 4) sum += data[at] * weights[i];
      into[4 * (place * lines + line) + c] = sum >> BITS;
    }
  });
  return into;
}

/** Bring RGBA bytes to size x size as Pillow's `resize` with BILINEAR does: along the rows, rounded, then along the columns. */
export const resized = ({ width, height, data }, size) => turned(turned(data, height, width, size), size, height, size);

/** RGBA bytes as a network was trained on them: one plane a channel, normalised; one of grey by Pillow's formula. */
export function normalised(data, mean, std) {
  const cells = data.length / 4;
  const byte = (i, c) => (mean.length > 1 ? data[i + c] : (19595 * data[i] + 38470 * data[i + 1] + 7471 * data[i + 2] + 32768) >> 16);
  return Float32Array.from({ length: mean.length * cells }, (_, k) => {
    const c = Math.floor(k / cells);
    return (byte(4 * (k % cells), c) / 255 - mean[c]) / std[c];
  });
}

/** A canvas of a source's part, over white: [left, top, width, height] of it on width x height pixels. */
function cut(source, [left, top, wide, tall], [width, height]) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, left, top, wide, tall, 0, 0, width, height);
  return canvas;
}

/** The pixels of the square in the middle, at size x size. */
function middle(source, size) {
  const side = Math.min(source.width, source.height);
  const corner = [source.width, source.height].map((length) => Math.floor((length - side) / 2));
  const most = Math.min(side, PHOTO_SIDE);
  const pixels = cut(source, [...corner, side, side], [most, most]).getContext("2d").getImageData(0, 0, most, most);
  return new ImageData(resized(pixels, size), size, size);
}

/** Decode a file, upright; what cannot be is said in words. */
async function opened(file) {
  const name = file.name || "What came";
  if (file.type && !file.type.startsWith("image/")) throw new Error(`${name} is no picture.`);
  if (file.size > PHOTO_BYTES) throw new Error(`${name} is too large: ${Math.round(file.size / 2 ** 20)} MB, and 64 are enough. Make it smaller first.`);
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "none" });
  } catch {
    throw new Error(`${name} cannot be decoded: it is damaged, or of a kind that this browser does not know. JPEG, PNG and WebP work.`);
  }
}

/** Let a figure take pictures: by a button, dropped on it, or pasted while the pointer or the focus is in it. */
function intake(root, take, fail) {
  const give = async (transfer) => {
    const file = [...(transfer.files ?? [])][0];
    try {
      if (!file) throw new Error("Only text or an address came, not the picture itself: save it, then choose the file.");
      take(await opened(file), file.name);
    } catch (error) {
      fail(error.message);
    }
  };
  const input = h("input", { type: "file", accept: "image/*", hidden: true, onchange: () => {
    if (input.files.length) give(input);
    input.value = ""; // or the same file could not be chosen twice
  } });
  const over = (on) => (event) => {
    event.preventDefault();
    root.classList.toggle("over", on);
  };
  const paste = (event) => {
    const { target, clipboardData } = event;
    const writes = target.isContentEditable || /^(INPUT|TEXTAREA)$/.test(target.tagName);
    if (clipboardData?.files.length && (root.contains(target) || (root.matches(":hover") && !writes))) give(clipboardData);
  };
  root.addEventListener("dragover", over(true));
  root.addEventListener("dragleave", over(false));
  root.addEventListener("drop", (event) => {
    over(false)(event);
    give(event.dataTransfer);
  });
  document.addEventListener("paste", paste);
  const button = h("button", { type: "button", onclick: () => input.click() }, "Choose a photograph");
  return { node: h("div", { class: "intake" }, button, input, h("span", { class: "note" }, "or drop it here, or paste it")), end: () => document.removeEventListener("paste", paste) };
}

/** Pictures to choose from, each a [name, canvas]; at their end the reader's own, once there is one. */
function choice(pictures, choose) {
  const group = unique("picture");
  const pick = ([name, picture], i) => {
    const input = h("input", { type: "radio", name: group, "aria-label": name, onchange: () => choose(i) });
    return { input, node: h("label", { title: name }, input, picture) };
  };
  const picks = pictures.map(pick);
  const own = pick(["Your picture", h("canvas")], null);
  own.node.hidden = true;
  return {
    node: h("fieldset", { class: "strip" }, h("legend", { class: "unseen" }, "Pictures"), picks.map(({ node }) => node), own.node),
    /** Mark the picture of that place, the reader's own for null. */
    mark(chosen) {
      picks.forEach(({ input }, i) => (input.checked = i === chosen));
      own.input.checked = chosen === null;
    },
    /** Show the reader's own, or nothing where there is none. */
    bring(picture) {
      own.node.hidden = !picture;
      if (picture) own.node.lastChild.replaceWith(picture);
    },
  };
}
