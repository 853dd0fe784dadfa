// Sliders in a static page: a figure holds its first frame as SVG and, as JSON, what differs in the others.
(() => {
  "use strict";

  const hydrate = (figure) => {
    const drawing = figure.querySelector("[role=img]");
    const nodes = [drawing, ...drawing.querySelectorAll("*")];
    const { controls, alts, readouts, changes, drag } = JSON.parse(figure.querySelector("script").textContent);
    const rows = [...figure.querySelectorAll(".actfun-control")];
    const readout = figure.querySelector(".actfun-readout");
    const words = readout?.querySelector("span");
    const position = controls.map(([, start]) => start);
    const frameNumber = () => position.reduce((number, index, i) => number * controls[i][0].length + index, 0);
    const moves = []; // what moves each control, by its index
    let shown = frameNumber();

    const show = () => {
      const frame = frameNumber();
      for (const [node, name, choices, picks] of changes) {
        if (picks[frame] === picks[shown]) continue;
        const value = choices[picks[frame]];
        if (name === "<") nodes[node].innerHTML = value;
        else if (name === "") nodes[node].textContent = value;
        else if (value === null) nodes[node].removeAttribute(name);
        else nodes[node].setAttribute(name, value);
      }
      drawing.setAttribute("aria-label", alts[frame]);
      if (words) words.textContent = readouts[frame];
      shown = frame;
    };

    rows.forEach((row, i) => {
      const [texts, start, interval] = controls[i];
      const input = row.querySelector("input, select");
      const output = row.querySelector("output");
      const button = row.querySelector("button");

      const set = (index) => {
        position[i] = index;
        if (input.type === "checkbox") input.checked = index === 1;
        else if (input.type === "range") input.value = index;
        else input.selectedIndex = index;
        if (output) {
          output.textContent = texts[index];
          input.setAttribute("aria-valuetext", texts[index]);
        }
        show();
      };
      const read = () =>
        input.type === "checkbox" ? Number(input.checked) : input.type === "range" ? Number(input.value) : input.selectedIndex;
      input.addEventListener("input", () => { stop(); set(read()); });
      set(start);

      let timer = null;
      const name = button?.getAttribute("aria-label").slice("Play ".length);
      const caption = (text) => {
        button.textContent = text;
        button.setAttribute("aria-label", `${text} ${name}`);
      };
      const stop = () => {
        if (timer === null) return;
        clearInterval(timer);
        timer = null;
        caption("Play");
        if (readout) readout.setAttribute("aria-live", "polite");
      };
      moves[i] = (index) => { stop(); set(index); };
      if (!button) return;
      const calm = matchMedia("(prefers-reduced-motion: reduce)");
      const rest = () => { stop(); caption(calm.matches ? "Next" : "Play"); };
      calm.addEventListener("change", rest);
      rest();
      const last = texts.length - 1;
      button.addEventListener("click", () => {
        if (calm.matches) return set(position[i] === last ? 0 : position[i] + 1);
        if (timer !== null) return stop();
        if (position[i] === last) set(0);
        caption("Pause");
        if (readout) readout.setAttribute("aria-live", "off");
        timer = setInterval(() => {
          set(position[i] + 1);
          if (position[i] === last) stop();
        }, interval);
      });
    });
    if (drag) {
      const [number, places] = drag;
      const panel = figure.querySelector("svg");
      const follow = ({ clientX, clientY }) => {
        const { x } = new DOMPoint(clientX, clientY).matrixTransform(panel.getScreenCTM().inverse());
        const far = places.map((place) => Math.abs(place - x));
        moves[number](far.indexOf(Math.min(...far)));
      };
      panel.addEventListener("pointerdown", (event) => { panel.setPointerCapture(event.pointerId); follow(event); });
      panel.addEventListener("pointermove", (event) => { if (panel.hasPointerCapture(event.pointerId)) follow(event); });
    }
    figure.querySelector(".actfun-values").hidden = true;
    figure.querySelector(".actfun-controls").hidden = false;
  };

  const start = () => document.querySelectorAll(".actfun-slider").forEach(hydrate);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
