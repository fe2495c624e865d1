/* Helpers of every figure, in front of each figure's module. */

/** Make an element: h("p", { class: "note", onclick: call }, "text", node); "svg:rect" is an SVG one. */
function h(tag, attributes, ...children) {
  const [name, space] = tag.startsWith("svg:") ? [tag.slice(4), "2000/svg"] : [tag, "1999/xhtml"];
  const node = document.createElementNS(`http://www.w3.org/${space}`, name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Return a name that nothing else on the page has. */
function unique(name) {
  globalThis.ainotesCount = (globalThis.ainotesCount ?? 0) + 1;
  return `ainotes-${name}-${globalThis.ainotesCount}`;
}

/** Make the figure's frame around `children`. */
function frame(model, el, name, ...children) {
  const title = model.get("title");
  const root = h(
    "div",
    {
      class: `ainotes-figure ainotes-${name}`,
      role: "group",
      "aria-label": title || name,
      // JupyterLab takes arrow keys and letters as commands: keep them in the figure.
      "data-lm-suppress-shortcuts": "true",
      onkeydown: (event) => event.ctrlKey || event.metaKey || event.altKey || event.stopPropagation(),
    },
    title && h("p", { class: "title" }, title),
    children,
  );
  el.append(root);
  return root;
}

/** Set a trait and save it. */
function put(model, name, value) {
  model.set(name, value);
  model.save_changes();
}

/** Call `draw` when a trait changes; return what ends that. */
function follow(model, names, draw) {
  const events = names.map((name) => `change:${name}`).join(" ");
  model.on(events, draw);
  return () => model.off(events, draw);
}

/** Make a labelled slider; `show(value)` moves it without an event. */
function slider(label, { min, max, step = 1, say = String, oninput }) {
  const out = h("output", { "aria-hidden": "true" });
  const input = h("input", {
    type: "range", min, max, step, oninput: () => oninput(Number(input.value)),
  });
  const node = h("label", { class: "slider" }, h("span", null, label), input, out);
  const show = (value) => {
    input.value = value;
    input.setAttribute("aria-valuetext", say(value));
    out.textContent = say(value);
  };
  return { node, input, show };
}

/** Make radio buttons that look like one control: choices are [value, text]. */
function segments(legend, choices, onchange) {
  const name = unique("choice");
  const inputs = choices.map(([value]) =>
    h("input", { type: "radio", name, value, onchange: () => onchange(value) }),
  );
  const node = h(
    "fieldset", { class: "segments" }, h("legend", null, legend),
    h("div", null, choices.map(([, text], i) => h("label", null, inputs[i], h("span", { class: "segment" }, text)))),
  );
  const show = (value) => inputs.forEach((input, i) => (input.checked = choices[i][0] === value));
  return { node, show };
}

