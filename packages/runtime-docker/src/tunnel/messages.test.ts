import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeMessage, encodeNumber, MessageReader, type Message } from './messages.js';

it('takes messages apart wherever they are cut', () => {
  const contents = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
  fc.assert(
    fc.property(contents, fc.integer({ min: 1, max: 60 }), (sent, cut) => {
      const bytes = Buffer.concat(sent.map((content, stream) => encodeMessage('data', stream, content)));
      const reader = new MessageReader();
      const heard: Message[] = [];
      for (let at = 0; at < bytes.length; at += cut) heard.push(...reader.read(bytes.subarray(at, at + cut)));
      expect(heard).toEqual(sent.map((content, stream) => ({ type: 'data', stream, content: Buffer.from(content) })));
    }),
  );
});

it('says what came instead of a message', () => {
  const complaint = 'exec: "perl": executable file not found\n';
  expect(() => [...new MessageReader().read(Buffer.from(complaint))]).toThrow(complaint.trim());
  expect(encodeMessage('open', 7, encodeNumber(5432)).toString('hex')).toBe('4f000000070000000400001538');
});
