import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../python', import.meta.url));

/** Plays looks at a leader's lease, each by when it is asked, how long its answer takes and when the lease ends by etcd's clock. */
const player = `
import importlib.util, json, sys, time
sys.path.insert(0, sys.argv[1])
spec = importlib.util.spec_from_file_location("start_patroni", sys.argv[1] + "/start-patroni.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
clock = 0.0
time.monotonic = lambda: clock

class Etcd:
    def seconds_left(self, lease):
        global clock
        left = int(ends - clock - takes / 2)
        clock += takes
        return left

renewals = module.Renewals()
alive = False
for asked, takes, ends in json.loads(sys.argv[2]):
    clock = asked
    alive = renewals.see(Etcd(), {"lease": "7"})
print(alive)
`;

type Look = readonly [askedAt: number, takes: number, endsAt: number];

function believes(looks: readonly Look[]): boolean {
  const args = ['-c', player, folder, JSON.stringify(looks)];
  return execFileSync('/usr/bin/python3', args, { encoding: 'utf8' }).trim() === 'True';
}

it('believes a leader whose lease is renewed', () => {
  expect(believes(Array.from({ length: 12 }, (_, second): Look => [second, 0.01, second + 20]))).toBe(true);
});

it('believes no leader whose lease only etcd has begun anew, however slow its answers are', () => {
  const begunAnew: Look[] = [
    [0, 0.01, 5],
    [1, 0.01, 25],
  ];
  expect(believes([...begunAnew, [2, 2.5, 25], [5, 6, 25], [12, 9, 25]])).toBe(false);
});
