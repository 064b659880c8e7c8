import type { FastifyInstance } from 'fastify';
import type { ServerContext } from './context.js';
import { invalid, RequestError } from './failure.js';
import { limited } from './limited.js';
import type { ProfileStore } from './profile-store.js';

interface Named {
  readonly name: string;
}

/** `/v1/profiles`: people the server knows, where it was started with a folder for them. */
export function addProfileRoutes(app: FastifyInstance, context: ServerContext): void {
  app.get('/v1/profiles', async () => ({ profiles: await profilesOf(context).names() }));
  app.get('/v1/profiles/:name', ({ params }) => profilesOf(context).summary((params as Named).name));
  app.put('/v1/profiles/:name', async ({ params }, reply) => {
    reply.status(201);
    return profilesOf(context).create((params as Named).name);
  });
  app.delete('/v1/profiles/:name', async ({ params }, reply) => {
    await profilesOf(context).delete((params as Named).name);
    return reply.status(204).send();
  });
  app.post('/v1/profiles/:name/clips', (request) => {
    const profiles = profilesOf(context);
    const { name } = request.params as Named;
    const { label } = request.query as { label?: unknown };
    return limited(request, context, async (signal) => {
      if (!request.isMultipart())
        throw new RequestError(415, 'Expected multipart/form-data with audio files');
      if (typeof label !== 'string') throw invalid('Expected one label in the query');
      await profiles.expect(name);
      let summary: object | undefined;
      for await (const part of request.files())
        summary = await profiles.enrol(name, await part.toBuffer(), label, signal);
      if (!summary) throw invalid('Expected at least one file');
      return summary;
    });
  });
}

/** @throws RequestError 404 where no profiles are kept */
export function profilesOf({ profiles }: ServerContext): ProfileStore {
  if (!profiles) throw new RequestError(404, 'This server keeps no profiles (prosodia serve --profiles)');
  return profiles;
}
