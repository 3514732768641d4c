import type { ClusterSpec } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import { afterEach, beforeEach } from 'vitest';
import type { Member, MemberDefinition, Runtime } from '../runtime.js';
import { shellPrograms, type ContractPrograms } from './programs.js';

/** One empty cluster under test. */
export interface ContractSubject {
  readonly runtime: Runtime;
  /** What it can be prepared for. */
  readonly spec: ClusterSpec;
  /** Where a member may have a file; /tmp/contract unless told. */
  readonly filePath?: (member: string) => string;
  /** Another instance on the same cluster, as a second command would have. */
  readonly another: () => Promise<Runtime>;
  /** Leaves nothing behind, whatever a test did. */
  readonly dispose: () => Promise<void>;
}

export interface RuntimeContractOptions {
  readonly name: string;
  readonly create: () => Promise<ContractSubject>;
  /** {@link shellPrograms} unless told. */
  readonly programs?: ContractPrograms;
  /** Makes the record of an ended member look as if its pid now belonged to another process; where pids are names at all. */
  readonly reusePid?: (subject: ContractSubject, member: string) => Promise<void>;
  /** Makes a running member look as if it were seen from where its processes cannot be, and answers what undoes that. */
  readonly hide?: (subject: ContractSubject, member: string) => Promise<() => Promise<void>>;
}

/** What the tests of one adapter share: an empty cluster for each of them. */
export class ContractSuite {
  readonly programs: ContractPrograms;
  readonly reusePid: RuntimeContractOptions['reusePid'];
  readonly hide: RuntimeContractOptions['hide'];
  #subject: ContractSubject | undefined;

  constructor({ create, programs = shellPrograms, reusePid, hide }: RuntimeContractOptions) {
    this.programs = programs;
    this.reusePid = reusePid;
    this.hide = hide;
    beforeEach(async () => {
      this.#subject = await create();
    });
    afterEach(() => this.subject.dispose());
  }

  get subject(): ContractSubject {
    if (this.#subject === undefined) throw new Error('A cluster is there only while a test runs');
    return this.#subject;
  }

  get runtime(): Runtime {
    return this.subject.runtime;
  }

  /** Creates and starts a member, and waits until its program is under way. */
  async started(member: string, program: Exclude<keyof ContractPrograms, 'serving'> = 'calm'): Promise<Member> {
    await this.runtime.create(definition(member, this.programs[program]));
    const running = await this.runtime.start(member);
    await lineOf(this.runtime, member, { calm: 'line 5', stubborn: 'ready', failing: 'broken' }[program]);
    return running;
  }
}

export function definition(name: string, command: readonly string[]): MemberDefinition {
  return { name, kind: 'worker', group: 1, command, env: {}, files: [], ports: { postgres: 5432 } };
}

export async function collect(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

function lineOf(runtime: Runtime, member: string, text: string): Promise<true | undefined> {
  const probe = async () => (await collect(runtime.logs(member))).includes(text) || undefined;
  return waitFor({ what: `${member} to print "${text}"`, timeoutMs: 30_000, intervalMs: 20, probe });
}

export function stateOf(
  runtime: Runtime,
  name: string,
  state: Member['state'],
  also: (member: Member) => boolean,
): Promise<Member> {
  const probe = async () => {
    const member = await runtime.member(name);
    return member.state === state && also(member) && member;
  };
  return waitFor({ what: `${name} to be ${state}`, timeoutMs: 30_000, intervalMs: 20, probe });
}
