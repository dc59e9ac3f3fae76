// A train of band-limited pulses that follows a pitch: the vocoder's source (soundalike.audio.pulses).

// Samples ((T - 1) * hop) of a pitch (T) in hertz, silent where it is 0.
export function pulses(pitch, { mel, pulses: { USUAL } }) {
  const hop = mel.hop_length;
  const share = Float32Array.from({ length: hop }, (_, i) => i / hop);
  const samples = new Float32Array((pitch.length - 1) * hop);
  const rest = share.map((one) => 1 - one);
  const between = (a, b, i) => Math.fround(Math.fround(a * rest[i]) + Math.fround(b * share[i]));
  let held = pitch[0] > 0 ? pitch[0] : USUAL; // the last voiced pitch, through unvoiced stretches
  let cycles = 0;
  for (let t = 0; t + 1 < pitch.length; t++) {
    const next = pitch[t + 1] > 0 ? pitch[t + 1] : held;
    for (let i = 0; i < hop; i++) {
      const hertz = between(held, next, i);
      cycles += hertz / mel.sample_rate;
      const gate = between(pitch[t] > 0 ? 1 : 0, pitch[t + 1] > 0 ? 1 : 0, i);
      if (gate > 0) samples[t * hop + i] = Math.fround(pulse(cycles % 1, hertz, mel.sample_rate)) * gate;
    }
    held = next;
  }
  return samples;
}

// All harmonics below half the sample rate with cosine phase, in closed form (the Dirichlet kernel).
function pulse(phase, hertz, rate) {
  const harmonics = Math.floor((0.5 * rate) / hertz);
  const half = Math.PI * phase;
  const bottom = Math.sin(half);
  const flat = Math.abs(bottom) < 1e-6;
  const kernel = flat ? 2 * harmonics + 1 : Math.sin((2 * harmonics + 1) * half) / bottom;
  return (kernel - 1) / Math.sqrt(2 * harmonics);
}
