// The playground's settings: what may be chosen, how it is written in the address of the page, and
// what a run gets of it.
(() => {
  "use strict";
  const lab = window.actfunPlayground;
  const { tables } = lab;

  const OWN = "own";
  const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
  const upTo = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const named = (entries) => entries.map(({ id, name }) => [id, name]);
  const keeping = { ...tables.initialisers.find(({ id }) => id === "lecun"), id: "keeping", keeping: true };
  const rules = [...tables.initialisers, { ...keeping, name: "keeps the size 1" }];

  // name: [group, label, choices as [value, text] or values, the one to start with]
  const FIELDS = {
    data: ["Task", "points", [...named(tables.data), [OWN, "your own"]], "moons"],
    f: ["Network", "activation", named(tables.functions), "relu"],
    depth: ["Network", "layers", upTo(0, 8), 2],
    units: ["Network", "units", upTo(1, 8), 4],
    init: ["Start", "weights", named(rules), "he"],
    gain: ["Start", "times", [0.1, 0.25, 0.5, 1, 2, 4, 8], 1],
    centred: ["Start", "centred", [[0, "no"], [1, "yes"]], 0],
    seed: ["Start", "seed", upTo(0, 19), 0],
    optimiser: ["Training", "optimiser", [["sgd", "SGD"], ["adam", "Adam"]], "sgd"],
    rate: ["Training", "rate", RATES, 0.03],
    batch: ["Training", "batch", [1, 4, 16, 32, 200], 32],
    speed: ["Training", "per frame", [1, 2, 5, 10, 20], 2],
  };
  const STARTS = new Set(["data", "depth", "units", "init", "gain", "centred", "seed"]); // a run anew
  const DEFAULTS = Object.fromEntries(Object.entries(FIELDS).map(([name, field]) => [name, field[3]]));

  const functionOf = ({ f }) => tables.functions.find(({ id }) => id === f);

  // What a menu offers: [value, text] each.
  const choicesOf = (name) =>
    FIELDS[name][2].map((choice) => (Array.isArray(choice) ? choice : [choice, String(choice)]));

  // Settings from words such as "f=relu&rate=0.1"; what is unknown is left out.
  const parse = (words) => {
    const settings = { ...DEFAULTS, p: null, own: [] };
    for (const [name, text] of new URLSearchParams(words)) {
      if (FIELDS[name]) {
        const choice = choicesOf(name).find(([value]) => String(value) === text);
        if (choice) [settings[name]] = choice;
      } else if (name === "own") {
        settings.own = text.split("_").map((point) => point.split(".").map(Number))
          .filter((point) => point.length === 3 && point.every(Number.isFinite))
          .map(([x, y, label]) => [x / 100, y / 100, label ? 1 : 0]);
      }
    }
    const values = (new URLSearchParams(words).get("p") ?? "").split(",").map(Number);
    settings.p = functionOf(settings).parameters.map((parameter, i) =>
      parameter.values.includes(values[i]) ? parameter.values.indexOf(values[i]) : parameter.start);
    return settings;
  };

  const written = (settings) => {
    const words = new URLSearchParams();
    for (const [name, start] of Object.entries(DEFAULTS)) {
      if (settings[name] !== start) words.set(name, settings[name]);
    }
    const { parameters } = functionOf(settings);
    if (parameters.some(({ start }, i) => settings.p[i] !== start)) {
      words.set("p", parameters.map(({ values }, i) => values[settings.p[i]]).join());
    }
    if (settings.data === OWN && settings.own.length) {
      const point = ([x, y, label]) => [100 * x, 100 * y, label].map(Math.round).join(".");
      words.set("own", settings.own.map(point).join("_"));
    }
    return words.toString().replaceAll("%2C", ",");
  };

  const pointsOf = ({ data, own }) => {
    if (data === OWN) return { train: lab.points(own), test: lab.points(own) };
    const { points, train } = tables.data.find(({ id }) => id === data);
    const point = (n) => [points[3 * n] / 1000, points[3 * n + 1] / 1000, points[3 * n + 2]];
    const triples = upTo(0, points.length / 3 - 1).map(point);
    return { train: lab.points(triples.slice(0, train)), test: lab.points(triples.slice(train)) };
  };

  const howOf = (settings) => ({
    ...pointsOf(settings),
    activation: new lab.Activation(functionOf(settings), settings.p),
    sizes: [2, ...new Array(settings.depth).fill(settings.units), 1],
    rule: rules.find(({ id }) => id === settings.init),
    gain: settings.gain,
    centred: settings.centred === 1,
    seed: settings.seed,
    optimiser: settings.optimiser,
    rate: settings.rate,
    batch: settings.batch,
  });

  Object.assign(lab, { FIELDS, OWN, RATES, STARTS, choicesOf, functionOf, parse, written, pointsOf, howOf });
})();
