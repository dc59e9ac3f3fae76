// Numbers of half precision (IEEE 754 binary16), as voices keep them.

const float = new Float32Array(1);
const bitsOfFloat = new Uint32Array(float.buffer);

// The 16 bits of a number, rounded to the nearest, halfway to the even one.
export function halfBits(value) {
  float[0] = value;
  const bits = bitsOfFloat[0];
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  if (exponent >= 31) return sign | 0x7c00;
  const whole = (bits & 0x7fffff) | 0x800000;
  const shift = exponent > 0 ? 13 : 14 - exponent; // small numbers lose digits
  if (shift > 24) return sign;
  const rest = whole & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  let kept = whole >>> shift;
  if (rest > middle || (rest === middle && kept & 1)) kept++;
  return sign | (exponent > 0 ? ((exponent - 1) << 10) + kept : kept);
}

function fromHalfBits(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

// Values rounded to half precision.
export function toHalf(values) {
  return Float32Array.from(values, (one) => fromHalfBits(halfBits(one)));
}
