// The compute thread's or process's own end. Loads next to nothing: it is part of every cold start.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { busyWith, type HostStart, setIdle } from './host-state.js';

export interface HostService<Request, Reply> {
  /** Answers one request; null ends the host after it. They come one after the other. */
  handle(request: Request): Promise<Reply | null>;
}

/** To a host: what it is opened with, once; then requests. */
export type HostMessage<Setup, Request> = { readonly setup: Setup } | { readonly request: Request };

/** What of a reply is handed over instead of copied. */
type Transfer<Reply> = (reply: Reply) => ArrayBuffer[];

type Open<Setup, Request, Reply> = (
  setup: Setup,
) => Promise<{ first: Reply; service: HostService<Request, Reply> | null }>;

/** A host's line to its owner. */
interface Line<Message, Reply> {
  listen(listener: (message: Message) => void): void;
  reply(reply: Reply): void;
  close(): void;
  /** Does work in the middle of which the host must not be ended. */
  guarded<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Opens a service of what its owner sends first, and answers its requests one by one.
 *
 * Called when everything is loaded, which goes on beside the owner's own preparations.
 *
 * @param open  makes the service of the owner's setup; its first word is sent before any answer
 */
export function serve<Setup, Request, Reply>(
  open: Open<Setup, Request, Reply>,
  transfer: Transfer<Reply> = () => [],
): void {
  type Message = HostMessage<Setup, Request>;
  const line = parentPort ? threadLine<Message, Reply>(parentPort, transfer) : processLine<Message, Reply>();
  let service: HostService<Request, Reply> | null = null;
  const take = async (message: Message) => {
    if ('setup' in message) {
      const opened = await line.guarded(() => open(message.setup));
      service = opened.service;
      line.reply(opened.first);
      if (!service) line.close();
      return;
    }
    const opened = service;
    const answer = opened && (await line.guarded(() => opened.handle(message.request)));
    if (answer === null) line.close();
    else line.reply(answer);
  };
  let last: Promise<void> = Promise.resolve();
  line.listen((message) => {
    last = last.then(() => take(message));
  });
}

function threadLine<Message, Reply>(port: MessagePort, transfer: Transfer<Reply>): Line<Message, Reply> {
  const { state } = workerData as HostStart;
  setIdle(state);
  return {
    listen: (listener) => void port.on('message', listener),
    reply: (reply) => port.postMessage(reply, transfer(reply)),
    close: () => port.close(),
    guarded: (work) => busyWith(state, work),
  };
}

function processLine<Message, Reply>(): Line<Message, Reply> {
  // Whoever started this process has gone.
  process.once('disconnect', () => process.exit());
  return {
    listen: (listener) => void process.on('message', (message) => listener(message as Message)),
    reply: (reply) => void process.send?.(reply, () => {}),
    close: () => process.disconnect(),
    guarded: (work) => work(),
  };
}
