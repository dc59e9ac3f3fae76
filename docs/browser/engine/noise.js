// White noise of a seed, the same numbers as soundalike.audio.noise gives: a Mersenne twister (Matsumoto and
// Nishimura 1998) and the transform of Box and Muller (1958).

const SIZE = 624;
const LANES = 8; // pairs that are drawn side by side
const BLOCK = 2 * LANES;
const FRACTION = 24; // bits of a uniform number

class Twister {
  constructor(seed) {
    this.state = new Uint32Array(SIZE);
    this.state[0] = seed >>> 0;
    for (let i = 1; i < SIZE; i++) {
      const last = this.state[i - 1] ^ (this.state[i - 1] >>> 30);
      this.state[i] = Math.imul(last, 1812433253) + i;
    }
    this.at = SIZE;
  }

  next() {
    if (this.at === SIZE) this.turn();
    let value = this.state[this.at++];
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    return (value ^ (value >>> 18)) >>> 0;
  }

  turn() {
    const { state } = this;
    for (let i = 0; i < SIZE; i++) {
      const mixed = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + 397) % SIZE] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.at = 0;
  }
}

// Numbers (size) of mean 0 and deviation 1.
export function whiteNoise(seed, size) {
  const twister = new Twister(seed);
  const made = normal(uniform(twister, Math.max(size, BLOCK)));
  if (size % BLOCK && size > BLOCK) made.set(normal(uniform(twister, BLOCK)), size - BLOCK);
  return made.slice(0, size);
}

function uniform(twister, size) {
  return Float32Array.from({ length: size }, () => (twister.next() & (2 ** FRACTION - 1)) * 2 ** -FRACTION);
}

function normal(uniforms) {
  const made = new Float32Array(uniforms.length);
  for (let start = 0; start + BLOCK <= uniforms.length; start += BLOCK) {
    for (let i = start; i < start + LANES; i++) {
      const radius = Math.sqrt(-2 * Math.log(1 - uniforms[i]));
      const angle = 2 * Math.PI * uniforms[i + LANES];
      made[i] = radius * Math.cos(angle);
      made[i + LANES] = radius * Math.sin(angle);
    }
  }
  return made;
}
