import type { EpochRecord, TrainEvent } from '@prosodia/training';
import pc from 'picocolors';
import type { ProgressBar, Session } from './session.js';

/**
 * Shows a training as it goes: the table of layers, a bar of rows, a bar of epochs with the newest figures.
 *
 * On a terminal the bar moves; in a file or a pipe every tenth epoch is a line.
 */
export function trainView(session: Session): (event: TrainEvent) => void {
  let bar: ProgressBar | undefined;
  const close = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return (event) => {
    switch (event.kind) {
      case 'fold':
        close();
        session.note(`fold ${event.fold + 1} of ${event.folds}`);
        break;
      case 'phase':
        close();
        break;
      case 'progress':
        bar ??= session.progress('features');
        bar.update(event);
        if (event.done === event.total) close();
        break;
      case 'split': {
        const { rows, protocol, caveat } = event.split;
        session.note(
          `${protocol}: ${rows.train} rows to train, ${rows.validation} to choose the epoch, ${rows.test} to test`,
        );
        if (caveat) session.note(pc.yellow(caveat));
        break;
      }
      case 'model':
        session.note(`${event.summary}engine: ${event.engine}`);
        break;
      case 'epoch':
        bar ??= session.progress('epoch');
        bar.update({ done: event.record.epoch, total: event.epochs }, epochFigures(event.record));
        if (!process.stderr.isTTY && (event.record.epoch % 10 === 0 || event.record.epoch === 1))
          session.note(epochLine(event.record, event.epochs, event.etaSec));
        break;
      case 'note':
        session.note(event.message);
        break;
      case 'result':
        close();
        break;
    }
  };
}

function epochFigures(record: EpochRecord): string {
  const { train, validation } = record;
  return (
    `loss ${train.loss.toFixed(3)} acc ${train.accuracy.toFixed(3)} f1 ${train.macroF1.toFixed(3)}` +
    ` | val loss ${validation.loss.toFixed(3)} acc ${validation.accuracy.toFixed(3)} f1 ${validation.macroF1.toFixed(3)}`
  );
}

function epochLine(record: EpochRecord, epochs: number, etaSec: number): string {
  return `epoch ${record.epoch}/${epochs} ${epochFigures(record)} (at most ${Math.ceil(etaSec)} s left)`;
}
