import { expect, test } from 'vitest';
import { containerOf } from './own-container.js';

const id = '3f'.repeat(32);

test('a process in a container is told by the files that the engine mounts into it', () => {
  const lines = [
    '725 698 0:59 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A',
    `734 725 8:1 /var/lib/docker/containers/${id}/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/sda1 rw`,
    `735 725 8:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw,relatime - ext4 /dev/sda1 rw`,
  ];
  expect(containerOf(lines.join('\n'))).toBe(id);
});

test("a process of the engine's own machine, which sees mounts of containers, is in none", () => {
  const line = `912 27 0:71 / /var/lib/docker/containers/${id}/mounts/shm rw,nosuid - tmpfs shm rw,size=262144k`;
  expect(containerOf(line)).toBeUndefined();
});
