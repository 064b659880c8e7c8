// What a user of the package writes against, as types: the compiler reads this file, nothing runs it.
import type { AudioClip, BatchItem, ModelCard, Recognition } from '@prosodia/contracts';
import { expectTypeOf } from 'expect-type';
import { Recognizer } from '../src/index.js';

declare const clip: AudioClip;

expectTypeOf(Recognizer.load).parameter(0).toExtend<string | URL | Uint8Array>();
expectTypeOf<'base'>().toExtend<Parameters<typeof Recognizer.load>[0]>();
const recognizer = await Recognizer.load('base', { workers: 2, minConfidence: 0.5 });
expectTypeOf(recognizer).toEqualTypeOf<Recognizer>();
// @ts-expect-error an option that there is not
await Recognizer.load('base', { threads: 2 });
// @ts-expect-error a recognizer is made by load, which checks the file
new Recognizer();

expectTypeOf(recognizer.card).toEqualTypeOf<ModelCard>();
expectTypeOf(recognizer.recognize).toBeCallableWith('call.wav');
expectTypeOf(recognizer.recognize).toBeCallableWith(clip);
expectTypeOf(await recognizer.recognize('call.wav')).toExtend<Recognition>();
// @ts-expect-error samples alone do not say their rate
await recognizer.recognize(new Float32Array(16_000));

const answers = await recognizer.recognizeBatch(['a.wav', clip], {
  signal: new AbortController().signal,
  onProgress: ({ done, total }) => done / total,
});
expectTypeOf(answers).toExtend<readonly BatchItem<Recognition>[]>();
// @ts-expect-error each has to be asked whether it is an answer
answers[0]?.value;
expectTypeOf(recognizer.close()).resolves.toEqualTypeOf<void>();
