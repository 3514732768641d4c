import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePatch } from '@citus-ha/core';
import { patchBetween, type JsonObject } from './json-patch.js';

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
const object = fc.letrec<{ object: JsonObject; value: JsonObject }>((tie) => ({
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'citus.shard_count'), tie('value'), { noNullPrototype: true }),
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('object')) as fc.Arbitrary<JsonObject>,
})).object;

describe('a patch between two configurations', () => {
  it('turns the one into the other, whatever they are', () => {
    fc.assert(
      fc.property(object, object, (from, to) => {
        const patch = patchBetween(from, to);
        expect(patch === undefined ? from : mergePatch(from, patch)).toEqual(to);
      }),
    );
  });

  it('is absent where they are equal', () => {
    fc.assert(
      fc.property(object, (value) => {
        expect(patchBetween(value, structuredClone(value))).toBeUndefined();
      }),
    );
  });

  it('removes a key by null and names nothing that stays', () => {
    expect(patchBetween({ ttl: 20, loop_wait: 1, pause: true }, { ttl: 30, loop_wait: 1 })).toEqual({
      ttl: 30,
      pause: null,
    });
  });
});
