// The playground's pictures: the plane with its points, the loss, and in each layer its units' own
// planes and the histogram of what they say. They look at a run and change nothing in it.
(() => {
  "use strict";
  const lab = window.actfunPlayground;

  const REACH = 2.6; // the plane is shown from −REACH to REACH, both ways
  const CELLS = 32; // along each side
  const BINS = 31;
  const CLASSES = ["#1c95ef", "#d01c02"];
  const GREY = "#808080";

  const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

  // Ink and paper of the page, light or dark; a canvas cannot inherit them.
  const theme = (element) => {
    const [ink, paper] = [getComputedStyle(element).color, getComputedStyle(document.body).backgroundColor]
      .map((text) => text.match(/[\d.]+/g).slice(0, 3).map(Number));
    return { ink, paper };
  };
  const css = (colour, alpha = 1) => `rgba(${colour.join()},${alpha})`;

  // A canvas as wide as it is shown, on any screen; everything is drawn in pixels of the page.
  const prepared = (canvas) => {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    return { pen, width, height };
  };

  // A small picture of CELLS × CELLS numbers, to be enlarged.
  const sheet = () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = CELLS;
    const pen = canvas.getContext("2d"), image = pen.createImageData(CELLS, CELLS);
    return { canvas, pen, image, cells: new Uint32Array(image.data.buffer) };
  };

  // The colours of numbers from −1 to 1: the paper at 0, one colour on either side.
  const SHADES = 128;
  const palette = (paper, below, above, strength) => {
    const bytes = new Uint8ClampedArray(4 * (2 * SHADES + 1));
    for (let shade = -SHADES; shade <= SHADES; shade++) {
      const colour = shade < 0 ? below : above, part = (strength * Math.abs(shade)) / SHADES;
      bytes.set([...paper.map((dark, c) => dark + part * (colour[c] - dark)), 255], 4 * (shade + SHADES));
    }
    return new Uint32Array(bytes.buffer);
  };

  // Paint every `step`-th number from `first` on, divided by `reach`.
  const paint = ({ pen, image, cells }, colours, numbers, first, step, reach) => {
    const scale = SHADES / reach;
    for (let cell = 0, at = first; cell < CELLS * CELLS; cell++, at += step) {
      const shade = Math.round(scale * numbers[at]);
      cells[cell] = colours[shade < -SHADES ? 0 : shade > SHADES ? 2 * SHADES : shade + SHADES];
    }
    pen.putImageData(image, 0, 0);
  };

  const along = (index) => REACH * ((2 * index + 1) / CELLS - 1);

  class Pictures {
    constructor({ surface, losses }) {
      this.surface = surface;
      this.losses = losses;
      this.plane = sheet();
      this.unit = sheet();
      this.grid = new Float64Array(2 * CELLS * CELLS);
      [this.softplus, this.sigma] = [0, 1].map(() => new Float64Array(CELLS * CELLS));
      for (let cell = 0; cell < CELLS * CELLS; cell++) {
        this.grid[2 * cell] = along(cell % CELLS);
        this.grid[2 * cell + 1] = -along(Math.floor(cell / CELLS)); // the first row is at the top
      }
    }

    // rows: for each hidden layer its two canvases, { units, histogram }.
    draw(run, rows) {
      if (this.network !== run.network) {
        this.network = run.network;
        this.pass = new lab.Pass(run.network, CELLS * CELLS);
      }
      this.colours = theme(this.surface);
      const logits = this.pass.forward(this.grid, CELLS * CELLS);
      this.drawPlane(run, logits);
      this.drawLosses(run.history, run.network.loss.at(0).value);
      const hue = channels(run.how.activation.entry.hue), reach = this.reach(run);
      const shades = palette(this.colours.paper, channels(GREY), hue, 1);
      rows.forEach(({ units, histogram }, i) => {
        this.drawUnits(units, run, i, shades, reach);
        this.drawHistogram(histogram, run, i, css(hue), reach);
      });
    }

    // How far the scale goes, 1, 2, 4 …: twice the activations' size in the layer where they are largest.
    reach(run) {
      let largest = 0;
      run.network.hidden().forEach((_, i) => {
        const { values } = run.whole.parts[i];
        largest = Math.max(largest, values.reduce((sum, value) => sum + value * value, 0) / values.length || 0);
      });
      return 2 ** Math.ceil(Math.log2(Math.max(1, 2 * Math.sqrt(largest))));
    }

    drawPlane(run, logits) {
      const { pen, width, height } = prepared(this.surface), { ink, paper } = this.colours;
      const { softplus, sigma } = this, { loss } = run.network;
      loss.read(logits, softplus, sigma, CELLS * CELLS); // its slope is the probability of class 1
      for (let cell = 0; cell < CELLS * CELLS; cell++) sigma[cell] = 2 * sigma[cell] - 1;
      paint(this.plane, palette(paper, ...CLASSES.map(channels), 0.55), sigma, 0, 1, 1);
      pen.imageSmoothingEnabled = true;
      pen.drawImage(this.plane.canvas, 0, 0, width, height);
      this.drawBoundary(pen, logits, width, css(ink));
      const { x, y, count } = run.how.train, size = Math.max(2.5, width / 110);
      for (let label = 0; label < 2; label++) {
        pen.beginPath();
        for (let n = 0; n < count; n++) {
          if (y[n] !== label) continue;
          const [left, top] = [x[2 * n], -x[2 * n + 1]].map((at) => (width * (at / REACH + 1)) / 2);
          if (label) pen.rect(left - size, top - size, 2 * size, 2 * size);
          else {
            pen.moveTo(left + size, top);
            pen.arc(left, top, size, 0, 2 * Math.PI);
          }
        }
        pen.fillStyle = CLASSES[label];
        pen.fill();
        pen.strokeStyle = css(paper);
        pen.lineWidth = 1;
        pen.stroke();
      }
      pen.strokeStyle = css(ink, 0.4);
      pen.strokeRect(0.5, 0.5, width - 1, height - 1);
    }

    // Where the logit is 0: a line across each small square of four cells in which it changes sign.
    drawBoundary(pen, logits, width, ink) {
      const step = width / CELLS;
      pen.beginPath();
      for (let row = 0; row < CELLS - 1; row++) {
        for (let column = 0; column < CELLS - 1; column++) {
          const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([dx, dy]) =>
            [column + dx, row + dy, logits[(row + dy) * CELLS + column + dx]]);
          const crossed = [];
          corners.forEach(([ax, ay, a], k) => {
            const [bx, by, b] = corners[(k + 1) % 4];
            if (a < 0 === b < 0) return;
            const part = a / (a - b);
            crossed.push([(ax + part * (bx - ax) + 0.5) * step, (ay + part * (by - ay) + 0.5) * step]);
          });
          for (let k = 0; k + 1 < crossed.length; k += 2) {
            pen.moveTo(...crossed[k]);
            pen.lineTo(...crossed[k + 1]);
          }
        }
      }
      pen.strokeStyle = ink;
      pen.lineWidth = 1.5;
      pen.stroke();
    }

    drawLosses(history, guessing) {
      const { pen, width, height } = prepared(this.losses), { ink } = this.colours;
      const left = 26, bottom = height - 18, last = Math.max(100, history[history.length - 1][0]);
      const finite = history.flatMap(([, ...both]) => both).filter(Number.isFinite);
      const top = Math.min(3, Math.max(0.8, ...finite));
      const place = ([update, loss]) => [
        left + ((width - left - 4) * update) / last,
        bottom - (bottom - 6) * Math.min(1, loss / top),
      ];
      pen.font = "11px sans-serif";
      pen.fillStyle = css(ink);
      pen.textAlign = "right";
      pen.fillText("0", left - 5, bottom + 4);
      pen.fillText(top.toFixed(1), left - 5, 14);
      pen.fillText(`${last} updates`, width - 4, height - 4);
      pen.strokeStyle = css(ink, 0.5);
      pen.lineWidth = 1;
      pen.strokeRect(left + 0.5, 4.5, width - left - 5, bottom - 4);
      const line = (numbers, colour, dashes) => {
        pen.beginPath();
        for (const one of numbers) if (Number.isFinite(one[1])) pen.lineTo(...place(one));
        pen.setLineDash(dashes);
        pen.strokeStyle = colour;
        pen.stroke();
        pen.setLineDash([]);
      };
      line([[0, guessing], [last, guessing]], css(ink, 0.5), [1, 3]);
      pen.lineWidth = 1.75;
      line(history.map(([update, , loss]) => [update, loss]), css(ink, 0.8), [4, 3]);
      line(history, css(ink), []);
    }

    // Side by side what each unit says in each place of the plane; a cross where it is dead.
    drawUnits(canvas, run, layer, shades, reach) {
      const { pen, width, height } = prepared(canvas), { ink } = this.colours;
      const { units } = run.network.layers[layer], { values } = this.pass.parts[layer];
      const side = height - 2, step = Math.min(height + 2, width / units);
      pen.imageSmoothingEnabled = true;
      for (let unit = 0; unit < units; unit++) {
        const left = unit * step + 1, size = Math.min(side, step - 2);
        paint(this.unit, shades, values, unit, units, reach);
        pen.drawImage(this.unit.canvas, left, 1, size, size);
        const dead = run.layers[layer].dead[unit];
        pen.strokeStyle = css(ink, dead ? 1 : 0.4);
        pen.lineWidth = dead ? 1.5 : 1;
        pen.strokeRect(left, 1, size, size);
        if (!dead) continue;
        pen.beginPath();
        for (const [from, to] of [[0, size], [size, 0]]) {
          pen.moveTo(left + from, 1);
          pen.lineTo(left + to, 1 + size);
        }
        pen.stroke();
      }
    }

    drawHistogram(canvas, run, layer, colour, reach) {
      const { pen, width, height } = prepared(canvas), { ink } = this.colours;
      const { values } = run.whole.parts[layer], bins = new Array(BINS).fill(0), bottom = height - 13;
      for (const value of values) {
        const at = Math.floor((BINS * (value / reach + 1)) / 2);
        bins[Math.max(0, Math.min(BINS - 1, at))] += 1;
      }
      const most = Math.max(1, ...bins), step = width / BINS;
      pen.fillStyle = colour;
      bins.forEach((count, i) => {
        // The square root keeps small bins visible beside a large one.
        const tall = bottom * Math.sqrt(count / most);
        pen.fillRect(i * step + 0.5, bottom - tall, step - 1, tall);
      });
      pen.fillStyle = css(ink, 0.6);
      pen.fillRect(0, bottom, width, 1);
      pen.fillStyle = css(ink);
      pen.font = "11px sans-serif";
      [["left", 0, `−${reach}`], ["center", width / 2, "0"], ["right", width, reach]].forEach(
        ([side, x, text]) => {
          pen.textAlign = side;
          pen.fillText(text, x, height - 2);
        });
    }
  }

  Object.assign(lab, { Pictures, REACH, CLASSES });
})();
