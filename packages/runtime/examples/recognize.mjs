// node recognize.mjs model.onnx speech.wav [more.wav …]
import { Recognizer } from '@prosodia/runtime';

const [model, ...files] = process.argv.slice(2);
const recognizer = await Recognizer.load(model);
const answers = await recognizer.recognizeBatch(files);
answers.forEach((answer, i) => {
  if (answer.ok) console.log(`${files[i]}: ${answer.value.label} ${answer.value.confidence.toFixed(3)}`);
  else console.error(answer.error.message);
});
await recognizer.close();
