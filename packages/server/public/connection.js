/** How the page reaches its server. */

let token = '';

export function setToken(value) {
  token = value;
}

export async function getModel() {
  const response = await fetch('v1/model', { headers: headers() });
  if (response.status === 401) return undefined;
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  return response.json();
}

/** Whether the server keeps profiles, as its own description says. */
export async function keepsPeople() {
  return '/v1/profiles' in (await ask('openapi.json', {})).paths;
}

/** Names of the people the server knows. */
export async function knownPeople() {
  return (await ask('v1/profiles', {})).profiles;
}

export function makePerson(name) {
  return ask(`v1/profiles/${encodeURIComponent(name)}`, { method: 'PUT' });
}

export function forgetPerson(name) {
  return ask(`v1/profiles/${encodeURIComponent(name)}`, { method: 'DELETE' });
}

/** Has the server learn labelled clips; answers with what they are worth. */
export function teach(name, label, files) {
  const body = new FormData();
  for (const file of files) body.append('file', file);
  return ask(`v1/profiles/${encodeURIComponent(name)}/clips?label=${encodeURIComponent(label)}`, {
    method: 'POST',
    body,
  });
}

async function ask(path, options) {
  return read(await fetch(path, { ...options, headers: headers() }));
}

async function read(response) {
  if (response.status === 204) return undefined;
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error?.message ?? `The server answered ${response.status}`);
  return answer;
}

function headers() {
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** Opens a stream, of a known person's voice unless `person` is empty; `onEvent` gets each event, also `done` and `error`. */
export function openStream({ sampleRateHz, person }, onEvent, onClose) {
  const url = new URL(`v1/stream?sampleRateHz=${sampleRateHz}`, location.href);
  if (person) url.searchParams.set('profile', person);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url, ['prosodia.v1', ...(token ? [`bearer.${token}`] : [])]);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => onEvent(JSON.parse(data));
  socket.onclose = onClose;
  return socket;
}
