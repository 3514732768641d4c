import { adjectives, closings, openings, places, statements, topics } from './phrases.js';
import { RandomStream } from './random.js';

/** A value of a row; times are seconds since 1970. */
export type Value = string | number;
export type Row = readonly Value[];

/** Users have ids from 1 on; some of them are in many rooms. */
const users = 20_000;
const mostMessages = 2_000;
const start = Date.UTC(2024, 0, 1) / 1000;
const year = 365 * 86_400;

export function topicRows(): readonly Row[] {
  return topics;
}

/** id, topic, title, created_at */
export function roomRow(seed: number, id: number): Row {
  const random = new RandomStream(seed, id, 1);
  const [topic] = random.pick(topics);
  const title = `The ${random.pick(adjectives)} ${random.pick(places)}, ${id}`;
  return [id, topic, title, createdAt(seed, id)];
}

function createdAt(seed: number, id: number): number {
  return start + new RandomStream(seed, id, 5).below(year);
}

/** Two rows: room_id, user_id, joined_at */
export function memberRows(seed: number, roomId: number): readonly Row[] {
  const created = createdAt(seed, roomId);
  const random = new RandomStream(seed, roomId, 2);
  const first = random.below(users);
  const second = (first + 1 + random.below(users - 1)) % users;
  return [
    [roomId, first + 1, created],
    [roomId, second + 1, created + random.below(3600)],
  ];
}

/**
 * At least one. Few rooms have many: every tenfold number of messages is about 20 times as rare. Made of square roots and
 * divisions, which are exact everywhere, unlike a power.
 */
export function messageCount(seed: number, roomId: number): number {
  const share = (new RandomStream(seed, roomId, 3).next() + 1) / 0x1_0000_0000;
  return Math.min(mostMessages, Math.floor(1 / (Math.sqrt(share) * Math.sqrt(Math.sqrt(share)))));
}

/** In order of time: room_id, id, author_id, sent_at, body */
export function* messageRows(seed: number, roomId: number): Generator<Row> {
  const count = messageCount(seed, roomId);
  const members = memberRows(seed, roomId);
  const random = new RandomStream(seed, roomId, 4);
  let sentAt = Number(members[1]?.[2]);
  for (let id = 1; id <= count; id++) {
    const author = members[random.below(2)]?.[1] ?? 0;
    // Most answers come within minutes, every fourth the next day.
    sentAt += random.below(4) === 0 ? random.below(86_400) : random.below(300);
    yield [roomId, id, author, sentAt, messageBody(random)];
  }
}

function messageBody(random: RandomStream): string {
  const shape = random.below(8);
  const statement = random.pick(statements);
  if (shape < 3) return statement;
  if (shape < 5) return `${random.pick(openings)} ${statement}`;
  if (shape < 7) return `${statement}.\n${random.pick(closings)}`;
  return random.pick(closings);
}
