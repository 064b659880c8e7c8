import { forgetPerson, keepsPeople, knownPeople, makePerson, teach } from './connection.js';
import { toWav } from './formats.js';

const find = (id) => document.getElementById(id);
/** A clip that is recorded ends by itself after so long. */
const MAX_RECORDED_SEC = 10;

/** The part of the page that teaches the server one person's voice; hidden where no profiles are kept. */
export async function setUpEnrolment(labels, tell) {
  if (!(await keepsPeople())) return;
  showNames(await knownPeople());
  find('enrol').hidden = false;
  find('clip-label').replaceChildren(...labels.map((label) => new Option(label, label)));
  let recording;
  const learn = async (files) => {
    const [name, label] = [find('person').value, find('clip-label').value];
    try {
      if (!find('person').reportValidity()) return;
      find('gain').textContent = `Learning from ${files.length} ${files.length === 1 ? 'clip' : 'clips'} …`;
      if (!(await knownPeople()).includes(name)) await makePerson(name);
      showGain(await teach(name, label, files));
      showNames(await knownPeople());
    } catch (error) {
      find('gain').textContent = '';
      tell(`The voice was not learned: ${error.message}`);
    }
  };
  find('clips').addEventListener('change', async ({ target }) => {
    if (target.files.length > 0) await learn([...target.files]);
    target.value = '';
  });
  find('clip-drop').addEventListener('dragover', (event) => event.preventDefault());
  find('clip-drop').addEventListener('drop', (event) => {
    event.preventDefault();
    learn([...event.dataTransfer.files]);
  });
  find('record').addEventListener('click', async () => {
    if (recording) {
      recording.stop();
      return;
    }
    if (!find('person').reportValidity()) return;
    try {
      recording = await record((wav) => {
        recording = undefined;
        pressed(false);
        learn([new File([wav], 'clip.wav', { type: 'audio/wav' })]);
      });
      pressed(true);
    } catch (error) {
      tell(`The microphone could not be opened: ${error.message}`);
    }
  });
  find('forget').addEventListener('click', async () => {
    const name = find('person').value;
    try {
      if (!find('person').reportValidity() || !confirm(`Forget everything about ${name}?`)) return;
      await forgetPerson(name);
      find('gain').textContent = `${name} is forgotten.`;
      showNames(await knownPeople());
    } catch (error) {
      tell(error.message);
    }
  });
}

/** The person whose voice it is, for streams; empty for nobody in particular. */
export function chosenPerson() {
  return find('enrol').hidden ? '' : find('speaker').value;
}

function pressed(on) {
  find('record').setAttribute('aria-pressed', String(on));
  find('record').textContent = on ? 'Stop and learn' : 'Record a clip';
}

function showNames(names) {
  const before = find('speaker').value;
  find('speaker').replaceChildren(
    new Option('nobody in particular', ''),
    ...names.map((name) => new Option(name, name)),
  );
  if (names.includes(before)) find('speaker').value = before;
}

function showGain({ name, labelled, report }) {
  const { judged, baseRight, adaptedRight, used, reason } = report;
  const gain =
    judged > 0
      ? `Of ${judged} judged without having been learned from, ${baseRight} were right before and ${adaptedRight} are now. `
      : '';
  find('gain').textContent =
    `${name}: ${labelled} labelled clips. ${gain}What was learned is ${used ? 'used' : 'not used yet'}: ${reason}.`;
}

async function record(onDone) {
  const media = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const audio = new AudioContext();
  await audio.audioWorklet.addModule('capture-worklet.js');
  const capture = new AudioWorkletNode(audio, 'capture', { numberOfOutputs: 0 });
  const parts = [];
  capture.port.onmessage = ({ data }) => parts.push(data);
  audio.createMediaStreamSource(media).connect(capture);
  const { sampleRate } = audio;
  const stop = () => {
    clearTimeout(timer);
    capture.port.onmessage = null;
    for (const track of media.getTracks()) track.stop();
    audio.close();
    onDone(toWav(parts, sampleRate));
  };
  const timer = setTimeout(stop, 1000 * MAX_RECORDED_SEC);
  return { stop };
}
