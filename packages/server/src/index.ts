export type { ServerOptions } from './options.js';
export { RemoteRecognizer } from './remote-recognizer.js';
export { type ProsodiaServer, serve } from './server.js';
