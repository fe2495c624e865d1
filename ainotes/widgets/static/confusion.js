/* A confusion matrix whose cells open: choose one and see its images with the predicted probability. */
/* global h, frame, put, follow, segments */

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Fraction of all samples that are on the diagonal; null without samples. */
export function accuracy(matrix) {
  const all = sum(matrix.map(sum));
  return all ? sum(matrix.map((row, i) => row[i])) / all : null;
}

/** Fraction of the samples of class `i` that are predicted as it; null without such samples. */
export function recall(matrix, i) {
  const all = sum(matrix[i]);
  return all ? matrix[i][i] / all : null;
}

/** Fraction of the predictions of class `i` that are right; null without such predictions. */
export function precision(matrix, i) {
  const all = sum(matrix.map((row) => row[i]));
  return all ? matrix[i][i] / all : null;
}

/** The largest off-diagonal cells as [row, column, count], largest first. */
export function mixUps(matrix, most) {
  return matrix
    .flatMap((row, i) => row.map((count, j) => [i, j, count]))
    .filter(([i, j, count]) => i !== j && count > 0)
    .sort((a, b) => b[2] - a[2])
    .slice(0, most);
}

/** How strongly each cell is coloured, 0 to 7: right answers by their share of the row, mistakes by the largest mistake. */
export function levels(matrix) {
  const worst = Math.max(1, ...mixUps(matrix, 1).map(([, , count]) => count));
  return matrix.map((row, i) =>
    row.map((count, j) => {
      const share = i === j ? count / Math.max(1, sum(row)) : count / worst;
      return count === 0 ? 0 : Math.max(1, Math.ceil(share * 7));
    }),
  );
}

/** The cell that an arrow key, Home or End leads to, or null for another key. */
export function step([row, column], key, size) {
  const moves = {
    ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
    Home: [row, 0], End: [row, size - 1], PageUp: [0, column], PageDown: [size - 1, column],
  };
  return moves[key]?.map((index) => Math.min(size - 1, Math.max(0, index))) ?? null;
}

export const percent = (share) =>
  share === null ? "–" : `${(100 * share).toFixed(share === 0 || share >= 0.9995 ? 0 : 1)} %`;

/** What a cell means, in one sentence. */
export function meaning(matrix, classes, [row, column]) {
  const count = matrix[row][column];
  const all = sum(matrix[row]);
  const of = `${count} of ${all} (${percent(all ? count / all : null)})`;
  return row === column
    ? `${classes[row]}, recognised: ${of}.`
    : `${classes[row]}, taken for ${classes[column]}: ${of}.`;
}

function tile(model, [position, index, probability], name) {
  const [height, width] = model.get("tile");
  const columns = model.get("columns");
  const scale = Math.max(1, Math.round(64 / Math.max(height, width)));
  const rows = Math.ceil(model.get("count") / columns);
  const said = probability === null ? "" : percent(probability);
  const picture = h("div", {
    class: "picture",
    role: "img",
    "aria-label": `Image ${index}: predicted ${name}${said && ` with ${said}`}`,
    style: `width:${width * scale}px;height:${height * scale}px;` +
      `background:var(--sprite) ` +
      `${-(position % columns) * width * scale}px ${-Math.floor(position / columns) * height * scale}px/` +
      `${columns * width * scale}px ${rows * height * scale}px;image-rendering:${scale > 1 ? "pixelated" : "auto"}`,
  });
  return h("li", null, picture, h("span", { "aria-hidden": "true" }, said || `#${index}`));
}

function render({ model, el }) {
  const classes = model.get("classes");
  const matrix = model.get("matrix");
  const strength = levels(matrix);
  const size = classes.length;
  const choose = (cell) => put(model, "cell", cell);

  const cells = matrix.map((row, i) =>
    row.map((_, j) =>
      h("button", {
        type: "button", tabindex: -1, class: `${i === j ? "hit" : "miss"} s${strength[i][j]}`,
        onclick: () => choose([i, j]), onkeydown: (event) => move(event, [i, j]),
      }),
    ),
  );
  function move(event, from) {
    const to = step(from, event.key, size);
    if (!to || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(to);
    cells[to[0]][to[1]].focus();
  }
  const table = h("table", { class: classes.length <= 4 && "few" },
    h("caption", null, "Rows: the true class. Columns: the prediction. Choose a cell to see its images."),
    h("thead", null, h("tr", null, h("td", null),
      classes.map((name) => h("th", { scope: "col" }, h("span", null, name))))),
    h("tbody", null, classes.map((name, i) =>
      h("tr", null, h("th", { scope: "row" }, name), cells[i].map((cell) => h("td", null, cell))))),
  );
  const units = segments("Show", [[false, "counts"], [true, "% of the row"]], (value) => put(model, "percent", value));
  function label() {
    const inPercent = model.get("percent");
    units.show(inPercent);
    cells.forEach((row, i) => row.forEach((cell, j) => {
      const count = matrix[i][j];
      const share = Math.round((100 * count) / Math.max(1, sum(matrix[i])));
      cell.textContent = inPercent ? share : count;
      cell.setAttribute("aria-label", `${cell.textContent}${inPercent ? " %" : ""}: ` +
        `${classes[i]} predicted as ${classes[j]}`);
    }));
  }
  const worst = mixUps(matrix, 3);
  const shortcuts = worst.length > 0 && h("div", { class: "controls worst" },
    h("span", null, "Largest mix-ups:"),
    worst.map(([i, j, count]) => h("button", { type: "button", onclick: () => choose([i, j]) },
      `${classes[i]} → ${classes[j]} (${count})`)));

  const sentence = h("p", { class: "sentence", "aria-live": "polite" });
  const rates = h("p", { class: "note" });
  const pictures = h("ul", { class: "pictures" });
  function show() {
    const [row, column] = model.get("cell");
    cells.flat().forEach((cell) => {
      cell.tabIndex = -1;
      cell.setAttribute("aria-pressed", "false");
    });
    cells[row][column].tabIndex = 0;
    cells[row][column].setAttribute("aria-pressed", "true");
    const shown = model.get("samples")[row][column];
    sentence.textContent = meaning(matrix, classes, [row, column]);
    const order = model.get("sure") ? ", the most certain first" : "";
    rates.textContent =
      `Recall of ${classes[row]}: ${percent(recall(matrix, row))}. ` +
      `Precision of ${classes[column]}: ${percent(precision(matrix, column))}. ` +
      (!shown.length ? "No images here." : `${shown.length} of its images${order}:`);
    pictures.replaceChildren(...shown.map((sample) => tile(model, sample, classes[column])));
  }
  label();
  show();
  const root = frame(model, el, "confusion",
    h("div", { class: "controls" }, h("p", null, "Accuracy: ", h("strong", null, percent(accuracy(matrix)))), units.node),
    h("div", { class: "scroll" }, table), shortcuts, h("div", { class: "chosen" }, sentence, rates, pictures));
  root.style.setProperty("--sprite", `url("${model.get("sprite")}")`);
  const ends = [follow(model, ["cell"], show), follow(model, ["percent"], label)];
  return () => ends.forEach((end) => end());
}

export default { render };
