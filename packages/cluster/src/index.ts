export { settleRecord, type ClusterRecord } from './record/cluster-record.js';
export type { ClusterChange, ClusterEvent } from './cluster-event.js';
export { clusterEvents, type EventsOptions } from './events/cluster-events.js';
export type { TimelineEvent } from './events/timeline-event.js';
export { bootstrapNodes } from './apply/bootstrap-nodes.js';
export { failover, switchover, type FailoverOptions, type LeaderChange } from './commands/change-leader.js';
export { collectReport, type ReportFile } from './report/collect-report.js';
export { connectionUri, requirePoolers, type UriTarget } from './connection-uri.js';
export { membersHere } from './members-here.js';
export { ifClusterIsFree, withoutFaults, type ClusterContext } from './context.js';
export { examine } from './doctor/doctor.js';
export type { Finding } from './doctor/finding.js';
export { knock, knockFrom, type Heard } from './observe/knock.js';
export { letGo } from './commands/let-go.js';
export { down, type DownOptions, type DownResult } from './commands/down.js';
export { patchConfiguration, readConfiguration } from './configuration/dynamic-configuration.js';
export { isObject, patchBetween, type Json, type JsonObject } from './configuration/json-patch.js';
export { reinitialize, restartMember, setMaintenance } from './commands/maintain.js';
export {
  askCoordinators,
  clientsTo,
  coordinatorCluster,
  dcsPathOf,
  leaderByEtcd,
  leaderName,
  openCluster,
  requireSite,
} from './open-cluster.js';
export { withPatience, type ClusterHandle } from './cluster-handle.js';
export type { Placed, Ports } from './ports.js';
export { siteOf, statsUrl } from './places.js';
export {
  boundText,
  type Bound,
  type FaultPromise,
  type Loss,
  type PromiseTarget,
  type Term,
} from './promise/promise.js';
export type { PromiseInput } from './promise/promise-input.js';
export { promiseFor, promiseInputOf, promisesOf, readPromiseInput } from './promise/promises-of.js';
export { foreseeUp } from './apply/foresee.js';
export type { Cost, PlannedStep } from './plan/plan-cost.js';
export type { SettingStep, Step } from './plan/step.js';
export { whyUnknown } from './status/find-unknown.js';
export { sentinelsPath } from './observe/read-sentinel.js';
export { readStatus } from './status/read-status.js';
export { readStatusOfBusy } from './status/read-status-of-busy.js';
export { rebuildWorker, type Rebuilt } from './commands/rebuild-worker.js';
export { canSpare, disableWorker } from './repair/disable-worker.js';
export { findCutOff } from './repair/find-cut-off.js';
export { isAlone } from './repair/is-alone.js';
export { stopWorker } from './repair/stop-worker.js';
export type { RepairEvent } from './repair/repair-event.js';
export { remakeIfEmpty } from './repair/remake-worker.js';
export { repairWorkers, restoreWorkers } from './repair/restore-workers.js';
export { settleWorker } from './repair/settle-worker.js';
export { refuseEdit } from './configuration/refuse-parameters.js';
export { renderInput } from './render-input.js';
export { requireSupported } from './plan/require-supported.js';
export { startIntoService } from './commands/start-into-service.js';
export { allowLossOfStopped, memberNamed, presentMember, startMember } from './commands/start-stop.js';
export type { ClusterStatus, Endpoint, MemberStatus, NodeStatus, Problem } from './status/status.js';
export { waitWords } from './apply/wait-for-others.js';
export { up, type UpOptions, type UpResult } from './apply/up.js';
