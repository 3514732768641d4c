import { expect, it } from 'vitest';
import { faultNamed, faults, impossibleFaults } from './index.js';

const refusal = (name: string) => {
  try {
    return faultNamed(name, new Set(['isolation', 'pause'] as const)).name;
  } catch (error) {
    return (error as Error).message;
  }
};

it('gives a fault that can be done, and says of another one what is missing', () => {
  expect(refusal('kill')).toBe('kill');
  expect(refusal('slow')).toBe('slow cannot be done here: the runtime lacks slowNetwork');
  expect(refusal('clock-jump')).toContain('Linux has one wall clock');
  expect(refusal('constructor')).toBe('There is no fault constructor');
});

it('no fault is both possible and impossible', () => {
  expect(faults.filter(({ name }) => impossibleFaults.some((one) => one.name === name))).toEqual([]);
});
