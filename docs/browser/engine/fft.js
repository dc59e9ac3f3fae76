// The discrete Fourier transform of real numbers, of a size that is a power of two, in double precision.

const known = new Map();

// The transform of a size; its tables are made once.
export function fftOf(size) {
  if (!known.has(size)) known.set(size, new RealFFT(size));
  return known.get(size);
}

class RealFFT {
  constructor(size) {
    this.size = size;
    this.half = size / 2; // two real numbers are one complex number of a transform of half the size
    this.cos = Float64Array.from({ length: this.half }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.sin = Float64Array.from({ length: this.half }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
    this.re = new Float64Array(this.half);
    this.im = new Float64Array(this.half);
    this.place = new Uint32Array(this.half); // of each number, its bits read from behind
    for (let i = 1; i < this.half; i++) {
      this.place[i] = (this.place[i >> 1] >> 1) | (i & 1 ? this.half >> 1 : 0);
    }
  }

  // The spectrum of samples (size): its real and imaginary parts (size / 2 + 1).
  forward(samples, re, im) {
    const { half, cos, sin, place } = this;
    for (let i = 0; i < half; i++) {
      this.re[place[i]] = samples[2 * i];
      this.im[place[i]] = samples[2 * i + 1];
    }
    this.transform(this.re, this.im);
    for (let k = 0; k <= half; k++) {
      const a = k % half;
      const b = (half - k) % half;
      const evenRe = (this.re[a] + this.re[b]) / 2;
      const evenIm = (this.im[a] - this.im[b]) / 2;
      const oddRe = (this.im[a] + this.im[b]) / 2;
      const oddIm = (this.re[b] - this.re[a]) / 2;
      const c = k === half ? -1 : cos[k];
      const s = k === half ? 0 : sin[k];
      re[k] = evenRe + c * oddRe - s * oddIm;
      im[k] = evenIm + c * oddIm + s * oddRe;
    }
  }

  // The samples (size) of a spectrum; the imaginary parts of its first and its last bin count as none.
  inverse(re, im, samples) {
    const { half, cos, sin, place } = this;
    for (let k = 0; k < half; k++) {
      const m = half - k;
      const imK = k === 0 ? 0 : im[k];
      const imM = k === 0 ? 0 : im[m];
      const evenRe = (re[k] + re[m]) / 2;
      const evenIm = (imK - imM) / 2;
      const difRe = (re[k] - re[m]) / 2;
      const difIm = (imK + imM) / 2;
      const oddRe = difRe * cos[k] + difIm * sin[k];
      const oddIm = difIm * cos[k] - difRe * sin[k];
      // The inverse transform is the transform with both parts exchanged
      this.im[place[k]] = evenRe - oddIm;
      this.re[place[k]] = evenIm + oddRe;
    }
    this.transform(this.re, this.im);
    for (let i = 0; i < half; i++) {
      samples[2 * i] = this.im[i] / half;
      samples[2 * i + 1] = this.re[i] / half;
    }
  }

  // Of complex numbers (half) whose order is that of `place`, in their own place.
  transform(re, im) {
    const { half, cos, sin } = this;
    for (let width = 1; width < half; width *= 2) {
      const step = this.size / (2 * width);
      for (let start = 0; start < half; start += 2 * width) {
        for (let k = 0; k < width; k++) {
          const c = cos[k * step];
          const s = sin[k * step];
          const i = start + k;
          const j = i + width;
          const turnedRe = re[j] * c - im[j] * s;
          const turnedIm = re[j] * s + im[j] * c;
          re[j] = re[i] - turnedRe;
          im[j] = im[i] - turnedIm;
          re[i] += turnedRe;
          im[i] += turnedIm;
        }
      }
    }
  }
}
