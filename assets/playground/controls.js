// The playground's controls: menus, play, step and start anew; and what is said in words. Nothing runs
// before it is asked to, or while it is out of sight.
(() => {
  "use strict";
  const lab = window.actfunPlayground;
  const { FIELDS, OWN, RATES, STARTS, choicesOf, functionOf, parse, written, pointsOf, howOf } = lab;

  const make = (kind, attributes = {}, ...children) => {
    const element = document.createElement(kind);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(name, value);
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };

  const canvas = (name, label) =>
    make("canvas", { class: `playground-${name}`, role: "img", "aria-label": label });

  const percent = (share) => `${Math.round(100 * share)}\u00a0%`;
  const short = (number) => (number >= 0.01 ? number.toFixed(3) : number.toExponential(1));
  // ----------------------------------------------------------------------------- the playground

  class Playground {
    constructor(element) {
      this.element = element;
      this.calm = matchMedia("(prefers-reduced-motion: reduce)");
      this.settings = parse(location.search);
      this.build();
      this.pictures = new lab.Pictures(this);
      this.judges = [...document.querySelectorAll(".actfun-challenge")].map((box) => this.judge(box));
      this.calm.addEventListener("change", () => this.pause());
      new MutationObserver(() => this.show()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
      new ResizeObserver(() => this.show()).observe(this.surface);
      new IntersectionObserver((changes) => this.seen(changes)).observe(this.live);
      document.addEventListener("visibilitychange", () => this.go());
      this.shownFields();
      this.begin();
      this.pause();
    }

    build() {
      const button = (text, act) => make("button", { type: "button", click: act }, text);
      this.surface = canvas("surface", "The plane with the points and the network's two sides");
      this.surface.addEventListener("click", (event) => this.click(event));
      this.losses = canvas("losses", "The loss after each update: training, and dashed on test points");
      this.play = button("Play", () => this.toggle());
      this.step = button("Step", () => this.advance(1));
      this.again = button("Start anew", () => { this.pause(); this.begin(); });
      this.readout = make("p", { class: "playground-readout" });
      this.words = make("p", { class: "playground-words", role: "status" });
      this.layers = make("ol", { class: "playground-layers", "aria-label": "Hidden layers" });
      this.fields = {};
      this.groups = Object.fromEntries(Object.entries(FIELDS).map(([, [group]]) =>
        [group, make("fieldset", {}, make("legend", {}, group))]));
      for (const [name, [group, label]] of Object.entries(FIELDS)) {
        const field = this.menu(label, choicesOf(name), (value) => this.set({ [name]: value }));
        this.fields[name] = field;
        this.groups[group].append(field);
      }
      this.parameters = make("span", { class: "playground-parameters" });
      this.fields.f.after(this.parameters);
      this.own = this.ownPoints();
      this.groups.Task.append(this.own);
      this.live = make("div", { class: "playground-live" },
        make("div", { class: "playground-planes" }, this.surface,
          make("div", {}, make("div", { class: "playground-buttons" }, this.play, this.step, this.again),
            this.readout, this.losses, this.words)),
        make("div", { class: "playground-fields" }, ...Object.values(this.groups)),
        this.layers);
      this.element.querySelector(".playground-still").hidden = true;
      this.element.append(this.live);
    }

    // A labelled menu; the choices are [value, text].
    menu(label, choices, act) {
      const id = `playground-${label.replaceAll(/\W+/g, "-")}`;
      const select = make("select", { id, autocomplete: "off", input: () => act(choices[select.selectedIndex][0]) },
        ...choices.map(([, text]) => make("option", {}, text)));
      const field = make("div", { class: "actfun-control" }, make("label", { for: id }, label), select);
      field.choose = (value) => { select.selectedIndex = choices.findIndex(([one]) => one === value); };
      return field;
    }

    ownPoints() {
      const number = (label) => {
        const id = `playground-point-${label}`;
        const input = make("input", { type: "number", min: -2.5, max: 2.5, step: 0.1, value: 0, id });
        return [input, make("div", { class: "actfun-control" }, make("label", { for: input.id }, label), input)];
      };
      const [[x, across], [y, up]] = [number("x"), number("y")];
      this.side = 0;
      const side = this.menu("class of the next point", [[0, "● 0"], [1, "■ 1"]], (label) => {
        this.side = label;
      });
      const act = (text, change) => make("button", { type: "button", click: change }, text);
      return make("div", { class: "playground-own" },
        make("p", {}, "Click into the plane, or type where:"), side, across, up,
        make("div", { class: "playground-buttons" },
          act("Add", () => this.place([...this.settings.own, [Number(x.value), Number(y.value), this.side]])),
          act("Remove the last", () => this.place(this.settings.own.slice(0, -1)))));
    }

    click({ offsetX, offsetY }) {
      if (this.settings.data !== OWN) return;
      const [x, y] = [offsetX, offsetY].map((at) => lab.REACH * ((2 * at) / this.surface.clientWidth - 1));
      this.place([...this.settings.own, [Math.round(100 * x) / 100, Math.round(-100 * y) / 100, this.side]]);
    }

    place(own) {
      this.settings = { ...this.settings, own };
      const { train, test } = pointsOf(this.settings);
      this.run.see(train, test);
      this.fresh = false;
      this.write();
      this.show();
      this.say(`${own.length} points.`, false);
    }

    // ------------------------------------------------------------------------------ settings

    set(changes) {
      const before = this.settings;
      this.settings = { ...before, ...changes };
      if (changes.f && changes.f !== before.f) {
        this.settings.p = functionOf(changes).parameters.map(({ start }) => start);
      }
      this.shownFields();
      this.write();
      const unborn = this.run.updates === 0 && !("speed" in changes);
      if (unborn || Object.keys(changes).some((name) => STARTS.has(name))) {
        this.begin();
        return;
      }
      const { activation, optimiser, rate, batch } = howOf(this.settings);
      const other = before.f !== this.settings.f || String(before.p) !== String(this.settings.p);
      this.run.change({ activation: other ? activation : this.run.how.activation, optimiser, rate, batch });
      if (!("speed" in changes)) this.fresh = false;
      this.show();
    }

    // Take all settings from words, as a link has them, and start.
    take(words) {
      this.pause();
      this.settings = { ...parse(words), speed: this.settings.speed };
      this.shownFields();
      this.write();
      this.begin();
    }

    shownFields() {
      const { settings } = this;
      for (const [name, field] of Object.entries(this.fields)) field.choose(settings[name]);
      this.caption();
      this.own.hidden = settings.data !== OWN;
      const { id, parameters } = functionOf(settings);
      if (this.parameters.dataset.f !== id) {
        this.parameters.dataset.f = id;
        this.parameters.replaceChildren(...parameters.map(({ symbol, values }, i) =>
          this.menu(symbol, values.map((value, k) => [k, String(value)]), (k) =>
            this.set({ p: this.settings.p.map((one, j) => (j === i ? k : one)) }))));
      }
      for (const [i, field] of [...this.parameters.children].entries()) field.choose(settings.p[i]);
    }

    write() {
      const words = written(this.settings);
      const address = `${location.pathname}${words && `?${words}`}${location.hash}`;
      history.replaceState(null, "", address);
    }

    // ------------------------------------------------------------------------------- running

    begin() {
      this.run = new lab.Run(howOf(this.settings));
      this.fresh = true;
      this.told = { dead: 0 };
      this.rows = this.run.network.hidden().map((_, i) => {
        const name = `Layer ${i + 1}`;
        const units = canvas("units", `${name}: what each unit says in every place of the plane`);
        const histogram = canvas("histogram", `${name}: histogram of the activations`);
        const bar = make("span", { class: "playground-bar" }), numbers = make("span");
        const row = make("li", {}, make("span", { class: "playground-name" }, name), units, histogram,
          make("p", {}, numbers, bar));
        return { row, units, histogram, bar, numbers };
      });
      this.layers.replaceChildren(...this.rows.map(({ row }) => row));
      this.words.textContent = "";
      this.show();
    }

    toggle() {
      if (this.calm.matches) this.advance(5 * this.settings.speed);
      else if (this.playing) this.pause(true);
      else if (this.ready()) {
        this.playing = true;
        this.caption();
        this.go();
      }
    }

    pause(tell = false) {
      this.playing = false;
      this.caption();
      if (!tell) return;
      this.show();
      this.say(`Paused. ${this.readout.textContent}`, false);
    }

    caption() {
      const next = `Next ${5 * this.settings.speed} updates`; // for those who want no motion
      this.play.textContent = this.calm.matches ? next : this.playing ? "Pause" : "Play";
    }

    ready() {
      if (this.run.how.train.count) return !this.run.diverged || this.explain();
      this.say("There are no points yet. Click into the plane, or type where.");
      return false;
    }

    seen(changes) {
      this.visible = changes.at(-1).isIntersecting; // where it came and went at once, the last word
      if (this.visible && !this.playing) this.show();
      this.go();
    }

    // Whether it runs and someone sees it.
    get watched() {
      return this.playing && this.visible && !document.hidden;
    }

    go() {
      if (this.asked || !this.watched) return;
      this.asked = requestAnimationFrame(() => {
        this.asked = null;
        if (!this.watched) return; // paused, or out of sight, since it was asked for
        this.run.advance(this.settings.speed);
        this.show();
        this.go();
      });
    }

    advance(updates) {
      this.pause();
      if (!this.ready()) return;
      this.run.advance(updates);
      this.show();
      if (this.run.diverged) this.explain();
      else this.say(this.readout.textContent, false);
    }

    // -------------------------------------------------------------------------------- telling

    show() {
      const { run } = this;
      if (!run || !this.visible) return;
      this.pictures.draw(run, this.rows);
      this.frame = (this.frame ?? 0) + 1;
      if (!this.playing || this.frame % 6 === 0) this.tell();
      for (const judge of this.judges) judge();
      if (run.diverged && this.playing) this.explain();
    }

    tell() {
      const { updates, loss, testLoss, accuracy, testAccuracy, layers, how } = this.run;
      this.readout.textContent = how.train.count
        ? `${updates} updates: loss ${short(loss)}, on test points ${short(testLoss)}; ` +
          `${percent(accuracy)} right, of test points ${percent(testAccuracy)}.`
        : "No points yet.";
      layers.forEach(({ silent, saturated, dead, gradient }, i) => {
        const { bar, numbers } = this.rows[i], count = dead.filter(Boolean).length;
        numbers.textContent = `silent ${percent(silent)}, saturated ${percent(saturated)}, ` +
          `dead ${count} of ${dead.length}; gradient ${gradient ? gradient.toExponential(0) : 0}`;
        bar.style.width = `${Math.max(0, Math.min(100, 100 + 12 * Math.log10(gradient || 1e-9)))}%`;
      });
      this.tellOfDeaths(layers);
    }

    // A unit that dies is told of, once in three seconds at most.
    tellOfDeaths(layers) {
      const counts = layers.map(({ dead }) => dead.filter(Boolean).length);
      const dead = counts.reduce((sum, count) => sum + count, 0), now = performance.now();
      if (dead > this.told.dead && this.run.updates && !(now - this.told.at < 3000)) {
        const where = counts.flatMap((count, i) => (count ? `${count} in layer ${i + 1}` : []));
        const words = `Units have died: ${where.join(", ")}.`;
        this.say(words);
        this.told = { dead, at: now, words };
      } else if (dead < this.told.dead) {
        this.told.dead = dead;
        if (!dead && this.words.textContent === this.told.words) this.words.textContent = "";
      }
    }

    explain() {
      this.pause();
      const { rate } = this.settings, lower = RATES[RATES.indexOf(rate) - 1];
      const advice = lower ? `Try the learning rate ${lower} instead of ${rate}.` : "Try weights half as large.";
      this.say(`Diverged at update ${this.run.updates}: the loss or a weight was no longer finite. ` +
        `You see the state before. ${advice}`);
      return false;
    }

    // Aloud; what can be read elsewhere is not shown a second time.
    say(words, shown = true) {
      this.words.textContent = words;
      this.words.classList.toggle("is-heard-only", !shown);
    }

    // A challenge of the page: a button that sets it up, and whether it is met.
    judge(box) {
      const { challenge, settings } = box.dataset, memory = {};
      const state = make("span", { class: "playground-state" });
      const begin = make("button", { type: "button", "aria-label": `Set up: ${box.dataset.title}`, click: () => {
        this.tried = box;
        this.take(settings);
        this.element.scrollIntoView();
        this.play.focus({ preventScroll: true });
      } }, "Set it up");
      box.append(make("p", { class: "playground-buttons" }, begin, state));
      let met = false;
      return () => {
        if (met) return;
        const { settings: now, run, fresh } = this;
        const found = lab.challenges[challenge](memory, { settings: now, run, fresh });
        met = Boolean(found.met) && run.updates > 0;
        if (this.playing && !met && this.frame % 6) return;
        if (met) state.textContent = `Met. ${found.words}`;
        else state.textContent = this.tried === box ? found.words : "";
        box.classList.toggle("is-met", met);
        if (met) this.say(`Challenge met: ${box.dataset.title}.`);
      };
    }
  }

  const start = () => {
    for (const element of document.querySelectorAll(".actfun-playground")) element.playground = new Playground(element);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
