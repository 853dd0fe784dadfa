// The playground's network: forward, backward, two optimisers. It draws nothing and knows no formula:
// functions, slopes, the loss and the spread of random weights are read from the tables.
(() => {
  "use strict";
  const lab = window.actfunPlayground;

  // A function as pieces of polynomials (see _ext/playground_tables.py).
  class Curve {
    constructor([period, kinks, edges, pieces]) {
      Object.assign(this, { period, kinks, edges });
      this.anchors = pieces.map(([anchor]) => anchor);
      this.widths = pieces.map(([, width]) => width);
      this.coefficients = pieces.map(([, , ...numbers]) => Float64Array.from(numbers));
    }

    // Writes f(z[i]) and f′(z[i]) for the first `count` numbers.
    read(z, values, slopes, count) {
      const { period, kinks, edges, anchors, widths, coefficients } = this;
      for (let i = 0; i < count; i++) {
        const x = period ? z[i] - period * Math.floor(z[i] / period + 0.5) : z[i];
        let low = 0, high = edges.length; // the piece is the number of edges that are not above x
        while (low < high) {
          const middle = (low + high) >> 1;
          if (edges[middle] <= x) low = middle + 1;
          else high = middle;
        }
        const numbers = coefficients[low], t = (x - anchors[low]) / widths[low];
        let value = 0, slope = 0;
        for (let k = numbers.length - 1; k >= 0; k--) {
          slope = slope * t + value;
          value = value * t + numbers[k];
        }
        values[i] = value;
        slopes[i] = slope / widths[low];
        for (let k = 0; k < kinks.length; k++) if (x === kinks[k][0]) [, values[i], slopes[i]] = kinks[k];
      }
    }

    at(x) {
      const found = [new Float64Array(1), new Float64Array(1)];
      this.read([x], ...found, 1);
      return { value: found[0][0], slope: found[1][0] };
    }
  }

  // A function of the catalogue at some position of its parameters: an index for each.
  class Activation {
    constructor(entry, position) {
      this.entry = entry;
      const counts = entry.parameters.map(({ values }) => values.length);
      const variant = counts.reduce((number, count, i) => number * count + position[i], 0);
      this.keeping = entry.keeping[variant];
      this.learns = entry.learns;
      this.start = entry.learns ? entry.parameters[0].values[position[0]] : 0;
      const tables = entry.learns ? entry.tables : [entry.tables[variant]];
      this.curves = tables.map((table) => new Curve(table));
    }

    // Where the parameter is learned, f is linear in it: between the tables for 0 and for 1 it is
    // `parameter` of the way, and their difference, kept in `spans`, is the slope in its direction.
    read(z, parameter, values, slopes, count, spans, spanSlopes) {
      const [curve, other] = this.curves;
      curve.read(z, values, slopes, count);
      if (!this.learns) return;
      other.read(z, spans, spanSlopes, count);
      for (let i = 0; i < count; i++) {
        spans[i] -= values[i];
        values[i] += parameter * spans[i];
        slopes[i] += parameter * (spanSlopes[i] - slopes[i]);
      }
    }
  }

  // Random numbers that a seed determines: mulberry32, and pairs by Box and Muller.
  const generator = (seed) => {
    let state = seed | 0;
    const uniform = () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    return { uniform, normal };
  };

  // Weights are float32 and arithmetic is double, as in actfun.network: each update is rounded once.
  class Network {
    constructor(sizes, activation) {
      this.sizes = sizes;
      this.layers = sizes.slice(1).map((units, i) => ({
        fanIn: sizes[i],
        units,
        weights: new Float32Array(sizes[i] * units),
        bias: new Float32Array(units),
        parameter: new Float32Array(1),
      }));
      this.loss = new Curve(lab.tables.loss);
      this.use(activation);
    }

    // Take another activation and keep the weights.
    use(activation) {
      this.activation = activation;
      for (const layer of this.hidden()) layer.parameter[0] = activation.start;
    }

    hidden() {
      return this.layers.slice(0, -1);
    }

    // Everything that training changes, layer by layer.
    parameters() {
      return this.layers.map((layer, i) => {
        const learns = this.activation.learns && i < this.layers.length - 1;
        return learns ? [layer.weights, layer.bias, layer.parameter] : [layer.weights, layer.bias];
      });
    }

    // Draw weights by a rule: `gain` times as large, biases so that layers are centred if wanted.
    draw(rule, gain, centred, seed) {
      const { uniform, normal } = generator(seed);
      const keeping = rule.keeping ? this.activation.keeping : 1;
      const offset = this.activation.curves[0].at(0).value;
      this.layers.forEach(({ fanIn, units, weights, bias }, i) => {
        const spread = gain * keeping * rule.spread[fanIn - 1][units - 1];
        const one = () => spread * (rule.uniform ? 2 * uniform() - 1 : normal());
        for (let k = 0; k < weights.length; k++) weights[k] = one();
        for (let j = 0; j < units; j++) {
          let sum = 0;
          for (let k = j; k < weights.length; k += units) sum += weights[k];
          bias[j] = (rule.biases ? one() : 0) - (centred && i ? offset * sum : 0);
        }
      });
    }

    isFinite() {
      return this.parameters().flat().every((array) => array.every(Number.isFinite));
    }

    copy() {
      return this.parameters().map((arrays) => arrays.map((array) => array.slice()));
    }

    restore(copy) {
      for (const [i, arrays] of this.parameters().entries()) {
        for (const [k, array] of arrays.entries()) array.set(copy[i][k]);
      }
    }
  }

  // One way through a network and back, for up to `capacity` points; its arrays are used again.
  class Pass {
    constructor(network, capacity) {
      this.network = network;
      const arrays = (count, units) => Array.from({ length: count }, () => new Float64Array(capacity * units));
      this.parts = network.layers.map(({ fanIn, units, weights, bias }) => {
        const [z, values, slopes, deltas, spans, spanSlopes] = arrays(6, units);
        const gradients = [weights.length, bias.length, 1].map((length) => new Float64Array(length));
        return { z, values, slopes, deltas, spans, spanSlopes, gradients, back: new Float64Array(capacity * fanIn) };
      });
    }

    // x holds the coordinates of `count` points; returns their logits.
    forward(x, count) {
      const { layers, activation } = this.network;
      this.x = x;
      this.count = count;
      layers.forEach(({ fanIn, units, weights, bias, parameter }, i) => {
        const { z, values, slopes, spans, spanSlopes } = this.parts[i];
        const inputs = i ? this.parts[i - 1].values : x;
        for (let s = 0; s < count; s++) {
          for (let j = 0; j < units; j++) {
            let sum = 0;
            for (let k = 0; k < fanIn; k++) sum += inputs[s * fanIn + k] * weights[k * units + j];
            z[s * units + j] = sum + bias[j];
          }
        }
        if (i < layers.length - 1) {
          activation.read(z, parameter[0], values, slopes, count * units, spans, spanSlopes);
        }
      });
      return this.parts[layers.length - 1].z;
    }

    // The loss for classes y (0 or 1): softplus(z) − y z, averaged.
    measure(y) {
      const { count } = this, { z, values, slopes, deltas } = this.parts[this.parts.length - 1];
      this.network.loss.read(z, values, slopes, count);
      let total = 0;
      for (let s = 0; s < count; s++) {
        total += values[s] - y[s] * z[s];
        deltas[s] = (slopes[s] - y[s]) / count;
      }
      return total / count;
    }

    // The loss; leaves its gradients in the parts.
    backward(y) {
      const { layers, activation } = this.network, { count, parts } = this, measured = this.measure(y);
      for (let i = layers.length - 1; i >= 0; i--) {
        const { fanIn, units, weights } = layers[i], { deltas, gradients } = parts[i];
        const inputs = i ? parts[i - 1].values : this.x;
        for (const gradient of gradients.slice(0, 2)) gradient.fill(0);
        for (let s = 0; s < count; s++) {
          for (let j = 0; j < units; j++) {
            const delta = deltas[s * units + j];
            gradients[1][j] += delta;
            for (let k = 0; k < fanIn; k++) gradients[0][k * units + j] += inputs[s * fanIn + k] * delta;
          }
        }
        if (!i) break;
        const below = parts[i - 1];
        below.gradients[2][0] = 0;
        for (let s = 0; s < count; s++) {
          for (let k = 0; k < fanIn; k++) {
            let sum = 0;
            for (let j = 0; j < units; j++) sum += deltas[s * units + j] * weights[k * units + j];
            const at = s * fanIn + k;
            below.deltas[at] = sum * below.slopes[at];
            if (activation.learns) below.gradients[2][0] += sum * below.spans[at];
          }
        }
      }
      return measured;
    }
  }

  // The steps of a training, with what they remember, as actfun.network.training has them: `first`
  // and `second` correct running means for their start at 0.
  const ADAM_DECAY = 0.999, ADAM_EPSILON = 1e-8;
  const STEPS = {
    sgd: [1, (array, gradient, { rate, momentum }, [velocity]) => {
      for (let n = 0; n < array.length; n++) {
        velocity[n] = momentum * velocity[n] - rate * gradient[n];
        array[n] += velocity[n];
      }
    }],
    adam: [2, (array, gradient, { rate, momentum, first, second }, [mean, square]) => {
      for (let n = 0; n < array.length; n++) {
        mean[n] += (1 - momentum) * (gradient[n] - mean[n]);
        square[n] += (1 - ADAM_DECAY) * (gradient[n] * gradient[n] - square[n]);
        array[n] -= ((rate / first) * mean[n]) / (Math.sqrt(square[n] / second) + ADAM_EPSILON);
      }
    }],
  };

  class Descent {
    constructor(network, optimiser) {
      const [count, step] = STEPS[optimiser];
      this.network = network;
      this.step = step;
      this.updates = 0;
      this.memories = network.parameters().map((arrays) =>
        arrays.map(({ length }) => Array.from({ length: count }, () => new Float64Array(length))));
    }

    update(pass, { rate, momentum = 0.9 }) {
      this.updates += 1;
      const first = 1 - momentum ** this.updates, second = 1 - ADAM_DECAY ** this.updates;
      for (const [i, arrays] of this.network.parameters().entries()) {
        for (const [k, array] of arrays.entries()) {
          this.step(array, pass.parts[i].gradients[k], { rate, momentum, first, second }, this.memories[i][k]);
        }
      }
    }
  }

  // What there is to see in each hidden layer, for all the points of a pass.
  const inspect = (pass) => pass.network.hidden().map(({ units }, i) => {
    const { values, slopes, deltas } = pass.parts[i], total = pass.count * units;
    let silent = 0, saturated = 0, square = 0;
    const alive = new Array(units).fill(false);
    for (let n = 0; n < total; n++) {
      if (values[n] === 0) silent += 1;
      else if (Math.abs(slopes[n]) < lab.tables.saturated) saturated += 1;
      if (slopes[n] !== 0) alive[n % units] = true;
      square += deltas[n] * deltas[n];
    }
    return {
      silent: silent / total,
      saturated: saturated / total,
      dead: alive.map((lives) => !lives),
      gradient: Math.sqrt(square),
    };
  });

  // Points as arrays: coordinates one after another, and classes.
  const points = (triples) => ({
    count: triples.length,
    x: Float64Array.from(triples.flatMap((point) => point.slice(0, 2))),
    y: Float64Array.from(triples.map(([, , label]) => label)),
  });

  // A training from its start: { train, test, activation, sizes, rule, gain, centred, seed, optimiser,
  // rate, batch }. Of these the last three and the activation may change on the way.
  class Run {
    constructor(how) {
      this.how = how;
      this.network = new Network(how.sizes, how.activation);
      this.network.draw(how.rule, how.gain, how.centred, how.seed);
      this.descent = new Descent(this.network, how.optimiser);
      this.random = generator(how.seed + 1e6);
      this.updates = 0;
      this.history = [];
      this.diverged = false;
      this.see(how.train, how.test);
      this.kept = this.network.copy();
    }

    // Take points, also in the middle of a training.
    see(train, test) {
      Object.assign(this.how, { train, test });
      this.order = [];
      this.whole = new Pass(this.network, train.count);
      this.part = new Pass(this.network, train.count);
      this.tested = new Pass(this.network, test.count);
      this.look();
    }

    change(how) {
      const { activation, optimiser } = this.how;
      Object.assign(this.how, how);
      if (how.activation !== activation) this.network.use(how.activation);
      if (how.optimiser !== optimiser || how.activation !== activation) {
        this.descent = new Descent(this.network, how.optimiser);
      }
      this.diverged = false;
      this.look();
    }

    batch() {
      const { count } = this.how.train;
      if (!this.order.length) {
        this.order = Array.from({ length: count }, (_, n) => n);
        for (let n = count - 1; n > 0; n--) {
          const other = Math.floor(this.random.uniform() * (n + 1));
          [this.order[n], this.order[other]] = [this.order[other], this.order[n]];
        }
      }
      return this.order.splice(0, this.how.batch);
    }

    // Some updates; then look. Where loss or weights are no longer finite, it goes back to what was.
    advance(updates) {
      const { train: { x, y, count }, rate } = this.how, { network, part } = this;
      if (!count || this.diverged) return;
      this.kept = network.copy();
      for (let done = 0; done < updates; done++) {
        const chosen = this.batch();
        part.forward(chosen.flatMap((n) => [x[2 * n], x[2 * n + 1]]), chosen.length);
        const loss = part.backward(chosen.map((n) => y[n]));
        this.descent.update(part, { rate });
        this.updates += 1;
        if (Number.isFinite(loss) && network.isFinite()) continue;
        this.diverged = true;
        network.restore(this.kept);
        this.descent = new Descent(network, this.how.optimiser);
        break;
      }
      this.look();
    }

    // Loss and accuracy on all points, and what there is to see in the layers.
    look() {
      const share = (pass, { x, y, count }) => {
        const z = pass.forward(x, count);
        let right = 0;
        for (let n = 0; n < count; n++) right += z[n] >= 0 === (y[n] === 1);
        return right / count;
      };
      const { train, test } = this.how;
      this.testAccuracy = share(this.tested, test);
      this.testLoss = this.tested.measure(test.y);
      this.accuracy = share(this.whole, train);
      this.loss = this.whole.backward(train.y);
      this.layers = inspect(this.whole);
      this.history.push([this.updates, this.loss, this.testLoss]);
      if (this.history.length > 800) this.history = this.history.filter((_, i) => i % 2 === 0);
    }
  }

  Object.assign(lab, { Curve, Activation, Network, Pass, Descent, Run, generator, inspect, points });
})();
