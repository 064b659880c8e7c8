import type { Command } from 'commander';
import type { Session } from './session.js';

/** A command of the program: its line in the help, and its code, which is loaded when it is asked for. */
export interface CommandEntry {
  readonly summary: string;
  readonly load: (session: Session) => Promise<Command>;
}

/** Every command by name, in the order of the help. Training and its charts take more than a second to load: each loads its own. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  corpus: {
    summary: 'Look at, download or synthesize labelled recordings',
    load: async (session) => (await import('./commands/corpus.js')).corpusCommand(session),
  },
  features: {
    summary: 'Extract MFCCs, log-mel bands, prosody or clip statistics; with --json, one line per file',
    load: async (session) => (await import('./commands/features.js')).featuresCommand(session),
  },
  augment: {
    summary:
      'Add noise, shift the pitch, stretch the time of a clip, or send it through a room or a telephone',
    load: async (session) => (await import('./commands/augment.js')).augmentCommand(session),
  },
  train: {
    summary: 'Train a recipe on a corpus, judge it, export one ONNX file and write a report',
    load: async (session) => (await import('./commands/train.js')).trainCommand(session),
  },
  evaluate: {
    summary: 'Train and judge recipes under several protocols and put the results in one table',
    load: async (session) => (await import('./commands/evaluate.js')).evaluateCommand(session),
  },
  export: {
    summary: 'Export the best weights of a run – finished or stopped by Ctrl-C – as one ONNX file',
    load: async (session) => (await import('./commands/export.js')).exportCommand(session),
  },
  quantize: {
    summary: 'Store the weights of a model in 8 or 16 bits, judged beside the model as it was',
    load: async (session) => (await import('./commands/quantize.js')).quantizeCommand(session),
  },
  recognize: {
    summary: 'Say which emotion is heard in each file; with --json, one line per file',
    load: async (session) => (await import('./commands/recognize.js')).recognizeCommand(session),
  },
  personalise: {
    summary: 'Learn one person from short recordings of known emotion; without any, asks for them one by one',
    load: async (session) => (await import('./commands/personalise.js')).personaliseCommand(session),
  },
  timeline: {
    summary: 'Find the speech in a recording and say which emotion is heard in each stretch of it',
    load: async (session) => (await import('./commands/timeline.js')).timelineCommand(session),
  },
  listen: {
    summary: 'Watch the emotion while somebody speaks; Ctrl-C ends with a table',
    load: async (session) => (await import('./commands/listen.js')).listenCommand(session),
  },
  serve: {
    summary: 'Serve recognition over HTTP and WebSocket, with a page to try it; /openapi.json describes it',
    load: async (session) => (await import('./commands/serve.js')).serveCommand(session),
  },
  cache: {
    summary: 'Show or clear what features are kept on disk between runs',
    load: async (session) => (await import('./commands/cache.js')).cacheCommand(session),
  },
  demo: {
    summary: 'Recognise files picked at random and show which were right',
    load: async (session) => (await import('./commands/demo.js')).demoCommand(session),
  },
  report: {
    summary: 'Write report.html and its charts for a finished run',
    load: async (session) => (await import('./commands/report.js')).reportCommand(session),
  },
  results: {
    summary: 'Tabulate recipes by protocol and by what is known of the speaker, from kept predictions',
    load: async (session) => (await import('./commands/results.js')).resultsCommand(session),
  },
  bench: {
    summary: 'Measure Prosodia beside its peers, in one run',
    load: async (session) => (await import('./commands/bench.js')).benchCommand(session),
  },
  start: {
    summary: "The whole way at once: the paper's final model trained, judged, exported, tried and reported",
    load: async (session) => (await import('./commands/start.js')).startCommand(session),
  },
};
