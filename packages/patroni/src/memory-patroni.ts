import { codeOf } from '@citus-ha/core';
import type { DynamicConfig, PatroniClient } from './patroni-client.js';
import { handOver } from './memory/change-role.js';
import { memberKey, runLoop } from './memory/ha-loop.js';
import { createMemoryClient } from './memory/memory-client.js';
import { ScopeKeys, type PatroniStore } from './memory/scope-keys.js';
import { endMember, newMember, type SimulatedMember } from './memory/simulated-member.js';
import type { World } from './memory/world.js';

export interface MemoryPatroniOptions {
  /** Where Patroni keeps its keys: `createMemoryEtcd` of `@citus-ha/dcs`, as someone who may write them. */
  readonly etcd: PatroniStore;
  readonly scope: string;
  /** Of the keys, with a slash at the end: `/service/citusap/0/`. */
  readonly path: string;
  /** None of them has data, or runs, yet. */
  readonly members: readonly string[];
  /** The dynamic configuration of a new cluster: `bootstrap.dcs` of its `patroni.yml`. */
  readonly config: DynamicConfig;
  /** For times that Patroni writes down, in milliseconds since 1970; the machine's unless told. */
  readonly clock?: { now(): number };
  /** Takes what a PostgreSQL prints that fails to start. */
  readonly log?: (member: string, line: string) => void;
}

/** The Patronis of one scope in memory, and their PostgreSQLs. */
export interface MemoryPatroni {
  /** One loop of every member that lives, one after the other. */
  tick(): Promise<void>;
  /** A member as it really is, whatever it tells; what is not readonly may be changed. */
  member(name: string): SimulatedMember;
  /** Its REST API; answers while it lives. */
  client(name: string): PatroniClient;
  /** Begins a life of its process; its PostgreSQL is started in its next loop. */
  start(name: string): void;
  /** Ends it in its own way: a leader gives its key back. */
  stop(name: string): Promise<void>;
  /** Ends it at once; its keys stay until its lease runs out. */
  kill(name: string): void;
}

/** For tests of what is built on {@link PatroniClient}; Patroni 4 as far as citus-ha can tell it from one, its keys included. */
export function createMemoryPatroni(options: MemoryPatroniOptions): MemoryPatroni {
  const { etcd, scope, path, config, clock = Date, log = () => undefined } = options;
  const members = new Map(options.members.map((name) => [name, newMember(name)]));
  const keys = new ScopeKeys(etcd, path);
  const world: World = { scope, keys, members, bootstrapConfig: config, now: () => new Date(clock.now()), log };
  const memberNamed = (name: string): SimulatedMember => {
    const member = members.get(name);
    if (!member) throw new Error(`There is no member ${name}, only ${[...members.keys()].join(', ')}`);
    return member;
  };

  return {
    tick: async () => {
      for (const member of members.values()) if (member.isAlive && !member.isFrozen) await runLoop(world, member);
    },
    member: memberNamed,
    client: (name) => createMemoryClient(world, memberNamed(name)),
    start: (name) => {
      memberNamed(name).isAlive = true;
    },
    stop: async (name) => {
      const member = memberNamed(name);
      const { lease, lastView: view } = member.memory;
      handOver(member, members);
      endMember(member);
      try {
        if (view && lease) await keys.put(view, `members/${name}`, memberKey(world, member), lease);
        await keys.releaseLead(name);
      } catch (error) {
        // It ends all the same.
        if (!codeOf(error)?.startsWith('ETCD_')) throw error;
      }
    },
    kill: (name) => endMember(memberNamed(name)),
  };
}
