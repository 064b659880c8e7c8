// The compute thread's or process's own end. Loads next to nothing: it is part of every cold start.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { busyWith, type HostStart } from './host-state.js';

export interface HostService<Request, Reply> {
  /** Answers one request; null ends the host after it. They come one after the other. */
  handle(request: Request): Promise<Reply | null>;
}

/** What of a reply is handed over instead of copied. */
type Transfer<Reply> = (reply: Reply) => ArrayBuffer[];

/**
 * Opens a service and answers its owner's requests one by one.
 *
 * @param open  makes the service of the owner's setup; its first word is sent before any answer
 */
export async function serve<Setup, Request, Reply>(
  open: (setup: Setup) => Promise<{ first: Reply; service: HostService<Request, Reply> | null }>,
  transfer: Transfer<Reply> = () => [],
): Promise<void> {
  if (parentPort) return serveThread(parentPort, open, transfer);
  // Whoever started this process has gone.
  process.once('disconnect', () => process.exit());
  const { setup } = await new Promise<{ setup: Setup }>((resolve) => process.once('message', resolve));
  await attend(
    open(setup),
    (listener) => process.on('message', (message: { request: Request }) => listener(message.request)),
    (reply) => void process.send?.(reply, () => {}),
    () => process.disconnect(),
  );
}

async function serveThread<Setup, Request, Reply>(
  port: MessagePort,
  open: (setup: Setup) => Promise<{ first: Reply; service: HostService<Request, Reply> | null }>,
  transfer: Transfer<Reply>,
): Promise<void> {
  const { state, setup } = workerData as HostStart<Setup>;
  const opened = busyWith(state, () => open(setup)).then(({ first, service }) => ({
    first,
    service: service && {
      handle: (request: Request) => busyWith(state, () => service.handle(request)),
    },
  }));
  await attend(
    opened,
    (listener) => port.on('message', listener),
    (reply) => port.postMessage(reply, transfer(reply)),
    () => port.close(),
  );
}

async function attend<Request, Reply>(
  opened: Promise<{ first: Reply; service: HostService<Request, Reply> | null }>,
  listen: (listener: (request: Request) => void) => void,
  reply: (reply: Reply) => void,
  close: () => void,
): Promise<void> {
  // Heard from the start, so that a request that comes early is not lost.
  let last: Promise<unknown> = opened;
  listen((request) => {
    last = last.then(async () => {
      const { service } = await opened;
      const answer = await service?.handle(request);
      if (answer === null || answer === undefined) close();
      else reply(answer);
    });
  });
  const { first, service } = await opened;
  reply(first);
  if (!service) close();
}
