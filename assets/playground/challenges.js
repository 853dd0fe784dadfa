// When a challenge of the page is met. Each rule gets a memory of its own and what there is to see,
// after every picture: { settings, run, fresh }; `fresh` says that nothing was changed since the start
// of this run. It answers { met, words }.
(() => {
  "use strict";
  const lab = window.actfunPlayground;

  const percent = (share) => (Number.isNaN(share) ? "nothing" : `${Math.round(100 * share)}\u00a0%`);
  const all = (dead) => dead.length > 0 && dead.every(Boolean);
  const is = (settings, wanted) => Object.entries(wanted).every(([name, value]) => settings[name] === value);

  // Settings as wanted, and that share of the test points right.
  const reaches = (wanted, share) => (_memory, { settings, run }) => {
    if (!is(settings, wanted)) return { words: "These are other settings." };
    const words = `Now ${percent(run.testAccuracy)} of the test points are right; ${percent(share)} are wanted.`;
    return { met: run.testAccuracy >= share, words };
  };

  const differences = (one, other) =>
    [...new Set([...Object.keys(one), ...Object.keys(other)])]
      .filter((name) => name !== "speed" && String(one[name]) !== String(other[name]));

  lab.challenges = {
    "two-units": reaches({ data: "xor", depth: 1, units: 2 }, 0.95),

    "three-hinges": reaches({ data: "circles", depth: 1, units: 3, f: "relu" }, 0.95),

    "deep-logistic": reaches({ data: "circles", depth: 8, f: "sigmoid" }, 0.95),

    "die-and-return": (memory, { settings, run }) => {
      if (memory.run !== run) Object.assign(memory, { run, layer: null });
      const dead = run.layers.findIndex((layer) => all(layer.dead));
      if (settings.f === "relu" && dead >= 0) memory.layer = dead + 1;
      if (!memory.layer) return { words: "No layer of ReLU has died in this run." };
      if (dead >= 0) return { words: `Layer ${dead + 1} is dead. Now bring it back, without a new start.` };
      if (settings.f !== "relu") return { words: `Layer ${memory.layer} lives again. Now with ReLU?` };
      const words = `Layer ${memory.layer} was dead and lives; ` +
        `${percent(run.testAccuracy)} are right, 90 % are wanted.`;
      return { met: run.testAccuracy >= 0.9, words };
    },

    "far-from-the-loss": (memory, { settings, run }) => {
      if (settings.depth < 6) return { words: "Six hidden layers at least." };
      const [first, last] = [run.layers[0].gradient, run.layers[settings.depth - 1].gradient];
      const share = first / last, seen = memory[settings.f] ?? {};
      memory[settings.f] = { small: seen.small || share <= 1e-4, large: seen.large || share >= 1e-2 };
      const { small, large } = memory[settings.f];
      const words = `The first layer gets ${share.toPrecision(2)} of the last one's gradient. ` +
        `With ${run.how.activation.entry.name} a ten-thousandth ${small ? "was seen" : "is missing"}, ` +
        `a hundredth ${large ? "was seen" : "is missing"}.`;
      return { met: small && large, words };
    },

    "turn-the-tables": (memory, { settings, run, fresh }) => {
      const { f, p, rate, ...rest } = settings;
      const race = JSON.stringify({ ...rest, speed: 0 });
      memory[race] ??= {};
      const results = memory[race];
      if (fresh && run.updates === 300) {
        results[rate] ??= {};
        results[rate][f] = run.loss;
      }
      const shown = Object.entries(results).map(([at, losses]) =>
        `${at}: ${Object.entries(losses).map(([name, loss]) => `${name} ${loss.toFixed(2)}`).join(", ")}`);
      const wins = new Set();
      for (const losses of Object.values(results)) {
        for (const [one, low] of Object.entries(losses)) {
          for (const [other, high] of Object.entries(losses)) if (low + 0.02 < high) wins.add(`${one} ${other}`);
        }
      }
      const met = [...wins].some((pair) => wins.has(pair.split(" ").reverse().join(" ")));
      const words = shown.length ? `Loss after 300 updates, by rate: ${shown.join("; ")}.`
        : "No run has been left alone for 300 updates yet.";
      return { met, words };
    },

    "diverge-and-mend": (memory, { settings, run, fresh }) => {
      if (run.diverged) memory.broken = { ...settings };
      if (!memory.broken) return { words: "Nothing has diverged yet." };
      const changed = differences(memory.broken, settings);
      if (changed.length !== 1 || !fresh) {
        return { words: "It diverged. Now change one setting, and start anew." };
      }
      const words = `One setting is changed. ${percent(run.testAccuracy)} are right, 95 % are wanted.`;
      return { met: run.testAccuracy >= 0.95, words };
    },

    "unroll-the-spirals": reaches({ data: "spirals", depth: 1 }, 0.95),
  };
})();
