import type { BootstrapStep } from '@citus-ha/citus';
import type { Json } from '../configuration/json-patch.js';

/** One change that brings a cluster nearer to its spec; plain data. */
export type Step = LifeStep | EtcdStep | TakeStep | SettingStep | RegisterStep;

/** What begins a life of a member, lets it go on, or ends it; `remove` is of one that holds no data. */
export interface LifeStep {
  readonly action: 'create' | 'start' | 'resume' | 'stop' | 'remove';
  readonly member: string;
}

/** Makes room in an etcd that is full, or closes it to whoever has no login. */
export interface EtcdStep {
  readonly action: 'compact-etcd' | 'close-etcd';
}

/** How a running member takes its new definition: by a new life, as Patroni can be told to, or nothing of it but its login to etcd. */
export interface TakeStep {
  readonly action: 'reload' | 'restart' | 'teach-login';
  readonly member: string;
}

/** A value in Patroni's dynamic configuration; null stands for none. */
export interface SettingStep {
  readonly action: 'set';
  /** `coordinators`, or a worker's name. */
  readonly group: string;
  /** A PostgreSQL parameter by its name, others as Patroni's manual names them. */
  readonly setting: string;
  readonly from: Json;
  readonly to: Json;
  /** Set where the server takes it only by a restart, which is not part of the plan. */
  readonly pendingRestart?: true;
}

/** Prepares a server for its engine, or registers a node. */
export interface RegisterStep {
  readonly action: 'register';
  readonly step: BootstrapStep;
}
