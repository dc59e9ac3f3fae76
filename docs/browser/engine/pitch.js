// The pitch of a recording: normalised cross-correlation and a Viterbi path (soundalike.audio.pitch).

import { fftOf } from "./fft.js";

// Hertz at each mel frame; 0 where the sound is not voiced.
export function pitchOf(samples, facts) {
  const own = facts.pitch;
  const rate = Math.floor(facts.mel.sample_rate / own.DECIMATION);
  const shortest = Math.floor(rate / own.PITCH_CEILING);
  const longest = Math.floor(rate / own.PITCH_FLOOR) + 2;
  const correlations = correlationsOf(samples, facts.mel.hop_length, longest, own);
  const found = correlations.map((row) => candidatesOf(row, shortest, own));
  const octaves = found.map(({ periods }) => periods.map((period) => Math.log2(rate / period)));
  const costs = found.map(({ scores }) => [
    ...scores.map((score) => (score < 0 ? own.IMPOSSIBLE_COST : 1 - score)),
    own.UNVOICED_COST,
  ]);
  const path = cheapestPath(costs, octaves, own);
  return Float32Array.from(path, (state, t) => (state < own.CANDIDATES ? 2 ** octaves[t][state] : 0));
}

// Of each frame, how well its window agrees with the sound 0 to `longest` decimated samples later.
function correlationsOf(samples, hop, longest, own) {
  // A moving average, then every second sample
  const smooth = new Float64Array(Math.ceil(samples.length / own.DECIMATION));
  for (let i = 0; i < smooth.length; i++) {
    const at = i * own.DECIMATION;
    let sum = 0;
    for (let back = 0; back < own.DECIMATION && at - back >= 0; back++) sum += samples[at - back];
    smooth[i] = sum / own.DECIMATION;
  }
  const span = own.WINDOW + longest;
  const before = Math.floor(span / 2);
  const size = before + smooth.length + span;
  const frames = Math.floor(samples.length / hop) + 1;
  const work = workspace(2 ** Math.ceil(Math.log2(span)));
  return Array.from({ length: frames }, (_, t) => {
    const start = Math.min(Math.floor((t * hop) / own.DECIMATION), size - span);
    const block = Float64Array.from({ length: span }, (_, i) => smooth[start + i - before] ?? 0);
    const mean = block.reduce((sum, one) => sum + one, 0) / span;
    for (let i = 0; i < span; i++) block[i] -= mean;
    return correlated(block, longest, own, work);
  });
}

function workspace(size) {
  const bins = size / 2 + 1;
  const row = () => new Float64Array(bins);
  return { samples: new Float64Array(size), head: [row(), row()], whole: [row(), row()] };
}

function correlated(block, longest, own, { samples, head, whole }) {
  const fft = fftOf(samples.length);
  samples.fill(0);
  samples.set(block.subarray(0, own.WINDOW));
  fft.forward(samples, ...head);
  samples.set(block);
  fft.forward(samples, ...whole);
  for (let k = 0; k < head[0].length; k++) {
    const re = head[0][k] * whole[0][k] + head[1][k] * whole[1][k];
    const im = head[0][k] * whole[1][k] - head[1][k] * whole[0][k];
    whole[0][k] = re;
    whole[1][k] = im;
  }
  fft.inverse(...whole, samples);
  const power = new Float64Array(block.length + 1);
  for (let i = 0; i < block.length; i++) power[i + 1] = power[i] + block[i] * block[i];
  const energy = (lag) => power[own.WINDOW + lag] - power[lag];
  const first = energy(0);
  return Float64Array.from({ length: longest }, (_, lag) => {
    return samples[lag] / Math.sqrt(first * energy(lag) + own.FAINT);
  });
}

// The best periods of a frame: their scores, and the periods, interpolated.
function candidatesOf(correlation, shortest, own) {
  const longest = correlation.length;
  const last = longest - shortest - 1;
  const all = Array.from({ length: last + 1 }, (_, i) => {
    const middle = correlation[shortest + i];
    const inside = i > 0 && i < last;
    const peak = inside && middle > correlation[shortest + i - 1] && middle >= correlation[shortest + i + 1];
    // With a mild preference for the shorter period
    const score = peak ? middle * (1 - (own.LONG_PERIOD_PENALTY * (shortest + i)) / longest) : own.NO_PEAK;
    return { i, score };
  });
  const best = all.sort((a, b) => b.score - a.score).slice(0, own.CANDIDATES);
  const periods = best.map(({ i }) => {
    // A parabola through a peak and its neighbours tells where between samples it stands
    const place = Math.min(Math.max(i, 1), last - 1) + shortest;
    const left = correlation[place - 1];
    const middle = correlation[place];
    const right = correlation[place + 1];
    const bend = Math.min(left - 2 * middle + right, -1e-6);
    return place + Math.min(0.5, Math.max(-0.5, (0.5 * (left - right)) / bend));
  });
  return { scores: best.map(({ score }) => score), periods };
}

// The state of each frame on the cheapest path, the last state unvoiced: Viterbi's algorithm.
function cheapestPath(costs, octaves, own) {
  const unvoiced = own.CANDIDATES;
  const states = unvoiced + 1;
  const move = (from, to, t) => {
    if (from === unvoiced && to === unvoiced) return 0;
    if (from === unvoiced || to === unvoiced) return own.VOICING_CHANGE_COST;
    return own.OCTAVE_JUMP_COST * Math.abs(octaves[t - 1][from] - octaves[t][to]);
  };
  let cost = costs[0];
  const back = [[]];
  for (let t = 1; t < costs.length; t++) {
    const next = [];
    const ways = [];
    for (let to = 0; to < states; to++) {
      let least = Infinity;
      for (let from = 0; from < states; from++) {
        const total = cost[from] + move(from, to, t);
        if (total < least) {
          least = total;
          ways[to] = from;
        }
      }
      next[to] = least + costs[t][to];
    }
    back.push(ways);
    cost = next;
  }
  const path = new Array(costs.length);
  path[costs.length - 1] = cost.indexOf(Math.min(...cost));
  for (let t = costs.length - 1; t > 0; t--) path[t - 1] = back[t][path[t]];
  return path;
}
