import { expect, it } from 'vitest';
import { Hearing } from './hearing.js';

function knockedAt(...times: readonly number[]): Hearing {
  const hearing = new Hearing();
  for (const at of times) hearing.knocked(at);
  return hearing;
}

it('serves nobody since it was first knocked at in vain', () => {
  expect(knockedAt(100, 340, 580).unservedMs(900)).toBe(800);
  expect(new Hearing().unservedMs(900)).toBe(0);
});

it('serves nobody while it refuses either', () => {
  const hearing = knockedAt(100);
  hearing.unserved(true);
  hearing.knocked(340);
  expect(hearing.unservedMs(900)).toBe(800);
  expect(hearing.isRefused).toBe(true);
  hearing.unserved(false);
  expect(hearing.unservedMs(900)).toBe(800);
  expect(hearing.isRefused).toBe(false);
  hearing.heard(950, 960);
  expect(hearing.unservedMs(1_000)).toBe(0);
});

it('is heard by any answer, also one to an earlier knock', () => {
  const hearing = knockedAt(100, 340);
  hearing.heard(100, 400);
  expect(hearing.unservedMs(900)).toBe(0);
  hearing.knocked(900);
  expect(hearing.unservedMs(1_000)).toBe(100);
});

it('says nothing of a time in which nobody listened', () => {
  const hearing = knockedAt(100);
  hearing.forget();
  hearing.knocked(5_000);
  expect(hearing.unservedMs(5_100)).toBe(100);
});

it('is prompt where it has answered lately, and never late', () => {
  const prompt = new Hearing();
  prompt.heard(100, 110);
  expect(prompt.isPrompt(300, 400)).toBe(true);
  expect(prompt.isPrompt(5_000, 400)).toBe(false);
  prompt.heard(300, 900);
  expect(prompt.isPrompt(1_000, 400)).toBe(false);
  expect(new Hearing().isPrompt(100, 400)).toBe(false);
});

it('is not prompt where a late answer is followed by none', () => {
  const late = new Hearing();
  late.heard(100, 700);
  late.unserved(false);
  late.heard(750, 760);
  expect(late.isPrompt(800, 400)).toBe(false);
});

it('was away where a knock was in vain since it was last heard', () => {
  const hearing = knockedAt(100);
  expect(hearing.heard(100, 110)).toBe(false);
  hearing.unserved(true);
  expect(hearing.heard(340, 350)).toBe(true);
  expect(hearing.heard(580, 590)).toBe(false);
});
