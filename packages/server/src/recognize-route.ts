import type { Recognition } from '@prosodia/contracts';
import { isProsodiaError } from '@prosodia/contracts';
import type { ClipRecognizer } from '@prosodia/runtime';
import type { FastifyInstance } from 'fastify';
import type { ServerContext } from './context.js';
import { failureOf, invalid, RequestError } from './failure.js';
import { limited } from './limited.js';
import { profilesOf } from './profile-routes.js';

interface Answer extends Partial<Recognition> {
  readonly name: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** `POST /v1/recognize`: any number of audio files as multipart/form-data, answered one by one. */
export function addRecognizeRoute(app: FastifyInstance, context: ServerContext): void {
  app.post('/v1/recognize', (request) =>
    limited(request, context, async (signal) => {
      if (!request.isMultipart())
        throw new RequestError(415, 'Expected multipart/form-data with audio files');
      const { profile } = request.query as { profile?: unknown };
      const answers = await speakerOf(profile, context);
      const results: Answer[] = [];
      // One file at a time: an upload holds no more memory than its largest file.
      for await (const part of request.files()) {
        const bytes = await part.toBuffer();
        results.push(await answerOf(part.filename, bytes, { answers, metrics: context.metrics }, signal));
      }
      if (results.length === 0) throw invalid('Expected at least one file');
      return { results };
    }),
  );
}

/** Who answers: the person named, if one is. */
async function speakerOf(profile: unknown, context: ServerContext): Promise<ClipRecognizer> {
  if (profile === undefined) return context.answers;
  if (typeof profile !== 'string') throw invalid('Expected one profile in the query');
  const profiles = profilesOf(context);
  await profiles.expect(profile);
  return profiles.speaker(profile);
}

async function answerOf(
  name: string,
  bytes: Uint8Array,
  { answers, metrics }: Pick<ServerContext, 'answers' | 'metrics'>,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const answer = await answers.recognize(bytes, { signal });
    metrics.clips.inc({ outcome: 'ok' });
    return { name, ...answer };
  } catch (error) {
    if (!isProsodiaError(error) || error.code === 'ABORTED') throw error;
    metrics.clips.inc({ outcome: error.code });
    return { name, error: failureOf(error).error };
  }
}
