import { expect, test } from 'vitest';
import { refuseOtherPrograms } from './refuse-other-programs.js';

const known = { versions: { postgres: 17, patroni: '4.0.7', etcd: '3.5', haproxy: '3.0' }, citusAvailable: true };
const image = { postgres: 17, citus: true };
const refusal = (found: typeof image, engine: 'auto' | 'citus' | 'standin' = 'auto') => {
  try {
    refuseOtherPrograms(known, found, { engine });
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('programs like those that the cluster was made with are taken', () => {
  expect(refusal(image)).toBeUndefined();
});

test('data of another major version of PostgreSQL is refused', () => {
  expect(refusal({ ...image, postgres: 18 })).toBe('DATA_VERSION');
});

test('an image without Citus is refused where the cluster may need it', () => {
  expect(refusal({ ...image, citus: false })).toBe('BASE_WITHOUT_CITUS');
  expect(refusal({ ...image, citus: false }, 'standin')).toBeUndefined();
});
