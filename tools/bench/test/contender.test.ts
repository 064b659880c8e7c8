import { describe, expect, test } from '@jest/globals';
import { drawRows } from '../src/chart.js';
import { startChild } from '../src/child-peer.js';
import { contest, inProcess } from '../src/contender.js';

const ours = (order: string[], name: string) =>
  inProcess({ system: name, version: '1', threads: 1 }, async () => {
    order.push(name);
    return 2;
  });

describe('a contest', () => {
  test('warms everyone up, then lets them work in turn', async () => {
    const order: string[] = [];
    const rows = await contest({ work: 'w', ours: ours(order, 'a'), peers: [ours(order, 'b')], rounds: 2 });
    expect(order.join('')).toBe('ababab');
    expect(rows.map(({ system, ratio }) => [system, typeof ratio])).toEqual([
      ['a', 'number'],
      ['b', 'number'],
    ]);
    expect(rows[0]!.ratio).toBe(1);
  });

  test('names a peer that cannot be had, and why', async () => {
    const absent = { system: 'absent', start: () => Promise.reject(new Error('no such wheel')) };
    const rows = await contest({ work: 'w', ours: ours([], 'a'), peers: [absent], rounds: 1 });
    expect(rows[1]).toEqual({ system: 'absent', work: 'w', version: '', error: 'no such wheel' });
    const machine = { processor: 'p', cores: 1, memoryGiB: 1, platform: 'x', node: 'v', isa: 'avx2' };
    expect(drawRows(rows, machine)).toMatch(/absent[\s\S]*missing/);
  });

  test('is told what a child process said when it ended', async () => {
    await expect(startChild(process.execPath, ['-e', 'throw new Error("broken peer")'])).rejects.toThrow(
      /broken peer/,
    );
    const child = await startChild(process.execPath, [
      '-e',
      'console.log("7.1"); process.stdin.on("data", () => console.log(2.5))',
    ]);
    expect(child.version).toBe('7.1');
    expect(await child.round()).toBe(2.5);
    child.stop();
  });
});
