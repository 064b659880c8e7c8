import { courseChart, levelChart } from './charts.js';
import { openStream } from './connection.js';
import { chosenPerson } from './enrol.js';
import { colourOf } from './formats.js';

const find = (id) => document.getElementById(id);

/** The microphone's half of the page. */
export function setUpLive(labels, tell) {
  let running;
  const bars = probabilityBars(labels);
  find('speak').addEventListener('click', async () => {
    if (running) {
      running.stop();
      return;
    }
    try {
      running = await start(labels, bars, () => {
        running = undefined;
        find('speak').setAttribute('aria-pressed', 'false');
        find('speak').textContent = 'Start the microphone';
      });
      find('speak').setAttribute('aria-pressed', 'true');
      find('speak').textContent = 'Stop the microphone';
    } catch (error) {
      tell(`The microphone could not be opened: ${error.message}`);
    }
  });
}

async function start(labels, bars, onEnd) {
  const media = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const audio = new AudioContext();
  await audio.audioWorklet.addModule('capture-worklet.js');
  const capture = new AudioWorkletNode(audio, 'capture', { numberOfOutputs: 0 });
  find('level').replaceChildren();
  find('course').replaceChildren();
  find('heard').replaceChildren();
  const level = levelChart(find('level'));
  const course = courseChart(find('course'), labels);
  const close = () => {
    for (const track of media.getTracks()) track.stop();
    audio.close();
    onEnd();
  };
  const socket = openStream(
    { sampleRateHz: audio.sampleRate, person: chosenPerson() },
    (event) => show(event, { labels, bars, course }),
    close,
  );
  let heardSec = 0;
  capture.port.onmessage = ({ data }) => {
    heardSec += data.length / audio.sampleRate;
    level(heardSec, data.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0) / 32768);
    if (socket.readyState === WebSocket.OPEN) socket.send(data.buffer);
  };
  audio.createMediaStreamSource(media).connect(capture);
  return {
    stop: () => {
      capture.port.onmessage = null;
      if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"end"}');
      else socket.close();
    },
  };
}

function show(event, { labels, bars, course }) {
  if (event.type === 'speechStart') find('now').textContent = 'Somebody speaks …';
  if (event.type === 'speechEnd') course(event.timeSec, undefined);
  if (event.type === 'provisional') {
    bars(event.probabilities);
    course(event.endSec, event.probabilities);
    find('now').textContent = `${event.label}, ${Math.round(100 * event.confidence)} %`;
  }
  if (event.type === 'segment') {
    const item = document.createElement('li');
    item.textContent = `${event.startSec.toFixed(2)} – ${event.endSec.toFixed(2)} s: ${event.label}, ${Math.round(100 * event.confidence)} %`;
    item.style.borderLeft = `0.6rem solid ${colourOf(event.label, labels)}`;
    item.style.paddingLeft = '0.5rem';
    find('heard').append(item);
  }
  if (event.type === 'error') find('now').textContent = event.error.message;
}

function probabilityBars(labels) {
  const rows = labels.map((label) => {
    const row = document.createElement('li');
    const name = document.createElement('span');
    name.textContent = label;
    const bar = document.createElement('i');
    bar.style.background = colourOf(label, labels);
    const value = document.createElement('span');
    row.append(name, bar, value);
    find('bars').append(row);
    return { label, bar, value };
  });
  const set = (probabilities) => {
    for (const { label, bar, value } of rows) {
      const share = probabilities[label] ?? 0;
      bar.style.width = `${100 * share}%`;
      value.textContent = `${Math.round(100 * share)} %`;
    }
  };
  set({});
  return set;
}
