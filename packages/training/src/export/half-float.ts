const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

const MOST_HALF = 65_504;

/**
 * The nearest half-precision float (IEEE 754 binary16, ties to even) as its 16 bits. What is beyond ±65,504 becomes that;
 * half precision has no place for it but infinity, and a weight of infinity would spoil every answer.
 */
export function toHalf(value: number): number {
  single[0] = Math.max(-MOST_HALF, Math.min(MOST_HALF, value));
  const sign = (bits[0]! >>> 16) & 0x8000;
  const exponent = ((bits[0]! >>> 23) & 0xff) - 127;
  // Below 2^-14 halves are multiples of 2^-24; above, ten bits follow the first.
  const step = 2 ** (Math.max(exponent, -14) - 10);
  const multiple = toEven(Math.abs(single[0]!) / step);
  const biased = Math.max(exponent, -14) + 14;
  return sign | (biased * 1_024 + multiple);
}

function toEven(value: number): number {
  const whole = Math.floor(value);
  const rest = value - whole;
  if (rest !== 0.5) return rest > 0.5 ? whole + 1 : whole;
  return whole % 2 === 0 ? whole : whole + 1;
}
