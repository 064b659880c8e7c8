import { nativeAddon } from '@prosodia/native';

const SHAPE = { steps: 5, width: 3, units: 18, returnSequences: true, inputGradient: true, batchSize: 7 };

function wave(length: number, phase: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => 0.5 * Math.sin(i * 1.7 + phase));
}

function pass(threads: number, rows = 7) {
  const lstm = new (nativeAddon().LstmOperator)({ ...SHAPE, threads });
  lstm.setWeights([wave(3 * 72, 1), wave(18 * 72, 2), wave(72, 3)]);
  const outputs = lstm.forward(wave(rows * 15, 4));
  const inputs = lstm.backward(wave(rows * 90, 5))!;
  const gradients = lstm.gradients();
  lstm.update({ rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, keep: 0.99 });
  const after = { weights: lstm.weights(), slots: lstm.slots() };
  lstm.dispose();
  return { outputs, inputs, gradients, after };
}

test('an LSTM layer gives the same bytes on any number of threads, partial batches too', () => {
  for (const rows of [7, 2]) {
    const one = pass(1, rows);
    expect(one.outputs).toHaveLength(rows * 90);
    expect(one.inputs).toHaveLength(rows * 15);
    for (const threads of [2, 3]) expect(pass(threads, rows)).toEqual(one);
  }
});

test('its gradients are those of its outputs', () => {
  const lstm = new (nativeAddon().LstmOperator)({ ...SHAPE, threads: 1 });
  const weights = [wave(3 * 72, 1), wave(18 * 72, 2), wave(72, 3)];
  const [inputs, gradient] = [wave(105, 4), wave(630, 5)];
  const value = () => {
    lstm.setWeights(weights);
    return lstm.forward(inputs).reduce((sum, output, i) => sum + output * gradient[i]!, 0);
  };
  value();
  const found = { inputs: lstm.backward(gradient)!, weights: lstm.gradients() };
  const step = 1e-2;
  for (const [array, own] of [
    ...weights.map((weight, i) => [weight, found.weights[i]!] as const),
    [inputs, found.inputs] as const,
  ])
    for (const at of [0, 17, array.length - 1]) {
      const before = array[at]!;
      array[at] = before + step;
      const above = value();
      array[at] = before - step;
      const slope = (above - value()) / (2 * step);
      array[at] = before;
      expect(Math.abs(slope - own[at]!)).toBeLessThan(2e-3 * (1 + Math.abs(slope)));
    }
  lstm.dispose();
});

test('a layer refuses what would read or write outside its memory', () => {
  const { LstmOperator } = nativeAddon();
  expect(() => new LstmOperator({ ...SHAPE, threads: 0 })).toThrow('threads');
  expect(() => new LstmOperator({ ...SHAPE, units: 1_000_000, threads: 1 })).toThrow('units');
  const lstm = new LstmOperator({ ...SHAPE, threads: 1 });
  expect(() => lstm.setWeights([wave(3, 1)])).toThrow('3 arrays');
  expect(() => lstm.forward(wave(16, 1))).toThrow('rows of 15');
  expect(() => lstm.forward(wave(8 * 15, 1))).toThrow('1 to 7 rows');
  expect(() => lstm.backward(wave(90, 1))).toThrow('forward before');
  lstm.forward(wave(15, 1));
  expect(() => lstm.backward(wave(91, 1))).toThrow('90 values');
  lstm.backward(wave(90, 1));
  expect(() => lstm.backward(wave(90, 1))).toThrow('forward before');
  lstm.dispose();
  expect(() => lstm.forward(wave(15, 1))).toThrow('disposed');
});

test('a layer moves its weights as Adam moves arrays, and goes on from slots that were kept', () => {
  const step = { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, keep: 0.995 };
  const weights = [wave(3 * 72, 1), wave(18 * 72, 2), wave(72, 3)];
  const slots = [...weights, ...weights].map((weight, i) =>
    wave(weight.length, i).map((value) => value ** 2),
  );
  const lstm = new (nativeAddon().LstmOperator)({ ...SHAPE, threads: 2 });
  lstm.setWeights(weights);
  lstm.setSlots(slots);
  lstm.forward(wave(7 * 15, 4));
  lstm.backward(wave(7 * 90, 5));
  const gradients = lstm.gradients();
  lstm.update(step);
  const after = [lstm.weights(), lstm.slots()] as const;
  lstm.dispose();
  weights.forEach((weight, i) => {
    nativeAddon().adamStep(step, weight, gradients[i]!, slots[i]!, slots[i + 3]!);
  });
  expect(after).toEqual([weights, slots]);
});

test('Adam steps as Keras writes it, whatever the length', () => {
  const step = { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, keep: 0.995 };
  for (const length of [1, 63, 64, 130]) {
    const [weights, gradient] = [wave(length, 1), wave(length, 2)];
    const [first, second] = [wave(length, 3), wave(length, 4).map((value) => value * value)];
    const expected = weights.map((weight, i) => {
      const m = 0.9 * first[i]! + 0.1 * gradient[i]!;
      const v = 0.999 * second[i]! + 0.001 * gradient[i]! ** 2;
      return 0.995 * weight - (0.01 * m) / (Math.sqrt(v) + 1e-7);
    });
    nativeAddon().adamStep(step, weights, gradient, first, second);
    weights.forEach((weight, i) => {
      expect(Math.abs(weight - expected[i]!)).toBeLessThan(1e-6 * (1 + Math.abs(expected[i]!)));
    });
  }
  const short = new Float32Array(2);
  expect(() => nativeAddon().adamStep(step, new Float32Array(3), short, short, short)).toThrow('3 values');
});
