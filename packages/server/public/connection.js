/** How the page reaches its server. */

let token = '';

export function setToken(value) {
  token = value;
}

export async function getModel() {
  const response = await fetch('v1/model', { headers: token ? { authorization: `Bearer ${token}` } : {} });
  if (response.status === 401) return undefined;
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  return response.json();
}

/** Opens a stream; `onEvent` gets each of its events, also `done` and `error`. */
export function openStream(sampleRateHz, onEvent, onClose) {
  const url = new URL(`v1/stream?sampleRateHz=${sampleRateHz}`, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url, ['prosodia.v1', ...(token ? [`bearer.${token}`] : [])]);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => onEvent(JSON.parse(data));
  socket.onclose = onClose;
  return socket;
}
