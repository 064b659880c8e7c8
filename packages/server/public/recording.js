import { waveChart } from './charts.js';
import { openStream } from './connection.js';
import { chosenPerson } from './enrol.js';
import { colourOf, save, toJson, toSrt, toVtt } from './formats.js';

const find = (id) => document.getElementById(id);
/** Samples sent at once, and bytes that may wait to be sent. */
const CHUNK = 16384;
const MAX_WAITING_BYTES = 1 << 20;

/** The half of the page that opens files. */
export function setUpRecording(labels, tell) {
  const player = find('player');
  let shown;
  const open = async (file) => {
    if (!file) return;
    try {
      find('result').hidden = true;
      find('progress').textContent = `Reading ${file.name} …`;
      shown = { name: file.name, timeline: await analyse(file, labels, player) };
      const { segments, durationSec } = shown.timeline;
      const count = segments.length === 1 ? '1 segment' : `${segments.length} segments`;
      find('progress').textContent = `${count} of speech in ${durationSec.toFixed(1)} s`;
    } catch (error) {
      find('progress').textContent = '';
      tell(`${file.name} could not be read: ${error.message}`);
    }
  };
  find('file').addEventListener('change', ({ target }) => open(target.files[0]));
  const drop = find('drop');
  drop.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    open(event.dataTransfer.files[0]);
  });
  const bare = () => shown.name.replace(/\.[^.]*$/, '');
  find('save-json').addEventListener('click', () => {
    save(`${bare()}.json`, 'application/json', toJson(shown.timeline));
  });
  find('save-srt').addEventListener('click', () => {
    save(`${bare()}.srt`, 'application/x-subrip', toSrt(shown.timeline));
  });
}

async function analyse(file, labels, player) {
  const bytes = await file.arrayBuffer();
  const decoder = new OfflineAudioContext(1, 1, rateOf(bytes));
  const audio = await decoder.decodeAudioData(bytes.slice(0));
  const samples = mono(audio);
  const timeline = await timelineOf(samples, audio.sampleRate);
  player.src = URL.createObjectURL(file);
  find('captions').src = URL.createObjectURL(new Blob([toVtt(timeline)], { type: 'text/vtt' }));
  find('result').hidden = false;
  const chart = waveChart(find('wave'), {
    samples,
    labels,
    ...timeline,
    playedSec: () => player.currentTime,
  });
  const follow = () => {
    chart.redraw(false);
    if (!player.paused) requestAnimationFrame(follow);
  };
  player.onplay = follow;
  player.onseeked = follow;
  find('wave').onclick = () => {
    player.currentTime = Math.max(0, chart.posToVal(chart.cursor.left, 'x'));
  };
  find('segments').replaceChildren(...timeline.segments.map((segment) => rowOf(segment, labels, player)));
  return timeline;
}

/** A WAV file's own rate, so that nothing is resampled on the way; 48 kHz for others. */
function rateOf(bytes) {
  const view = new DataView(bytes);
  const isWav =
    bytes.byteLength > 44 && view.getUint32(0) === 0x52494646 && view.getUint32(12) === 0x666d7420;
  const rate = isWav ? view.getUint32(24, true) : 48000;
  return rate >= 8000 && rate <= 96000 ? rate : 48000;
}

function mono(audio) {
  const samples = audio.getChannelData(0).slice();
  for (let channel = 1; channel < audio.numberOfChannels; channel++)
    audio.getChannelData(channel).forEach((sample, i) => {
      samples[i] += sample;
    });
  return samples.map((sample) => sample / audio.numberOfChannels);
}

function timelineOf(samples, sampleRateHz) {
  return new Promise((resolve, reject) => {
    const segments = [];
    const socket = openStream(
      { sampleRateHz, person: chosenPerson() },
      (event) => {
        if (event.type === 'segment') segments.push(event);
        if (event.type === 'error') reject(new Error(event.error.message));
        if (event.type === 'done') resolve({ durationSec: samples.length / sampleRateHz, segments });
      },
      () => reject(new Error('the connection was closed')),
    );
    socket.onopen = async () => {
      for (let at = 0; at < samples.length && socket.readyState === WebSocket.OPEN; at += CHUNK) {
        const part = samples.subarray(at, at + CHUNK);
        socket.send(Int16Array.from(part, toInt16));
        while (socket.bufferedAmount > MAX_WAITING_BYTES) await new Promise((next) => setTimeout(next, 20));
      }
      socket.send('{"type":"end"}');
    };
  });
}

/** Undoes how browsers turn 16-bit samples into floats (positive ones by 32,767), so that a WAV file's come back. */
function toInt16(sample) {
  return Math.max(-32768, Math.min(32767, Math.round(sample * (sample < 0 ? 32768 : 32767))));
}

function rowOf({ startSec, endSec, label, confidence }, labels, player) {
  const row = document.createElement('tr');
  const from = document.createElement('td');
  const jump = document.createElement('button');
  jump.type = 'button';
  jump.textContent = startSec.toFixed(2);
  jump.setAttribute('aria-label', `Play from ${startSec.toFixed(2)} seconds`);
  jump.addEventListener('click', () => {
    player.currentTime = startSec;
    player.play();
  });
  from.append(jump);
  const cells = [endSec.toFixed(2), label, `${(100 * confidence).toFixed(1)} %`].map((text) => {
    const cell = document.createElement('td');
    cell.textContent = text;
    return cell;
  });
  cells[1].style.borderLeft = `0.6rem solid ${colourOf(label, labels)}`;
  row.append(from, ...cells);
  return row;
}
