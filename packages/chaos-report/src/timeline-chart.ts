import { formatDuration } from '@citus-ha/core';
import { chart } from './chart.js';
import { colours } from './colours.js';
import { el, type Markup } from './markup.js';
import { tickLabel } from './tick-label.js';
import type { Span, Timeline } from './timeline.js';

const width = 1000;
const left = 64;
const right = 16;

interface Lane {
  readonly top: number;
  readonly height: number;
}

const lanes = {
  events: { top: 8, height: 22 },
  acknowledged: { top: 50, height: 120 },
  failures: { top: 206, height: 60 },
  latency: { top: 302, height: 100 },
  leaders: { top: 424, height: 18 },
} as const satisfies Record<string, Lane>;
const bottom = 448;
const height = 476;

/** Acknowledged requests, failures, latency and leaders of one trial over time, with the fault and the outage. */
export function timelineChart(timeline: Timeline): Markup {
  const { seconds, outage, fault, restoredAt, leaders } = timeline;
  const x = (second: number) => left + (Math.min(seconds, Math.max(0, second)) / seconds) * (width - left - right);
  return chart(
    { title: 'Requests over time', width, height, fontSize: 11 },
    outage ? outageBand(outage, x) : [],
    fault ? eventBar(fault, x) : [],
    restoredAt === undefined ? [] : mark(x(restoredAt), 'all back'),
    acknowledgedLane(timeline, x),
    failureLane(timeline, x),
    latencyLane(timeline, x),
    leaderLane(leaders, x),
    timeAxis(seconds, x),
  );
}

type Scale = (value: number) => number;

function outageBand({ from, to }: Span, x: Scale): Markup[] {
  const middle = (x(from) + x(to)) / 2;
  const label = `write outage ${formatDuration((to - from) * 1000)}`;
  const room = x(to) - x(from) > 150;
  return [
    el('rect', {
      x: x(from),
      y: lanes.acknowledged.top - 12,
      width: Math.max(1.5, x(to) - x(from)),
      height: bottom - lanes.acknowledged.top + 12,
      fill: colours.outage,
    }),
    el(
      'text',
      {
        x: room ? middle : x(to) + 6,
        y: lanes.acknowledged.top + 10,
        'text-anchor': room ? 'middle' : 'start',
        fill: colours.fault,
        'font-weight': 'bold',
        'font-size': 13,
      },
      label,
    ),
  ];
}

function eventBar({ from, to, label }: Span, x: Scale): Markup[] {
  const { top, height: tall } = lanes.events;
  return [
    el('rect', { x: x(from), y: top, width: Math.max(2, x(to) - x(from)), height: tall, rx: 3, fill: colours.fault }),
    ...[from, to].map((second) =>
      el('line', {
        x1: x(second),
        x2: x(second),
        y1: top + tall,
        y2: bottom,
        stroke: colours.fault,
        'stroke-dasharray': '3 3',
      }),
    ),
    x(to) - x(from) > label.length * 7
      ? el('text', { x: x(from) + 8, y: top + 15, fill: 'white', 'font-weight': 'bold' }, label)
      : el('text', { x: x(to) + 6, y: top + 15, fill: colours.fault, 'font-weight': 'bold' }, label),
  ];
}

function mark(at: number, label: string): Markup[] {
  return [
    el('line', { x1: at, x2: at, y1: lanes.events.top, y2: bottom, stroke: colours.good, 'stroke-dasharray': '3 3' }),
    el(
      'text',
      { x: at - 6, y: lanes.events.top + 15, 'text-anchor': 'end', fill: colours.good, 'font-weight': 'bold' },
      label,
    ),
  ];
}

function acknowledgedLane({ writes, reads, bucketSeconds }: Timeline, x: Scale): Markup[] {
  const lane = lanes.acknowledged;
  const top = niceCeiling(Math.max(1, ...writes, ...reads));
  const y = linear(lane, top);
  return [
    ...frame(lane, 'acknowledged a second', [0, top / 2, top], y),
    el('path', { d: steps(writes, bucketSeconds, x, y, true), fill: colours.write, 'fill-opacity': 0.28 }),
    el('path', { d: steps(writes, bucketSeconds, x, y), fill: 'none', stroke: colours.write, 'stroke-width': 1.5 }),
    el('path', { d: steps(reads, bucketSeconds, x, y), fill: 'none', stroke: colours.read, 'stroke-width': 1.5 }),
    ...legend(lane, [
      ['writes', colours.write],
      ['reads', colours.read],
    ]),
  ];
}

function failureLane({ failures, bucketSeconds }: Timeline, x: Scale): Markup[] {
  const lane = lanes.failures;
  const top = niceCeiling(Math.max(1, ...failures));
  const y = linear(lane, top);
  return [
    ...frame(lane, 'not acknowledged a second', [0, top], y),
    el('path', { d: steps(failures, bucketSeconds, x, y, true), fill: colours.error, 'fill-opacity': 0.75 }),
  ];
}

function latencyLane({ p50, p99, bucketSeconds }: Timeline, x: Scale): Markup[] {
  const lane = lanes.latency;
  const powers = [1, 10, 100, 1000, 10_000, 100_000];
  const highest = Math.max(10, ...p99.map((value) => value ?? 0));
  const ticks = powers.slice(0, powers.findIndex((power) => power >= highest) + 1);
  const decades = Math.max(1, ticks.length - 1);
  const y: Scale = (ms) => lane.top + lane.height * (1 - Math.log10(Math.max(1, ms)) / decades);
  const line = (values: readonly (number | null)[], stroke: string) =>
    el('path', { d: points(values, bucketSeconds, x, y), fill: 'none', stroke, 'stroke-width': 1.5 });
  return [
    ...frame(lane, 'latency of writes, from when they were due', ticks, y, tickLabel),
    line(p50, colours.write),
    line(p99, colours.error),
    ...legend(lane, [
      ['median', colours.write],
      ['99%', colours.error],
    ]),
  ];
}

function leaderLane(leaders: readonly Span[], x: Scale): Markup[] {
  const { top, height: tall } = lanes.leaders;
  const names = [...new Set(leaders.map(({ label }) => label.split(',')[0]))];
  return [
    el('text', { x: left - 8, y: top + 13, 'text-anchor': 'end', fill: colours.faint }, 'leader'),
    ...leaders.flatMap(({ from, to, label }) => {
      const colour = colours.leaders[names.indexOf(label.split(',')[0]) % colours.leaders.length] ?? colours.ink;
      const wide = x(to) - x(from);
      return [
        el('rect', { x: x(from), y: top, width: Math.max(1.5, wide), height: tall, rx: 2, fill: colour }),
        ...[label, label.split(',')[0] ?? '']
          .filter((text) => wide > text.length * 6.4 + 12)
          .slice(0, 1)
          .map((text) => el('text', { x: x(from) + 6, y: top + 13, fill: 'white' }, text)),
      ];
    }),
  ];
}

function timeAxis(seconds: number, x: Scale): Markup[] {
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300].find((one) => seconds / one <= 12) ?? 600;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step).map((second) =>
    el('text', { x: x(second), y: bottom + 18, 'text-anchor': 'middle', fill: colours.faint }, `${second} s`),
  );
}

function frame(
  { top }: Lane,
  title: string,
  ticks: readonly number[],
  y: Scale,
  format: (value: number) => string = String,
): Markup[] {
  return [
    el('text', { x: left, y: top - 8, fill: colours.faint }, title),
    ...ticks.flatMap((tick) => [
      el('line', { x1: left, x2: width - right, y1: y(tick), y2: y(tick), stroke: colours.rule }),
      el('text', { x: left - 8, y: y(tick) + 4, 'text-anchor': 'end', fill: colours.faint }, format(tick)),
    ]),
  ];
}

function legend({ top }: Lane, entries: readonly (readonly [string, string])[]): Markup[] {
  return entries.toReversed().flatMap(([label, colour], index) => {
    const at = width - right - (index + 1) * 78;
    return [
      el('rect', { x: at, y: top - 17, width: 12, height: 4, fill: colour }),
      el('text', { x: at + 18, y: top - 10, fill: colours.ink }, label),
    ];
  });
}

function linear({ top, height: tall }: Lane, highest: number): Scale {
  return (value) => top + tall * (1 - value / highest);
}

function steps(values: readonly number[], bucket: number, x: Scale, y: Scale, closed = false): string {
  const corners = values.flatMap((value, index) => [
    `${pixel(x(index * bucket))} ${pixel(y(value))}`,
    `${pixel(x((index + 1) * bucket))} ${pixel(y(value))}`,
  ]);
  const ends = closed ? ` L${pixel(x(values.length * bucket))} ${pixel(y(0))} L${pixel(x(0))} ${pixel(y(0))} Z` : '';
  return `M${corners.join(' L')}${ends}`;
}

function points(values: readonly (number | null)[], bucket: number, x: Scale, y: Scale): string {
  return values
    .map((value, index) =>
      value === null
        ? ''
        : `${(values[index - 1] ?? null) === null ? 'M' : 'L'}${pixel(x((index + 0.5) * bucket))} ${pixel(y(value))}`,
    )
    .join(' ');
}

function pixel(value: number): number {
  return Math.round(value * 10) / 10;
}

function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) ?? 10) * power;
}
