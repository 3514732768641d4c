export { parseRecord, settleRecord, type ClusterRecord } from './record/cluster-record.js';
export type { ClusterChange, ClusterEvent } from './cluster-event.js';
export { bootstrapNodes } from './apply/bootstrap-nodes.js';
export { failover, switchover, type FailoverOptions, type LeaderChange } from './commands/change-leader.js';
export { collectReport, type ReportFile } from './report/collect-report.js';
export { connectionUri, type UriTarget } from './connection-uri.js';
export { withoutFaults, type ClusterContext } from './context.js';
export { examine } from './doctor/doctor.js';
export type { Finding } from './doctor/finding.js';
export { down, type DownOptions, type DownResult } from './commands/down.js';
export { patchConfiguration, readConfiguration } from './configuration/dynamic-configuration.js';
export { isObject, patchBetween, type Json, type JsonObject } from './configuration/json-patch.js';
export { reinitialize, restartMember, setMaintenance } from './commands/maintain.js';
export {
  askCoordinators,
  coordinatorCluster,
  endpointOf,
  openCluster,
  requireSite,
  serverOf,
  siteOf,
  statsUrl,
  type OpenCluster,
} from './open-cluster.js';
export { planCluster } from './apply/foresee.js';
export type { Cost, PlannedStep } from './plan/plan-cost.js';
export type { LifeStep, UpStep } from './plan/plan-up.js';
export type { SettingStep } from './plan/plan-updates.js';
export { whyUnknown } from './status/find-unknown.js';
export { readStatus } from './status/read-status.js';
export { readStatusOfBusy } from './status/read-status-of-busy.js';
export { rebuildWorker, type Rebuilt } from './commands/rebuild-worker.js';
export { refuseEdit } from './configuration/refuse-parameters.js';
export { renderInput } from './render-input.js';
export { requireSupported } from './plan/require-supported.js';
export { startIntoService } from './commands/start-into-service.js';
export { allowLossOfStopped, memberNamed, presentMember, startMember, stopMember } from './commands/start-stop.js';
export type { ClusterStatus, Endpoint, MemberStatus, NodeStatus, Problem } from './status/status.js';
export { waitWords } from './apply/wait-for-others.js';
export { up, type UpOptions, type UpResult } from './apply/up.js';
