// Pictures of sound, in the colours of the page.

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function sheet(canvas) {
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.min(16000, Math.round(canvas.clientWidth * scale)) || 1;
  canvas.height = Math.round(canvas.clientHeight * scale) || 1;
  return canvas.getContext("2d");
}

// Highest and lowest sample of every column; `chosen` (two shares of the whole) is shown strong, the rest pale.
export function drawWave(canvas, samples, chosen = [0, 1]) {
  const pen = sheet(canvas);
  const { width, height } = canvas;
  const peak = Math.max(0.05, samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
  const [pale, strong] = [colour("--line"), colour("--wave")];
  for (let x = 0; x < width; x++) {
    const first = Math.floor((x / width) * samples.length);
    const last = Math.max(first + 1, Math.floor(((x + 1) / width) * samples.length));
    let [low, high] = [0, 0];
    for (let at = first; at < last; at++) {
      const sample = samples[at] || 0;
      if (sample < low) low = sample;
      if (sample > high) high = sample;
    }
    pen.fillStyle = x / width >= chosen[0] && x / width <= chosen[1] ? strong : pale;
    const top = (0.5 - (0.46 * high) / peak) * height;
    pen.fillRect(x, top, 1, Math.max(1, (0.5 - (0.46 * low) / peak) * height - top));
  }
}

// A curve of (step, value), lowest value at the bottom.
export function drawCurve(canvas, points) {
  const pen = sheet(canvas);
  const { width, height } = canvas;
  const [first, last] = [points[0][0], points[points.length - 1][0]];
  const values = points.map(([, value]) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  pen.strokeStyle = colour("--accent");
  pen.lineWidth = 2 * (window.devicePixelRatio || 1);
  pen.beginPath();
  for (const [step, value] of points) {
    const x = ((step - first) / Math.max(1, last - first)) * width;
    const y = (0.95 - (0.9 * (value - low)) / (high - low || 1)) * height;
    pen.lineTo(x, y);
  }
  pen.stroke();
}

export function drawMel(canvas, { levels, bands, columns }) {
  const pen = sheet(canvas);
  const stops = [colour("--card"), colour("--accent"), colour("--ink")].map((text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)));
  const picture = pen.createImageData(columns, bands);
  for (let column = 0; column < columns; column++) {
    for (let band = 0; band < bands; band++) {
      const share = Math.max(0, Math.min(1, 1 + levels[column * bands + band] / 65)) * 2;
      const [from, to] = share < 1 ? [stops[0], stops[1]] : [stops[1], stops[2]];
      const at = 4 * ((bands - 1 - band) * columns + column);
      for (let part = 0; part < 3; part++) picture.data[at + part] = from[part] + (to[part] - from[part]) * (share % 1 || (share === 2 ? 1 : 0));
      picture.data[at + 3] = 255;
    }
  }
  const small = new OffscreenCanvas(columns, bands);
  small.getContext("2d").putImageData(picture, 0, 0);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(small, 0, 0, canvas.width, canvas.height);
}
