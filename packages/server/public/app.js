import { getModel, setToken } from './connection.js';
import { setUpEnrolment } from './enrol.js';
import { colourOf } from './formats.js';
import { setUpLive } from './live.js';
import { setUpRecording } from './recording.js';

const find = (id) => document.getElementById(id);

function tell(message) {
  find('problem').textContent = message;
  find('problem').hidden = false;
}

async function begin() {
  const card = await getModel();
  find('token-form').hidden = card !== undefined;
  if (!card) return;
  const { labels } = card;
  find('where').textContent =
    `Audio goes to ${location.host}, where this page comes from, and to nobody else; it is not kept.`;
  find('model').textContent = `Model ${card.name}, trained on ${card.training.corpus}.`;
  find('legend').replaceChildren(
    ...labels.map((label) => {
      const item = document.createElement('li');
      const colour = document.createElement('i');
      colour.style.background = colourOf(label, labels);
      item.append(colour, label);
      return item;
    }),
  );
  setUpLive(labels, tell);
  setUpRecording(labels, tell);
  await setUpEnrolment(labels, tell);
  document.body.dataset.ready = 'true';
}

find('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  setToken(find('token').value);
  begin().catch((error) => tell(error.message));
});
begin().catch((error) => tell(error.message));
