import { once } from 'node:events';
import { Recognizer } from '@prosodia/runtime';
import { serve } from '@prosodia/server';
import { Command } from 'commander';
import { MODEL_OPTION, realNumber, wholeNumber } from '../options.js';
import type { Session } from '../session.js';

interface ServeOptions {
  readonly model: string;
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly backend?: string;
  readonly profiles?: string;
  readonly maxUploadMib: number;
  readonly maxClipSec: number;
  readonly requestsPerMinute: number;
  readonly maxStreams: number;
  readonly maxStreamsPerClient: number;
  readonly workers?: number;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  prosodia serve                   # http://127.0.0.1:8080 has a page to try it
  curl -F file=@call.wav http://127.0.0.1:8080/v1/recognize
  PROSODIA_TOKEN=… prosodia serve --model run/model.onnx --host 0.0.0.0
  prosodia serve --model run/model.onnx --backend http://triton:8000`;

/** `prosodia serve`: the service over HTTP and WebSocket. */
export function serveCommand(session: Session): Command {
  return new Command('serve')
    .option(...MODEL_OPTION)
    .option('--host <address>', 'anything but loopback needs a token', '127.0.0.1')
    .option('--port <n>', '0 takes any free port', wholeNumber(0, 65_535), 8_080)
    .option('--token <text>', 'bearer token clients must send (or PROSODIA_TOKEN in the environment)')
    .option('--backend <url>', 'send tensors to this Open Inference Protocol server')
    .option('--profiles <dir>', 'keep profiles of people in this folder (/v1/profiles)')
    .option('--max-upload-mib <n>', 'largest file', wholeNumber(1, 2_048), 64)
    .option('--max-clip-sec <s>', 'longest clip', realNumber(0.1, 86_400), 600)
    .option('--requests-per-minute <n>', 'of one client', wholeNumber(1, 10_000_000), 600)
    .option('--max-streams <n>', 'streams at once', wholeNumber(1, 100_000), 256)
    .option('--max-streams-per-client <n>', 'streams of one client at once', wholeNumber(1, 10_000), 16)
    .option('--workers <n>', 'threads that run the network', wholeNumber(1, 64))
    .option('--quiet', 'no log of requests')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ServeOptions) => {
      const { model, workers, maxClipSec, maxUploadMib, quiet = false, ...rest } = options;
      const { host, port, backend, profiles, requestsPerMinute, maxStreams, maxStreamsPerClient } = rest;
      const token = rest.token ?? process.env.PROSODIA_TOKEN;
      const recognizer = await Recognizer.load(model, { workers, maxClipSec });
      try {
        const server = await serve(recognizer, {
          ...{ host, port, requestsPerMinute, maxStreams, maxStreamsPerClient },
          ...(token !== undefined && { token }),
          ...(backend !== undefined && { backend }),
          ...(profiles !== undefined && { profiles }),
          maxUploadBytes: maxUploadMib * 2 ** 20,
          log: !quiet,
        });
        session.print(`listening on ${server.url}`);
        if (!session.signal.aborted) await once(session.signal, 'abort');
        await server.close();
      } finally {
        await recognizer.close();
      }
    });
}
