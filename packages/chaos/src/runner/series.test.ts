import { expect, it } from 'vitest';
import { checkHistory } from '../checkers/check-history.js';
import {
  byStrike,
  nameOfTrial,
  planTrials,
  requirePlace,
  summarize,
  trialsLeft,
  type Series,
  type SeriesPlace,
} from './series.js';

const planned = planTrials(
  [
    { fault: 'kill', target: 'leader' },
    { fault: 'stop', target: 'leader+first-worker' },
  ],
  2,
);
const result = { ...checkHistory([]), writeOutageMs: 100, valid: true };
const resultOf = (index: number, outage: number) => ({
  fault: 'kill',
  target: 'leader',
  trial: index,
  file: '',
  result: { ...result, writeOutageMs: outage },
});

it('plans every fault as often as it was asked for, each trial under a name of its own', () => {
  expect(planned.map(nameOfTrial)).toEqual([
    'kill-leader-1',
    'kill-leader-2',
    'stop-leader-and-first-worker-1',
    'stop-leader-and-first-worker-2',
  ]);
});

it('goes on with the trials that have no result yet', () => {
  const series = { planned, results: [resultOf(1, 5)] } as unknown as Series;
  expect(trialsLeft(series).map(nameOfTrial)).toEqual(planned.slice(1).map(nameOfTrial));
});

it('gives percentiles over the trials, each a value that was measured', () => {
  const results = [300, 100, 200].map((outage, index) => resultOf(index + 1, outage));
  expect(summarize(results.map((one) => one.result)).writeOutageMs).toEqual({ p50: 200, p99: 300, max: 300 });
  expect(byStrike(results)).toMatchObject([{ fault: 'kill', target: 'leader', results: [{}, {}, {}] }]);
});

it('is undecided without trials, and broken by one', () => {
  expect(summarize([]).valid).toBe('unknown');
  expect(summarize([result, { ...result, valid: false }]).valid).toBe(false);
});

it('goes on only where it was begun', () => {
  const place = {
    runtime: 'local',
    engine: 'Citus 13',
    versions: { postgres: '17', patroni: undefined },
    machine: { cpus: 2, memoryGiB: 4 },
    spec: { name: 'one', workers: { count: 3 } },
  } as unknown as SeriesPlace;
  const kept = { place: JSON.parse(JSON.stringify(place)) as SeriesPlace } as unknown as Series;
  expect(() => requirePlace(kept, place)).not.toThrow();
  const elsewhere = { ...place, engine: 'stand-in 1', spec: { ...place.spec, name: 'two' } };
  expect(() => requirePlace(kept, elsewhere)).toThrow('begun elsewhere: other engine, spec');
});
