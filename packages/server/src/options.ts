import { ProsodiaError, parseWith } from '@prosodia/contracts';
import { z } from 'zod';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

const schema = z.strictObject({
  /** Address to listen on; anything but loopback needs a token. */
  host: z.string().min(1).default('127.0.0.1'),
  /** 0 takes any free port. */
  port: z.number().int().min(0).max(65_535).default(8_080),
  /** What clients must send as `Authorization: Bearer …`. */
  token: z
    .string()
    .regex(/^[\w.~-]{16,512}$/, 'expected 16 to 512 letters, digits or . _ ~ -')
    .optional(),
  /** Bytes of one uploaded file. */
  maxUploadBytes: z
    .number()
    .int()
    .min(1_024)
    .max(2 ** 31)
    .default(64 * 2 ** 20),
  /** Files of one upload. */
  maxFiles: z.number().int().min(1).max(1_000).default(32),
  /** Time a client may take to send a request, and we to answer it. */
  requestTimeoutMs: z.number().int().min(100).max(3_600_000).default(60_000),
  /** Requests of one client in a minute. */
  requestsPerMinute: z.number().int().min(1).max(10_000_000).default(600),
  /** Uploads and inferences of one client at once. */
  maxRequestsPerClient: z.number().int().min(1).max(10_000).default(8),
  /** Streams of one client, and of all of them. */
  maxStreamsPerClient: z.number().int().min(1).max(10_000).default(16),
  maxStreams: z.number().int().min(1).max(100_000).default(256),
  /** Silence on a stream's connection after which it is closed. */
  streamIdleMs: z.number().int().min(100).max(3_600_000).default(60_000),
  /** How long a shutdown waits for what was accepted. */
  graceMs: z.number().int().min(0).max(600_000).default(10_000),
  /** Base address of an Open Inference Protocol server that runs the network instead. */
  backend: z.url({ protocol: /^https?$/ }).optional(),
  /** Folder of people's profiles; without it none are kept. */
  profiles: z.string().min(1).optional(),
  /** Most profiles in it. */
  maxProfiles: z.number().int().min(1).max(100_000).default(1_000),
  /** Structured lines about requests on standard error; never audio, names of files or tokens. */
  log: z.boolean().default(false),
});

export type ServerOptions = z.input<typeof schema>;
export type ServerSettings = z.output<typeof schema>;

/** @throws ProsodiaError INVALID_ARGUMENT naming the option, also for an open address without a token */
export function serverSettings(options: ServerOptions): ServerSettings {
  const settings = parseWith(schema, options, 'server options');
  if (settings.profiles !== undefined && settings.backend !== undefined)
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      'Expected profiles or a backend, not both: a profile needs the embeddings of the local network',
    );
  if (settings.token === undefined && !LOOPBACK.includes(settings.host))
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected a token for a server that others can reach (host ${settings.host}) but none is given`,
    );
  return settings;
}
