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
  hearing.unserved(100, 'refused');
  hearing.knocked(340);
  expect(hearing.unservedMs(900)).toBe(800);
  expect(hearing.isRefused).toBe(true);
  hearing.unserved(340, 'silent');
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

it('is not prompt for a while after it was late, or silent', () => {
  const late = new Hearing();
  late.heard(100, 700);
  const silent = new Hearing();
  silent.unserved(100, 'silent');
  for (const hearing of [late, silent]) {
    for (const at of [900, 2_900, 3_800]) hearing.heard(at - 10, at);
    expect(hearing.isPrompt(3_000, 400)).toBe(false);
    expect(hearing.isPrompt(3_900, 400)).toBe(true);
  }
});

it('is prompt soon in a new life, whatever the one before was', () => {
  for (const how of ['gone', 'refused'] as const) {
    const hearing = knockedAt(100);
    hearing.unserved(100, 'silent');
    hearing.unserved(340, how);
    hearing.heard(580, 590);
    expect(hearing.isPrompt(600, 400)).toBe(true);
  }
});

it('was away where a knock was in vain since it was last heard', () => {
  const hearing = knockedAt(100);
  expect(hearing.heard(100, 110)).toBe(false);
  hearing.unserved(100, 'refused');
  expect(hearing.heard(340, 350)).toBe(true);
  expect(hearing.heard(580, 590)).toBe(false);
});
